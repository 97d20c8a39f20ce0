"""One annotation whose place a person has to look at, with everything that helps to say where it belongs."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from deliberation.annotations.former import (
    FormerPlace,
    Reworded,
    ThesisText,
    compare_theses,
    find_then,
    load_thesis_texts,
    words_of,
)
from deliberation.annotations.models import Anchor, AnchorVerdict, Annotation
from deliberation.annotations.quotes import sentences_meant
from deliberation.database import db
from deliberation.declarations.fates import AnchorState
from deliberation.declarations.models import Declaration, Edition, Paragraph, Thesis, find_wording
from deliberation.editions.checking import find_base, has_candidate, is_nearly_identical
from deliberation.text import normalised


class Reason(Enum):
    """Why nothing but a person can say where an annotation belongs."""

    REWORDED = "reworded"
    # The same words stand several times.
    REPEATED = "repeated"
    # All sentences are still there, and not together any more.
    APART = "apart"
    GONE = "gone"
    THESIS = "thesis"


@dataclass(frozen=True)
class Item:
    """One line of the list."""

    annotation: Annotation
    anchor: Anchor

    @property
    def percent(self) -> int:
        """How much of the words is still there, rounded down: only identical words are at 100."""
        return int(self.anchor.similarity * 100)

    @property
    def is_nearly_identical(self) -> bool:
        return is_nearly_identical(self.anchor) and has_candidate(self.anchor, self.annotation)


@dataclass(frozen=True)
class Case(Item):
    """One annotation with the words it belongs to for sure and those it may belong to.

    `base_words` are those of the last place that was sure; `base_number` is its edition, 0 if that is where it was
    written, or reads the same.
    `candidate` is the paragraph where the words are now, or are likely to be."""

    then: FormerPlace
    edition: Edition
    base_number: int
    base_words: str
    candidate: Paragraph | None
    changes: Sequence[Reworded]

    @property
    def can_accept(self) -> bool:
        """After somebody has placed it elsewhere, the place found for it is not known any more."""
        return has_candidate(self.anchor, self.annotation) and self.anchor.verdict not in (
            AnchorVerdict.ACCEPTED,
            AnchorVerdict.PLACED,
        )

    @property
    def can_move(self) -> bool:
        return self.annotation.wording_id is not None

    @property
    def can_leave(self) -> bool:
        return self.anchor.verdict is not AnchorVerdict.LEFT

    @property
    def reason(self) -> Reason:
        if self.anchor.state is AnchorState.GONE:
            return Reason.GONE
        if self.annotation.wording_id is None:
            return Reason.THESIS
        if self.changes:
            return Reason.REWORDED if self.anchor.similarity < 1 else Reason.APART
        return Reason.REPEATED

    @property
    def seen(self) -> str:
        """When the verdict was given that the page shows; empty while it waits."""
        return self.anchor.checked_at.isoformat() if self.anchor.checked_at else ""


def load_case(annotation: Annotation, edition: Edition) -> Case | None:
    """One annotation that waits or has a verdict; None if there is nothing to check about it. At most six queries.

    Whoever calls this asked who may. `annotation` comes from `find_annotation`.
    """
    query = (
        select(Anchor)
        .options(joinedload(Anchor.paragraph).joinedload(Paragraph.wording))
        .where(Anchor.annotation_id == annotation.number, Anchor.edition_id == edition.id)
    )
    anchor = db.session.scalars(query).one_or_none()
    if anchor is None or (anchor.verdict is None and not anchor.waits):
        return None
    base = find_base(annotation, anchor)
    then = find_then(annotation)
    if annotation.wording is None:
        words, changes = "", _thesis_changes(annotation, base, edition)
    else:
        words = _base_words(annotation, base)
        changes = _changes(words, anchor)
    is_settled = base is not None and words != _base_words(annotation, None)
    base_number = base.edition.number if base is not None and is_settled else 0
    return Case(annotation, anchor, then, edition, base_number, words, anchor.paragraph, changes)


def _base_words(annotation: Annotation, base: Anchor | None) -> str:
    wording = find_wording(base.wording_id) if base is not None and base.wording_id else annotation.wording
    sentences = sentences_meant(annotation) if base is None else base.sentences
    return words_of(wording, sentences) if wording else ""


def _changes(words: str, anchor: Anchor) -> list[Reworded]:
    if anchor.paragraph is None:
        return []
    now = words_of(anchor.paragraph.wording, anchor.sentences)
    return [Reworded(anchor.paragraph.full_number, words, now)] if words.split() != now.split() else []


def _thesis_changes(annotation: Annotation, base: Anchor | None, edition: Edition) -> list[Reworded]:
    old = base.edition_id if base is not None else annotation.edition_id
    thesis = annotation.thesis_id
    texts = load_thesis_texts({(old, thesis), (edition.id, thesis)})
    return compare_theses(texts.get((old, thesis), ThesisText()), texts.get((edition.id, thesis), ThesisText()))


def find_target(declaration: Declaration, address: str) -> Paragraph | None:
    """A paragraph in force by its whole address: `3.2`, `0.1` in the preamble, `end.1` in the closing part."""
    thesis, _dot, number = normalised(address).rpartition(".")
    query = _in_force(declaration).where(Thesis.number == thesis, Paragraph.number == number)
    return db.session.scalars(query).one_or_none()


def load_targets(declaration: Declaration) -> list[tuple[Thesis, list[Paragraph]]]:
    """Everything that an annotation can be placed at, in the order of the text; one query."""
    found = db.session.scalars(_in_force(declaration).order_by(Thesis.position, Paragraph.position)).all()
    return [(thesis, list(paragraphs)) for thesis, paragraphs in groupby(found, key=lambda one: one.thesis)]


def _in_force(declaration: Declaration) -> Select[Paragraph]:
    return (
        select(Paragraph)
        .join(Paragraph.thesis)
        .options(contains_eager(Paragraph.thesis), joinedload(Paragraph.wording))
        .where(Thesis.declaration_id == declaration.id, Paragraph.removed_in_id.is_(None))
    )

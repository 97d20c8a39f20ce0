"""The words that somebody wrote on: how they stood then, and what the text in force made of them.

Nothing here guesses: what no person and no identical word is sure about is called so.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import select, tuple_
from sqlalchemy.orm import joinedload

from deliberation.annotations.models import AnchorVerdict, Annotation
from deliberation.annotations.threads import Entry
from deliberation.database import db
from deliberation.declarations.fates import AnchorState
from deliberation.declarations.models import (
    CLOSING,
    PREAMBLE,
    Edition,
    Paragraph,
    ParagraphState,
    Thesis,
    ThesisState,
    Wording,
    current_edition,
)


class Situation(Enum):
    """How a reader finds the words of an annotation that was written on an earlier edition."""

    SAME = "same"
    MOVED = "moved"
    REWORDED = "reworded"
    # Other words, and in another place: a person said so.
    ELSEWHERE = "elsewhere"
    # The same words stand several times: a person has to say which are meant.
    UNSURE = "unsure"
    GONE = "gone"


def situation(entry: Entry) -> Situation | None:
    """None for what was written on the edition in force, and for replies, which stand where their thread stands."""
    anchor = entry.anchor
    if anchor is None:
        return None
    if not anchor.is_sure:
        if anchor.state is AnchorState.GONE:
            return Situation.GONE
        is_unsure = anchor.waits and anchor.wording is not None and not entry.is_outdated
        return Situation.UNSURE if is_unsure else Situation.REWORDED
    wording = entry.annotation.wording
    if wording is None:
        return Situation.SAME if anchor.similarity == 1 else Situation.REWORDED
    is_elsewhere = anchor.state is AnchorState.MOVED or anchor.paragraph_id != wording.paragraph_id
    if entry.is_outdated:
        return Situation.ELSEWHERE if is_elsewhere else Situation.REWORDED
    return Situation.MOVED if is_elsewhere else Situation.SAME


def has_lost_quote(entry: Entry) -> bool:
    """Whether quoted words do not stand any more where the annotation is read."""
    anchor, quote = entry.anchor, entry.annotation.quote
    return bool(anchor and quote) and not (anchor and anchor.wording and quote in anchor.wording.text)


@dataclass(frozen=True)
class Reworded:
    """Words of a former edition and what stands there now; `number` is that of the paragraph, empty for a heading."""

    number: str
    old: str
    new: str


@dataclass(frozen=True)
class FormerPlace:
    """Where words stood in an edition, by the numbers of that edition; no number: the thesis as a whole."""

    edition: Edition
    thesis: Thesis
    number: str = ""

    @property
    def fragment(self) -> str:
        return f"absatz-{self.thesis.number}-{self.number}" if self.number else ""


@dataclass(frozen=True)
class FormerWording:
    """One annotation with the words it was written on and what stands there in the edition in force.

    `present` is the paragraph where those words are now, or are likely to be, and `sentences` which of it; None if
    there is none, and for a thesis as a whole. `successor` took in most of a paragraph that is gone."""

    entry: Entry
    then: FormerPlace
    edition: Edition
    present: Paragraph | None
    sentences: Sequence[int]
    changes: Sequence[Reworded]
    successor: Paragraph | None


def load_former(entry: Entry) -> FormerWording:
    """What the page about the former words shows, for the first entry of a thread; at most four queries.

    Its annotation comes from `find_annotation`, with everything around it.
    """
    annotation = entry.annotation
    edition = current_edition(annotation.declaration)
    then = find_then(annotation)
    present, sentences = _find_present(entry)
    if annotation.wording is None:
        changes = _thesis_changes(annotation.thesis_id, annotation.edition_id, edition.id)
    else:
        changes = _changes(entry, present, sentences)
    successor = annotation.paragraph.successor_id if annotation.paragraph and present is None else None
    return FormerWording(
        entry, then, edition, present, sentences, changes, _find_paragraph(successor) if successor else None
    )


def find_then(annotation: Annotation) -> FormerPlace:
    """Where the annotation was written, by the numbers of its edition; one query."""
    if annotation.wording is None:
        return FormerPlace(annotation.edition, annotation.thesis)
    query = (
        select(Thesis, ParagraphState.number)
        .join(ParagraphState, ParagraphState.thesis_id == Thesis.id)
        .where(
            ParagraphState.edition_id == annotation.edition_id,
            ParagraphState.paragraph_id == annotation.wording.paragraph_id,
        )
    )
    thesis, number = db.session.execute(query).one()
    return FormerPlace(annotation.edition, thesis, number)


def _find_present(entry: Entry) -> tuple[Paragraph | None, Sequence[int]]:
    annotation, anchor = entry.annotation, entry.anchor
    here = annotation.paragraph if annotation.paragraph and not annotation.paragraph.is_removed else None
    if anchor is None:
        return here, annotation.sentences
    if anchor.paragraph_id is None or anchor.verdict is AnchorVerdict.LEFT:
        return here, ()
    if here is not None and here.id == anchor.paragraph_id:
        return here, anchor.sentences
    return _find_paragraph(anchor.paragraph_id), anchor.sentences


def _find_paragraph(paragraph_id: int) -> Paragraph | None:
    query = select(Paragraph).options(joinedload(Paragraph.wording)).where(Paragraph.id == paragraph_id)
    return db.session.scalars(query).one_or_none()


def _changes(entry: Entry, present: Paragraph | None, sentences: Sequence[int]) -> list[Reworded]:
    """The words it is about against those that stand there now; without such a place, the whole paragraph."""
    if present is None or entry.annotation.wording is None:
        return []
    is_placed = entry.anchor is None or (entry.anchor.paragraph_id and entry.anchor.verdict is not AnchorVerdict.LEFT)
    old = entry.words_then if is_placed else entry.annotation.wording.text
    new = words_of(present.wording, sentences)
    return [Reworded(present.full_number, old, new)] if old.split() != new.split() else []


def words_of(wording: Wording, sentences: Sequence[int]) -> str:
    """Some sentences of a wording, or all of it."""
    return wording.sentence_text(sentences) or wording.text


@dataclass(frozen=True)
class ThesisText:
    """A thesis in one edition: its heading, and whole number and words of each paragraph by id, in their order."""

    heading: str = ""
    paragraphs: Mapping[int, tuple[str, str]] | None = None


def load_thesis_texts(wanted: Collection[tuple[int, int]]) -> dict[tuple[int, int], ThesisText]:
    """Theses as they stood, by (edition id, thesis id); two queries."""
    if not wanted:
        return {}
    headings = select(ThesisState.edition_id, ThesisState.thesis_id, ThesisState.heading).where(
        tuple_(ThesisState.edition_id, ThesisState.thesis_id).in_(wanted)
    )
    paragraphs = (
        select(ParagraphState, Wording, Thesis.number)
        .join(Wording, Wording.id == ParagraphState.wording_id)
        .join(Thesis, Thesis.id == ParagraphState.thesis_id)
        .where(tuple_(ParagraphState.edition_id, ParagraphState.thesis_id).in_(wanted))
        .order_by(ParagraphState.position)
    )
    texts: dict[tuple[int, int], dict[int, tuple[str, str]]] = {}
    for state, wording, number in db.session.execute(paragraphs):
        whole = state.number if number in (PREAMBLE, CLOSING) else f"{number}.{state.number}"
        texts.setdefault((state.edition_id, state.thesis_id), {})[state.paragraph_id] = (whole, wording.text)
    return {
        (edition, thesis): ThesisText(heading, texts.get((edition, thesis), {}))
        for edition, thesis, heading in db.session.execute(headings)
    }


def compare_theses(old: ThesisText, new: ThesisText) -> list[Reworded]:
    """What reads differently: the heading, then the paragraphs in their present order, then what is gone."""
    before, after = old.paragraphs or {}, new.paragraphs or {}
    nothing = ("", "")
    pairs = [Reworded("", old.heading, new.heading)]
    pairs += [Reworded(number, before.get(key, nothing)[1], words) for key, (number, words) in after.items()]
    pairs += [Reworded(number, words, "") for key, (number, words) in before.items() if key not in after]
    return [pair for pair in pairs if pair.old.split() != pair.new.split()]


def _thesis_changes(thesis_id: int, old: int, new: int) -> list[Reworded]:
    texts = load_thesis_texts({(old, thesis_id), (new, thesis_id)})
    return compare_theses(texts.get((old, thesis_id), ThesisText()), texts.get((new, thesis_id), ThesisText()))

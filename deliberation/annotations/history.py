"""How the paragraphs of a page came to read as they do: since which edition, whose annotations stand behind it, and
where words that are gone stood and went."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, select
from sqlalchemy.orm import aliased, joinedload

from deliberation.annotations.models import Annotation, Outcome, Status
from deliberation.annotations.outcomes import CHANGES_TEXT
from deliberation.database import db
from deliberation.declarations.changes import Credit
from deliberation.declarations.models import (
    Correction,
    Declaration,
    Edition,
    Membership,
    Paragraph,
    ParagraphState,
    Thesis,
    Wording,
)


@dataclass(frozen=True)
class History:
    """The past of one paragraph in editions. `removed_in` is 0 while it is in force."""

    since: int
    first: int
    removed_in: int = 0
    # Its anchor in the edition that its words came with.
    anchor: str = ""
    # Where most of its words stand now, if it was merged into another one.
    successor: Paragraph | None = None
    # The last misprint that was put right in the words in force.
    correction: int | None = None
    # Whose annotations stand behind the present words, or behind its being taken out.
    credits: tuple[Credit, ...] = ()
    # The paragraph it stood behind when it was last in force.
    follows: int | None = field(default=None, repr=False)

    @property
    def is_new(self) -> bool:
        """Whether it came with the edition that its words came with, and not with the first one."""
        return self.since == self.first > 1

    @property
    def is_reworded(self) -> bool:
        return self.since > self.first


def stands_behind_words() -> ColumnElement[bool]:
    """Whether an outcome, joined with its annotation, names words that were changed because of it: the latest one of
    that annotation for its edition, not taken back since, and about an annotation that everybody may read."""
    other = aliased(Outcome)
    latest = (
        select(func.max(other.id))
        .where(other.annotation_id == Outcome.annotation_id, other.edition_id == Outcome.edition_id)
        .correlate(Outcome)
        .scalar_subquery()
    )
    return and_(
        Outcome.value.in_(CHANGES_TEXT),
        Outcome.id == latest,
        Annotation.status == Status.VISIBLE,
        Annotation.outcome.in_(CHANGES_TEXT),
    )


def has_history(declaration: Declaration | type[Declaration]) -> ColumnElement[bool]:
    """Whether a text, or each of a query, has anything to tell: an edition after the first one, or a misprint put right."""
    edition = aliased(Edition)
    here = edition.declaration_id == declaration.id
    # Without a second edition every correction belongs to the first one.
    corrected = select(Correction.id).join(edition, edition.id == Correction.edition_id).where(here, edition.number == 1)
    return select(edition.id).where(here, edition.number > 1).exists() | corrected.exists()


def load_history(paragraphs: Sequence[Paragraph]) -> dict[int, History]:
    """The past of each of these paragraphs, by its id. One query."""
    found: dict[int, History] = {}
    for row in db.session.execute(_query(), {"paragraphs": [one.id for one in paragraphs]}):
        known = found.get(row.id) or History(
            since=row.since,
            first=row.first,
            removed_in=row.removed_in or 0,
            anchor=f"absatz-{row.thesis}-{row.number}",
            successor=row.Successor,
            correction=row.correction,
            follows=row.follows,
        )
        if row.annotation is not None:
            known = replace(known, credits=(*known.credits, Credit(row.annotation, row.pseudonym or "")))
        found[row.id] = known
    return found


@lru_cache
def _query() -> Any:
    """The question but for the paragraphs: putting it together takes longer than answering it."""
    successor = aliased(Paragraph, name="Successor")
    since, removed = aliased(Edition), aliased(Edition)
    then, last, home = aliased(ParagraphState), aliased(ParagraphState), aliased(Thesis)
    newest = select(func.max(ParagraphState.edition_id)).where(ParagraphState.paragraph_id == Paragraph.id)
    changed_in = func.coalesce(Paragraph.removed_in_id, Wording.edition_id)
    return (
        select(
            Paragraph.id,
            since.number.label("since"),
            home.number.label("thesis"),
            then.number.label("number"),
            _first_edition().label("first"),
            removed.number.label("removed_in"),
            _last_correction().label("correction"),
            _predecessor(last).label("follows"),
            Annotation.number.label("annotation"),
            Membership.pseudonym,
            successor,
        )
        .join(Wording, Wording.id == Paragraph.wording_id)
        .join(since, since.id == Wording.edition_id)
        .outerjoin(then, and_(then.paragraph_id == Paragraph.id, then.edition_id == since.id))
        .outerjoin(home, home.id == then.thesis_id)
        .outerjoin(
            last,
            and_(last.paragraph_id == Paragraph.id, last.edition_id == newest.correlate(Paragraph).scalar_subquery()),
        )
        .outerjoin(removed, removed.id == Paragraph.removed_in_id)
        .outerjoin(successor, successor.id == Paragraph.successor_id)
        .outerjoin(Outcome, and_(Outcome.paragraph_id == Paragraph.id, Outcome.edition_id == changed_in))
        .outerjoin(Annotation, and_(Annotation.number == Outcome.annotation_id, stands_behind_words()))
        .outerjoin(Membership, Membership.id == Annotation.author_id)
        # Most have no successor, and an inner join to its thesis would drop them.
        .options(joinedload(successor.thesis, innerjoin=False).lazyload(Thesis.declaration))
        .where(Paragraph.id.in_(bindparam("paragraphs", expanding=True)))
        .order_by(Paragraph.id, Annotation.number)
    )


def _first_edition() -> Any:
    query = (
        select(func.min(Edition.number))
        .join(ParagraphState, ParagraphState.edition_id == Edition.id)
        .where(ParagraphState.paragraph_id == Paragraph.id)
    )
    return query.correlate(Paragraph).scalar_subquery()


def _last_correction() -> Any:
    query = select(func.max(Correction.id)).where(
        Correction.paragraph_id == Paragraph.id, Correction.new_wording_id == Paragraph.wording_id
    )
    return query.correlate(Paragraph).scalar_subquery()


def _predecessor(last: Any) -> Any:
    """The nearest paragraph in front of it in its last edition that belongs to the same thesis still."""
    before, neighbour = aliased(ParagraphState), aliased(Paragraph)
    query = (
        select(before.paragraph_id)
        .join(neighbour, neighbour.id == before.paragraph_id)
        .where(
            before.edition_id == last.edition_id,
            before.thesis_id == last.thesis_id,
            before.position < last.position,
            neighbour.thesis_id == last.thesis_id,
        )
        .order_by(before.position.desc())
        .limit(1)
    )
    return query.correlate(last).scalar_subquery()


def in_place(paragraphs: Iterable[Paragraph], history: Mapping[int, History]) -> list[Paragraph]:
    """The paragraphs of a thesis in the order of the text, with those that are gone where they stood: behind what was
    in front of them when they were last in force."""
    everything = list(paragraphs)
    placed = [one for one in everything if not one.is_removed]
    gone = [one for one in everything if one.is_removed]
    # What went last was in force when what went earlier was not any more: it may be the neighbour of that.
    for one in sorted(gone, key=lambda one: (-history[one.id].removed_in, one.position)):
        ids = [other.id for other in placed]
        follows = history[one.id].follows
        placed.insert(ids.index(follows) + 1 if follows in ids else 0, one)
    return placed

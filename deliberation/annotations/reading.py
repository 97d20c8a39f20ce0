"""The reading page: one thesis, its paragraphs with their counts, and the annotations of one place beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from deliberation.accounts.models import User
from deliberation.annotations import drafts, threads, visits
from deliberation.annotations.models import (
    Annotation,
    Draft,
    Kind,
    Opening,
    Stance,
    StanceTally,
    StanceValue,
    Visit,
)
from deliberation.annotations.tallies import StanceCounts
from deliberation.annotations.threads import Entry, Order
from deliberation.clock import today
from deliberation.database import db
from deliberation.declarations.models import (
    Declaration,
    Edition,
    Paragraph,
    Thesis,
    find_thesis,
    load_paragraphs,
)

FIRST_THREADS = 10
"""Threads shown before "show the others"."""


@dataclass(frozen=True)
class Count:
    """How many annotations and replies a place has, and how many of them are new to the reader."""

    total: int = 0
    new: int = 0


@dataclass(frozen=True)
class News:
    """What the strip says: new annotations in the whole declaration since the last visit."""

    count: int
    since: datetime


@dataclass(frozen=True)
class Marks:
    """What the reader left behind: the edition in force, the visit before, an unsent text."""

    edition_number: int
    since: datetime | None
    visit_due: bool = False
    draft: Draft | None = None


@dataclass(frozen=True)
class Panel:
    """The annotations of one place as one reader sees them."""

    threads: Sequence[Entry]
    remaining: int
    kinds: Sequence[tuple[Kind, int]]
    total: int
    people: int
    kind: Kind | None
    order: Order
    stance: StanceValue | None
    stance_reason: str
    stance_counts: StanceCounts | None
    noted: frozenset[int]
    quotes: frozenset[str]


@dataclass(frozen=True)
class ThesisPage:
    declaration: Declaration
    thesis: Thesis
    paragraphs: Sequence[Paragraph]
    counts: dict[tuple[int, int], Count]
    edition_number: int
    news: News | None
    visit_due: bool = False
    is_open: bool = False
    paragraph: Paragraph | None = None
    panel: Panel | None = None
    draft: Draft | None = None

    def count(self, paragraph: Paragraph | None) -> Count:
        return self.counts.get((self.thesis.id, paragraph.id if paragraph else 0), Count())

    def thesis_count(self, thesis: Thesis) -> Count:
        return thesis_count(self.counts, thesis)

    @property
    def place_path(self) -> str:
        """Path of the open place, for coming back after a vote."""
        number = self.paragraph.number if self.paragraph else "0"
        return f"/d/{self.declaration.slug}/{self.thesis.number}/{number}"

    @property
    def neighbours(self) -> tuple[Thesis | None, Thesis | None]:
        theses = self.declaration.theses
        here = theses.index(self.thesis)
        return theses[here - 1] if here else None, theses[here + 1] if here + 1 < len(theses) else None


@dataclass(frozen=True)
class Wish:
    """What the address asks for: kind, order, and whether all threads are wanted."""

    kind: Kind | None = None
    order: Order = Order.MIXED
    all_threads: bool = False


def load_thesis_page(person: Any, declaration: Declaration, thesis: Thesis) -> ThesisPage:
    """A thesis with nothing opened. Four queries after person and declaration."""
    marks = load_marks(person, declaration)
    counts = load_counts(person, declaration, marks.since)
    return ThesisPage(
        declaration=declaration,
        thesis=thesis,
        paragraphs=load_paragraphs([thesis.id]),
        counts=counts,
        edition_number=marks.edition_number,
        visit_due=marks.visit_due,
        news=to_news(counts, marks.since),
    )


def load_open_page(
    person: Any, declaration: Declaration, thesis: Thesis, number: str, wish: Wish, owner: drafts.Owner | None
) -> ThesisPage | None:
    """A thesis with one paragraph, or with `0` the thesis as a whole, opened; None if there is no such paragraph.

    At most six queries after person and declaration.
    """
    paragraphs = load_paragraphs([thesis.id])
    paragraph = next((p for p in paragraphs if p.number == number), None)
    if paragraph is None and number != "0":
        return None
    marks = load_marks(person, declaration, owner, drafts.thesis_place(thesis, paragraph))
    counts = load_counts(person, declaration, marks.since)
    return ThesisPage(
        declaration=declaration,
        thesis=thesis,
        paragraphs=paragraphs,
        counts=counts,
        edition_number=marks.edition_number,
        visit_due=marks.visit_due,
        news=to_news(counts, marks.since),
        is_open=True,
        paragraph=paragraph,
        panel=_load_panel(person, thesis, paragraph, wish, marks.since),
        draft=marks.draft,
    )


def load_marks(person: Any, declaration: Declaration, owner: drafts.Owner | None = None, place: str = "") -> Marks:
    """Edition number, last visit and draft in one query."""
    edition = select(func.max(Edition.number)).where(Edition.declaration_id == declaration.id).scalar_subquery()
    visit = and_(Visit.declaration_id == declaration.id, Visit.user_id == (person.id or 0))
    mine = Draft.user_id == owner.id if isinstance(owner, User) else Draft.browser == (owner or "")
    query = (
        select(edition, Visit, Draft)
        .select_from(Declaration)
        .outerjoin(Visit, visit)
        .outerjoin(Draft, and_(mine, Draft.place == place))
        .where(Declaration.id == declaration.id)
    )
    number, found, draft = db.session.execute(query).one()
    due = person.is_signed_in and visits.is_due(found)
    return Marks(number, visits.new_since(found), due, draft)


def load_counts(person: Any, declaration: Declaration, since: datetime | None) -> dict[tuple[int, int], Count]:
    """Annotations and replies per (thesis id, paragraph id or 0), and how many are new to the reader."""
    key = func.coalesce(Annotation.paragraph_id, 0)
    opening = and_(
        Opening.user_id == (person.id or 0),
        Opening.thesis_id == Annotation.thesis_id,
        Opening.paragraph_key == key,
    )
    membership = person.membership_in(declaration.id)
    is_new = and_(
        Annotation.created_at > since if since else Annotation.number < 0,
        or_(Opening.opened_at.is_(None), Annotation.created_at > Opening.opened_at),
        or_(Annotation.author_id.is_(None), Annotation.author_id != (membership.id if membership else 0)),
    )
    query = (
        select(Annotation.thesis_id, key, func.count(), func.sum(case((is_new, 1), else_=0)))
        .outerjoin(Opening, opening)
        .where(Annotation.declaration_id == declaration.id, Annotation.status == "visible")
        .group_by(Annotation.thesis_id, Annotation.paragraph_id)
    )
    return {(thesis, place): Count(total, int(new)) for thesis, place, total, new in db.session.execute(query)}


def thesis_count(counts: dict[tuple[int, int], Count], thesis: Thesis) -> Count:
    """All places of a thesis together."""
    own = [count for (thesis_id, _place), count in counts.items() if thesis_id == thesis.id]
    return Count(sum(count.total for count in own), sum(count.new for count in own))


def to_news(counts: dict[tuple[int, int], Count], since: datetime | None) -> News | None:
    new = sum(count.new for count in counts.values())
    return News(new, since) if since and new else None


def _load_panel(person: Any, thesis: Thesis, paragraph: Paragraph | None, wish: Wish, since: datetime | None) -> Panel:
    place = Annotation.paragraph_id == paragraph.id if paragraph else Annotation.paragraph_id.is_(None)
    entries = threads.load_entries(person, thesis.declaration_id, and_(Annotation.thesis_id == thesis.id, place), since)
    found = threads.to_threads(entries)
    wanted = threads.in_order(threads.of_kind(found, wish.kind), wish.order, reader_key(person), today())
    shown = wanted if wish.all_threads else wanted[:FIRST_THREADS]
    stance, reason, counts = _load_stance(person, thesis, paragraph)
    readable = [entry for entry in entries if entry.is_readable]
    return Panel(
        threads=shown,
        remaining=len(wanted) - len(shown),
        kinds=_kinds(found),
        total=len(readable),
        people=len({entry.annotation.author_id for entry in readable}),
        kind=wish.kind,
        order=wish.order,
        stance=stance,
        stance_reason=reason,
        stance_counts=counts if stance else None,
        noted=frozenset(
            n for entry in shown if entry.is_readable and not entry.annotation.quote for n in entry.sentences
        ),
        # A quote is marked where its words still stand; elsewhere it only shows beside its annotation.
        quotes=frozenset(entry.annotation.quote for entry in shown if entry.is_readable and entry.annotation.quote),
    )


def reader_key(person: Any) -> str:
    """Who the mixed order is fair to; all guests share one order a day, so their pages can be cached."""
    return f"user-{person.id}" if person.is_signed_in else "guest"


def _kinds(found: Sequence[Entry]) -> list[tuple[Kind, int]]:
    counts = [(kind, sum(thread.annotation.kind is kind for thread in found)) for kind in Kind]
    return [(kind, count) for kind, count in counts if count]


def _load_stance(
    person: Any, thesis: Thesis, paragraph: Paragraph | None
) -> tuple[StanceValue | None, str, StanceCounts]:
    membership = person.membership_in(thesis.declaration_id)
    paragraph_id = paragraph.id if paragraph else None

    def here(table: Any) -> Any:
        same = table.paragraph_id == paragraph_id if paragraph_id else table.paragraph_id.is_(None)
        return and_(table.thesis_id == thesis.id, same)

    own = Stance.holder_id == (membership.id if membership else 0)
    query = (
        select(Stance, StanceTally)
        .select_from(Thesis)
        .outerjoin(Stance, and_(here(Stance), own))
        .outerjoin(StanceTally, here(StanceTally))
        .where(Thesis.id == thesis.id)
    )
    stance, tally = db.session.execute(query).one()
    counts = StanceCounts(tally.carry, tally.change, tally.unclear, tally.against) if tally else StanceCounts()
    return (stance.value, stance.reason, counts) if stance else (None, "", counts)


def find_place(declaration: Declaration, t: str, p: str) -> tuple[Thesis, Paragraph | None] | None:
    """Thesis and paragraph of an address; paragraph None stands for the thesis as a whole (`0`)."""
    thesis = find_thesis(declaration, t)
    if thesis is None:
        return None
    paragraph = next((found for found in load_paragraphs([thesis.id]) if found.number == p), None)
    return (thesis, paragraph) if paragraph or p == "0" else None

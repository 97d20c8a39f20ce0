"""What waits for a moderator, one case with everything around it, and what was decided so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from deliberation.annotations import mine
from deliberation.annotations.models import Annotation, Kind, Response, Status, find_annotation
from deliberation.annotations.threads import Entry, visible_to
from deliberation.database import db
from deliberation.declarations.models import Declaration
from deliberation.editions.waiting import count_waiting
from deliberation.moderation.models import Decision, DecisionKind, Flag
from deliberation.permissions import Permission, Person, require

LIST_MAX = 50
OWN_DECISIONS = 5


class Tab(Enum):
    """The piles of the desk, the most urgent first."""

    PENDING = "pending"
    FLAGGED = "flagged"
    UNANSWERED = "unanswered"
    RETURNED = "returned"


@dataclass(frozen=True)
class Item:
    """One line of the list: since when it waits, the open flags on it, and how many contributions its author had
    sent by then, this one included."""

    annotation: Annotation
    since: datetime
    contributions: int
    flags: Sequence[Flag]


@dataclass(frozen=True)
class Case:
    """One contribution with its thread and what was decided on it before, oldest first; the rest as in Item."""

    annotation: Annotation
    thread: Entry | None
    flags: Sequence[Flag]
    decisions: Sequence[Decision]
    contributions: int

    @property
    def is_returned(self) -> bool:
        """Whether its author was asked to revise it and has not done so yet."""
        written_at = self.annotation.edited_at or self.annotation.created_at
        returned = [one for one in self.decisions if one.kind is DecisionKind.RETURN]
        return self.annotation.is_pending and bool(returned) and returned[-1].decided_at >= written_at

    @property
    def others(self) -> Sequence[Entry]:
        """The rest of the conversation, oldest first."""
        entries = (self.thread, *self.thread.replies) if self.thread else ()
        return [entry for entry in entries if entry.annotation is not self.annotation]

    @property
    def responses(self) -> int:
        """Answers of the moderation in the whole conversation."""
        entries = (self.thread, *self.thread.replies) if self.thread else ()
        return sum(len(entry.annotation.responses) for entry in entries)


@dataclass(frozen=True)
class QueuePage:
    """The desk as one moderator sees it. `missing` is the case asked for if it does not wait any more."""

    declaration: Declaration
    tab: Tab
    counts: dict[Tab, int]
    total: int
    items: Sequence[Item]
    start: int
    case: Case | None
    missing: int | None
    own_decisions: Sequence[Decision]
    # Annotations whose place somebody has to look at since the text has changed.
    anchors: int

    @property
    def place(self) -> int:
        """Of the opened case in the list, from 0."""
        numbers = [item.annotation.number for item in self.items]
        return numbers.index(self.case.annotation.number) if self.case else 0

    @property
    def position(self) -> int:
        """Of the opened case in the whole pile, from 1."""
        return self.start + self.place + 1

    @property
    def following(self) -> Annotation | None:
        """The next case, after the last one the first; None if there is no other."""
        if len(self.items) < 2:
            return None
        return self.items[(self.place + 1) % len(self.items)].annotation

    @property
    def next_start(self) -> int | None:
        """Where the list goes on."""
        end = self.start + len(self.items)
        return end if end < self.counts[self.tab] else None


def load_queue(
    moderator: Any, declaration: Declaration, tab: Tab | None = None, number: int | None = None, start: int = 0
) -> QueuePage:
    """One pile, oldest first, with one case opened; without a pile asked for, the first that is not empty.

    What the moderator wrote herself waits for others and is left out. At most eight queries after person and
    declaration, however much waits.
    """
    require(moderator, Permission.SEE_QUEUE, declaration)
    others = and_(Annotation.declaration_id == declaration.id, _by_others(moderator, declaration))
    counts, total = _load_counts(others)
    tab = tab or next((one for one in Tab if counts[one]), Tab.PENDING)
    start = start if 0 <= start < counts[tab] else 0
    items = _load_items(and_(others, visible_to(moderator, declaration.id), _waits_in(tab)), tab, start)
    opened = next((item for item in items if item.annotation.number == number), next(iter(items), None))
    is_missing = opened is None or opened.annotation.number != number
    return QueuePage(
        declaration=declaration,
        tab=tab,
        counts=counts,
        total=total,
        items=items,
        start=start,
        case=_open(moderator, opened) if opened else None,
        missing=number if number and is_missing else None,
        own_decisions=_load_own_decisions(moderator, declaration),
        anchors=count_waiting(moderator, declaration),
    )


def _by_others(moderator: Any, declaration: Declaration) -> ColumnElement[bool]:
    return Annotation.author_id.is_distinct_from(moderator.membership_in(declaration.id).id)


def _waits_in(tab: Tab) -> ColumnElement[bool]:
    match tab:
        case Tab.PENDING:
            return and_(Annotation.status == Status.PENDING, ~_waits_for_its_author())
        case Tab.FLAGGED:
            flags = exists().where(Flag.annotation_id == Annotation.number, Flag.closed_at.is_(None))
            return and_(Annotation.status == Status.VISIBLE, flags)
        case Tab.UNANSWERED:
            is_question = and_(Annotation.kind == Kind.QUESTION, Annotation.status == Status.VISIBLE)
            return and_(is_question, ~_is_answered())
        case Tab.RETURNED:
            return and_(Annotation.status == Status.PENDING, _waits_for_its_author())


def _waits_for_its_author() -> ColumnElement[bool]:
    """Returned, and not changed since."""
    return exists().where(
        Decision.annotation_id == Annotation.number,
        Decision.kind == DecisionKind.RETURN,
        Decision.decided_at >= _written_at(),
    )


def _is_answered() -> ColumnElement[bool]:
    reply = aliased(Annotation)
    replied = exists().where(reply.root_id == Annotation.number, reply.status == Status.VISIBLE)
    return or_(replied, exists().where(Response.annotation_id == Annotation.number))


def _written_at() -> ColumnElement[datetime]:
    return func.coalesce(Annotation.edited_at, Annotation.created_at)


def _load_counts(others: ColumnElement[bool]) -> tuple[dict[Tab, int], int]:
    """How many wait in each pile, and how many wait for moderators altogether, each counted once; one query."""

    def count(condition: ColumnElement[bool]) -> Any:
        return select(func.count()).select_from(Annotation).where(others, condition).scalar_subquery()

    waiting = or_(*(_waits_in(tab) for tab in Tab if tab is not Tab.RETURNED))
    *numbers, total = db.session.execute(select(*(count(_waits_in(tab)) for tab in Tab), count(waiting))).one()
    return dict(zip(Tab, numbers, strict=True)), total


def _load_items(where: ColumnElement[bool], tab: Tab, start: int) -> list[Item]:
    """Two queries: the annotations, and the open flags on them."""
    flagged_at = select(func.min(Flag.created_at)).where(
        Flag.annotation_id == Annotation.number, Flag.closed_at.is_(None)
    )
    since = flagged_at.scalar_subquery() if tab is Tab.FLAGGED else _written_at()
    query = (
        select(Annotation, since.label("since"), _contributions())
        .options(joinedload(Annotation.author), joinedload(Annotation.thesis), joinedload(Annotation.paragraph))
        .where(where)
        .order_by("since", Annotation.number)
        .offset(start)
        .limit(LIST_MAX)
    )
    rows = db.session.execute(query).all()
    flags = _load_flags([annotation.number for annotation, _since, _sent in rows])
    return [
        Item(annotation, moment, sent, [flag for flag in flags if flag.annotation_id == annotation.number])
        for annotation, moment, sent in rows
    ]


def _contributions() -> Any:
    """How many contributions the author had sent with this one."""
    sent = aliased(Annotation)
    count = select(func.count()).where(sent.author_id == Annotation.author_id, sent.number <= Annotation.number)
    return count.scalar_subquery()


def _load_flags(numbers: Sequence[int]) -> Sequence[Flag]:
    """The open ones on these annotations, oldest first."""
    query = select(Flag).where(Flag.annotation_id.in_(numbers), Flag.closed_at.is_(None)).order_by(Flag.id)
    return db.session.scalars(query).all()


def load_case(moderator: Person, annotation: Annotation) -> Case:
    """Everything a moderator needs to decide; four queries. Nothing says who reported."""
    require(moderator, Permission.SEE_QUEUE, annotation)
    contributions = db.session.scalar(select(_contributions()).where(Annotation.number == annotation.number)) or 0
    return _to_case(moderator, annotation, _load_flags([annotation.number]), contributions)


def _open(moderator: Person, item: Item) -> Case:
    # Again, with the wording and whatever else its page shows.
    annotation = find_annotation(item.annotation.number) or item.annotation
    return _to_case(moderator, annotation, item.flags, item.contributions)


def _to_case(moderator: Person, annotation: Annotation, flags: Sequence[Flag], contributions: int) -> Case:
    decisions = (
        select(Decision)
        .options(joinedload(Decision.moderator))
        .where(Decision.annotation_id == annotation.number)
        .order_by(Decision.id)
    )
    return Case(
        annotation=annotation,
        thread=mine.load_thread(moderator, annotation),
        flags=flags,
        decisions=db.session.scalars(decisions).all(),
        contributions=contributions,
    )


def _load_own_decisions(moderator: Any, declaration: Declaration) -> Sequence[Decision]:
    query = (
        select(Decision)
        .options(joinedload(Decision.annotation))
        .where(Decision.moderator_id == moderator.membership_in(declaration.id).id)
        .order_by(Decision.id.desc())
        .limit(OWN_DECISIONS)
    )
    return db.session.scalars(query).all()


def load_last_decisions(numbers: Sequence[int]) -> dict[int, Decision]:
    """The latest decision on each of these annotations, by annotation number; one query."""
    query = select(Decision).where(Decision.annotation_id.in_(numbers)).order_by(Decision.id)
    return {decision.annotation_id: decision for decision in db.session.scalars(query)}

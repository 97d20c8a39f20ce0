"""The desk: what waits for a moderator, with one case opened, and who of the team does what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, union
from sqlalchemy.orm import joinedload

from deliberation.annotations import mine
from deliberation.annotations.models import Annotation
from deliberation.annotations.threads import visible_to
from deliberation.clock import BERLIN, now, to_day
from deliberation.database import db
from deliberation.declarations.models import Declaration, Membership
from deliberation.editions.waiting import waiting_anchors
from deliberation.moderation.desk.cases import Case, contributions, load_decisions, load_notes, with_people
from deliberation.moderation.desk.piles import (
    NOT_URGENT,
    Narrowing,
    Tab,
    is_for,
    narrowed,
    numbers_in,
    waiting_since,
    waits_in,
)
from deliberation.moderation.desk.teamwork import SEEN_FOR
from deliberation.moderation.models import Decision, DecisionKind, Flag, Handling, Objection, Presence
from deliberation.moderation.objections.appeals import waits_for
from deliberation.permissions import Permission, Role, require

LIST_MAX = 50
COUNT_MAX = 1000
"""Of a pile that is larger, the desk says that it is, and shows the oldest so many."""
UNDO_MAX = 10
PROMISED = {Tab.PENDING: 24, Tab.FIRST: 24, Tab.UNANSWERED: 72}
"""Hours within which the public is promised an answer (ux A5); weekends have twice the time."""
SATURDAY = 5


@dataclass(frozen=True)
class Item:
    """One line of the list: since when it waits, the open flags on it, who has it in hand, and how many contributions
    its author had sent by then, this one included."""

    annotation: Annotation
    since: datetime
    contributions: int
    flags: Sequence[Flag]
    handling: Handling | None

    def is_held_by_another(self, membership_id: int) -> bool:
        return self.handling is not None and self.handling.is_held(now()) and self.handling.holder_id != membership_id

    def is_late(self, tab: Tab) -> bool:
        """Whether it waits longer than the public was promised."""
        return tab in PROMISED and now() > promised_until(self.since, PROMISED[tab])


@dataclass(frozen=True)
class Colleague:
    """Somebody else of the team, and what she reads at this moment."""

    member: Membership
    presence: Presence | None

    @property
    def is_present(self) -> bool:
        return self.presence is not None and now() - self.presence.seen_at < SEEN_FOR

    def reads(self, annotation: Annotation) -> bool:
        return self.is_present and self.presence is not None and self.presence.annotation_id == annotation.number


@dataclass(frozen=True)
class QueuePage:
    """The desk as one moderator sees it. `missing` is the case asked for if it does not wait any more."""

    declaration: Declaration
    tab: Tab
    wanted: Narrowing
    counts: dict[Tab, int]
    total: int
    anchors: int
    objections: int
    items: Sequence[Item]
    start: int
    case: Case | None
    missing: int | None
    own: Membership
    own_decisions: Sequence[Decision]
    colleagues: Sequence[Colleague]

    @property
    def count_max(self) -> int:
        """Beyond this nothing is counted."""
        return COUNT_MAX

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
        """The next case that nobody else is at, after the last one the first; None if there is no other."""
        around = [*self.items[self.place + 1 :], *self.items[: self.place]]
        free = [item for item in around if not self._is_taken(item)]
        return (free or around)[0].annotation if around else None

    @property
    def previous(self) -> Annotation | None:
        return self.items[self.place - 1].annotation if len(self.items) > 1 else None

    def _is_taken(self, item: Item) -> bool:
        is_read = any(colleague.reads(item.annotation) for colleague in self.colleagues)
        return is_read or item.is_held_by_another(self.own.id)

    def readers_of(self, annotation: Annotation) -> Sequence[Membership]:
        """Colleagues who have it open."""
        return [colleague.member for colleague in self.colleagues if colleague.reads(annotation)]

    @property
    def next_start(self) -> int | None:
        """Where the list goes on."""
        end = self.start + len(self.items)
        return end if end < min(self.counts[self.tab], COUNT_MAX) else None


def promised_until(since: datetime, hours: int) -> datetime:
    """When the promised time is over: an hour on Saturday or Sunday, by the day in Berlin, counts half."""
    at, left = since.astimezone(UTC), timedelta(hours=hours)
    # Day by day, in whole steps: halving what is left of a weekend hour would never come to an end.
    while True:
        day = to_day(at)
        midnight = datetime.combine(day + timedelta(days=1), time.min, BERLIN).astimezone(UTC)
        pace = 2 if day.weekday() >= SATURDAY else 1
        if at + left * pace <= midnight:
            return at + left * pace
        left -= (midnight - at) / pace
        at = midnight


def load_queue(
    moderator: Any,
    declaration: Declaration,
    tab: Tab | None = None,
    number: int | None = None,
    start: int = 0,
    wanted: Narrowing | None = None,
) -> QueuePage:
    """One pile, oldest first, with one case opened; without a pile asked for, the first that is not empty.

    What the moderator wrote or reported herself waits for others and is left out. At most six queries after person and
    declaration, however much waits.
    """
    require(moderator, Permission.SEE_QUEUE, declaration)
    wanted = wanted or Narrowing()
    own = moderator.membership_in(declaration.id)
    others = and_(is_for(own.id), narrowed(wanted, own.id, declaration))
    counts, total, anchors, objections = _load_counts(moderator, declaration, own, others)
    tab = tab or (number and _find_pile(number, others, declaration)) or None
    tab = tab or next((one for one in Tab if counts[one] and one not in NOT_URGENT), Tab.PENDING)
    start = start if 0 <= start < min(counts[tab], COUNT_MAX) else 0
    readable = visible_to(moderator, declaration.id)
    items = _load_items(and_(others, readable, waits_in(tab, declaration)), tab, start)
    opened = next((item for item in items if item.annotation.number == number), next(iter(items), None))
    is_missing = opened is None or opened.annotation.number != number
    decisions, own_decisions = load_decisions(opened.annotation.number if opened else 0, own.id)
    return QueuePage(
        declaration=declaration,
        tab=tab,
        wanted=wanted,
        counts=counts,
        total=total,
        anchors=anchors,
        objections=objections,
        items=items,
        start=start,
        case=_open(moderator, opened, decisions) if opened else None,
        missing=number if number and is_missing else None,
        own=own,
        own_decisions=_to_undo(own_decisions),
        colleagues=_load_colleagues(declaration, own),
    )


def _load_counts(
    moderator: Any, declaration: Declaration, own: Membership, others: ColumnElement[bool]
) -> tuple[dict[Tab, int], int, int, int]:
    """How many wait in each pile, and how many wait for moderators altogether, each counted once; then anchors and
    objections. Nothing is counted further than one over COUNT_MAX: a pile of a million takes no longer. One query."""

    def count(numbers: Any) -> Any:
        return select(func.count()).select_from(numbers).scalar_subquery()

    # Named, because each is counted twice, alone and among all, and is to be looked through once.
    piles = {tab: numbers_in(tab, declaration, others).limit(COUNT_MAX + 1).cte(f"pile_{tab.value}") for tab in Tab}
    urgent = union(*(select(pile.c.number) for tab, pile in piles.items() if tab not in NOT_URGENT)).subquery()
    *numbers, total, anchors, objections = db.session.execute(
        select(
            *(count(pile) for pile in piles.values()),
            count(urgent),
            waiting_anchors(moderator, declaration).scalar_subquery(),
            select(func.count(Objection.id)).where(waits_for(own, declaration)).scalar_subquery(),
        )
    ).one()
    return dict(zip(Tab, numbers, strict=True)), total, anchors, objections


def _find_pile(number: int, others: ColumnElement[bool], declaration: Declaration) -> Tab | None:
    """Where a case lies that an address names without its pile."""
    here = select(Annotation.number).where(others, Annotation.number == number)
    found = db.session.execute(select(*(here.where(waits_in(tab, declaration)).exists() for tab in Tab))).one()
    return next((tab for tab, is_there in zip(Tab, found, strict=True) if is_there), None)


def _load_items(where: ColumnElement[bool], tab: Tab, start: int) -> list[Item]:
    """The lines of one page of the list, each with the open flags on it; one query."""
    oldest = select(Annotation.number).where(where).order_by(Annotation.created_at, Annotation.number).limit(COUNT_MAX)
    page = (
        select(Annotation.number.label("number"), waiting_since(tab).label("since"))
        .where(Annotation.number.in_(oldest.subquery().select()))
        .order_by("since", Annotation.number)
        .offset(start)
        .limit(LIST_MAX)
        .subquery()
    )
    query = (
        select(Annotation, page.c.since, contributions().label("sent"), Handling, Flag)
        .join(page, page.c.number == Annotation.number)
        .outerjoin(Handling, Handling.annotation_id == Annotation.number)
        .outerjoin(Flag, and_(Flag.annotation_id == Annotation.number, Flag.closed_at.is_(None)))
        .options(joinedload(Annotation.author), joinedload(Annotation.thesis), joinedload(Annotation.paragraph))
        .options(*with_people())
        .order_by(page.c.since, Annotation.number, Flag.id)
    )
    found: dict[int, tuple[Annotation, datetime, int, Handling | None, list[Flag]]] = {}
    for annotation, since, sent, handling, flag in db.session.execute(query).unique():
        row = found.setdefault(annotation.number, (annotation, since, sent, handling, []))
        if flag is not None:
            row[4].append(flag)
    return [Item(annotation, since, sent, flags, handling) for annotation, since, sent, handling, flags in found.values()]


def _open(moderator: Any, item: Item, decisions: Sequence[Decision]) -> Case:
    """The thread has the annotation again, with the wording and whatever else its page shows."""
    thread = mine.load_thread(moderator, item.annotation)
    return Case(
        annotation=item.annotation,
        thread=thread,
        flags=item.flags,
        decisions=decisions,
        contributions=item.contributions,
        notes=load_notes(item.annotation.number),
        handling=item.handling,
    )


def _to_undo(decisions: Sequence[Decision]) -> list[Decision]:
    """What can still be taken back: not what was, and not the taking back itself."""
    undone = {decision.undoes_id for decision in decisions}
    return [one for one in decisions if one.kind is not DecisionKind.UNDO and one.id not in undone][:UNDO_MAX]


def _load_colleagues(declaration: Declaration, own: Membership) -> list[Colleague]:
    query = (
        select(Membership, Presence)
        .outerjoin(Presence, Presence.membership_id == Membership.id)
        .options(joinedload(Presence.thesis))
        .where(Membership.declaration_id == declaration.id, Membership.id != own.id, Membership.holds(Role.MODERATOR))
        .order_by(Membership.id)
    )
    return [Colleague(member, presence) for member, presence in db.session.execute(query)]

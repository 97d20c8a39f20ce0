"""The piles of the desk: which contributions wait for a moderator, and why. Conditions only; nothing is read here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, false, func, or_, select, true
from sqlalchemy.orm import aliased

from deliberation.annotations.models import Annotation, Kind, Response, Status
from deliberation.clock import now
from deliberation.declarations.models import Declaration, Thesis
from deliberation.moderation.models import Assignment, Decision, DecisionKind, Flag, Handling, Message
from deliberation.moderation.privately import waits_for_team

_undo = aliased(Decision)
_earlier, _reply, _question = aliased(Annotation), aliased(Annotation), aliased(Annotation)
"""Made once: what an alias finds out about its columns takes longer than the question."""


class Tab(Enum):
    """The piles of the desk, the most urgent first."""

    PENDING = "pending"
    FLAGGED = "flagged"
    FIRST = "first"
    UNANSWERED = "unanswered"
    MESSAGES = "messages"
    UNSEEN = "unseen"
    RETURNED = "returned"


NOT_URGENT = frozenset({Tab.RETURNED})
"""What waits for its author, not for moderators."""
AGES = (24, 48, 72)
"""Hours that the list can be narrowed down to: what waits at least that long."""


@dataclass(frozen=True)
class Narrowing:
    """What the address asks for; empty fields ask for everything."""

    thesis: str = ""
    kind: Kind | None = None
    age: int = 0
    is_mine: bool = False

    @property
    def is_any(self) -> bool:
        return bool(self.thesis or self.kind or self.age or self.is_mine)

    @property
    def kept(self) -> dict[str, Any]:
        """For links that keep it."""
        return {
            "thesis": self.thesis or None,
            "kind": self.kind.value if self.kind else None,
            "age": self.age or None,
            "mine": 1 if self.is_mine else None,
        }


def waits_in(tab: Tab, declaration: Declaration) -> ColumnElement[bool]:
    """Whether an annotation lies in the pile of this declaration."""
    here: Any = Annotation.declaration_id
    if tab in (Tab.FLAGGED, Tab.MESSAGES):
        # Found from the few flags and messages: with an index of the declaration, SQLite would look through all of it.
        here = here + 0
    return and_(here == declaration.id, _lies_in(tab, declaration))


def numbers_in(tab: Tab, declaration: Declaration, others: ColumnElement[bool]) -> Select[int]:
    """The numbers of what lies in the pile and is among the others, in no order: for counting."""
    if tab is not Tab.UNANSWERED:
        return select(Annotation.number).where(others, waits_in(tab, declaration))
    # Which are questions stands in the index of the figures; SQLite would look at the row of everything that is visible.
    is_question = _question.status == Status.VISIBLE, _question.kind == Kind.QUESTION
    query = select(Annotation.number).join(_question, _question.number == Annotation.number)
    return query.where(_question.declaration_id == declaration.id, *is_question, others, _lies_in(tab, declaration))


def _lies_in(tab: Tab, declaration: Declaration) -> ColumnElement[bool]:
    match tab:
        case Tab.PENDING:
            return and_(Annotation.status == Status.PENDING, ~waits_for_its_author(), ~_is_plain_first())
        case Tab.FIRST:
            return and_(Annotation.status == Status.PENDING, ~waits_for_its_author(), _is_plain_first())
        case Tab.FLAGGED:
            return and_(Annotation.status == Status.VISIBLE, has_open_flag())
        case Tab.UNANSWERED:
            is_question = and_(Annotation.kind == Kind.QUESTION, Annotation.status == Status.VISIBLE)
            return and_(is_question, Annotation.closed_at.is_(None), ~_is_answered())
        case Tab.MESSAGES:
            return and_(Annotation.status != Status.WITHDRAWN, waits_for_team())
        case Tab.UNSEEN:
            if not declaration.sends_after_look:
                return false()
            return and_(Annotation.status == Status.VISIBLE, Annotation.reviewed_at.is_(None), ~has_open_flag())
        case Tab.RETURNED:
            return and_(Annotation.status == Status.PENDING, waits_for_its_author())


def waits_for_its_author() -> ColumnElement[bool]:
    """Returned, and not changed since. A return that was taken back counts for nothing."""
    return exists().where(
        Decision.annotation_id == Annotation.number,
        Decision.kind == DecisionKind.RETURN,
        Decision.decided_at >= written_at(),
        ~exists().where(_undo.undoes_id == Decision.id),
    )


def _is_plain_first() -> ColumnElement[bool]:
    """The first thing its author ever sent, never changed, and nothing was found in it."""
    has_earlier = exists().where(_earlier.author_id == Annotation.author_id, _earlier.number < Annotation.number)
    return and_(cast(Annotation.held_because, String) == "[]", Annotation.edited_at.is_(None), ~has_earlier)


def has_open_flag() -> ColumnElement[bool]:
    """Found from the flags, of which few are open, and not by asking each annotation."""
    return Annotation.number.in_(select(Flag.annotation_id).where(Flag.closed_at.is_(None)))


def _is_answered() -> ColumnElement[bool]:
    replied = exists().where(_reply.root_id == Annotation.number, _reply.status == Status.VISIBLE)
    return or_(replied, exists().where(Response.annotation_id == Annotation.number))


def written_at() -> ColumnElement[datetime]:
    return func.coalesce(Annotation.edited_at, Annotation.created_at)


def waiting_since(tab: Tab) -> Any:
    """From when the wait counts: reports from the first one, private answers from the last, all others from the
    writing."""
    if tab is Tab.MESSAGES:
        last = select(func.max(Message.sent_at)).where(Message.annotation_id == Annotation.number)
        return last.scalar_subquery()
    if tab is not Tab.FLAGGED:
        return written_at()
    first = select(func.min(Flag.created_at)).where(Flag.annotation_id == Annotation.number, Flag.closed_at.is_(None))
    return first.scalar_subquery()


def is_for(membership_id: int) -> ColumnElement[bool]:
    """What this moderator may decide: not her own words, and not what she reported herself."""
    own_report = exists().where(
        Flag.annotation_id == Annotation.number,
        Flag.reporter_id == membership_id,
        or_(Flag.closed_at.is_(None), Flag.created_at >= written_at()),
    )
    return and_(Annotation.author_id.is_distinct_from(membership_id), ~own_report)


def narrowed(wanted: Narrowing, membership_id: int, declaration: Declaration) -> ColumnElement[bool]:
    """What is left of the piles."""
    conditions: list[ColumnElement[bool]] = [true()]
    if wanted.thesis:
        of_thesis = select(Thesis.id).where(Thesis.declaration_id == declaration.id, Thesis.number == wanted.thesis)
        conditions.append(Annotation.thesis_id.in_(of_thesis))
    if wanted.kind:
        conditions.append(Annotation.kind == wanted.kind)
    if wanted.age:
        conditions.append(written_at() <= now() - timedelta(hours=wanted.age))
    if wanted.is_mine:
        theses = select(Assignment.thesis_id).where(Assignment.membership_id == membership_id)
        held = exists().where(Handling.annotation_id == Annotation.number, Handling.holder_id == membership_id)
        conditions.append(or_(Annotation.thesis_id.in_(theses), held))
    return and_(*conditions)

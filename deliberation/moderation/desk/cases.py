"""One contribution at the desk, with everything a moderator needs to decide on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from deliberation.annotations import mine
from deliberation.annotations.models import Annotation
from deliberation.annotations.threads import Entry
from deliberation.clock import now
from deliberation.database import db
from deliberation.moderation.models import UNDO_FOR, Decision, DecisionKind, Flag, Handling, Note
from deliberation.permissions import Permission, Person, require


@dataclass(frozen=True)
class Case:
    """One contribution with its thread and what was decided on it before, oldest first; the open flags on it, and how
    many contributions its author had sent by then, this one included."""

    annotation: Annotation
    thread: Entry | None
    flags: Sequence[Flag]
    decisions: Sequence[Decision]
    contributions: int
    notes: Sequence[Note]
    handling: Handling | None

    @property
    def is_returned(self) -> bool:
        """Whether its author was asked to revise it and has not done so yet."""
        written_at = self.annotation.edited_at or self.annotation.created_at
        undone = {one.undoes_id for one in self.decisions}
        returned = [one for one in self.decisions if one.kind is DecisionKind.RETURN and one.id not in undone]
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

    @property
    def hits(self) -> Sequence[Any]:
        """[kind, words] of each passage that the pattern check found, none twice."""
        seen: dict[str, Any] = {}
        for code, words in self.annotation.held_because if self.annotation.is_pending else ():
            seen.setdefault(words, [code, words])
        return list(seen.values())

    @property
    def is_unseen(self) -> bool:
        """Whether it is shown and waits for a look before it goes into mails."""
        a = self.annotation
        return a.declaration.sends_after_look and a.is_visible and a.reviewed_at is None

    @property
    def is_held(self) -> bool:
        return self.handling is not None and self.handling.is_held(now())

    def is_held_by_another(self, membership_id: int) -> bool:
        return self.is_held and self.handling is not None and self.handling.holder_id != membership_id


def load_case(moderator: Person, annotation: Annotation) -> Case:
    """Everything for one page; six queries. Nothing says who reported."""
    require(moderator, Permission.SEE_QUEUE, annotation)
    number = annotation.number
    sent = db.session.scalar(select(contributions()).where(Annotation.number == number)) or 0
    flags = select(Flag).where(Flag.annotation_id == number, Flag.closed_at.is_(None)).order_by(Flag.id)
    handling = select(Handling).options(*with_people()).where(Handling.annotation_id == number)
    decisions, _own = load_decisions(number, None)
    return Case(
        annotation=annotation,
        thread=mine.load_thread(moderator, annotation),
        flags=db.session.scalars(flags).all(),
        decisions=decisions,
        contributions=sent,
        notes=load_notes(number),
        handling=db.session.scalars(handling).one_or_none(),
    )


def with_people() -> tuple[Any, ...]:
    return tuple(joinedload(one) for one in (Handling.holder, Handling.handed_by, Handling.asked_by))


def contributions() -> Any:
    """How many contributions the author had sent with this one, as part of a query."""
    sent = aliased(Annotation)
    count = select(func.count()).where(sent.author_id == Annotation.author_id, sent.number <= Annotation.number)
    return count.correlate(Annotation).scalar_subquery()


def load_notes(number: int) -> Sequence[Note]:
    """What the team wrote about it, oldest first."""
    query = select(Note).options(joinedload(Note.writer)).where(Note.annotation_id == number).order_by(Note.id)
    return db.session.scalars(query).all()


def load_decisions(number: int, membership_id: int | None) -> tuple[list[Decision], list[Decision]]:
    """What was decided on one annotation, oldest first, and what this moderator decided on any within the time for
    taking it back, newest first; one query."""
    wanted = Decision.annotation_id == number
    if membership_id is not None:
        wanted = or_(wanted, and_(Decision.moderator_id == membership_id, Decision.decided_at > now() - UNDO_FOR))
    query = (
        select(Decision)
        .options(joinedload(Decision.moderator), joinedload(Decision.annotation))
        .where(wanted)
        .order_by(Decision.id)
    )
    found = list(db.session.scalars(query))
    about_it = [one for one in found if one.annotation_id == number]
    own = [one for one in found if one.moderator_id == membership_id and one.is_recent]
    return about_it, own[::-1]

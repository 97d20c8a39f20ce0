"""Who of the team looked at what is not for everybody."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from deliberation.accounts.models import Look, StaffAccess, User
from deliberation.clock import now
from deliberation.database import db, rows_changed
from deliberation.permissions import Permission, Person, require

REASON_MIN, REASON_MAX = 10, 600
AGAIN = timedelta(hours=1)


class ReasonMissing(Exception):
    """An address is opened for a reason that can be told the person."""


def note_look(actor: Person, look: Look, place: str = "", reason: str = "", subject: User | None = None) -> None:
    """Write the look down, in the transaction of the look."""
    actor_id = actor.id if isinstance(actor, User) else None
    subject_id = subject.id if subject else None
    db.session.add(StaffAccess(look=look, actor_id=actor_id, subject_id=subject_id, place=place, reason=reason))
    db.session.flush()


def open_address(operator: Person, subject: User, place: str, reason: str) -> tuple[str, bool]:
    """The address behind a pseudonym, and whether this is a new look: the same form sent twice is one. The person learns
    of it, with the reason. Raises ReasonMissing."""
    require(operator, Permission.OPEN_ADDRESS)
    words = " ".join(reason.split())
    if not REASON_MIN <= len(words) <= REASON_MAX:
        raise ReasonMissing
    is_new = not _has_just_looked(operator, subject, words)
    if is_new:
        note_look(operator, Look.ADDRESS, place, words, subject)
    return subject.email, is_new


def _has_just_looked(operator: Person, subject: User, reason: str) -> bool:
    actor_id = operator.id if isinstance(operator, User) else None
    same = (StaffAccess.actor_id == actor_id, StaffAccess.subject_id == subject.id, StaffAccess.reason == reason)
    return db.session.scalar(select(StaffAccess.id).where(*same, StaffAccess.at > now() - AGAIN).limit(1)) is not None


def load_looks(operator: Person, most: int = 200) -> list[StaffAccess]:
    """The latest first."""
    require(operator, Permission.SEE_OPERATION)
    return list(db.session.scalars(select(StaffAccess).order_by(StaffAccess.id.desc()).limit(most)))


def load_looks_at(user: User) -> list[StaffAccess]:
    """What was looked at about this person, for herself."""
    query = select(StaffAccess).where(StaffAccess.subject_id == user.id).order_by(StaffAccess.id.desc())
    return list(db.session.scalars(query))


def forget_looks(moment: datetime) -> int:
    """Retention: everything up to `moment`; how many."""
    return rows_changed(delete(StaffAccess).where(StaffAccess.at <= moment))

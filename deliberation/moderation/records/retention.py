"""Forgetting: what moderation keeps only for a while. The periods stand here and on the privacy page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import joinedload

from deliberation.annotations.models import Annotation
from deliberation.database import db, rows_changed
from deliberation.declarations.models import Act, LogEntry
from deliberation.declarations.record import record
from deliberation.moderation.models import Decision, Flag, Handling, Objection, Presence, Seal
from deliberation.moderation.objections.reviews import end_of_objections, months_later
from deliberation.moderation.records.deciders import forget_deciders

SEALED_FOR = timedelta(days=30)
"""After the decision is final."""
REPORTER_FOR = timedelta(days=7)
"""After the report was answered: an answer can still have to be corrected."""
PERSONS_MONTHS = 6
LOG_MONTHS = 24
PRESENCE_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Keeping:
    """How long, where the operator has not chosen otherwise."""

    seals_days: int = SEALED_FOR.days
    reporters_days: int = REPORTER_FOR.days
    persons_months: int = PERSONS_MONTHS
    lines_months: int = LOG_MONTHS


def forget_moderation(moment: datetime, kept: Keeping = Keeping()) -> dict[str, int]:
    """Retention: sealed originals, who reported something, persons and lines of the log, and traces of work. How much of
    what."""
    persons, lines = _forget_log(moment, kept.persons_months, kept.lines_months)
    _forget_work(moment)
    return {
        "seals": _destroy_seals(moment, timedelta(days=kept.seals_days)),
        "reporters": _forget_reporters(moment, timedelta(days=kept.reporters_days)),
        "log_persons": persons,
        "log_lines": lines,
    }


def final_at(
    decided_at: datetime, withdrawn_at: datetime | None, objections: list[tuple[datetime | None, bool]]
) -> datetime | None:
    """When nothing can change about a decision any more; None while somebody may still decide on it.

    That is when the text is withdrawn, when the author's objection is decided, or when six months have passed without
    one, whichever comes first. `objections` are (decided at, is the author's own); an open one keeps it from being
    final, whoever said it, unless the text is withdrawn."""
    if withdrawn_at is not None:
        return withdrawn_at
    if any(decided is None for decided, _own in objections):
        return None
    decided = [when for when, _own in objections if when is not None]
    own = [when for when, is_own in objections if is_own and when is not None]
    end = min([end_of_objections(decided_at), *own])
    # A reporter's objection that was decided later than that had kept it open.
    return max([end, *(when for when in decided if when > end)])


def _destroy_seals(moment: datetime, kept_for: timedelta) -> int:
    """What was redacted is gone for good; that it is, stands in the log."""
    destroyed = 0
    query = (
        select(Seal)
        .options(joinedload(Seal.decision).joinedload(Decision.annotation).joinedload(Annotation.declaration))
        .where(Seal.sealed_at <= moment - kept_for)
        .order_by(Seal.id)
    )
    for kept in db.session.scalars(query).unique().all():
        decision = kept.decision
        end = final_at(decision.decided_at, _withdrawn_at(decision.annotation), _objections(decision.id))
        if end is not None and end + kept_for <= moment:
            record(None, decision.annotation.declaration, Act.DESTROY, decision.annotation, before="sealed")
            db.session.delete(kept)
            destroyed += 1
    return destroyed


def _withdrawn_at(annotation: Annotation) -> datetime | None:
    if not annotation.is_withdrawn:
        return None
    lines = select(func.max(LogEntry.at)).where(
        LogEntry.annotation_id == annotation.number, LogEntry.act == Act.WITHDRAWN
    )
    # Without a line in the log it was withdrawn before there was one.
    return db.session.scalar(lines) or annotation.edited_at or annotation.created_at


def _objections(decision_id: int) -> list[tuple[datetime | None, bool]]:
    query = select(Objection.decided_at, Objection.flag_id.is_(None)).where(Objection.decision_id == decision_id)
    return [(decided, bool(own)) for decided, own in db.session.execute(query)]


def _forget_reporters(moment: datetime, kept_for: timedelta) -> int:
    """Name and address, once the answer has stood for a while and no objection of theirs is open."""
    objected = exists().where(Objection.flag_id == Flag.id, Objection.verdict.is_(None))
    is_known = or_(Flag.name_sealed != "", Flag.email_sealed != "")
    answered = and_(Flag.answered_at <= moment - kept_for, is_known, ~objected)
    return rows_changed(update(Flag).where(answered).values(name_sealed="", email_sealed=""))


def _forget_log(moment: datetime, persons_months: int, lines_months: int) -> tuple[int, int]:
    persons = or_(LogEntry.actor_id.is_not(None), LogEntry.subject_id.is_not(None))
    old = LogEntry.at <= months_earlier(moment, persons_months)
    forgotten = rows_changed(update(LogEntry).where(old, persons).values(actor_id=None, subject_id=None))
    forgotten += forget_deciders(months_earlier(moment, persons_months))
    return forgotten, rows_changed(delete(LogEntry).where(LogEntry.at <= months_earlier(moment, lines_months)))


def months_earlier(moment: datetime, months: int) -> datetime:
    """The same day some months before, or the last one of a month that is too short."""
    return months_later(moment, -months)


def _forget_work(moment: datetime) -> None:
    """Who had what open, and who had it in hand; a second opinion that was asked for stays asked for."""
    db.session.execute(delete(Presence).where(Presence.seen_at <= moment - PRESENCE_FOR))
    expired = Handling.held_until <= moment
    wanted = or_(Handling.asked_at.is_not(None), Handling.handed_by_id.is_not(None))
    db.session.execute(delete(Handling).where(expired, ~wanted))
    db.session.execute(update(Handling).where(expired).values(holder_id=None, held_until=None))

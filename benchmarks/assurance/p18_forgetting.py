"""P18: the clock goes forward through two and a half years; what is kept for a while is gone when its time is up."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from benchmarks.assurance import Measured
from benchmarks.assurance.town import ENGINES, town
from deliberation.accounts import limits, sessions
from deliberation.accounts.actions import request_code
from deliberation.accounts.models import Attempt, LoginCode, Look, Session, StaffAccess, User
from deliberation.accounts.staff_access import note_look
from deliberation.annotations.drafts import save_draft
from deliberation.annotations.models import Draft
from deliberation.clock import frozen_at
from deliberation.database import db, set_reading
from deliberation.declarations.models import LogEntry, Membership
from deliberation.moderation import privately
from deliberation.moderation.models import Letter, Message
from deliberation.notifications.actions import queue_mail
from deliberation.notifications.models import Mail
from deliberation.privacy.retention import forget
from tests import builders

DAY = timedelta(days=1)
MONTH = timedelta(days=31)
# What, how long at most, and how many are left.
LIMITS = {
    "limiter keys": 1 * DAY, "codes": 1 * DAY, "sessions": 30 * DAY, "mail not delivered": 7 * DAY, "mail log": 30 * DAY,
    "unconfirmed accounts": 7 * DAY, "drafts": 90 * DAY, "looks of staff": 6 * MONTH, "persons in the log": 6 * MONTH,
    "lines of the log": 24 * MONTH, "messages and letters": 24 * MONTH, "accounts": 25 * MONTH,
}  # fmt: skip


def measure() -> list[Measured]:
    return [_on(engine) for engine in ENGINES]


def _on(engine: str) -> Measured:
    with town(engine) as here:
        set_reading(False)
        author = here.people["author"]
        privately.write_privately(here.people["moderator"], here.own.annotation, "Bitte melden Sie sich.", "p18")
        builders.make_user("never")
        request_code(author.email, "another browser")
        sessions.begin(author)
        limits.note([limits.gate("secret", "password", f"person {n}", ()) for n in range(50)])
        save_draft(author, here.own.declaration, "t:1", {"body": "Entwurf"}, "k")
        note_look(here.people["organiser"], Look.NAMES, "erklaerung")
        for number in range(50):
            queue_mail(f"p{number}@example.org", "cause", "sign_in", {}, "de")
        for mail in db.session.scalars(select(Mail).limit(25)):
            mail.sent_at = datetime.now(UTC)
        db.session.commit()
        start = datetime.now(UTC)
        gone: dict[str, timedelta] = {}
        step = timedelta(0)
        while step < 26 * MONTH:
            step += timedelta(minutes=10) if step < 2 * timedelta(hours=1) else timedelta(hours=1) if step < 2 * DAY else DAY
            with frozen_at(start + step):
                forget(start + step, "de", "secret")
                db.session.commit()
            for what, count in _left(start).items():
                if count == 0:
                    gone.setdefault(what, step)
    late = [what for what, longest in LIMITS.items() if gone.get(what, timedelta.max) > longest + timedelta(minutes=10)]
    shown = ", ".join(f"{what} {_span(gone[what])}" for what in LIMITS if what in gone)
    return Measured("P18", f"{engine}: gone after {shown}" + (f"; late: {', '.join(late)}" if late else ""), not late)


def _span(after: timedelta) -> str:
    return f"{after.days} d" if after.days else f"{after.total_seconds() / 3600:.1f} h"


def _left(start: datetime) -> dict[str, int]:
    def count(model: type, *conditions: object) -> int:
        return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0  # type: ignore[arg-type]

    log = LogEntry.at <= start
    has_roles = User.memberships.any(Membership.grants.any())
    return {
        "limiter keys": count(Attempt), "codes": count(LoginCode), "sessions": count(Session),
        "mail not delivered": count(Mail, Mail.sent_at.is_(None), Mail.created_at <= start + DAY),
        "mail log": count(Mail, Mail.sent_at.is_not(None)),
        "unconfirmed accounts": count(User, User.confirmed_at.is_(None), ~User.memberships.any()),
        "drafts": count(Draft), "looks of staff": count(StaffAccess),
        "persons in the log": count(LogEntry, log, LogEntry.actor_id.is_not(None) | LogEntry.subject_id.is_not(None)),
        "lines of the log": count(LogEntry, log),
        "messages and letters": count(Message) + count(Letter, Letter.settled_at.is_not(None)),
        "accounts": count(User, User.is_operator.is_(False), ~has_roles),
    }  # fmt: skip

"""Being signed in with one device: begun, looked up at each request, ended at once wherever one wants.

How long (ASVS 5.0, 7.3): people who take part 14 days after their last visit and 30 days in all; staff, who can do more
harm, 2 hours and 12 hours. What is especially delicate asks again who one is after half an hour (`PROOF`).
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, or_, select, update

from deliberation.accounts.models import ApiToken, LoginCode, Session, User, has_roles, load_session
from deliberation.clock import now
from deliberation.database import db, rows_changed

IDLE, LONGEST = timedelta(days=14), timedelta(days=30)
STAFF_IDLE, STAFF_LONGEST = timedelta(hours=2), timedelta(hours=12)
PROOF = timedelta(minutes=30)
HALF = timedelta(minutes=15)
"""How long the second proof may take after the first."""
SEEN_EVERY = timedelta(minutes=5)
TOKEN_BYTES = 32

# The first that fits: Chromium's children call themselves Chrome too, and everybody is Safari.
BROWSERS = (
    ("Firefox", "Firefox"), ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def begin(user: User, agent: str = "", with_second: bool = False) -> str:
    """Sign the account in; the token for the cookie. `agent`: how the browser calls itself. `with_second`: the second
    factor was given too."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    moment = now()
    entry = Session(
        token_hash=hashed(token), user_id=user.id, device=device_name(agent), created_at=moment, seen_at=moment, proved_at=moment,
        second_at=moment if with_second else None,
    )  # fmt: skip
    db.session.add(entry)
    user.seen_at, user.warned_at = max(user.seen_at, _day(moment)), None
    db.session.flush()
    return token


def find(token: str) -> Session | None:
    """The session of a cookie with its account, if it still holds."""
    found = load_session(hashed(token))
    return found if found is not None and _lasts(found, now()) else None


def needs_second_factor(user: User, is_required: bool) -> bool:
    """Whether signing in asks this person for more than one thing. `is_required`: of staff, on this site."""
    return user.second_factor_at is not None or (is_required and user.is_staff)


def has_proof(entry: Session) -> bool:
    """Whether the person said lately who they are."""
    return now() - entry.proved_at < PROOF


def waits_too_long(entry: Session) -> bool:
    """Of a session with the first proof alone: whether that was too long ago for the second."""
    return now() - entry.proved_at >= HALF


def note_proof(entry: Session) -> None:
    entry.proved_at = now()


def is_seen_long_ago(entry: Session) -> bool:
    """Whether the visit is worth a write."""
    return now() - entry.seen_at >= SEEN_EVERY


def mark_seen(token_hash: str, user_id: int) -> None:
    """Note the visit: the time for the session, the day for the account."""
    moment = now()
    quietly = {"synchronize_session": False}
    seen = update(Session).where(Session.token_hash == token_hash).values(seen_at=moment)
    db.session.execute(seen, execution_options=quietly)
    day = _day(moment)
    old = (User.id == user_id) & (User.seen_at < day)
    db.session.execute(update(User).where(old).values(seen_at=day, warned_at=None), execution_options=quietly)


def _day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def load_sessions(user: User) -> list[Session]:
    """All that still hold, the one used last first."""
    query = select(Session).where(Session.user_id == user.id).order_by(Session.seen_at.desc())
    return [entry for entry in db.session.scalars(query) if _holds(entry, user, now())]


def end(user: User, key: str) -> bool:
    """Sign out one device; whether there was such a session."""
    return rows_changed(delete(Session).where(Session.user_id == user.id, Session.key == key)) > 0


def end_token(token: str) -> None:
    """Sign out the device that has this cookie; a copy of it is worth nothing from now on."""
    db.session.execute(delete(Session).where(Session.token_hash == hashed(token)))


def end_all(user: User, but: str | None = None) -> None:
    """Sign the account out everywhere; `but`: the key of a session to keep. Whatever waits in a mailbox, codes and links of
    every purpose, opens nothing any more, and no program acts in the person's name."""
    query = delete(Session).where(Session.user_id == user.id)
    db.session.execute(query.where(Session.key != but) if but else query)
    db.session.execute(delete(LoginCode).where(LoginCode.user_id == user.id))
    db.session.execute(delete(ApiToken).where(ApiToken.user_id == user.id))


def forget_ended_sessions(moment: datetime) -> None:
    """Retention: what no cookie can open any more."""
    ended = or_(Session.seen_at <= moment - IDLE, Session.created_at <= moment - LONGEST)
    ended_for_staff = or_(Session.seen_at <= moment - STAFF_IDLE, Session.created_at <= moment - STAFF_LONGEST)
    staff = select(User.id).where(or_(User.is_operator, User.memberships.any(has_roles())))
    db.session.execute(delete(Session).where(or_(ended, ended_for_staff & Session.user_id.in_(staff))))


def hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _lasts(entry: Session, moment: datetime) -> bool:
    return _holds(entry, entry.user, moment)


def _holds(entry: Session, user: User, moment: datetime) -> bool:
    idle, longest = (STAFF_IDLE, STAFF_LONGEST) if user.is_staff else (IDLE, LONGEST)
    return moment - entry.seen_at < idle and moment - entry.created_at < longest


def device_name(agent: str) -> str:
    """`Firefox, Android`: enough to know one's own devices apart, too little to recognise anybody."""
    return ", ".join(_first(names, agent) for names in (BROWSERS, SYSTEMS) if _first(names, agent))


def _first(names: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for sign, name in names if sign in agent), "")

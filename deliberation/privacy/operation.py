"""What the operator has to be able to show: consents, what was forgotten, and who looked at what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberation.accounts import pseudonyms
from deliberation.accounts.models import Look, StaffAccess, User
from deliberation.accounts.staff_access import note_look, open_address
from deliberation.database import db
from deliberation.declarations.models import Act, Declaration, LogEntry, Membership
from deliberation.permissions import Permission, Person, require
from deliberation.privacy.models import Erasure, Forgotten

LINES_MAX = 300


@dataclass(frozen=True)
class Consent:
    """That somebody agreed to which words when; by the random key of the account, without address or name."""

    key: str
    version: str
    at: datetime
    is_confirmed: bool


@dataclass(frozen=True)
class Seen:
    """One look: what at, by whom (a key, a name of the team, or nobody known), where, why."""

    at: datetime
    what: str
    who: str
    place: str
    reason: str


@dataclass(frozen=True)
class Trace:
    """What was forgotten on one day."""

    on_day: date
    what: str
    rows: int
    positions: int = 0


class NobodyThere(Exception):
    """No account writes under this name there."""


def load_consents(operator: Person, before: int = 0) -> tuple[Sequence[Consent], int]:
    """The latest first, and where the next page begins (0: nowhere). Whoever shows it notes the look."""
    require(operator, Permission.SEE_OPERATION)
    query = select(User.id, User.key, User.consent_version, User.consented_at, User.confirmed_at)
    query = query.where(User.consented_at.is_not(None)).order_by(User.id.desc()).limit(LINES_MAX + 1)
    rows = db.session.execute(query.where(User.id < before) if before else query).all()
    shown = rows[:LINES_MAX]
    consents = [Consent(row.key, row.consent_version, row.consented_at, row.confirmed_at is not None) for row in shown]
    return consents, shown[-1].id if len(rows) > LINES_MAX else 0


def note_look_at_consents(operator: Person) -> None:
    require(operator, Permission.SEE_OPERATION)
    note_look(operator, Look.CONSENTS)


def load_traces(operator: Person) -> Sequence[Trace]:
    """Erased accounts and what its time was up for, by day, the latest first."""
    require(operator, Permission.SEE_OPERATION)
    erasures = select(Erasure).order_by(Erasure.on_day.desc(), Erasure.id.desc()).limit(LINES_MAX)
    forgotten = select(Forgotten).order_by(Forgotten.on_day.desc(), Forgotten.id).limit(LINES_MAX)
    traces = [
        Trace(one.on_day, f"erased_{one.parting.value}", one.contributions, one.positions) for one in db.session.scalars(erasures)
    ]
    traces += [Trace(one.on_day, one.what, one.rows) for one in db.session.scalars(forgotten)]
    return sorted(traces, key=lambda trace: trace.on_day, reverse=True)[:LINES_MAX]


def load_seen(operator: Person) -> Sequence[Seen]:
    """Looks at addresses, files with names and consents, and originals under a redaction that were read."""
    require(operator, Permission.SEE_OPERATION)
    looks = db.session.execute(
        select(StaffAccess, User.key)
        .outerjoin(User, User.id == StaffAccess.actor_id)
        .order_by(StaffAccess.id.desc())
        .limit(LINES_MAX)
    )
    seen = [Seen(one.at, one.look.value, key or "", one.place, one.reason) for one, key in looks]
    unsealed = db.session.execute(
        select(LogEntry, Declaration.slug)
        .join(Declaration, Declaration.id == LogEntry.declaration_id)
        .options(joinedload(LogEntry.actor))
        .where(LogEntry.act == Act.UNSEAL)
        .order_by(LogEntry.id.desc())
        .limit(LINES_MAX)
    )
    seen += [
        Seen(entry.at, "unseal", entry.actor.team_name if entry.actor else "", slug, f"A-{entry.annotation_id}")
        for entry, slug in unsealed
    ]
    return sorted(seen, key=lambda one: one.at, reverse=True)[:LINES_MAX]


def open_address_of(operator: Person, slug: str, pseudonym: str, reason: str) -> tuple[User, str, bool]:
    """The account behind a pseudonym, its address, and whether this is a new look, of which the person is to be told.
    Raises NobodyThere, ReasonMissing."""
    require(operator, Permission.OPEN_ADDRESS)
    query = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .join(Declaration, Declaration.id == Membership.declaration_id)
        .where(Declaration.slug == slug, Membership.pseudonym_key == pseudonyms.to_key(pseudonym))
    )
    user = db.session.scalars(query).one_or_none()
    if user is None:
        raise NobodyThere(pseudonym)
    address, is_new = open_address(operator, user, slug, reason)
    return user, address, is_new

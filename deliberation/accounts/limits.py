"""How often something may be tried. Counted in the database, so it holds over processes and restarts.

A try is noted and committed before it is counted: of many at the same moment, never more get through than
are allowed.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from deliberation.accounts.models import Attempt
from deliberation.clock import now
from deliberation.database import db

KEEP = timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """So many times within so many minutes."""

    times: int
    minutes: int


PASSWORD_PER_ACCOUNT = (Limit(10, 15),)
CODE_PER_BROWSER = (Limit(10, 15),)
GUESSES_PER_ADDRESS = (Limit(50, 15),)
SIGN_UP_MAILS = (Limit(1, 15), Limit(5, 24 * 60))
SIGN_IN_MAILS = (Limit(3, 15), Limit(10, 24 * 60))


@dataclass(frozen=True)
class Gate:
    """One thing that is counted: the keyed hash of what and who, and what is allowed."""

    key: str
    limits: tuple[Limit, ...]


def gate(secret: str, purpose: str, who: str, limits: tuple[Limit, ...]) -> Gate:
    """Count `purpose` for `who` (a mail or network address), of which only a keyed hash is kept."""
    return Gate(hmac.new(secret.encode(), f"{purpose}:{who}".encode(), "sha256").hexdigest(), limits)


def note(gates: Iterable[Gate]) -> list[int]:
    """Write the try down; returns what `take_back` and `open_again_at` need.

    Tries at one gate are numbered in the order in which they are committed, so of many at once the first are in time.
    """
    gates = list(gates)
    if db.session.get_bind().dialect.name == "postgresql":
        for key in sorted(each.key for each in gates):
            db.session.execute(select(func.pg_advisory_xact_lock(int(key[:15], 16))))
    attempts = [Attempt(key_hash=each.key) for each in gates]
    db.session.add_all(attempts)
    db.session.flush()
    return [attempt.id for attempt in attempts]


def open_again_at(gates: Iterable[Gate], tries: Iterable[int]) -> datetime | None:
    """None if what was noted is within all limits; else when the next try will be."""
    noted = zip(gates, tries, strict=True)
    waits = [_wait(each.key, limit, number) for each, number in noted for limit in each.limits]
    return max((wait for wait in waits if wait), default=None)


def take_back(attempts: Iterable[int]) -> None:
    """Strike out tries: those that were refused, so that waiting helps, and those that succeeded."""
    db.session.execute(delete(Attempt).where(Attempt.id.in_(list(attempts))))


def forget_attempts(moment: datetime) -> None:
    """Retention: what no limit looks at any more."""
    db.session.execute(delete(Attempt).where(Attempt.at <= moment - KEEP))


def _wait(key: str, limit: Limit, number: int) -> datetime | None:
    span = timedelta(minutes=limit.minutes)
    recent = (Attempt.key_hash == key, Attempt.at > now() - span, Attempt.id <= number)
    count, first = db.session.execute(select(func.count(), func.min(Attempt.at)).where(*recent)).one()
    return first + span if count > limit.times else None

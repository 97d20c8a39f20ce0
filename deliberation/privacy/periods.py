"""How long things are kept: one list for the jobs, the privacy page and the operator who changes it."""

from dataclasses import dataclass, fields, replace

from sqlalchemy import delete, select

from deliberation.accounts.actions import UNCONFIRMED_DAYS
from deliberation.annotations.drafts import KEEP_DAYS, KEEP_FOREIGN_DAYS
from deliberation.database import db
from deliberation.moderation.records import retention
from deliberation.notifications.actions import KEEP_SENT_DAYS, KEEP_UNSENT_DAYS
from deliberation.notifications.following import CONFIRM_DAYS
from deliberation.permissions import Permission, Person, require
from deliberation.privacy.models import PeriodSetting


@dataclass(frozen=True)
class Periods:
    """The end of each name is its unit. `BOUNDS` says what an operator may choose."""

    unconfirmed_days: int = UNCONFIRMED_DAYS
    following_days: int = CONFIRM_DAYS
    drafts_days: int = KEEP_DAYS
    guest_drafts_days: int = KEEP_FOREIGN_DAYS
    seals_days: int = retention.SEALED_FOR.days
    reporters_days: int = retention.REPORTER_FOR.days
    sent_mail_days: int = KEEP_SENT_DAYS
    unsent_mail_days: int = KEEP_UNSENT_DAYS
    log_persons_months: int = retention.PERSONS_MONTHS
    log_lines_months: int = retention.LOG_MONTHS
    messages_months: int = retention.LOG_MONTHS
    accounts_months: int = 24
    looks_months: int = 6
    # Both after the answer; see `site.barriers`.
    barrier_addresses_months: int = 3
    barriers_months: int = 12


BOUNDS: dict[str, tuple[int, int]] = {
    "unconfirmed_days": (1, 7),
    "following_days": (1, CONFIRM_DAYS),
    "drafts_days": (7, 365),
    "guest_drafts_days": (1, 7),
    "seals_days": (30, 90),
    "reporters_days": (1, 30),
    "sent_mail_days": (1, 30),
    "unsent_mail_days": (1, 7),
    "log_persons_months": (1, 12),
    "log_lines_months": (6, 36),
    "messages_months": (1, 24),
    "accounts_months": (6, 36),
    "looks_months": (3, 24),
    "barrier_addresses_months": (1, 6),
    "barriers_months": (6, 24),
}
WARN_DAYS = 30
"""Before an account ends for want of a visit."""


class OutOfBounds(Exception):
    """Too short to keep what the law asks for, or longer than was promised."""


def load_periods() -> Periods:
    """What holds on this site."""
    changed = {row.name: row.length for row in db.session.scalars(select(PeriodSetting))}
    known = {field.name for field in fields(Periods)}
    return replace(Periods(), **{name: length for name, length in changed.items() if name in known})


def change_period(operator: Person, name: str, length: int) -> None:
    """Keep something longer or shorter. Raises OutOfBounds, KeyError."""
    require(operator, Permission.SEE_OPERATION)
    least, most = BOUNDS[name]
    if not least <= length <= most:
        raise OutOfBounds(name)
    db.session.execute(delete(PeriodSetting).where(PeriodSetting.name == name))
    if length != getattr(Periods(), name):
        db.session.add(PeriodSetting(name=name, length=length))
    db.session.flush()

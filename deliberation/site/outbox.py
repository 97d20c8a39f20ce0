"""Mails that wait, and those that were given up: to be tried again or thrown away by a person. Addresses are masked."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update

from deliberation.clock import now
from deliberation.database import db, rows_changed
from deliberation.notifications.bounces import count_unreachable
from deliberation.notifications.mailer import BACK_OFF, is_given_up
from deliberation.notifications.models import Mail
from deliberation.permissions import Permission, Person, require
from deliberation.site.changing import note_change

LINES_MAX = 50
RETRIED, DISCARDED = "mail_retried", "mail_discarded"


@dataclass(frozen=True)
class Waiting:
    """One mail that has not gone out: what kind, to whom only as far as it takes to see a pattern, and what went wrong."""

    id: int
    template: str
    masked: str
    created_at: datetime
    due_at: datetime
    tries: int
    fault: str
    is_given_up: bool


@dataclass(frozen=True)
class Outbox:
    """What waits, with the given-up ones first, and how many there are of each beside those that are listed."""

    mails: Sequence[Waiting]
    given_up: int
    waiting: int
    # Addresses that get nothing any more that can be done without.
    unreachable: int

    @property
    def faults(self) -> dict[str, int]:
        """Of the given-up mails that are listed: what went wrong, and how often, where it is more than one."""
        found = Counter(mail.fault for mail in self.mails if mail.is_given_up and mail.fault)
        return {fault: count for fault, count in found.items() if count > 1}


def load_outbox(operator: Person) -> Outbox:
    require(operator, Permission.SEE_OPERATION)
    given_up = count_given_up()
    unsent = db.session.scalar(select(func.count()).select_from(Mail).where(Mail.sent_at.is_(None))) or 0
    query = select(Mail).where(Mail.sent_at.is_(None)).order_by(Mail.tries.desc(), Mail.id).limit(LINES_MAX)
    mails = [_to_waiting(mail) for mail in db.session.scalars(query)]
    return Outbox(mails, given_up, unsent - given_up, count_unreachable())


def count_given_up() -> int:
    """How many mails failed for good."""
    return db.session.scalar(select(func.count()).select_from(Mail).where(*is_given_up())) or 0


def retry(operator: Person, mail_id: int) -> bool:
    """Begin anew with a mail that was given up; whether there is such a one."""
    require(operator, Permission.RUN_SITE)
    template = _template(mail_id)
    again = update(Mail).where(Mail.id == mail_id, *is_given_up()).values(tries=0, due_at=now(), error="")
    if not rows_changed(again):
        return False
    note_change(operator, RETRIED, after=template)
    return True


def retry_all(operator: Person, fault: str) -> int:
    """Begin anew with every mail that was given up for the same kind of fault; how many."""
    require(operator, Permission.RUN_SITE)
    same = Mail.error.startswith(f"{fault}:", autoescape=True) if fault else Mail.error == ""
    again = update(Mail).where(*is_given_up(), same).values(tries=0, due_at=now(), error="")
    changed = rows_changed(again)
    if changed:
        note_change(operator, RETRIED, after=f"{fault} × {changed}")
    return changed


def discard(operator: Person, mail_id: int) -> bool:
    """Throw a mail away that was given up; whether there is such a one."""
    require(operator, Permission.RUN_SITE)
    template = _template(mail_id)
    if not rows_changed(delete(Mail).where(Mail.id == mail_id, *is_given_up())):
        return False
    note_change(operator, DISCARDED, after=template)
    return True


def masked(address: str) -> str:
    """`a…@example.org`: enough to see that it is always the same provider."""
    name, _at, host = address.rpartition("@")
    return f"{name[:1]}…@{host}" if name else "…"


def _template(mail_id: int) -> str:
    return db.session.scalar(select(Mail.template).where(Mail.id == mail_id)) or ""


def _to_waiting(mail: Mail) -> Waiting:
    # Of the error its kind alone: the words of a server may repeat the address.
    fault = mail.error.partition(":")[0]
    return Waiting(
        mail.id, mail.template, masked(mail.recipient), mail.created_at, mail.due_at, mail.tries, fault,
        mail.tries > len(BACK_OFF),
    )  # fmt: skip

"""Addresses that mail does not reach: refused while it was handed over, or sent back later (RFC 3464).

Known by the keyed hash alone. After failures for good on three days nothing is sent any more that can be done without; codes
and what concerns the safety of an account go on. Where reports come back to says the setting BOUNCE_ADDRESS."""

import email
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from email.message import Message

from sqlalchemy import delete, select

from deliberation.clock import now, to_day
from deliberation.database import count_rows, db, once, rows_changed
from deliberation.notifications.models import Bounce, Mail
from deliberation.sealing import keyed_hash
from deliberation.settings import setting

DAYS = 3
"""On so many days mail has to fail for good before an address counts as unreachable."""
KEEP = timedelta(days=180)
REPORT_MAX = 1_000_000
"""Bytes."""
SIGN = 16
"""Hexadecimal digits: whoever guesses them can have one address of nobody's knowing doubted for a day."""


class NoReport(Exception):
    """Not a report of a failure for good about a mail of ours."""


def note_bounce(address_hash: str, fault: str, moment: datetime) -> None:
    """Once a day at most: whoever sends ten mails to a full mailbox learns one thing."""
    day = to_day(moment)
    same = select(Bounce).where(Bounce.address_hash == address_hash)
    bounce = once(same, lambda: Bounce(address_hash=address_hash, failed_days=0, last_on=None, fault=""))
    if bounce.last_on != day:
        bounce.failed_days, bounce.last_on = bounce.failed_days + 1, day
    bounce.fault = fault[:40]
    db.session.flush()


def find_unreachable(hashes: Iterable[str]) -> set[str]:
    """Those of these addresses that get nothing any more that can be done without."""
    wanted = list(hashes)
    found: set[str] = set()
    for start in range(0, len(wanted), 400):
        some = Bounce.address_hash.in_(wanted[start : start + 400])
        found.update(db.session.scalars(select(Bounce.address_hash).where(some, Bounce.failed_days >= DAYS)))
    return found


def is_unreachable(address_hash: str) -> bool:
    return bool(find_unreachable([address_hash]))


def count_unreachable() -> int:
    return count_rows(Bounce.id, Bounce.failed_days >= DAYS)


def believe_again(address_hash: str) -> None:
    """Somebody says that it works again: begin anew."""
    db.session.execute(delete(Bounce).where(Bounce.address_hash == address_hash))


def forget_old_bounces(moment: datetime) -> int:
    """Half a year after the last failure nobody needs to know; how many."""
    return rows_changed(delete(Bounce).where(Bounce.last_on < to_day(moment - KEEP)))


def sender_of(mail_id: int) -> str:
    """Where a report about this mail comes back to: an address of its own that nobody can make up. Empty without a setting."""
    name, at, host = setting("BOUNCE_ADDRESS").partition("@")
    return f"{name}+{mail_id}-{_sign(mail_id)}{at}{host}" if at else ""


def _sign(mail_id: int) -> str:
    return keyed_hash("bounce", str(mail_id))[:SIGN]


def take_report(content: bytes) -> str:
    """Note what a report says about one of our mails; the status it names. Raises NoReport for everything else: delays,
    answers from a holiday, forgeries, mails that we do not know any more."""
    message = email.message_from_bytes(content[:REPORT_MAX])
    status = _failure(message)
    mail_id = _mail_of(message)
    if not status or mail_id is None:
        raise NoReport
    found = db.session.scalar(select(Mail.recipient_hash).where(Mail.id == mail_id))
    if not found:
        raise NoReport
    note_bounce(found, status, now())
    return status


def _failure(message: Message) -> str:
    """The status of a failure for good, such as 5.1.1; empty if it reports none."""
    for part in message.walk():
        blocks = part.get_payload() if part.get_content_type() == "message/delivery-status" else []
        for block in blocks if isinstance(blocks, list) else []:
            if not isinstance(block, Message):
                continue
            action, status = str(block.get("Action", "")).strip().lower(), str(block.get("Status", "")).strip()
            if action == "failed" and status.startswith("5."):
                return status.split()[0][:20]
    return ""


def _mail_of(message: Message) -> int | None:
    """The mail it is about, by the address that it was sent back to."""
    host = setting("BOUNCE_ADDRESS").rpartition("@")[2].lower()
    for header in ("To", "Delivered-To", "X-Original-To", "Envelope-To"):
        for value in message.get_all(header, []):
            for word in str(value).replace("<", " ").replace(">", " ").replace(",", " ").split():
                local, _at, domain = word.rpartition("@")
                number, _dash, sign = local.rpartition("+")[2].partition("-")
                if domain.lower() != host or not (number.isascii() and number.isdigit()) or len(number) > 12:
                    continue
                if hmac.compare_digest(sign.encode(), _sign(int(number)).encode()):
                    return int(number)
    return None

"""Putting mail into the outbox, in the transaction of the deed that caused it. Nothing is sent here."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from deliberation.accounts.addresses import address_hash
from deliberation.clock import now
from deliberation.database import db, rows_changed
from deliberation.notifications.models import Bounce, Mail

KEEP_UNSENT_DAYS = 7
KEEP_SENT_DAYS = 30
LAST_WORDS = "account_erased"
"""The template that tells somebody that the account is gone."""


def queue_mail(
    recipient: str, cause: str, template: str, parameters: dict[str, Any], locale: str, due_at: datetime | None = None
) -> None:
    """Write one mail into the outbox; the same cause for the same recipient a second time changes nothing."""
    asked = select(Mail.id).where(Mail.recipient_hash == address_hash(recipient), Mail.cause == cause)
    if db.session.scalar(asked) is not None:
        return
    mail = Mail(recipient, parameters, cause=cause, template=template, locale=locale, due_at=due_at or now())
    try:
        with db.session.begin_nested():
            db.session.add(mail)
    except IntegrityError:
        # Another process queued it at the same moment: then it is queued, which is all we wanted.
        return


def forget_recipient(recipient: str) -> None:
    """Delete every mail to this address, sent or not, and that some did not arrive."""
    db.session.execute(delete(Mail).where(Mail.recipient_hash == address_hash(recipient)))
    db.session.execute(delete(Bounce).where(Bounce.address_hash == address_hash(recipient)))


def forget_old_mail(
    moment: datetime, sent_days: int = KEEP_SENT_DAYS, unsent_days: int = KEEP_UNSENT_DAYS
) -> int:
    """Retention: what was sent, and what could not be sent and will not be wanted any more; how many. Of the last words
    to somebody who left nothing stays once they are sent."""
    sent = Mail.sent_at <= moment - timedelta(days=sent_days)
    old = moment - timedelta(days=unsent_days)
    # Each try puts off when it is due.
    unsent = Mail.sent_at.is_(None) & ((Mail.due_at <= old) | ((Mail.tries > 0) & (Mail.created_at <= old)))
    last_words = Mail.sent_at.is_not(None) & (Mail.template == LAST_WORDS)
    return rows_changed(delete(Mail).where(sent | unsent | last_words))

"""Putting mail into the outbox, in the transaction of the deed that caused it. Nothing is sent here."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from deliberation.clock import now
from deliberation.database import db
from deliberation.notifications.models import Mail

KEEP_UNSENT_DAYS = 7
KEEP_SENT_DAYS = 30


def queue_mail(
    recipient: str, cause: str, template: str, parameters: dict[str, Any], locale: str, due_at: datetime | None = None
) -> None:
    """Write one mail into the outbox; the same cause for the same recipient a second time changes nothing."""
    asked = select(Mail.id).where(Mail.recipient == recipient, Mail.cause == cause)
    if db.session.scalar(asked) is not None:
        return
    mail = Mail(
        recipient=recipient,
        cause=cause,
        template=template,
        parameters=parameters,
        locale=locale,
        due_at=due_at or now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(mail)
    except IntegrityError:
        # Another process queued it at the same moment: then it is queued, which is all we wanted.
        return


def forget_recipient(recipient: str) -> None:
    """Delete every mail to this address, sent or not."""
    db.session.execute(delete(Mail).where(Mail.recipient == recipient))


def forget_old_mail(moment: datetime) -> None:
    """Retention: what was sent, and what could not be sent and will not be wanted any more."""
    sent = Mail.sent_at < moment - timedelta(days=KEEP_SENT_DAYS)
    unsent = Mail.sent_at.is_(None) & (Mail.due_at < moment - timedelta(days=KEEP_UNSENT_DAYS))
    db.session.execute(delete(Mail).where(sent | unsent))

"""Mail that waits to be sent and mail that was."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from deliberation.clock import now
from deliberation.database import Model, UtcDateTime


class Mail(Model):
    """One message to one person for one cause; the pair is unique, so nothing is ever sent twice.

    Words are made when it is sent: `template` names a file in `templates/mail/`."""

    __tablename__ = "mail"
    __table_args__ = (
        Index("uq_mail_cause", "recipient", "cause", unique=True),
        Index("ix_mail_due", "sent_at", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(String(254))
    cause: Mapped[str] = mapped_column(String(120))
    template: Mapped[str] = mapped_column(String(60))
    # Emptied once the mail is sent: it can hold a sign-in code.
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    locale: Mapped[str] = mapped_column(String(5), default="de")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")

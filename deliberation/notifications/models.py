"""Mail that waits to be sent and mail that was."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from deliberation.accounts.addresses import address_hash
from deliberation.clock import now
from deliberation.database import Model, UtcDateTime
from deliberation.sealing import seal, unseal


class NotNeeded(Exception):
    """What the mail was to tell does not hold any more."""


class Mail(Model):
    """One message to one person for one cause; the pair is unique, so nothing is ever sent twice.

    Words are made when it is sent: `template` names a file in `templates/mail/`."""

    __tablename__ = "mail"
    __table_args__ = (
        Index("uq_mail_cause", "recipient_hash", "cause", unique=True),
        Index("ix_mail_due", "sent_at", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cause: Mapped[str] = mapped_column(String(120))
    template: Mapped[str] = mapped_column(String(60))
    locale: Mapped[str] = mapped_column(String(5), default="de")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    recipient_hash: Mapped[str] = mapped_column(String(64))
    # The address and what the template needs. Emptied once the mail is sent: it can hold a sign-in code.
    sealed: Mapped[str] = mapped_column(Text, default="")

    def __init__(self, recipient: str, parameters: dict[str, Any], **fields: Any) -> None:
        """Who gets it and what the template is told are readable for the mailer alone."""
        super().__init__(**fields)
        self.recipient_hash = address_hash(recipient)
        self.sealed = seal(json.dumps({"recipient": recipient, "parameters": parameters}, ensure_ascii=False))

    @property
    def recipient(self) -> str:
        """The address; nothing after sending."""
        return str(self._opened.get("recipient", ""))

    @property
    def parameters(self) -> dict[str, Any]:
        return dict(self._opened.get("parameters", {}))

    @property
    def _opened(self) -> dict[str, Any]:
        opened: dict[str, Any] = json.loads(unseal(self.sealed) or "{}")
        return opened

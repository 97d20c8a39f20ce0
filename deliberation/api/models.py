"""Where a declaration tells other programs that something has happened."""

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberation.accounts.models import random_key
from deliberation.clock import now
from deliberation.columns import ALWAYS, named_values
from deliberation.database import Model, UtcDateTime
from deliberation.declarations.models import Declaration
from deliberation.sealing import unseal

URL_MAX = 500


class HookEvent(Enum):
    """What a webhook can tell."""

    ANNOTATION_PUBLISHED = "annotation.published"
    ANNOTATION_OUTCOME = "annotation.outcome"
    PHASE_CHANGED = "phase.changed"
    EDITION_PUBLISHED = "edition.published"
    TEST = "test"


class Webhook(Model):
    """An address of another program that is told of events in one declaration. The secret that its messages are signed with
    is sealed. Revoked or given up, it is told nothing more."""

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True, default=random_key)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), index=True)
    # None: the operator, or somebody who has left.
    maker_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"))
    url: Mapped[str] = mapped_column(String(URL_MAX))
    secret_sealed: Mapped[str] = mapped_column(Text)
    # Values of HookEvent.
    events: Mapped[list[Any]] = mapped_column(JSON)
    # Of the form it was made with: sent again it makes no second one.
    form_key: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When a message could not be delivered for a day.
    gave_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    declaration: Mapped[Declaration] = relationship(lazy="joined", innerjoin=ALWAYS)

    @property
    def is_alive(self) -> bool:
        return self.revoked_at is None and self.gave_up_at is None

    @property
    def secret(self) -> str:
        """For signing, and for showing it once."""
        return unseal(self.secret_sealed)


class Delivery(Model):
    """One message to one webhook: about what, when it is due next, how it went. Never a text: words are made when it is sent."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "cause"),
        Index("ix_delivery_due", "settled_at", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    event: Mapped[HookEvent] = mapped_column(named_values(HookEvent))
    # What it is about: "annotation-204", "outcome-7", "log-12", "edition-3".
    cause: Mapped[str] = mapped_column(String(60))
    subject: Mapped[int] = mapped_column(default=0)
    # Of the message, so that whoever gets it twice can tell.
    key: Mapped[str] = mapped_column(String(32), default=random_key)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    tries: Mapped[int] = mapped_column(default=0)
    # Delivered or given up.
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What the other side answered last; None: nothing.
    status: Mapped[int | None]

    webhook: Mapped[Webhook] = relationship(lazy="joined", innerjoin=ALWAYS)

    @property
    def is_delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

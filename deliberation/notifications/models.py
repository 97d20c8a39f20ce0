"""Mail that waits to be sent and mail that was; what there is to tell, and who wants to be told what and how often."""

import json
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberation.accounts.addresses import address_hash
from deliberation.accounts.models import User
from deliberation.clock import now
from deliberation.columns import named_values
from deliberation.database import Model, UtcDateTime
from deliberation.declarations.models import Declaration
from deliberation.sealing import seal, unseal


class Matter(Enum):
    """What sort of thing a piece of news is."""

    ANNOTATION = "annotation"
    RESPONSE = "response"
    OUTCOME = "outcome"
    LETTER = "letter"
    EDITION = "edition"
    PHASE = "phase"
    REPORT = "report"
    ANNOUNCEMENT = "announcement"


class Topic(Enum):
    """What a member is told about; the nearest to the person comes first. A piece of news has one topic for each person."""

    DECISIONS = "decisions"
    REPLIES = "replies"
    RESPONSES = "responses"
    OUTCOMES = "outcomes"
    ANNOTATIONS = "annotations"
    EDITIONS = "editions"
    PHASES = "phases"
    REPORTS = "reports"
    # For moderators: what waits for them. Not news, but a state.
    WAITING = "waiting"


class Pace(Enum):
    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


class Rhythm(Enum):
    """How often somebody without an account is told: what happens now and then, as it happens, or everything that is new."""

    MILESTONES = "milestones"
    WEEKLY = "weekly"
    DAILY = "daily"


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


class Bounce(Model):
    """An address that mail did not reach for good, known by its keyed hash: on how many days, last when, and why."""

    __tablename__ = "bounce"

    id: Mapped[int] = mapped_column(primary_key=True)
    address_hash: Mapped[str] = mapped_column(String(64), unique=True)
    failed_days: Mapped[int] = mapped_column(default=0)
    last_on: Mapped[date | None]
    fault: Mapped[str] = mapped_column(String(40), default="")


class News(Model):
    """One thing that people may be told, found by the run that looks for it (`harvest`). Append-only.

    `place` is its place in the order of telling, given when it may be told for the first time: what is held waits without one.
    Readers remember the place up to which they were told, so what appears late is told late, and nothing twice."""

    __tablename__ = "news"
    __table_args__ = (
        UniqueConstraint("matter", "ref"),
        Index("ix_news_told", "declaration_id", "place"),
        Index("ix_news_waiting", "place", "matter", "ref"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    matter: Mapped[Matter] = mapped_column(named_values(Matter))
    # The number of the annotation, else the id of the row.
    ref: Mapped[int]
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    place: Mapped[int | None] = mapped_column(unique=True)
    # When it got its place.
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Harvest(Model):
    """Up to which row of a matter everything was looked at. `latest` is the last row there was at `latest_at`: rows are numbered
    when they are begun and seen when they are finished, so a round looks at the last minutes again."""

    __tablename__ = "harvest"

    matter: Mapped[Matter] = mapped_column(named_values(Matter), primary_key=True)
    up_to: Mapped[int] = mapped_column(default=0)
    latest: Mapped[int] = mapped_column(default=0)
    latest_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Interest(Model):
    """How often one account wants to be told about one topic, and up to which piece of news it was."""

    __tablename__ = "interest"
    __table_args__ = (
        UniqueConstraint("user_id", "topic"),
        Index("ix_interest_due", "due_at", "pace"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour_of_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    topic: Mapped[Topic] = mapped_column(named_values(Topic))
    pace: Mapped[Pace] = mapped_column(named_values(Pace))
    # Of the day in Berlin, for what comes daily or weekly.
    hour: Mapped[int]
    mark: Mapped[int] = mapped_column(default=0)
    # None: nothing is due, for what comes at once until there is something, and for what never comes.
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(lazy="raise_on_sql")


class Subscription(Model):
    """Somebody without an account who wants to be told about a declaration; to one address one for each. It holds once it is
    confirmed by the address itself. The proof of that is all it keeps: when it was asked for, on which words, and when it
    was confirmed."""

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("declaration_id", "address_hash"),
        Index("ix_subscription_due", "due_at", "confirmed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    # Ids of theses; empty: the whole declaration.
    theses: Mapped[list[Any]] = mapped_column(JSON, default=list)
    rhythm: Mapped[Rhythm] = mapped_column(named_values(Rhythm))
    address_hash: Mapped[str] = mapped_column(String(64), index=True)
    address_sealed: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(String(5), default="de")
    # What the address is shown in links: random, so that a link of an earlier subscription does not work on a later one.
    key: Mapped[str] = mapped_column(String(32), unique=True)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    text_version: Mapped[str] = mapped_column(String(20))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mark: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    declaration: Mapped[Declaration] = relationship(lazy="joined")

    @property
    def email(self) -> str:
        """The address, for mailing alone."""
        return unseal(self.address_sealed)

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None

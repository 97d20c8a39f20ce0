"""What was changed about the site, what does not work there for somebody, what the jobs did last, and the first way in."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from deliberation.clock import now, today
from deliberation.database import Model, UtcDateTime
from deliberation.sealing import seal, unseal


class SiteChange(Model):
    """One line of the site's log: a setting that was changed, or a mail that was tried again or thrown away. Append-only;
    who it was is forgotten with the persons of the other logs, the line with their lines."""

    __tablename__ = "site_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    # The name of a setting, or a deed of `outbox`.
    what: Mapped[str] = mapped_column(String(40))
    before: Mapped[str] = mapped_column(Text, default="")
    after: Mapped[str] = mapped_column(Text, default="")
    # None: the command line, or somebody who has left.
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class JobRun(Model):
    """When a job of the background, a backup or a test mail was last done, and how it went: one row for each."""

    __tablename__ = "job_run"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # How much was done.
    rows: Mapped[int] = mapped_column(default=0)
    # The kind of the fault, or nothing; never its words, which can name people.
    error: Mapped[str] = mapped_column(String(80), default="")
    # What it was done with, e.g. the mail server without its password.
    detail: Mapped[str] = mapped_column(String(200), default="")


class FirstLink(Model):
    """The way in to an empty installation, printed in the terminal: of its secret the hash. Good for a day, once, and only
    while nobody runs the site."""

    __tablename__ = "first_link"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RulesLook(Model):
    """That whoever organises has looked at the house rules before opening: the one thing in the checklist that data
    cannot say."""

    __tablename__ = "rules_look"

    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Barrier(Model):
    """What somebody cannot use on this site, in her own words. Linked to nobody, with an account or without; an address stands
    here only where an answer is wished, and only for a while. Open until whoever runs the site has answered. One that was
    thrown away is empty and keeps its number."""

    __tablename__ = "barrier"
    __table_args__ = (Index("uq_barrier_form", "form_key", unique=True), Index("ix_barrier_open", "answered_on", "arrived_on"))

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    # A path of ours without anything secret (`whence`), or what was typed instead.
    page: Mapped[str] = mapped_column(String(200), default="")
    email_sealed: Mapped[str] = mapped_column(Text, default="")
    locale: Mapped[str] = mapped_column(String(5), default="de")
    form_key: Mapped[str] = mapped_column(String(64))
    arrived_on: Mapped[date] = mapped_column(Date, default=today)
    answered_on: Mapped[date | None] = mapped_column(Date)
    # None: still open, the command line, or somebody who has left.
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    # For whoever runs the site alone.
    note: Mapped[str] = mapped_column(Text, default="")

    @property
    def email(self) -> str:
        """Where the answer goes, or nothing."""
        return unseal(self.email_sealed)

    @email.setter
    def email(self, email: str) -> None:
        self.email_sealed = seal(email)

    @property
    def label(self) -> str:
        """B-7: the number that the receipt names."""
        return f"B-{self.id}"

    @property
    def is_open(self) -> bool:
        return self.answered_on is None

    @property
    def is_discarded(self) -> bool:
        return not self.text

"""What is left of people who are gone, what is going to be deleted, how long things are kept, and notes for oneself alone."""

from datetime import date, datetime
from enum import Enum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberation.clock import now, today
from deliberation.columns import ALWAYS, named_values
from deliberation.database import Model, UtcDateTime
from deliberation.declarations.models import Declaration

NOTE_MAX = 10_000


class Parting(Enum):
    """What became of the texts of somebody who left."""

    KEPT = "kept"
    TAKEN = "taken"


class Erasure(Model):
    """That an account was erased: its random key, the day, and how much stayed. Also written to a file outside the
    database (`erasures`), so that a restored backup can be told to forget again."""

    __tablename__ = "erasure"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_key: Mapped[str] = mapped_column(String(32), unique=True)
    parting: Mapped[Parting] = mapped_column(named_values(Parting))
    on_day: Mapped[date] = mapped_column(default=today)
    # How many contributions, votes and stances it concerned.
    contributions: Mapped[int] = mapped_column(default=0)
    positions: Mapped[int] = mapped_column(default=0)


class Forgotten(Model):
    """What was forgotten on a day because its time was up: how much of what, and nothing of whom."""

    __tablename__ = "forgotten"
    __table_args__ = (UniqueConstraint("on_day", "what"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    on_day: Mapped[date] = mapped_column(default=today)
    what: Mapped[str] = mapped_column(String(40))
    rows: Mapped[int] = mapped_column(default=0)


class PeriodSetting(Model):
    """A period of keeping that the operator has changed (`periods.Periods` knows the others)."""

    __tablename__ = "period_setting"
    __table_args__ = (CheckConstraint("length > 0", name="length"),)

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    length: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class PrivateNote(Model):
    """What somebody notes for herself beside a paragraph or a thesis. Nobody else ever sees it."""

    __tablename__ = "private_note"
    __table_args__ = (UniqueConstraint("user_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    # As drafts have it: `p:7` a paragraph, `t:3` a thesis as a whole.
    place: Mapped[str] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Deletion(Model):
    """That a declaration shall be deleted: asked for by one person, confirmed by another. Taken back, the row goes."""

    __tablename__ = "deletion"

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), unique=True)
    # None: somebody who has left.
    asker_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # None: nobody yet, the operator, or somebody who has left.
    confirmer_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    declaration: Mapped[Declaration] = relationship(lazy="joined", innerjoin=ALWAYS)

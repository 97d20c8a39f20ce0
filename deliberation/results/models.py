"""What is computed about a deliberation as a whole and kept until it is computed anew."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from deliberation.accounts.models import random_key
from deliberation.clock import now
from deliberation.columns import named_values
from deliberation.database import Model, UtcDateTime
from deliberation.permissions import Phase


class OpinionGroups(Model):
    """The opinion groups of a declaration: sizes, and how each voted on what. Never who is in which."""

    __tablename__ = "opinion_groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), unique=True)
    # Which votes they were computed from: how many, on how many contributions, and the last.
    votes: Mapped[str] = mapped_column(String(80))
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # Empty where there are too few votes.
    sizes: Mapped[list[Any]] = mapped_column(JSON, default=list)
    # [contribution, [agree, disagree, seen] of each group] each.
    items: Mapped[list[Any]] = mapped_column(JSON, default=list)


class Snapshot(Model):
    """A deliberation as it stood when a phase ended, in a file below the instance folder that is never changed.

    Its number is part of its address and never given again. As soon as anything in the file is not public any more, the file
    goes; the row stays and says so, and a new snapshot takes its place."""

    __tablename__ = "snapshot"
    __table_args__ = (UniqueConstraint("declaration_id", "number"), UniqueConstraint("declaration_id", "cause"))

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    number: Mapped[int]
    # What the file is called where it lies: nobody can guess it.
    key: Mapped[str] = mapped_column(String(32), unique=True, default=random_key)
    # The phase that ended; of one that replaces another, that of the other.
    phase: Mapped[Phase] = mapped_column(named_values(Phase))
    # The line of the log that says so; None: it replaces another.
    cause: Mapped[int | None]
    replaces: Mapped[int | None]
    made_on: Mapped[date]
    edition: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    # Up to which events it is sure that everything in it is still public (`snapshots.load_marks`).
    checked: Mapped[str] = mapped_column(String(60))
    withdrawn_on: Mapped[date | None]

    @property
    def is_kept(self) -> bool:
        return self.withdrawn_on is None

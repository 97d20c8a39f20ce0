"""What is computed about a deliberation as a whole and kept until it is computed anew."""

from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberation.accounts.models import random_key
from deliberation.clock import now
from deliberation.columns import ALWAYS, named_values
from deliberation.database import MADE_ANEW, Model, UtcDateTime
from deliberation.declarations.models import Declaration
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
    # [group, contribution, whether it agrees, more of it than of the others, more than half of it] each; the last two in
    # standard deviations. None: computed before these were kept.
    typical: Mapped[list[Any] | None] = mapped_column(JSON)


class JobState(Enum):
    """How far a file that somebody ordered has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ExportJob(Model):
    """A file that takes too long to be waited for: who wants which, how far it is, and until when it is kept. The file itself
    lies on the `shelf` under `key`; whoever ordered it may fetch it, nobody else."""

    __tablename__ = "export_job"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True, default=random_key)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    file_format: Mapped[str] = mapped_column(String(20))
    # As in an address.
    filters: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[JobState] = mapped_column(named_values(JobState), default=JobState.WAITING)
    percent: Mapped[int] = mapped_column(default=0)
    # How often it was begun: a process that ended in the middle left it unfinished.
    tries: Mapped[int] = mapped_column(default=0)
    # Why it failed: a key of `export_jobs.FAULTS`.
    fault: Mapped[str] = mapped_column(String(20), default="")
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # The row and its file go then.
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Of the finished file.
    name: Mapped[str] = mapped_column(String(200), default="")
    size: Mapped[int] = mapped_column(default=0)
    # What stood in it is known by this: once another, the file may not be handed out any more.
    mark: Mapped[str] = mapped_column(String(120), default="")

    declaration: Mapped[Declaration] = relationship(lazy="joined", innerjoin=ALWAYS)

    @property
    def is_open(self) -> bool:
        """Whether there is still something to wait for."""
        return self.state in (JobState.WAITING, JobState.RUNNING)

    @property
    def is_done(self) -> bool:
        return self.state is JobState.DONE

    @property
    def is_cancelled(self) -> bool:
        return self.state is JobState.CANCELLED

    @property
    def is_running(self) -> bool:
        return self.state is JobState.RUNNING


class Field(Enum):
    """Where somebody works, as broadly as that says nothing about the person."""

    YOUTH = "youth"
    OFFICE = "office"
    SCHOOL = "school"
    PARTICIPATION = "participation"
    CARE = "care"
    NEED = "need"
    MIGRATION = "migration"
    STUDY = "study"


class WorkField(Model):
    """The field of work that a member named of her own accord; no row: nothing said. No page shows whose it is, and no
    time is kept."""

    __tablename__ = "work_field"

    id: Mapped[int] = mapped_column(primary_key=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), unique=True)
    field: Mapped[Field] = mapped_column(named_values(Field))


class FieldFigures(Model):
    """What is published of the fields of work in a declaration: fixed until enough people are new (`fields`)."""

    __tablename__ = "field_figures"

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), unique=True)
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # {"total": of people, "rows": [[fields], people in steps of five]}.
    people: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # By "thesis id:id of the edition since which its words stand": {"rows": [field, per cent] as printed, "parts":
    # [field or null, carry, other], the counts behind them}.
    places: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Snapshot(Model):
    """A deliberation as it stood when a phase ended, in a file on the `shelf` that is never changed.

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


class KeptPart(Model):
    """Some of the bytes of a finished file that every machine can hand out (`shelf`). What it belongs to has the key; no backup
    has it, because it can be made anew."""

    __tablename__ = "kept_part"
    __table_args__ = {"info": {MADE_ANEW: True}}

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)

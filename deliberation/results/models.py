"""What is computed about a deliberation as a whole and kept until it is computed anew."""

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from deliberation.clock import now
from deliberation.columns import named_values
from deliberation.database import Model, UtcDateTime


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

"""What is computed about a deliberation as a whole and kept until it is computed anew."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from deliberation.clock import now
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

"""Reports by readers and acts of moderation."""

from datetime import datetime
from enum import Enum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberation.annotations.models import Annotation, Status
from deliberation.clock import now
from deliberation.columns import named_values
from deliberation.database import Model, UtcDateTime
from deliberation.declarations.models import Membership

EXPLANATION_MAX = 1000
REASON_MIN = 10
REASON_MAX = 600


class FlagReason(Enum):
    RECOGNISABLE = "recognisable"
    ATTACK = "attack"
    ILLEGAL = "illegal"
    OTHER = "other"


class DecisionKind(Enum):
    """What a moderator can decide. Returning keeps the text from view until its author has revised it."""

    PUBLISH = "publish"
    HIDE = "hide"
    RESTORE = "restore"
    RETURN = "return"


class Rule(Enum):
    """The house rules, and the law above them."""

    STAY = "1"
    PROTECT = "2"
    RESPECT = "3"
    EVIDENCE = "4"
    NO_ADVERTISING = "5"
    LAW = "law"


class Flag(Model):
    """One reader's report of one annotation: "please look at this". Not a vote and not a verdict: it changes
    nothing by itself. Open until a decision closes it. Guests can report; nothing about them is kept."""

    __tablename__ = "flag"
    __table_args__ = (
        Index("ix_flag_open", "annotation_id", "closed_at"),
        Index("uq_flag_form", "form_key", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    annotation_id: Mapped[int] = mapped_column(ForeignKey("annotation.id"))
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"))
    reason: Mapped[FlagReason] = mapped_column(named_values(FlagReason))
    explanation: Mapped[str] = mapped_column(Text, default="")
    form_key: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))

    annotation: Mapped[Annotation] = relationship(lazy="raise_on_sql")


class Decision(Model):
    """One act of moderation, never changed afterwards: states, rule, reason, person, time; never the text.
    `annotation.status` is its cache, written by the same function."""

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint(f"kind NOT IN ('hide', 'return') OR length(reason) >= {REASON_MIN}", name="has_reason"),
        CheckConstraint("kind NOT IN ('hide', 'return') OR rule IS NOT NULL", name="has_rule"),
        Index("ix_decision_annotation", "annotation_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    annotation_id: Mapped[int] = mapped_column(ForeignKey("annotation.id"))
    moderator_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    kind: Mapped[DecisionKind] = mapped_column(named_values(DecisionKind))
    old_status: Mapped[Status] = mapped_column(named_values(Status, "old_status"))
    new_status: Mapped[Status] = mapped_column(named_values(Status, "new_status"))
    rule: Mapped[Rule | None] = mapped_column(named_values(Rule))
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    annotation: Mapped[Annotation] = relationship(lazy="raise_on_sql")
    moderator: Mapped[Membership] = relationship(lazy="raise_on_sql")

"""Who stands behind a proposed wording, and how rival wordings are rated in the closing round."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberation.annotations.models import Annotation
from deliberation.clock import now
from deliberation.columns import ALWAYS
from deliberation.database import Model, UtcDateTime
from deliberation.declarations.models import Declaration, Edition, Membership, Paragraph, Wording

RESISTANCE_MAX = 10
MARKS = RESISTANCE_MAX + 1
OPTIONS_MIN = 2
OPTIONS_MAX = 5
"""Rival wordings in one ballot, the present one included."""


class Cosignature(Model):
    """Somebody puts their pseudonym under another person's proposal, in public. Counts for the words that stood there
    then: once the author changes them, it has to be given again."""

    __tablename__ = "cosignature"
    __table_args__ = (UniqueConstraint("annotation_id", "signer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    annotation_id: Mapped[int] = mapped_column(ForeignKey("annotation.id"))
    signer_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    signer: Mapped[Membership] = relationship(lazy="joined", innerjoin=ALWAYS)
    annotation: Mapped[Annotation] = relationship(lazy="raise_on_sql")

    @property
    def counts(self) -> bool:
        """Whether it was given for the words that stand there now."""
        return self.annotation.edited_at is None or self.signed_at >= self.annotation.edited_at


class Ballot(Model):
    """Rival wordings of one place, put to the vote in the closing round: two to five, the present one included.

    `sentences` are those of the wording it is about; empty means the whole paragraph."""

    __tablename__ = "ballot"
    __table_args__ = (UniqueConstraint("declaration_id", "form_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), index=True)
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("paragraph.id"))
    wording_id: Mapped[int] = mapped_column(ForeignKey("wording.id"))
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    sentences: Mapped[list[Any]] = mapped_column(JSON, default=list)
    form_key: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    declaration: Mapped[Declaration] = relationship(lazy="joined", innerjoin=ALWAYS)
    paragraph: Mapped[Paragraph] = relationship(lazy="joined", innerjoin=ALWAYS)
    wording: Mapped[Wording] = relationship(lazy="joined", innerjoin=ALWAYS)
    edition: Mapped[Edition] = relationship(lazy="joined", innerjoin=ALWAYS)
    options: Mapped[list["BallotOption"]] = relationship(
        back_populates="ballot", order_by="BallotOption.position", lazy="selectin"
    )


class BallotOption(Model):
    """One of the rival wordings as it stood when it was put up; without an annotation it is the present one.

    `shown` are the published counts of the marks 0 to 10, the state at the last multiple of five people."""

    __tablename__ = "ballot_option"
    __table_args__ = (UniqueConstraint("ballot_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballot.id"))
    annotation_id: Mapped[int | None] = mapped_column(ForeignKey("annotation.id"), index=True)
    position: Mapped[int]
    wording: Mapped[str] = mapped_column(Text)
    shown: Mapped[list[Any]] = mapped_column(JSON, default=list)

    ballot: Mapped[Ballot] = relationship(back_populates="options", lazy="raise_on_sql")
    annotation: Mapped[Annotation | None] = relationship(lazy="joined")


class Resistance(Model):
    """How much one person resists one wording, 0 (none) to 10 (cannot accept it). Nobody but that person sees it."""

    __tablename__ = "resistance"
    __table_args__ = (
        UniqueConstraint("option_id", "rater_id"),
        CheckConstraint(f"value BETWEEN 0 AND {RESISTANCE_MAX}", name="mark"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    option_id: Mapped[int] = mapped_column(ForeignKey("ballot_option.id"))
    rater_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    value: Mapped[int]
    rated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

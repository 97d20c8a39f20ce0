"""What a group in a room said about one paragraph, entered by whoever leads its table."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberation.clock import now
from deliberation.columns import ALWAYS
from deliberation.database import Model, UtcDateTime
from deliberation.declarations.models import TABLE_MAX, Declaration, Membership, Paragraph

PRESENT_MAX = 100
SENTENCES = 3
"""So many things can be written down with one show of hands."""
HANDS = ("carry", "change", "against", "unclear")


class TableProtocol(Model):
    """A show of hands at one table about one paragraph as it read then; what was said stands in annotations of the group.

    Hands are never added to stances of people: they are told beside them, with the number present. Taken back, it counts for
    nothing, and stays."""

    __tablename__ = "table_protocol"
    __table_args__ = (
        UniqueConstraint("declaration_id", "form_key"),
        Index("ix_table_protocol_place", "declaration_id", "paragraph_id"),
        CheckConstraint(f"present BETWEEN 1 AND {PRESENT_MAX}", name="present"),
        CheckConstraint(
            "carry >= 0 AND change >= 0 AND against >= 0 AND unclear >= 0 AND carry + change + against + unclear <= present",
            name="hands",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("paragraph.id"))
    wording_id: Mapped[int] = mapped_column(ForeignKey("wording.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    table: Mapped[str] = mapped_column(String(TABLE_MAX))
    day: Mapped[date]
    # Made by the browser that queued it: sent again after a bad connection, it is the same one.
    form_key: Mapped[str] = mapped_column(String(64))
    present: Mapped[int]
    carry: Mapped[int] = mapped_column(default=0)
    change: Mapped[int] = mapped_column(default=0)
    against: Mapped[int] = mapped_column(default=0)
    unclear: Mapped[int] = mapped_column(default=0)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    declaration: Mapped[Declaration] = relationship(lazy="joined", innerjoin=ALWAYS)
    paragraph: Mapped[Paragraph] = relationship(lazy="joined", innerjoin=ALWAYS)
    group: Mapped[Membership] = relationship(lazy="joined", innerjoin=ALWAYS)

    @property
    def hands(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in HANDS}

    @property
    def is_taken_back(self) -> bool:
        return self.taken_back_at is not None

"""The report of a declaration: what is being written, what was published, and which points somebody misses in it."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberation.annotations.models import Annotation
from deliberation.clock import now
from deliberation.columns import ALWAYS, named_values
from deliberation.database import Model, UtcDateTime, db
from deliberation.declarations.models import TITLE_MAX, Declaration, Edition

SENTENCE_MAX = 1000
EVIDENCE_MAX = 40
SENTENCES_MAX = 800
NOTE_MAX = 600
POINT_MAX = 600
ANSWER_MIN, ANSWER_MAX = 10, 600


class Report(Model):
    """The report on a declaration while it is written; one for each. What everybody reads is an issue of it."""

    __tablename__ = "report"

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), unique=True)
    # Counts the changes: somebody publishes what she has read.
    version: Mapped[int] = mapped_column(default=0)
    # Who changed something last, who does not publish it. None: nobody yet, the operator, or somebody who is forgotten.
    editor_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"))
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    # Mostly at hand already; joined, reading the report anew would forget what is known of the declaration.
    declaration: Mapped[Declaration] = relationship(lazy="select")


class Said:
    """A sentence with what carries it, as it is written or as it was published."""

    text: Any
    evidence: Any
    quotes: Any
    is_framing: Any

    @property
    def numbers(self) -> list[int]:
        """Of the annotations that carry it, in the order in which they were typed."""
        return [number for number, _digest in self.evidence]

    @property
    def quoted(self) -> list[int]:
        """Of the annotations of which words stand in it."""
        return [number for number, _runs in self.quotes]


class ReportSentence(Said, Model):
    """One sentence of the report as it stands now, below a thesis or, without one, in the overview. What was removed keeps
    its row, so that it can be brought back."""

    __tablename__ = "report_sentence"
    __table_args__ = (UniqueConstraint("report_id", "form_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    thesis_id: Mapped[int | None] = mapped_column(ForeignKey("thesis.id"))
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    # [number, what its words are known by] of each annotation that carries it: so a change of words is seen.
    evidence: Mapped[list[Any]] = mapped_column(JSON, default=list)
    # [number, how many runs of words] of each annotation that it quotes (`verbatim.count_quoted`).
    quotes: Mapped[list[Any]] = mapped_column(JSON, default=list)
    # It introduces or leads over, says nothing of its own, and needs no evidence.
    is_framing: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    form_key: Mapped[str] = mapped_column(String(64))
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    report: Mapped[Report] = relationship(lazy="select")

    @property
    def declaration(self) -> Declaration:
        return self.report.declaration


class ReportIssue(Model):
    """The report as it was published, numbered. Never changed, except for what a redaction takes out of it."""

    __tablename__ = "report_issue"
    __table_args__ = (UniqueConstraint("report_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    number: Mapped[int]
    # The edition of the text that was in force.
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    publisher: Mapped[str] = mapped_column(String(TITLE_MAX), default="")
    # What is different since the issue before.
    note: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # Who had written last, and who confirmed it. None: the operator, or somebody who is forgotten.
    editor_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"))
    confirmer_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"))
    # Whether people are told by mail, and when all of them had been.
    tells: Mapped[bool] = mapped_column(default=True)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    report: Mapped[Report] = relationship(lazy="select")
    edition: Mapped[Edition] = relationship(lazy="joined", innerjoin=ALWAYS)


class IssueSentence(Said, Model):
    """One sentence of an issue, below the number and heading that its thesis had."""

    __tablename__ = "report_issue_sentence"

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("report_issue.id"), index=True)
    # Which sentence it was: so two issues can be compared.
    sentence_id: Mapped[int] = mapped_column(ForeignKey("report_sentence.id"))
    position: Mapped[int]
    # Empty for the overview.
    thesis_number: Mapped[str] = mapped_column(String(20), default="")
    heading: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text)
    evidence: Mapped[list[Any]] = mapped_column(JSON, default=list)
    quotes: Mapped[list[Any]] = mapped_column(JSON, default=list)
    is_framing: Mapped[bool] = mapped_column(default=False)


class PointState(Enum):
    """What became of a point that somebody missed."""

    OPEN = "open"
    TAKEN = "taken"
    DECLINED = "declined"


class ReportPoint(Model):
    """“Mein Punkt fehlt hier”: what somebody who took part misses in the draft, with the own annotation that says it.
    Seen by the team and by whoever wrote it."""

    __tablename__ = "report_point"
    __table_args__ = (UniqueConstraint("author_id", "form_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"), index=True)
    annotation_id: Mapped[int] = mapped_column(ForeignKey("annotation.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    form_key: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    state: Mapped[PointState] = mapped_column(named_values(PointState), default=PointState.OPEN)
    answer: Mapped[str] = mapped_column(Text, default="")
    answerer_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    report: Mapped[Report] = relationship(lazy="select")
    annotation: Mapped[Annotation] = relationship(lazy="raise_on_sql")

    @property
    def declaration(self) -> Declaration:
        return self.report.declaration

    @property
    def is_open(self) -> bool:
        return self.state is PointState.OPEN


def find_report(declaration: Declaration) -> Report | None:
    return db.session.scalars(select(Report).where(Report.declaration_id == declaration.id)).one_or_none()


def load_sentences(report: Report, with_removed: bool = False) -> Sequence[ReportSentence]:
    """Those that stand in it, in their order within each thesis. As they are now, whatever this session saw before."""
    query = (
        select(ReportSentence)
        .where(ReportSentence.report_id == report.id)
        .order_by(ReportSentence.position, ReportSentence.id)
        .execution_options(populate_existing=True)
    )
    found = db.session.scalars(query).all()
    return [one for one in found if with_removed or one.removed_at is None]


def load_issues(report: Report) -> Sequence[ReportIssue]:
    """All issues, the newest first."""
    return db.session.scalars(
        select(ReportIssue).where(ReportIssue.report_id == report.id).order_by(ReportIssue.number.desc())
    ).all()

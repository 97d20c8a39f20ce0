"""Where the report repeats words of an annotation, so that a redaction and a farewell reach them there, too."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from deliberation.annotations.models import Annotation
from deliberation.database import db
from deliberation.moderation import redacting
from deliberation.reports.models import IssueSentence, Report, ReportIssue, ReportPoint, ReportSentence

LEFT_OUT = "[…]"


def _sentences(annotation: Annotation) -> Iterator[ReportSentence | IssueSentence]:
    """Those that it carries, present, removed and published."""
    mine = Report.declaration_id == annotation.declaration_id
    present = select(ReportSentence).join(Report).where(mine)
    published = (
        select(IssueSentence).join(ReportIssue, ReportIssue.id == IssueSentence.issue_id).join(Report).where(mine)
    )
    for query in (present, published):
        yield from (row for row in db.session.scalars(query) if annotation.number in (*row.numbers, *row.quoted))


def texts_about(annotation: Annotation) -> Iterator[tuple[Any, str]]:
    """What `moderation.redacting` looks through: sentences that rest on it, and what its author missed."""
    yield from ((row, "text") for row in _sentences(annotation))
    for point in db.session.scalars(select(ReportPoint).where(ReportPoint.annotation_id == annotation.number)):
        yield from ((point, "body"), (point, "answer"))


def forget_quotes(annotation: Annotation) -> None:
    """Its author takes her words along: sentences that quote them lose theirs, also in issues of long ago."""
    for row in _sentences(annotation):
        if annotation.number in row.quoted:
            row.text = LEFT_OUT


redacting.elsewhere.append(texts_about)

"""That a report was published is news for everybody who takes part or follows: once, with nothing of it in the subject.

Nothing is sent by the verb; whoever pulls commits. A second run finds nothing left to do.
"""

from sqlalchemy import ColumnElement, and_, select

from deliberation.clock import now
from deliberation.database import db
from deliberation.moderation.models import LETTERS_WAIT
from deliberation.notifications.harvest import tell
from deliberation.notifications.models import Matter
from deliberation.permissions import Phase
from deliberation.reports.models import ReportIssue


def has_due_reports() -> bool:
    """Whether anybody has to be told; reads only. Half an hour later: who sees a slip at once, publishes it right first."""
    return db.session.scalar(select(ReportIssue.id).where(_is_due()).limit(1)) is not None


def _is_due() -> ColumnElement[bool]:
    return and_(ReportIssue.told_at.is_(None), ReportIssue.published_at <= now() - LETTERS_WAIT)


def pull_reports() -> int:
    """Make news of what was published; of how much. Of several issues of one report that wait the newest alone is told."""
    query = select(ReportIssue).where(_is_due()).order_by(ReportIssue.number.desc()).with_for_update(of=ReportIssue)
    told: set[int] = set()
    for issue in db.session.scalars(query).all():
        declaration = issue.report.declaration
        issue.told_at = now()
        if issue.report_id not in told and declaration.phase is not Phase.DRAFT:
            told.add(issue.report_id)
            tell(Matter.REPORT, issue.id, declaration.id, now())
    return len(told)

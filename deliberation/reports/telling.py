"""Mails that a report was published: to everybody who took part and wants them, once, with nothing of it in the subject.

Nothing is written into the outbox by the verb; whoever pulls commits. A second run finds nothing left to do.
"""

from sqlalchemy import ColumnElement, and_, select

from deliberation.clock import now
from deliberation.database import db
from deliberation.moderation.models import LETTERS_WAIT
from deliberation.notifications.interests import SOMETIME, wants
from deliberation.notifications.members import queue_for_members
from deliberation.notifications.models import Topic
from deliberation.notifications.pulling import REPORT
from deliberation.permissions import Phase
from deliberation.reports.models import ReportIssue


def has_due_reports() -> bool:
    """Whether anybody has to be told; reads only. Half an hour later: who sees a slip at once, publishes it right first."""
    return db.session.scalar(select(ReportIssue.id).where(_is_due()).limit(1)) is not None


def _is_due() -> ColumnElement[bool]:
    return and_(ReportIssue.told_at.is_(None), ReportIssue.published_at <= now() - LETTERS_WAIT)


def pull_reports(default_locale: str = "de", limit: int = 200) -> int:
    """Put mails about what was published into the outbox, at most for so many people at once; how many. Of several issues
    of one report that wait people are told about the newest alone."""
    pulled = 0
    query = select(ReportIssue).where(_is_due()).order_by(ReportIssue.number.desc()).with_for_update(of=ReportIssue)
    told: set[int] = set()
    for issue in db.session.scalars(query).all():
        if issue.report_id in told or issue.report.declaration.phase is Phase.DRAFT:
            issue.told_at = now()
            continue
        told.add(issue.report_id)
        count = _queue(issue, default_locale, limit)
        pulled += count
        if count < limit:
            issue.told_at = now()
    return pulled


def _queue(issue: ReportIssue, default_locale: str, limit: int) -> int:
    declaration = issue.report.declaration
    about = {"declaration": declaration.id, "number": issue.number}
    cause = f"{REPORT}:{declaration.id}:{issue.number}"
    return queue_for_members(declaration, wants(Topic.REPORTS, *SOMETIME), cause, REPORT, about, default_locale, limit)

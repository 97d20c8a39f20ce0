"""The public log: what moderation did, by day, act and rule; never a text, a person or a reason.

Readers see what concerns what they can see. Internal notes, who has what in hand, reports that led to nothing, and
measures about persons are not in it; of contributions that were not to be seen at the time no number is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select

from deliberation.annotations.models import Annotation, Status
from deliberation.database import db
from deliberation.declarations.models import Act, Declaration, LogEntry, Policy

LOG_MAX = 50
ABOUT_SHOWN = (Act.MOVE, Act.BUNDLE, Act.UNBUNDLE, Act.CLOSE, Act.REOPEN, Act.RESPOND)
"""Only what is shown can be moved, bundled, closed or answered."""
ABOUT_STATUS = (Act.PUBLISH, Act.HIDE, Act.RESTORE, Act.RETURN, Act.REDACT, Act.UNDO)
ABOUT_ALL = (Act.RULES, Act.POLICY, Act.PHASE, Act.PLAN, Act.VOTERS, Act.LABELS, Act.ARCHIVE, Act.DELETE)
PUBLIC = (*ABOUT_STATUS, *ABOUT_SHOWN, *ABOUT_ALL)


@dataclass(frozen=True)
class Line:
    """One line as everybody may read it; `number` is None for what was not to be seen, and for what is about no
    contribution."""

    entry: LogEntry
    number: int | None
    is_readable: bool

    @property
    def is_about_contribution(self) -> bool:
        return self.entry.annotation_id is not None


@dataclass(frozen=True)
class LogPage:
    """Lines, newest first; `before` continues the list, None at its end."""

    lines: Sequence[Line]
    before: int | None


def load_log(declaration: Declaration, before: int | None = None) -> LogPage:
    """One page of the log; one query."""
    left_as_it_was = and_(LogEntry.act == Act.PUBLISH, LogEntry.before == Status.VISIBLE.value)
    # Signing names and the like are written down under the same act.
    is_internal = and_(LogEntry.act == Act.POLICY, LogEntry.before.not_in([policy.value for policy in Policy]))
    query = (
        select(LogEntry, Annotation.status)
        .outerjoin(Annotation, Annotation.number == LogEntry.annotation_id)
        .where(LogEntry.declaration_id == declaration.id, LogEntry.act.in_(PUBLIC))
        .where(~left_as_it_was, ~is_internal)
        .order_by(LogEntry.id.desc())
        .limit(LOG_MAX + 1)
    )
    found = db.session.execute(query.where(LogEntry.id < before) if before else query).all()
    return LogPage(
        lines=[to_line(entry, status is Status.VISIBLE) for entry, status in found[:LOG_MAX]],
        before=found[LOG_MAX - 1][0].id if len(found) > LOG_MAX else None,
    )


def to_line(entry: LogEntry, is_readable: bool) -> Line:
    """What of a line readers may see; `is_readable`: whether the contribution is shown now, so that a link leads there."""
    was_shown = Status.VISIBLE.value in (entry.before, entry.after) or entry.act in ABOUT_SHOWN
    return Line(entry, entry.annotation_id if was_shown else None, is_readable)

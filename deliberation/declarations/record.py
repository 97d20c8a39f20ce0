"""The log of a declaration: every change of a state is written down by the verb that makes it."""

from typing import Any

from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.models import Act, Declaration, LogEntry, Membership

STATE_MAX = 60


def record(
    actor: Membership | None,
    declaration: Declaration,
    act: Act,
    annotation: Any = None,
    *,
    before: str = "",
    after: str = "",
    rule: str = "",
    subject: Membership | None = None,
) -> LogEntry:
    """Write one line: `before` and `after` name states, places or numbers, never words that somebody wrote.

    `actor` is None for the command line and for jobs."""
    entry = LogEntry(
        declaration_id=declaration.id,
        actor_id=actor.id if actor else None,
        act=act,
        annotation_id=annotation.number if annotation is not None else None,
        subject_id=subject.id if subject else None,
        before=before[:STATE_MAX],
        after=after[:STATE_MAX],
        rule=rule,
        at=now(),
    )
    db.session.add(entry)
    return entry

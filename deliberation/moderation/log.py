"""The public log: what moderation did, by day, act and rule; never a text, a person or a reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from deliberation.annotations.models import Annotation
from deliberation.database import db
from deliberation.declarations.models import Declaration
from deliberation.moderation.models import Decision, DecisionKind, Rule

LOG_MAX = 50
FEW = 5
"""Counts below this are not told: with few cases a number is a person."""


@dataclass(frozen=True)
class LogPage:
    """Decisions, newest first; `before` continues the list, None at its end. `by_rule` counts what was
    hidden or returned, None for one to four."""

    decisions: Sequence[Decision]
    before: int | None
    by_rule: Sequence[tuple[Rule, int | None]]


def load_log(declaration: Declaration, before: int | None = None) -> LogPage:
    """One page of the log; two queries."""
    query = (
        select(Decision)
        .join(Decision.annotation)
        .where(Annotation.declaration_id == declaration.id)
        .order_by(Decision.id.desc())
        .limit(LOG_MAX + 1)
    )
    found = db.session.scalars(query.where(Decision.id < before) if before else query).all()
    return LogPage(
        decisions=found[:LOG_MAX],
        before=found[LOG_MAX - 1].id if len(found) > LOG_MAX else None,
        by_rule=_count_by_rule(declaration),
    )


def _count_by_rule(declaration: Declaration) -> list[tuple[Rule, int | None]]:
    query = (
        select(Decision.rule, func.count())
        .join(Decision.annotation)
        .where(Annotation.declaration_id == declaration.id)
        .where(Decision.kind.in_((DecisionKind.HIDE, DecisionKind.RETURN)))
        .group_by(Decision.rule)
    )
    counts = dict(db.session.execute(query).tuples().all())
    return [(rule, counts[rule] if counts[rule] >= FEW else None) for rule in Rule if rule in counts]

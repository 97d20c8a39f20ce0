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
"""Rules with fewer cases are named together, without a number."""


@dataclass(frozen=True)
class LogPage:
    """Decisions, newest first; `before` continues the list, None at its end. Of what was hidden or returned:
    how often by which rule, and the rules with too few cases to count."""

    decisions: Sequence[Decision]
    before: int | None
    by_rule: Sequence[tuple[Rule, int]]
    rare_rules: Sequence[Rule]


def load_log(declaration: Declaration, before: int | None = None) -> LogPage:
    """One page of the log; two queries."""
    counts = _count_by_rule(declaration)
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
        by_rule=[(rule, counts[rule]) for rule in Rule if counts.get(rule, 0) >= FEW],
        rare_rules=[rule for rule in Rule if 0 < counts.get(rule, 0) < FEW],
    )


def _count_by_rule(declaration: Declaration) -> dict[Rule | None, int]:
    query = (
        select(Decision.rule, func.count())
        .join(Decision.annotation)
        .where(Annotation.declaration_id == declaration.id)
        .where(Decision.kind.in_((DecisionKind.HIDE, DecisionKind.RETURN)))
        .group_by(Decision.rule)
    )
    return {rule: count for rule, count in db.session.execute(query)}  # noqa: C416

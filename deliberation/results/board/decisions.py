"""The decisions behind the figures of moderation on the results page: what the public log shows of them, no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from deliberation.annotations.models import Annotation, Status
from deliberation.clock import to_day
from deliberation.database import db
from deliberation.declarations.models import Declaration
from deliberation.moderation.models import Decision, DecisionKind, Rule
from deliberation.permissions import Permission, Person, require
from deliberation.results.summary import Summary


@dataclass(frozen=True)
class DecisionRow:
    """One figure: so many acts, after one of some rules. `kind` is None for what waits, which has no public list; `count`
    for one to four."""

    kind: DecisionKind | None
    rules: tuple[Rule, ...]
    count: int | None

    @property
    def address(self) -> tuple[str, str]:
        """What an address calls act and rules."""
        return self.kind.value if self.kind else "", ".".join(rule.value for rule in self.rules)

    @property
    def has_list(self) -> bool:
        return self.kind is not None and self.count is not None


@dataclass(frozen=True)
class Line:
    """`number` is None for what was never to be seen; `is_readable` whether it is shown now."""

    number: int | None
    is_readable: bool
    rule: Rule | None
    day: date


def decision_rows(summary: Summary) -> list[DecisionRow]:
    """In the order of `words.moderation_rows`: what never happened is left out."""
    found = summary.moderation
    rows = [
        *(DecisionRow(DecisionKind.HIDE, rules, count) for rules, count in found.hidden),
        DecisionRow(DecisionKind.RETURN, (), found.returned),
        DecisionRow(DecisionKind.RESTORE, (), found.restored),
        DecisionRow(None, (), found.waiting),
    ]
    return [row for row in rows if row.count != 0]


def load_decisions(person: Person, declaration: Declaration, row: DecisionRow) -> Sequence[Line]:
    """The decisions that a figure counts, the latest first; one query."""
    require(person, Permission.READ, declaration)
    query = (
        select(Decision, Annotation.status)
        .join(Annotation, Annotation.number == Decision.annotation_id)
        .where(Annotation.declaration_id == declaration.id, Decision.kind == row.kind)
        .order_by(Decision.id.desc())
    )
    if row.rules:
        query = query.where(Decision.rule.in_(row.rules))
    return [_line(decision, status) for decision, status in db.session.execute(query)]


def _line(decision: Decision, status: Status) -> Line:
    was_shown = Status.VISIBLE in (decision.old_status, decision.new_status)
    return Line(
        number=decision.annotation_id if was_shown else None,
        is_readable=status is Status.VISIBLE,
        rule=decision.rule,
        day=to_day(decision.decided_at),
    )

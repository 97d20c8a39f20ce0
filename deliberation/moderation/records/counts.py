"""What moderation did in one year, counted in the database. Exact numbers: only `figures` reads them, which merges small
ones before anybody sees them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from deliberation.annotations.models import Annotation, Status
from deliberation.database import db
from deliberation.declarations.models import Act, Declaration, LogEntry, Membership
from deliberation.moderation.models import (
    Decision,
    DecisionKind,
    Flag,
    FlagReason,
    Measure,
    MeasureKind,
    Objection,
    Occasion,
    Rule,
    Verdict,
)
from deliberation.moderation.records.durations import Period


class Column(Enum):
    """What happened to contributions."""

    HELD = "held"
    PUBLISHED = "published"
    RETURNED = "returned"
    REDACTED = "redacted"
    HIDDEN = "hidden"
    RESTORED = "restored"
    UNDONE = "undone"


class Became(Enum):
    """What became of a report."""

    HIDDEN = "hidden"
    REDACTED = "redacted"
    RETURNED = "returned"
    LEFT = "left"
    OPEN = "open"


RESTRICTING = (Column.RETURNED, Column.REDACTED, Column.HIDDEN)
"""What goes against an author, and therefore has a rule."""
_COLUMNS = {
    DecisionKind.PUBLISH: Column.PUBLISHED,
    DecisionKind.RETURN: Column.RETURNED,
    DecisionKind.REDACT: Column.REDACTED,
    DecisionKind.HIDE: Column.HIDDEN,
    DecisionKind.RESTORE: Column.RESTORED,
    DecisionKind.UNDO: Column.UNDONE,
}
_OUTCOMES = {
    DecisionKind.HIDE: Became.HIDDEN,
    DecisionKind.REDACT: Became.REDACTED,
    DecisionKind.RETURN: Became.RETURNED,
}


class Decided(NamedTuple):
    """How many decisions of one sort fell in one month, counted from 0."""

    month: int
    column: Column
    rule: Rule | None
    occasion: Occasion
    many: int


@dataclass(frozen=True)
class Reports:
    by_reason: Counter[FlagReason]
    by_outcome: Counter[Became]


def count_held(declaration: Declaration, period: Period) -> Counter[int]:
    """By month: contributions that began to wait, new ones and changed ones that had been shown."""
    held_again = and_(LogEntry.act == Act.REVISED, LogEntry.before == Status.VISIBLE.value)
    query = select(period.place_of(LogEntry.at).label("month")).where(
        LogEntry.declaration_id == declaration.id,
        LogEntry.after == Status.PENDING.value,
        period.contains(LogEntry.at),
        or_(LogEntry.act == Act.HELD, held_again),
    )
    return _counted(query)


def count_decisions(declaration: Declaration, period: Period) -> list[Decided]:
    """What was shown to be all right while nobody had held it back is not counted: nothing changed."""
    shown_before = and_(Decision.kind == DecisionKind.PUBLISH, Decision.old_status != Status.PENDING)
    placed = (
        select(period.place_of(Decision.decided_at).label("month"), Decision.kind, Decision.rule, Decision.occasion)
        .where(_is_in(Decision.annotation_id, declaration), period.contains(Decision.decided_at))
        .where(Decision.kind.in_(tuple(_COLUMNS)), ~shown_before)
        .subquery()
    )
    query: Any = select(*placed.c, func.count()).group_by(*placed.c)
    rows = db.session.execute(query)
    return [Decided(month, _COLUMNS[kind], rule, occasion, many) for month, kind, rule, occasion, many in rows]


def count_reports(declaration: Declaration, period: Period) -> Reports:
    """Reports that came in that time, and how they stand now."""
    query = (
        select(Flag.reason, Flag.closed_at.is_(None), Decision.kind, func.count())
        .outerjoin(Decision, Decision.id == Flag.decision_id)
        .where(_is_in(Flag.annotation_id, declaration), period.contains(Flag.created_at))
        .group_by(Flag.reason, Flag.closed_at.is_(None), Decision.kind)
    )
    reports = Reports(Counter(), Counter())
    for reason, is_open, kind, many in db.session.execute(query):
        reports.by_reason[reason] += many
        reports.by_outcome[Became.OPEN if is_open else _OUTCOMES.get(kind, Became.LEFT)] += many
    return reports


def count_objections(declaration: Declaration, period: Period) -> Counter[Verdict | None]:
    """Objections of that time by what came of them; None: not decided yet."""
    query = select(Objection.verdict.label("verdict")).where(
        Objection.declaration_id == declaration.id, period.contains(Objection.created_at)
    )
    return _counted(query)


def count_measures(declaration: Declaration, period: Period) -> Counter[MeasureKind]:
    query = (
        select(Measure.kind.label("kind"))
        .join(Membership, Membership.id == Measure.member_id)
        .where(Membership.declaration_id == declaration.id, period.contains(Measure.taken_at))
    )
    return _counted(query)


def _counted(query: Any) -> Counter[Any]:
    """How often each value of its one column occurs."""
    values = query.subquery()
    [value] = values.c
    rows = db.session.execute(select(value, func.count()).group_by(value))
    return Counter({key: many for key, many in rows})  # noqa: C416


def _is_in(number: Any, declaration: Declaration) -> ColumnElement[bool]:
    """From what was decided or reported to its annotation, and not through all annotations."""
    return exists().where(Annotation.number == number, Annotation.declaration_id == declaration.id)


def by_month(numbers: Counter[int], months: Sequence[Any]) -> list[tuple[Any, int]]:
    return [(month, numbers[place]) for place, month in enumerate(months)]

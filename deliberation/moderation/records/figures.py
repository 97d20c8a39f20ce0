"""The figures of moderation in one calendar year, as everybody may see them.

Every count went through `merging.merge_small`. Page and yearly report show the same `Figures`: two ways of merging the
same numbers could be subtracted from each other. For the same reason what is counted by rule and by occasion leaves out
kinds of decisions whose own number is too small to be printed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from deliberation.clock import BERLIN, to_day, today
from deliberation.declarations.models import Declaration
from deliberation.moderation.models import FlagReason, MeasureKind, Occasion, Rule, Verdict
from deliberation.moderation.records import counts
from deliberation.moderation.records.counts import RESTRICTING, Became, Column, Decided, by_month
from deliberation.moderation.records.durations import (
    ANSWER_HOURS,
    HELD_HOURS,
    Period,
    Promise,
    count_ended,
    load_medians,
    load_promise,
    waits_for_answer,
    waits_for_decision,
    waits_for_outcome,
)
from deliberation.moderation.records.merging import Merged, merge_small, total_of


@dataclass(frozen=True)
class Wait:
    """The median of some neighbouring months, in hours; None: none waited, or too few."""

    months: tuple[date, ...]
    hours: float | None


@dataclass(frozen=True)
class Figures:
    """One year, in months of Berlin; `years` are those that can have figures. `left_out` names kinds of decisions that
    are not counted by rule and occasion."""

    declaration: Declaration
    year: int
    years: Sequence[int]
    months: tuple[date, ...]
    columns: Mapping[Column, tuple[Merged[date], ...]]
    left_out: tuple[Column, ...]
    by_rule: tuple[Merged[Rule], ...]
    by_occasion: tuple[Merged[Occasion], ...]
    waits: tuple[Wait, ...]
    median_hours: float | None
    promises: Mapping[str, Promise]
    reports_by_reason: tuple[Merged[FlagReason], ...]
    reports_by_outcome: tuple[Merged[Became], ...]
    report_hours: float | None
    objections: tuple[Merged[Verdict | None], ...]
    measures: tuple[Merged[MeasureKind], ...]

    @property
    def is_whole(self) -> bool:
        """Whether the year is over, so that its numbers hardly change any more."""
        return self.year < today().year

    @property
    def totals(self) -> dict[Column, int | None]:
        """None: fewer than five, but not none."""
        return {column: total_of(row) for column, row in self.columns.items()}

    @property
    def is_empty(self) -> bool:
        rows: tuple[Any, ...] = (*self.columns.values(), self.reports_by_reason, self.objections, self.measures)
        return all(total_of(row) == 0 for row in rows)


def years_of(declaration: Declaration) -> list[int]:
    """Those in which the declaration was there, the latest first."""
    this_year = today().year
    return list(range(this_year, min(to_day(declaration.created_at).year, this_year) - 1, -1))


def load_figures(declaration: Declaration, year: int) -> Figures:
    """The figures of one of `years_of`. Fourteen queries, however long the log."""
    months = _months_of(declaration, year)
    period = Period([_start_of(month) for month in months], _start_of(date(year + 1, 1, 1)))
    decisions = counts.count_decisions(declaration, period)
    columns = _to_columns(months, counts.count_held(declaration, period), decisions)
    left_out = tuple(column for column in RESTRICTING if total_of(columns[column]) is None)
    counted = [row for row in decisions if row.column in RESTRICTING and row.column not in left_out]
    reports = counts.count_reports(declaration, period)
    return Figures(
        declaration=declaration,
        year=year,
        years=years_of(declaration),
        months=months,
        columns=columns,
        left_out=left_out,
        by_rule=merge_small([(rule, sum(row.many for row in counted if row.rule is rule)) for rule in Rule]),
        by_occasion=merge_small([(one, sum(row.many for row in counted if row.occasion is one)) for one in Occasion]),
        reports_by_reason=_row(FlagReason, reports.by_reason),
        reports_by_outcome=_row(Became, reports.by_outcome),
        objections=_row((*Verdict, None), counts.count_objections(declaration, period)),
        measures=_row(MeasureKind, counts.count_measures(declaration, period)),
        **_load_times(declaration, months, period),
    )


def _months_of(declaration: Declaration, year: int) -> tuple[date, ...]:
    """The months of a year in which the declaration was there, up to this one."""
    last = today()
    first = min(to_day(declaration.created_at), last).replace(day=1)
    return tuple(month for number in range(1, 13) if first <= (month := date(year, number, 1)) <= last)


def _start_of(month: date) -> datetime:
    return datetime.combine(month, time(), BERLIN)


def _to_columns(
    months: Sequence[date], held: Counter[int], decisions: Sequence[Decided]
) -> dict[Column, tuple[Merged[date], ...]]:
    numbers: dict[Column, Counter[int]] = {column: Counter() for column in Column}
    numbers[Column.HELD] = held
    for row in decisions:
        numbers[row.column][row.month] += row.many
    return {column: merge_small(by_month(numbers[column], months)) for column in Column}


def _row(keys: Any, numbers: Counter[Any]) -> tuple[Merged[Any], ...]:
    return merge_small([(key, numbers[key]) for key in keys])


def _load_times(declaration: Declaration, months: tuple[date, ...], period: Period) -> dict[str, Any]:
    waits, whole = waits_for_decision(declaration, period), period.joined([len(months)])
    parts = merge_small(by_month(Counter(dict(enumerate(count_ended(waits, period)))), months))
    medians = load_medians(waits, period.joined([len(part.keys) for part in parts]))
    return {
        "waits": tuple(Wait(part.keys, hours) for part, hours in zip(parts, medians, strict=True)),
        "median_hours": load_medians(waits, whole)[0],
        "report_hours": load_medians(waits_for_outcome(declaration, period), whole)[0],
        "promises": {
            "held": load_promise(waits, HELD_HOURS),
            "answer": load_promise(waits_for_answer(declaration, period), ANSWER_HOURS),
        },
    }

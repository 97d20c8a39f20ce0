"""When the contributions came: counted per day, week or month, whichever a chart can carry."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from deliberation.clock import monday_of

DAYS_MAX = 21
WEEKS_MAX = 60


class Span(Enum):
    """What one column of the chart stands for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Timeline:
    """One column per span, without gaps, each under its first day."""

    span: Span
    columns: tuple[tuple[date, int], ...]

    @property
    def most(self) -> tuple[date, int]:
        """The highest column, the earliest of several."""
        return max(self.columns, key=lambda column: (column[1], -column[0].toordinal()))


def to_timeline(days: Iterable[date] | Mapping[date, int]) -> Timeline | None:
    """Of the days, or of how often each occurs. None without any."""
    counts = Counter(days)
    if not counts:
        return None
    first, last = min(counts), max(counts)
    span = _span_for((last - first).days + 1)
    columns: dict[date, int] = {}
    start = start_of(first, span)
    while start <= last:
        columns[start] = 0
        start = _next(start, span)
    for day, count in counts.items():
        columns[start_of(day, span)] += count
    return Timeline(span, tuple(columns.items()))


def _span_for(days: int) -> Span:
    if days <= DAYS_MAX:
        return Span.DAY
    return Span.WEEK if days <= 7 * WEEKS_MAX else Span.MONTH


def start_of(day: date, span: Span) -> date:
    """The first day of the column in which this day is counted."""
    match span:
        case Span.DAY:
            return day
        case Span.WEEK:
            return monday_of(day)
        case Span.MONTH:
            return day.replace(day=1)


def _next(start: date, span: Span) -> date:
    match span:
        case Span.DAY:
            return start + timedelta(days=1)
        case Span.WEEK:
            return start + timedelta(days=7)
        case Span.MONTH:
            return (start + timedelta(days=32)).replace(day=1)

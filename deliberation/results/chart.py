"""What the week chart needs beyond its counts: marks that fit a telephone, the peak, a round line."""

from datetime import date

from deliberation.results import words
from deliberation.results.timeline import Span, Timeline

TICKS_MAX = 5
ROOM = 0.86
"""Share of the width up to which a mark can begin without running out of the picture."""


def columns(timeline: Timeline) -> list[tuple[str, int, str]]:
    """(mark, count, note) for each column; the highest is named if it stands out at all."""
    marks = _marks(timeline)
    when, most = timeline.most
    peak = when if len(timeline.columns) > 2 and most > 1 else None
    return [
        (marks.get(start, ""), count, _name(timeline, start) if start == peak else "")
        for start, count in timeline.columns
    ]


def _marks(timeline: Timeline) -> dict[date, str]:
    starts = [start for start, _count in timeline.columns]
    if timeline.span is Span.DAY:
        named = [(start, words.short_day(start)) for start in starts]
    elif timeline.span is Span.WEEK:
        named = [
            (start, words.month(start))
            for before, start in zip([None, *starts], starts, strict=False)
            if before is None or before.month != start.month
        ]
    else:
        named = [(start, words.month(start, with_year=True)) for start in starts]
    every = -(-len(named) // TICKS_MAX)
    place = {start: index / len(starts) for index, start in enumerate(starts)}
    return {start: name for start, name in named[::every] if place[start] <= ROOM}


def _name(timeline: Timeline, start: date) -> str:
    return words.month(start) if timeline.span is Span.MONTH else words.short_day(start)


def line(timeline: Timeline) -> int | None:
    """A round number somewhat below the highest column."""
    most = timeline.most[1]
    fitting = [step * 10**power for power in range(6) for step in (1, 2, 5) if step * 10**power <= 0.75 * most]
    return max(fitting, default=None)

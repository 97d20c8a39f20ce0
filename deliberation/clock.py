"""The one place that knows what time it is, so that a test can move it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")

_frozen: datetime | None = None


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen or datetime.now(UTC)


def today() -> date:
    """The day in Berlin, which is the day that people mean."""
    return to_day(now())


def to_day(moment: datetime) -> date:
    """The day of a moment in Berlin."""
    return moment.astimezone(BERLIN).date()


def monday_of(day: date) -> date:
    """The day on which the week of this day begins."""
    return day - timedelta(days=day.weekday())


@contextmanager
def frozen_at(moment: datetime) -> Iterator[None]:
    """Stop the clock (tests and sample data only)."""
    global _frozen
    before, _frozen = _frozen, moment
    try:
        yield
    finally:
        _frozen = before

"""The dates that people have been told, and how a change of them is noted until everybody has heard of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from deliberation.clock import now, today
from deliberation.declarations.models import Declaration
from deliberation.permissions import Phase

WAIT = timedelta(minutes=30)
"""Whoever plans tries things out: mails leave when nothing has been changed for so long."""


class Limit(Enum):
    """Which end of a phase a day is."""

    BEGINS = "begins"
    ENDS = "ends"


@dataclass(frozen=True)
class Told:
    """A phase ends with this day, or begins on it."""

    phase: Phase
    limit: Limit
    day: date

    def to_row(self) -> list[str]:
        return [self.phase.value, self.limit.value, self.day.isoformat()]

    @classmethod
    def of_row(cls, row: Sequence[str]) -> "Told":
        phase, limit, day = row
        return cls(Phase(phase), Limit(limit), date.fromisoformat(day))


@dataclass(frozen=True)
class DateLine:
    """One date as it is now (None: it does not hold any more) and as it was told before (None: it is new or the same)."""

    phase: Phase
    limit: Limit
    day: date | None
    before: date | None


def dates_of(declaration: Declaration) -> list[Told]:
    """What its pages say: the last day of the present phase, and when the others begin."""
    ends_on = declaration.phase_ends_on
    present = [Told(declaration.phase, Limit.ENDS, ends_on)] if ends_on else []
    return present + [Told(one.phase, Limit.BEGINS, one.begins_on) for one in declaration.ahead]


def note_new_dates(declaration: Declaration, before: Sequence[Told]) -> None:
    """Whether a day ahead that people had been told holds no more: then every page says so, and mails follow. Taken back
    before they left, nothing is mailed."""
    present = dates_of(declaration)
    broken = [one for one in before if one.day > today() and one not in present]
    waiting = declaration.told_dates
    if broken:
        declaration.plan_changed_on = today()
    if broken or waiting is not None:
        told = [one.to_row() for one in before] if waiting is None else waiting
        is_as_told = told == [one.to_row() for one in present]
        declaration.told_dates = None if is_as_told else told
        declaration.dates_due_at = None if is_as_told else now() + WAIT


def compare_dates(told: Sequence[Told], present: Sequence[Told]) -> list[DateLine]:
    """The present dates in their order, each beside what had been told, then what does not hold any more."""
    days = {(one.phase, one.limit): one.day for one in told}
    lines = []
    for one in present:
        before = days.pop((one.phase, one.limit), None)
        lines.append(DateLine(one.phase, one.limit, one.day, before if before != one.day else None))
    gone = [DateLine(phase, limit, None, day) for (phase, limit), day in days.items() if day > today()]
    return lines + gone

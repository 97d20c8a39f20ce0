"""A thesis of the week: what everybody looks at together from a Monday to the Sunday after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from deliberation.clock import monday_of, today
from deliberation.declarations.models import Act, Declaration, Thesis, hold_text
from deliberation.declarations.record import record
from deliberation.permissions import Activity, Permission, Person, require

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class FocusWeek:
    thesis: Thesis
    monday: date

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def is_over(self) -> bool:
        return self.sunday < today()


class FocusTaken(Exception):
    """Another thesis (`by`) has the same week already."""

    def __init__(self, thesis: Thesis, by: Thesis) -> None:
        super().__init__(thesis.number)
        self.thesis = thesis
        self.by = by


def plan_focus(organiser: Person, declaration: Declaration, wanted: Mapping[int, date | None]) -> bool:
    """Give theses (by id) the week that this day is in; None: no week. Whether anything is another now. Raises FocusTaken.

    Uses `declaration.theses`. A thesis that an edition took out loses its week."""
    hold_text(declaration)
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    weeks: dict[date, Thesis] = {}
    for thesis in declaration.numbered_theses:
        day = wanted.get(thesis.id)
        if day is None:
            continue
        other = weeks.setdefault(monday_of(day), thesis)
        if other is not thesis:
            raise FocusTaken(thesis, other)
    focus = [[thesis.id, monday.isoformat()] for monday, thesis in sorted(weeks.items(), key=lambda week: week[0])]
    if focus == declaration.focus:
        return False
    declaration.focus = focus
    record(organiser.membership_in(declaration.id), declaration, Act.FOCUS)
    return True


def in_turn(theses: Sequence[Thesis], first: date) -> Mapping[int, date]:
    """One thesis after the other, a week each, from the week of this day on."""
    return {thesis.id: monday_of(first) + number * WEEK for number, thesis in enumerate(theses)}


def load_focus(declaration: Declaration) -> list[FocusWeek]:
    """The weeks in their order. Uses `declaration.theses`."""
    theses = {thesis.id: thesis for thesis in declaration.numbered_theses}
    return [FocusWeek(theses[number], date.fromisoformat(day)) for number, day in declaration.focus if number in theses]


def focus_now(declaration: Declaration) -> FocusWeek | None:
    """What is looked at this week, as long as people can write. Uses `declaration.theses`."""
    if not declaration.allows(Activity.ANNOTATE):
        return None
    return next((week for week in load_focus(declaration) if week.monday == monday_of(today())), None)

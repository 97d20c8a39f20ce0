"""The plan of phases: written down in one form, carried out by itself, day by day in Berlin."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select

from deliberation.annotations.positions import change_phase, to_stage
from deliberation.clock import today
from deliberation.database import db
from deliberation.declarations.dates import dates_of, note_new_dates
from deliberation.declarations.models import Act, Declaration, PlannedPhase, hold_text, place_of
from deliberation.declarations.record import record
from deliberation.permissions import Operator, Permission, Person, Phase, require

PLANNABLE = tuple(phase for phase in Phase if phase is not Phase.DRAFT)


class PlanInvalid(Exception):
    """The day of this phase cannot be so: "past" is over or today, "order" is not behind that of the phase before, "back"
    would lead back to a phase that is over or open already."""

    def __init__(self, phase: Phase, problem: str) -> None:
        super().__init__(f"{phase.value}: {problem}")
        self.phase = phase
        self.problem = problem


def plan_phases(organiser: Person, declaration: Declaration, wanted: Mapping[Phase, date | None]) -> bool:
    """Say from which day on each phase shall hold; None: it is left out, or opened by hand. Whether anything is another now.

    What has been opened stays as it was. The last day of the present phase follows from the plan. Dates that people had been
    told and that become others are announced (`note_new_dates`, public log). Raises PlanInvalid.
    """
    hold_text(declaration)
    db.session.flush()
    db.session.refresh(declaration, ["plan", "phase", "phase_ends_on"])
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    before, stage, told = declaration.calendar, to_stage(declaration), dates_of(declaration)
    plan = [one for one in before if one.is_opened]
    begun = {one.phase for one in plan}
    plan += [PlannedPhase(phase, day) for phase in PLANNABLE if (day := wanted.get(phase)) and phase not in begun]
    plan.sort(key=lambda one: place_of(one.phase))
    _check(plan, before, declaration.phase)
    if plan == before:
        return False
    _store(declaration, plan)
    declaration.phase_ends_on = declaration.planned_end(declaration.phase)
    if not declaration.is_draft:
        note_new_dates(declaration, told)
    record(organiser.membership_in(declaration.id), declaration, Act.PLAN, before=stage, after=to_stage(declaration))
    return True


def find_due(day: date) -> Sequence[Declaration]:
    """Declarations with a phase that was to begin by this day. There are few declarations: each is looked at."""
    found = db.session.scalars(select(Declaration).where(Declaration.phase != Phase.CLOSED))
    return [one for one in found if any(planned.begins_on <= day for planned in one.ahead)]


def open_due(day: date) -> int:
    """Open what is due; how many declarations changed their phase. After a stand-still of the site the phase that holds now
    is opened at once. Never leads back: whoever opened a later phase by hand has decided so."""
    opened = 0
    for declaration in find_due(day):
        hold_text(declaration)
        db.session.refresh(declaration, ["plan", "phase", "phase_ends_on"])
        due = [one for one in declaration.ahead if one.begins_on <= day]
        if not due:
            continue
        _store(declaration, [PlannedPhase(p.phase, p.begins_on, p.is_opened or p in due) for p in declaration.calendar])
        phase = due[-1].phase
        if place_of(phase) > place_of(declaration.phase):
            change_phase(Operator(), declaration, phase)
            opened += 1
    return opened


def _store(declaration: Declaration, plan: Sequence[PlannedPhase]) -> None:
    declaration.plan = [[one.phase.value, one.begins_on.isoformat(), one.is_opened] for one in plan]


def _check(plan: Sequence[PlannedPhase], before: Sequence[PlannedPhase], present: Phase) -> None:
    latest = None
    for one in plan:
        if not one.is_opened and one not in before and one.begins_on <= today():
            raise PlanInvalid(one.phase, "past")
        if not one.is_opened and place_of(one.phase) <= place_of(present):
            raise PlanInvalid(one.phase, "back")
        if latest is not None and one.begins_on <= latest:
            raise PlanInvalid(one.phase, "order")
        latest = one.begins_on

"""Phases are planned in one form and open by themselves, by the day in Berlin."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from deliberation.annotations.calendar import PlanInvalid, plan_phases
from deliberation.annotations.positions import change_phase
from deliberation.clock import frozen_at, today
from deliberation.database import db
from deliberation.declarations.models import Act, LogEntry
from deliberation.jobs import open_due_phases
from deliberation.permissions import NotAllowed, Phase

# A quarter past midnight in Berlin, and the day before by UTC.
MORNING = datetime(2026, 3, 29, 22, 15, tzinfo=UTC)


def in_days(number):
    return today() + timedelta(days=number)


def acts(cast):
    query = select(LogEntry).where(LogEntry.declaration_id == cast.declaration.id).order_by(LogEntry.id)
    return [(one.act, one.before, one.after, one.actor_id is None) for one in db.session.scalars(query)]


class TestPlanning:
    def test_the_end_of_the_present_phase_follows(self, cast):
        plan_phases(cast.otto, cast.declaration, {Phase.VOTING: in_days(10), Phase.CLOSED: in_days(20)})
        assert cast.declaration.phase_ends_on == in_days(9)
        assert [one.phase for one in cast.declaration.calendar] == [Phase.VOTING, Phase.CLOSED]

    def test_is_the_organisers_business(self, cast):
        for person in (cast.ada, cast.mira):
            with pytest.raises(NotAllowed):
                plan_phases(person, cast.declaration, {Phase.VOTING: in_days(3)})

    @pytest.mark.parametrize(
        ("wanted", "phase", "problem"),
        [
            ({Phase.VOTING: 0}, Phase.VOTING, "past"),
            ({Phase.VOTING: -1}, Phase.VOTING, "past"),
            ({Phase.VOTING: 5, Phase.EVALUATING: 5}, Phase.EVALUATING, "order"),
            ({Phase.VOTING: 9, Phase.CLOSED: 8}, Phase.CLOSED, "order"),
            ({Phase.READING: 5}, Phase.READING, "back"),
            ({Phase.ANNOTATING: 5}, Phase.ANNOTATING, "back"),
        ],
    )
    def test_a_day_that_cannot_be_is_named(self, cast, wanted, phase, problem):
        with pytest.raises(PlanInvalid) as refused:
            plan_phases(cast.otto, cast.declaration, {one: in_days(days) for one, days in wanted.items()})
        assert (refused.value.phase, refused.value.problem) == (phase, problem)
        assert cast.declaration.plan == []

    def test_same_plan_again_changes_and_logs_nothing(self, cast):
        assert plan_phases(cast.otto, cast.declaration, {Phase.VOTING: in_days(3)})
        before = acts(cast)
        assert not plan_phases(cast.otto, cast.declaration, {Phase.VOTING: in_days(3)})
        assert acts(cast) == before
        assert cast.declaration.plan_changed_on is None

    def test_another_day_than_announced_is_announced(self, cast, client):
        plan_phases(cast.otto, cast.declaration, {Phase.VOTING: in_days(3)})
        plan_phases(cast.otto, cast.declaration, {Phase.VOTING: in_days(8)})
        assert cast.declaration.plan_changed_on == today()
        assert acts(cast)[-1][0] is Act.PLAN
        assert acts(cast)[-1][1:3] == (f"annotating {in_days(2)}", f"annotating {in_days(7)}")
        db.session.commit()
        assert "Geändert am" in client.get("/d/erklaerung").text
        assert "Zeitplan geändert" in client.get("/d/erklaerung/moderation/log").text

    def test_plan_can_be_given_up(self, cast):
        plan_phases(cast.otto, cast.declaration, {Phase.VOTING: in_days(3)})
        plan_phases(cast.otto, cast.declaration, {})
        assert (cast.declaration.plan, cast.declaration.phase_ends_on) == ([], None)


class TestOpening:
    def test_begins_at_midnight_in_berlin_also_when_clocks_change(self, cast):
        with frozen_at(MORNING - timedelta(days=5)):
            plan_phases(cast.otto, cast.declaration, {Phase.VOTING: date(2026, 3, 30), Phase.CLOSED: date(2026, 4, 30)})
            db.session.commit()
        with frozen_at(MORNING - timedelta(minutes=16)):
            assert open_due_phases() == 0
        with frozen_at(MORNING):
            assert open_due_phases() == 1
            assert open_due_phases() == 0
        assert cast.declaration.phase is Phase.VOTING
        assert cast.declaration.phase_ends_on == date(2026, 4, 29)
        assert acts(cast)[-1] == (Act.PHASE, "annotating 2026-03-29", "voting 2026-04-29", True)

    def test_after_a_stand_still_the_phase_that_holds_now_is_opened(self, cast):
        plan_phases(
            cast.otto, cast.declaration, {Phase.VOTING: in_days(2), Phase.EVALUATING: in_days(4), Phase.CLOSED: in_days(9)}
        )
        db.session.commit()
        with frozen_at(datetime.now(UTC) + timedelta(days=6)):
            assert open_due_phases() == 1
        assert cast.declaration.phase is Phase.EVALUATING
        assert [one.is_opened for one in cast.declaration.calendar] == [True, True, False]

    def test_what_was_opened_by_hand_is_not_taken_back(self, cast):
        plan_phases(cast.otto, cast.declaration, {Phase.VOTING: in_days(2), Phase.CLOSED: in_days(9)})
        change_phase(cast.otto, cast.declaration, Phase.EVALUATING)
        db.session.commit()
        with frozen_at(datetime.now(UTC) + timedelta(days=3)):
            assert open_due_phases() == 0
        assert cast.declaration.phase is Phase.EVALUATING
        with frozen_at(datetime.now(UTC) + timedelta(days=10)):
            assert open_due_phases() == 1
        assert cast.declaration.phase is Phase.CLOSED

    def test_opening_by_hand_knows_the_planned_end(self, cast):
        plan_phases(cast.otto, cast.declaration, {Phase.EVALUATING: in_days(5)})
        change_phase(cast.otto, cast.declaration, Phase.VOTING)
        assert cast.declaration.phase_ends_on == in_days(4)

    def test_a_draft_opens_on_its_day(self, cast):
        cast.declaration.phase = Phase.DRAFT
        plan_phases(cast.otto, cast.declaration, {Phase.READING: in_days(1), Phase.ANNOTATING: in_days(8)})
        db.session.commit()
        with frozen_at(datetime.now(UTC) + timedelta(days=1)):
            open_due_phases()
        assert (cast.declaration.phase, cast.declaration.phase_ends_on) == (Phase.READING, in_days(7))

    def test_what_has_begun_stays_in_the_plan(self, cast):
        plan_phases(cast.otto, cast.declaration, {Phase.VOTING: in_days(1), Phase.CLOSED: in_days(5)})
        db.session.commit()
        with frozen_at(datetime.now(UTC) + timedelta(days=2)):
            open_due_phases()
            plan_phases(cast.otto, cast.declaration, {Phase.CLOSED: in_days(9)})
            assert [one.phase for one in cast.declaration.calendar] == [Phase.VOTING, Phase.CLOSED]
            assert cast.declaration.planned_end(Phase.VOTING) == in_days(8)


class TestPages:
    def test_form_says_what_is_wrong_and_keeps_what_was_typed(self, cast, client):
        client.sign_in(cast.otto)
        answer = client.post("/d/erklaerung/plan", data={"voting": str(in_days(9)), "closed": str(in_days(3))})
        assert answer.status_code == 422
        assert "Diese Phase muss nach der vorigen beginnen." in answer.text
        assert f'value="{in_days(3)}"' in answer.text

    def test_readers_see_the_plan_and_the_last_day(self, cast, client):
        client.sign_in(cast.otto).post("/d/erklaerung/plan", data={"voting": str(in_days(9)), "closed": str(in_days(30))})
        page = client.application.test_client().get("/d/erklaerung").text
        assert 'id="zeitplan"' in page
        assert page.count("<dt>Schlussrunde") == 1

    def test_nobody_else_gets_there(self, cast, client):
        assert client.get("/d/erklaerung/plan").status_code == 303
        assert client.sign_in(cast.mira).get("/d/erklaerung/plan").status_code == 403

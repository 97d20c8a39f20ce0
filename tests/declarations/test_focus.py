"""A thesis of the week is looked at by all, from Monday to Sunday, and stands on top of the landing page."""

from datetime import UTC, date, datetime

import pytest

from deliberation.annotations.positions import change_phase
from deliberation.clock import frozen_at
from deliberation.declarations.focus import FocusTaken, focus_now, in_turn, load_focus, plan_focus
from deliberation.permissions import NotAllowed, Phase

PAGE = "/d/erklaerung/office/focus"
WEDNESDAY = date(2026, 12, 2)


def at(day, hour=12):
    return frozen_at(datetime(2026, 12, day, hour, tzinfo=UTC))


def theses(cast):
    return {thesis.number: thesis for thesis in cast.declaration.numbered_theses}


def test_any_day_means_its_week(cast):
    third = theses(cast)["3"]
    assert plan_focus(cast.otto, cast.declaration, {third.id: WEDNESDAY})
    assert [(week.thesis, week.monday, week.sunday) for week in load_focus(cast.declaration)] == [
        (third, date(2026, 11, 30), date(2026, 12, 6))
    ]
    assert not plan_focus(cast.otto, cast.declaration, {third.id: date(2026, 12, 6)})


def test_begins_and_ends_at_midnight_in_berlin(cast):
    plan_focus(cast.otto, cast.declaration, {theses(cast)["3"].id: WEDNESDAY})
    for day, hour, is_on in ((6, 22, True), (6, 23, False), (29, 12, False)):
        with at(day, hour):
            assert (focus_now(cast.declaration) is not None) is is_on


def test_two_theses_cannot_have_one_week(cast):
    numbers = theses(cast)
    with pytest.raises(FocusTaken) as taken:
        plan_focus(cast.otto, cast.declaration, {numbers["1"].id: WEDNESDAY, numbers["2"].id: date(2026, 11, 30)})
    assert (taken.value.thesis, taken.value.by) == (numbers["2"], numbers["1"])


def test_is_the_organisers_business(cast, client):
    for person in (cast.ada, cast.mira):
        with pytest.raises(NotAllowed):
            plan_focus(person, cast.declaration, {})
        assert client.sign_in(person).get(PAGE).status_code == 403


def test_in_turn_every_thesis_has_a_week_of_its_own(cast):
    numbered = cast.declaration.numbered_theses
    days = list(in_turn(numbered, WEDNESDAY).values())
    assert days[0] == date(2026, 11, 30)
    assert len(set(days)) == len(numbered)
    assert {day.weekday() for day in days} == {0}


def test_stands_on_top_while_people_can_write(cast, client):
    plan_focus(cast.otto, cast.declaration, {theses(cast)["3"].id: WEDNESDAY})
    with at(3):
        assert "Diese Woche: These 3" in client.get("/d/erklaerung").text
        change_phase(cast.otto, cast.declaration, Phase.VOTING)
        assert "Diese Woche" not in client.get("/d/erklaerung").text


class TestPage:
    def test_proposal_is_stored_only_when_saved(self, cast, client):
        client.sign_in(cast.otto)
        proposal = client.post(PAGE, data={"first": "2026-12-02", "in_turn": "1"})
        assert proposal.status_code == 200
        assert "Er gilt erst, wenn Sie ihn speichern" in proposal.text
        assert 'value="2026-11-30"' in proposal.text
        assert cast.declaration.focus == []
        assert client.post(PAGE, data={"thesis_1": "2026-11-30", "thesis_2": "2026-12-09"}).status_code == 303
        assert "30. November" in client.get(PAGE).text

    def test_same_week_twice_is_named_and_kept(self, cast, client):
        client.sign_in(cast.otto)
        answer = client.post(PAGE, data={"thesis_1": "2026-12-01", "thesis_2": "2026-12-02"})
        assert answer.status_code == 422
        assert "In dieser Woche ist schon These 1 dran." in answer.text
        assert 'value="2026-12-02"' in answer.text

    def test_what_is_no_day_is_refused_in_words(self, cast, client):
        client.sign_in(cast.otto)
        for words in ("morgen", "2026-02-31", "0001-01-01", "9999-12-31"):
            answer = client.post(PAGE, data={"thesis_1": words})
            assert answer.status_code == 422, words
            assert f'value="{words}"' in answer.text
        assert client.post(PAGE, data={"first": "9999-12-31", "in_turn": "1"}).status_code == 422

"""Taking a stance on a paragraph or a thesis as a whole."""

import pytest
from sqlalchemy import select

from deliberation.annotations.models import Stance, StanceValue
from deliberation.annotations.positions import take_stance
from deliberation.annotations.tallies import StanceCounts, load_stance_counts
from deliberation.database import db
from deliberation.permissions import NotAllowed, Phase
from tests import builders

ADDRESS = "/d/erklaerung/3/1/stance"


def test_participant_takes_changes_and_withdraws_a_stance(cast, client):
    ada = client.sign_in(cast.ada)
    assert ada.post(ADDRESS, data={"stance": "change", "reason": "Mehr Personal"}).status_code == 303
    stance = db.session.scalars(select(Stance)).one()
    assert (stance.value, stance.reason) == (StanceValue.CHANGE, "Mehr Personal")
    ada.post(ADDRESS, data={"stance": "carry", "reason": "Mehr Personal"})
    stance = db.session.scalars(select(Stance)).one()
    assert (stance.value, stance.reason) == (StanceValue.CARRY, "")
    ada.post(ADDRESS, data={"stance": ""})
    assert db.session.scalars(select(Stance)).all() == []


def test_paragraph_and_thesis_have_stances_of_their_own(cast, client):
    ada = client.sign_in(cast.ada)
    ada.post(ADDRESS, data={"stance": "carry"})
    ada.post("/d/erklaerung/3/0/stance", data={"stance": "against"})
    assert len(db.session.scalars(select(Stance)).all()) == 2


def test_stance_is_bound_to_the_wording_it_was_taken_on(cast):
    place = builders.paragraph(cast.declaration)
    take_stance(cast.ada, place.thesis, place, StanceValue.CARRY)
    assert db.session.scalars(select(Stance)).one().wording_id == place.wording_id


@pytest.mark.parametrize(
    ("phase", "open_for_it"),
    [
        (Phase.READING, True),
        (Phase.ANNOTATING, True),
        (Phase.VOTING, True),
        (Phase.EVALUATING, False),
        (Phase.CLOSED, False),
    ],
)
def test_phases_that_are_open_for_stances(cast, phase, open_for_it):
    cast.declaration.phase = phase
    place = builders.paragraph(cast.declaration)
    if open_for_it:
        take_stance(cast.ada, place.thesis, place, StanceValue.CARRY)
        return
    with pytest.raises(NotAllowed):
        take_stance(cast.ada, place.thesis, place, StanceValue.CARRY)


def test_result_appears_only_after_the_own_stance_and_from_five_on(cast, app):
    place = builders.paragraph(cast.declaration)
    for _ in range(4):
        take_stance(builders.make_member(cast.declaration), place.thesis, place, StanceValue.CARRY)
    ben = app.test_client().sign_in(cast.ben)
    assert "Ergebnis erscheint nach Ihrer Stimme" in ben.get("/d/erklaerung/3/1").text
    ben.post(ADDRESS, data={"stance": "unclear"})
    page = ben.get("/d/erklaerung/3/1").text
    assert "4 × Trage ich mit" in page
    assert "4 × Trage ich mit" not in app.test_client().get("/d/erklaerung/3/1").text


def test_percentages_appear_from_ten_on(cast, client):
    place = builders.paragraph(cast.declaration)
    for _ in range(9):
        take_stance(builders.make_member(cast.declaration), place.thesis, place, StanceValue.CARRY)
    ben = client.sign_in(cast.ben)
    ben.post(ADDRESS, data={"stance": "unclear"})
    assert "90 Prozent tragen mit" in ben.get("/d/erklaerung/3/1").text


def test_published_counts_move_in_steps(cast):
    place = builders.paragraph(cast.declaration)
    seen = []
    for _ in range(6):
        take_stance(builders.make_member(cast.declaration), place.thesis, place, StanceValue.CHANGE)
        seen.append(load_stance_counts(cast.declaration).get((place.thesis_id, place.id), StanceCounts()).n)
    assert seen == [0, 0, 0, 0, 5, 5]


def test_unknown_stance_is_refused_in_words(cast, client):
    answer = client.sign_in(cast.ada).post(ADDRESS, data={"stance": "vielleicht"})
    assert answer.status_code == 422
    assert "Bitte wählen Sie eine der vier Haltungen." in answer.text


def test_guest_is_led_to_the_sign_in(cast, client):
    assert client.get(ADDRESS).location.startswith("/login?next=")
    assert client.post(ADDRESS, data={"stance": "carry"}).location.startswith("/login")

"""“Mein Punkt fehlt hier”: who may say it, who reads it, and that an answer comes back."""

import pytest

from deliberation.database import db
from deliberation.permissions import NotAllowed, Outdated
from deliberation.reports.models import PointState, find_report
from deliberation.reports.points import PointInvalid, answer_point, load_points, say_missing
from deliberation.reports.publishing import show_draft
from tests import builders

DRAFT = "/d/erklaerung/report/draft"


@pytest.fixture
def shown(story):
    story.write("Abends fehlt jemand.", story.free.label)
    show_draft(story.otto, story.declaration, True)
    db.session.commit()
    return story


def test_before_it_is_shown_the_team_alone_reads_it(story, client):
    story.write("Abends fehlt jemand.", story.free.label)
    ada = client.sign_in(story.cast.ada)
    assert ada.get(DRAFT).status_code in (403, 404)
    with pytest.raises(NotAllowed):
        say_missing(story.cast.ada, story.declaration, story.free.number, "Etwas.", "k")
    assert client.sign_in(story.cast.mira).get(DRAFT).status_code == 200


def test_she_says_what_is_missing_and_reads_what_became_of_it(shown, client):
    ben = client.sign_in(shown.cast.ben)
    assert ben.get("/d/erklaerung/report").location == DRAFT
    page = ben.get(DRAFT).text
    assert "Abends fehlt jemand." in page
    assert shown.kept.label in page
    assert shown.free.label + ":" not in page
    said = {"annotation": str(shown.kept.number), "body": "Die Vertretung fehlt ganz.", "form_key": "one"}
    assert ben.post(DRAFT, data=said).status_code == 303
    assert ben.post(DRAFT, data=said).status_code == 303
    [point] = load_points(find_report(shown.declaration))
    otto = client.sign_in(shown.otto)
    assert "Die Vertretung fehlt ganz." in otto.get("/d/erklaerung/report/desk").text
    answer = f"/d/erklaerung/report/points/{point.id}"
    assert (
        "mindestens 10 Zeichen" in otto.post(answer, data={"state": "declined", "answer": "Nein.", "seen": "open"}).text
    )
    fields = {"state": "declined", "answer": "Das steht schon bei These 1.", "seen": "open"}
    assert otto.post(answer, data=fields).status_code == 303
    for path in ("/me", DRAFT):
        page = client.sign_in(shown.cast.ben).get(path).text
        assert "nicht aufgenommen" in page
        assert "Das steht schon bei These 1." in page
    assert "Die Vertretung fehlt ganz." not in client.sign_in(shown.cast.ada).get(DRAFT).text


def test_only_with_an_own_annotation_that_is_shown(shown, client):
    for number in (shown.free.number, 99999):
        with pytest.raises(PointInvalid) as refused:
            say_missing(shown.cast.ben, shown.declaration, number, "Etwas.", "k")
        assert refused.value.field == "annotation"
    answer = client.sign_in(shown.cast.ben).post(
        DRAFT, data={"annotation": "1", "body": "Mein Satz bleibt.", "form_key": "k"}
    )
    assert answer.status_code == 422
    assert "Mein Satz bleibt." in answer.text
    stranger = builders.make_user("stranger")
    with pytest.raises(NotAllowed):
        say_missing(stranger, shown.declaration, shown.free.number, "Etwas.", "k")


def test_two_colleagues_do_not_answer_over_each_other(shown):
    point = say_missing(shown.cast.ben, shown.declaration, shown.kept.number, "Etwas fehlt.", "k")
    assert answer_point(shown.otto, point, PointState.TAKEN, "", PointState.OPEN)
    assert not answer_point(shown.otto, point, PointState.TAKEN, "", PointState.OPEN)
    with pytest.raises(Outdated):
        answer_point(shown.otto, point, PointState.DECLINED, "Kam zu spät für uns.", PointState.OPEN)

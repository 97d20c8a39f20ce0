"""The queue, the public log, and public answers."""

import pytest
from sqlalchemy import select

from deliberation.annotations.actions import Contribution, post_reply
from deliberation.annotations.models import RESPONSE_MAX, Annotation, Kind, Response, Status
from deliberation.database import db
from deliberation.moderation import actions
from deliberation.moderation.models import FlagReason, Rule
from deliberation.permissions import Guest, Phase
from tests import builders
from tests.counting import count_queries

REASON = "Bitte ohne Namen, dann passt es."


def test_desk_shows_what_waits_most_urgent_first(cast, client):
    held = builders.annotate(cast.ada, cast.declaration, body="Noch nicht gelesen")
    held.status = Status.PENDING
    flagged = builders.annotate(cast.ben, cast.declaration, body="Schon gemeldet")
    actions.flag(Guest(), flagged, FlagReason.ATTACK, "Bitte lesen")
    asked = builders.annotate(cast.ben, cast.declaration, body="Wer antwortet?", kind=Kind.QUESTION)
    mira = client.sign_in(cast.mira)
    page = mira.get("/d/erklaerung/moderation").text
    assert "3 Beiträge warten." in page
    assert "Noch nicht gelesen" in page
    assert "Schon gemeldet" in mira.get("/d/erklaerung/moderation?tab=flagged").text
    assert "Wer antwortet?" in mira.get(f"/d/erklaerung/moderation?tab=unanswered&case={asked.number}").text


def test_decision_on_the_desk_leads_to_the_next_case(cast, client):
    first = builders.annotate(cast.ada, cast.declaration, body="Der erste")
    second = builders.annotate(cast.ada, cast.declaration, body="Der zweite")
    first.status = second.status = Status.PENDING
    mira = client.sign_in(cast.mira)
    back = f"/d/erklaerung/moderation?tab=pending&case={second.number}"
    answer = mira.post(f"/a/{first.number}/decisions", data={"decision": "publish", "version": "1", "back": back})
    assert answer.location == back
    assert "Der zweite" in mira.get(back).text


def test_empty_desk_says_thank_you(cast, client):
    assert "Alles gelesen." in client.sign_in(cast.mira).get("/d/erklaerung/moderation").text


def test_answered_questions_do_not_wait(cast, client):
    by_reader = builders.annotate(cast.ada, cast.declaration, kind=Kind.QUESTION, body="Frage eins")
    post_reply(cast.ben, by_reader, Contribution("Ja."))
    by_team = builders.annotate(cast.ada, cast.declaration, kind=Kind.QUESTION, body="Frage zwei")
    mira = client.sign_in(cast.mira)
    mira.post(f"/a/{by_team.number}/response", data={"kind": "information", "body": "Ab Mai."})
    assert "Alles gelesen." in mira.get("/d/erklaerung/moderation").text


@pytest.mark.parametrize("name", ["ada", "otto"])
def test_only_moderators_see_the_desk(cast, client, name):
    answer = client.sign_in(getattr(cast, name)).get("/d/erklaerung/moderation")
    assert answer.status_code == 403
    assert "Diese Seite ist für die Moderation." in answer.text


def test_guest_is_led_to_the_sign_in(cast, client):
    assert client.get("/d/erklaerung/moderation").location.startswith("/login?next=")


def test_desk_keeps_its_query_budget_however_much_waits(cast, client):
    for number in range(60):
        held = builders.annotate(cast.ada, cast.declaration, body=f"Text {number}")
        held.status = Status.PENDING
        if number % 3 == 0:
            held.status = Status.VISIBLE
            actions.flag(Guest(), held, FlagReason.OTHER, "")
            held.status = Status.PENDING
    mira = client.sign_in(cast.mira)
    db.session.commit()
    db.session.expunge_all()
    with count_queries() as queries:
        page = mira.get("/d/erklaerung/moderation")
    assert page.status_code == 200
    assert queries.count <= 10, "\n\n".join(queries.statements)
    assert "Gezeigt werden die 50 ältesten." in page.text


def test_log_is_public_and_has_no_texts_persons_or_reasons(cast, client):
    annotation = builders.annotate(cast.ada, cast.declaration, body="Ein verborgener Satz")
    actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
    page = client.get("/d/erklaerung/moderation/log").text
    assert f"A-{annotation.number}" in page
    assert "Regel 2: Niemanden erkennbar machen" in page
    assert "weniger als 5" in page
    mira = builders.membership(cast.mira, cast.declaration)
    for secret in ("Ein verborgener Satz", REASON, "Weide 27", mira.pseudonym):
        assert secret not in page


def test_log_pages_by_what_came_before(cast, client):
    annotation = builders.annotate(cast.ada, cast.declaration)
    for _ in range(30):
        actions.hide(cast.mira, annotation, Rule.STAY, REASON, annotation.version)
        actions.restore(cast.mira, annotation, annotation.version)
    page = client.get("/d/erklaerung/moderation/log").text
    assert page.count("<tr>") == 51
    assert "?before=11" in page
    assert client.get("/d/erklaerung/moderation/log?before=11").text.count("<tr>") == 11


class TestResponding:
    """Moderators answer in public, under what they answer."""

    def test_response_stands_under_the_annotation_with_kind_and_name(self, cast, client, app):
        annotation = builders.annotate(cast.ada, cast.declaration)
        builders.membership(cast.mira, cast.declaration).signing_name = "Mira S."
        form = {"kind": "inquiry", "body": "Können Sie ein Beispiel nennen?", "form_key": "r"}
        mira = client.sign_in(cast.mira)
        assert mira.post(f"/a/{annotation.number}/response", data=form).status_code == 303
        mira.post(f"/a/{annotation.number}/response", data=form)
        assert len(db.session.scalars(select(Response)).all()) == 1
        page = app.test_client().get("/d/erklaerung/3/1").text
        assert "Moderation, Nachfrage" in page
        assert "Mira S." in page
        assert page.index("Das sehe ich jeden Tag.") < page.index("Können Sie ein Beispiel nennen?")

    def test_moderation_answers_after_the_end_too(self, cast, client):
        annotation = builders.annotate(cast.ada, cast.declaration)
        cast.declaration.phase = Phase.CLOSED
        answer = client.sign_in(cast.mira).post(
            f"/a/{annotation.number}/response", data={"kind": "summary", "body": "Kurz gesagt: ja."}
        )
        assert answer.status_code == 303

    def test_empty_long_or_unknown_responses_are_refused_in_words(self, cast, client):
        annotation = builders.annotate(cast.ada, cast.declaration)
        mira = client.sign_in(cast.mira)
        for form in ({"kind": "inquiry", "body": " "}, {"kind": "inquiry", "body": "x" * (RESPONSE_MAX + 1)}, {"body": "Ja"}):
            assert mira.post(f"/a/{annotation.number}/response", data=form).status_code == 422

    def test_participants_cannot_answer_as_moderation(self, cast, client):
        annotation = builders.annotate(cast.ada, cast.declaration)
        answer = client.sign_in(cast.ben).post(
            f"/a/{annotation.number}/response", data={"kind": "summary", "body": "Ich fasse zusammen."}
        )
        assert answer.status_code == 403
        assert db.session.get(Annotation, annotation.number).is_visible

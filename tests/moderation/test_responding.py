"""Moderators answer in public, under what they answer."""

import pytest
from sqlalchemy import select

from deliberation.annotations.actions import Contribution, TextInvalid, post_reply
from deliberation.annotations.models import RESPONSE_MAX, Response, ResponseKind, Status
from deliberation.annotations.responses import NothingCited, respond
from deliberation.database import db
from deliberation.permissions import NotAllowed, Phase
from tests import builders

FORM = {"kind": "inquiry", "body": "Können Sie ein **Beispiel** nennen?", "form_key": "r"}


@pytest.fixture
def annotation(cast):
    return builders.annotate(cast.ada, cast.declaration)


@pytest.fixture
def address(annotation):
    return f"/a/{annotation.number}/response"


def responses():
    return db.session.scalars(select(Response)).all()


def test_answer_stands_under_the_annotation_with_kind_and_signing_name(cast, client, app, address):
    builders.membership(cast.mira, cast.declaration).signing_name = "Mira S."
    mira = client.sign_in(cast.mira)
    assert "Sichtbar als Moderation, Mira S." in mira.get(address).text
    assert mira.post(address, data=FORM).status_code == 303
    page = app.test_client().get("/d/erklaerung/3/1").text
    assert "Moderation, Nachfrage" in page
    assert "Mira S." in page
    assert page.index("Das sehe ich jeden Tag.") < page.index("<strong>Beispiel</strong>")


def test_answer_without_a_signing_name_never_shows_the_pseudonym(cast, client, app, address):
    client.sign_in(cast.mira).post(address, data=FORM)
    pseudonym = builders.membership(cast.mira, cast.declaration).pseudonym
    page = app.test_client().get("/d/erklaerung/3/1").text
    assert "Moderation, Nachfrage" in page
    assert pseudonym not in page


def test_same_form_sent_twice_is_one_answer(cast, client, address):
    mira = client.sign_in(cast.mira)
    for _ in range(2):
        assert mira.post(address, data=FORM).status_code == 303
    assert len(responses()) == 1


def test_script_in_an_answer_is_gone(cast, annotation):
    response = respond(cast.mira, annotation, ResponseKind.INFORMATION, "<script>alert(1)</script> [x](javascript:1)")
    assert "<script" not in response.body_html
    assert "href" not in response.body_html


def test_moderation_answers_after_the_end_too(cast, client, address):
    cast.declaration.phase = Phase.CLOSED
    answer = client.sign_in(cast.mira).post(address, data={"kind": "information", "body": "Kurz gesagt: ja."})
    assert answer.status_code == 303


def test_a_summary_names_what_it_sums_up(cast, annotation, client, address):
    other = builders.annotate(cast.ben, cast.declaration)
    mira = client.sign_in(cast.mira)
    for body in ("Kurz gesagt: ja.", f"Kurz gesagt: {other.label}.", "Kurz gesagt: A-999999, XA-1 und A-1x."):
        answer = mira.post(address, data={"kind": "summary", "body": body, "form_key": "s"})
        assert answer.status_code == 422
        assert "Nennen Sie mindestens einen Beitrag dieses Gesprächs" in answer.text
        assert body in answer.text
        with pytest.raises(NothingCited):
            respond(cast.mira, annotation, ResponseKind.SUMMARY, body)
    reply = post_reply(cast.ben, annotation, Contribution("Auch so"))
    for number in (annotation.label, reply.label):
        sent = {"kind": "summary", "body": f"Kurz gesagt: {number}.", "form_key": number}
        assert mira.post(address, data=sent).status_code == 303


def test_numbers_in_answers_lead_to_what_they_name(cast, annotation, client):
    body = f'Siehe {annotation.label}, [A-7](https://example.org/A-8 "A-9 <b>") und <b>A-10</b>, DIN-A-4.'
    respond(cast.mira, annotation, ResponseKind.BRIDGE, body)
    db.session.commit()
    page = client.get(f"/a/{annotation.number}").text
    shown = page[page.index('class="response__body"') :]
    shown = shown[: shown.index("</div>")]
    assert f'<a class="ref" href="/a/{annotation.number}">{annotation.label}</a>' in shown
    assert '<a class="ref" href="/a/10">A-10</a>' in shown
    assert shown.count('class="ref"') == 2
    assert 'href="https://example.org/A-8"' in shown


def test_empty_long_or_unknown_answers_are_refused_in_words(cast, annotation, client, address):
    mira = client.sign_in(cast.mira)
    for wrong in ({"body": " "}, {"body": "x" * (RESPONSE_MAX + 1)}, {"kind": ""}, {"kind": "praise"}):
        answer = mira.post(address, data={**FORM, **wrong})
        assert answer.status_code == 422
        assert "<title>Fehler: " in answer.text
    assert mira.post(address, data={**FORM, "body": "ä" * (RESPONSE_MAX - 2) + "\r\n!"}).status_code == 303
    for body in (" ", "x" * (RESPONSE_MAX + 1)):
        with pytest.raises(TextInvalid):
            respond(cast.mira, annotation, ResponseKind.SUMMARY, body)


@pytest.mark.parametrize("name", ["ada", "ben", "otto"])
def test_only_moderators_answer_as_moderation(cast, client, name, address):
    person = client.sign_in(getattr(cast, name))
    assert person.get(address).status_code == 403
    assert person.post(address, data=FORM).status_code == 403
    assert responses() == []


def test_guest_is_led_to_the_sign_in(client, address):
    assert client.get(address).location.startswith("/login")


def test_hidden_texts_are_not_answered(cast, annotation):
    annotation.status = Status.HIDDEN
    with pytest.raises(NotAllowed):
        respond(cast.mira, annotation, ResponseKind.INQUIRY, "Wie meinen Sie das?")


def test_after_three_answers_moderators_are_asked_to_leave_room(cast, annotation, client, address):
    mira = client.sign_in(cast.mira)
    for number in range(3):
        assert "Lassen Sie anderen Raum." not in mira.get(address).text
        mira.post(address, data={**FORM, "form_key": f"r{number}"})
    assert "Lassen Sie anderen Raum." in mira.get(address).text


def test_answering_from_the_desk_leads_to_the_next_question(cast, client, address):
    back = "/d/erklaerung/moderation?tab=unanswered"
    answer = client.sign_in(cast.mira).post(address, data={**FORM, "back": back})
    assert answer.location == back


def test_nobody_is_led_to_another_site(cast, client, address):
    answer = client.sign_in(cast.mira).post(address, data={**FORM, "back": "//example.org/"})
    assert answer.location.startswith("/a/")

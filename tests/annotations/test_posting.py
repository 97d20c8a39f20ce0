"""Annotating a paragraph, some of its sentences, or a thesis as a whole."""

import pytest
from sqlalchemy import func, select

from deliberation.annotations.actions import Contribution, TextInvalid, post_annotation
from deliberation.annotations.models import BODY_MAX, Annotation, Kind, Status
from deliberation.annotations.positions import change_phase
from deliberation.database import db
from deliberation.declarations.models import Policy
from deliberation.permissions import NotAllowed, Phase
from tests import builders

ADDRESS = "/d/erklaerung/3/1/annotations"


def _count():
    return db.session.scalar(select(func.count(Annotation.number)))


def _form(**fields):
    return {"kind": "practice", "body": "Bei uns ist das so.", "action": "send", "form_key": "k1", **fields}


def test_participant_annotates_a_paragraph(cast, client):
    answer = client.sign_in(cast.ada).post(ADDRESS, data=_form())
    annotation = db.session.scalars(select(Annotation)).one()
    assert answer.status_code == 303
    assert answer.location.endswith(f"#a-{annotation.number}")
    assert (annotation.kind, annotation.status) == (Kind.PRACTICE, Status.VISIBLE)
    page = client.get("/d/erklaerung/3/1").text
    assert "Bei uns ist das so." in page
    assert "Weide 27" in page


def test_annotation_on_the_whole_thesis_has_no_paragraph(cast, client):
    client.sign_in(cast.ada).post("/d/erklaerung/3/0/annotations", data=_form())
    annotation = db.session.scalars(select(Annotation)).one()
    assert annotation.paragraph_id is None
    assert "Bei uns ist das so." in client.get("/d/erklaerung/3/0").text


@pytest.mark.parametrize("address", ["/d/erklaerung/0/1/annotations", "/d/erklaerung/end/1/annotations"])
def test_preamble_and_closing_part_can_be_annotated(cast, client, address):
    assert client.sign_in(cast.ada).post(address, data=_form()).status_code == 303


def test_annotation_names_its_sentences_and_keeps_the_quote_with_its_surroundings(cast, client):
    client.sign_in(cast.ada).post(ADDRESS, data=_form(sentence=["2"], quote="braucht  Menschen"))
    annotation = db.session.scalars(select(Annotation)).one()
    assert annotation.sentences == [2]
    assert annotation.quote == "braucht Menschen"
    assert annotation.quote_prefix.endswith("Dienstleistung. Sie ")
    assert annotation.quote_suffix == "."


@pytest.mark.parametrize("wrong", [{"sentence": "99"}, {"sentence": "x"}, {"sentence": "0"}, {"action": "publish"}])
def test_sentences_and_actions_that_do_not_exist_are_refused_in_words(cast, client, wrong):
    answer = client.sign_in(cast.ada).post(ADDRESS, data=_form(**wrong))
    assert answer.status_code == 422
    assert "Bei uns ist das so." in answer.text
    assert _count() == 0


def test_a_quote_that_does_not_stand_there_is_left_out(cast):
    place = builders.paragraph(cast.declaration)
    words = Contribution("Text", Kind.QUESTION, quote="steht hier nicht")
    assert post_annotation(cast.ada, place.thesis, place, words).quote == ""


def test_the_same_form_sent_twice_is_stored_once_and_answers_the_same(cast, client):
    ada = client.sign_in(cast.ada)
    first = ada.post(ADDRESS, data=_form())
    second = ada.post(ADDRESS, data=_form())
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert _count() == 1


def test_two_people_may_use_the_same_form_key(cast, app):
    app.test_client().sign_in(cast.ada).post(ADDRESS, data=_form())
    app.test_client().sign_in(cast.ben).post(ADDRESS, data=_form())
    assert _count() == 2


def test_missing_kind_and_empty_text_are_said_and_nothing_is_stored(cast, client):
    answer = client.sign_in(cast.ada).post(ADDRESS, data=_form(kind="", body="  "))
    assert answer.status_code == 422
    assert "Bitte wählen Sie aus, was Sie beitragen möchten." in answer.text
    assert "Schreiben Sie bitte Ihre Anmerkung." in answer.text
    assert _count() == 0


def test_text_that_is_too_long_is_kept_in_the_form(cast, client):
    body = "Wort " * (BODY_MAX // 5) + "und noch zwölf."
    answer = client.sign_in(cast.ada).post(ADDRESS, data=_form(body=body))
    assert answer.status_code == 422
    assert "Zeichen zu lang" in answer.text
    assert "und noch zwölf." in answer.text


def test_verb_refuses_an_empty_text_whoever_calls_it(cast):
    place = builders.paragraph(cast.declaration)
    with pytest.raises(TextInvalid):
        post_annotation(cast.ada, place.thesis, place, Contribution(" \u200b\u202e ", Kind.QUESTION))


def test_proposal_needs_a_wording_and_shows_the_difference(cast, client):
    ada = client.sign_in(cast.ada)
    assert ada.post(ADDRESS, data=_form(kind="proposal")).status_code == 422
    ada.post(ADDRESS, data=_form(kind="proposal", sentence="2", wording="Sie braucht Menschen und Zeit."))
    page = client.get("/d/erklaerung/3/1").text
    assert "eingefügt:" in page
    assert "und Zeit." in page


def test_nobody_annotates_while_the_phase_is_closed_for_it(cast, client):
    cast.declaration.phase = Phase.VOTING
    answer = client.sign_in(cast.ada).post(ADDRESS, data=_form(body="Mein langer Text"))
    assert answer.status_code == 403
    assert "In dieser Phase nehmen wir keine Anmerkungen an." in answer.text
    assert "Mein langer Text" in answer.text
    assert _count() == 0


def test_guest_is_refused_by_the_verb(cast):
    from deliberation.permissions import Guest

    place = builders.paragraph(cast.declaration)
    with pytest.raises(NotAllowed):
        post_annotation(Guest(), place.thesis, place, Contribution("Text", Kind.QUESTION))


def test_unknown_places_are_not_found(cast, client):
    ada = client.sign_in(cast.ada)
    for address in ("/d/nein/3/1", "/d/erklaerung/9/1", "/d/erklaerung/3/9"):
        assert ada.get(address).status_code == 404
        assert ada.post(f"{address}/annotations", data=_form()).status_code == 404


def test_preview_shows_the_words_and_stores_nothing(cast, client):
    answer = client.sign_in(cast.ada).post(ADDRESS, data=_form(action="preview", body="**Wichtig** ist das."))
    assert answer.status_code == 200
    assert "<strong>Wichtig</strong>" in answer.text
    assert _count() == 0


def test_draft_declaration_is_not_there_for_participants(cast, client):
    cast.declaration.phase = Phase.DRAFT
    assert client.sign_in(cast.ada).get("/d/erklaerung/3/1").status_code == 404
    assert client.sign_in(cast.otto).get("/d/erklaerung/3/1").status_code == 200


class TestPolicy:
    """What is read by a person before it appears."""

    def test_first_contribution_goes_to_the_check_page_and_then_waits(self, cast, client):
        cast.declaration.policy = Policy.FIRST
        ada = client.sign_in(cast.ada)
        answer = ada.post(ADDRESS, data=_form(body="Mein erster Text"))
        assert answer.location == f"{ADDRESS}/check"
        assert _count() == 0
        assert "Mein erster Text" in ada.get(answer.location).text
        ada.post(ADDRESS, data=_form(body="Mein erster Text", checked="1"))
        assert db.session.scalars(select(Annotation)).one().is_pending
        assert "Mein erster Text" in client.get("/d/erklaerung/3/1").text

    def test_others_see_no_trace_of_a_held_text(self, cast, app):
        cast.declaration.policy = Policy.ALL
        app.test_client().sign_in(cast.ada).post(ADDRESS, data=_form(body="Noch geheim", checked="1"))
        number = db.session.scalars(select(Annotation.number)).one()
        for visitor in (app.test_client(), app.test_client().sign_in(cast.ben)):
            assert "Noch geheim" not in visitor.get("/d/erklaerung/3/1").text
            assert visitor.get(f"/a/{number}").status_code == 404
            assert "1 Anmerkung" not in visitor.get("/d/erklaerung/3").text

    def test_second_contribution_appears_at_once(self, cast, client):
        cast.declaration.policy = Policy.FIRST
        ada = client.sign_in(cast.ada)
        ada.post(ADDRESS, data=_form(checked="1"))
        answer = ada.post(ADDRESS, data=_form(form_key="k2"))
        assert "#a-" in answer.location

    def test_what_looks_like_client_data_waits_under_the_pattern_policy(self, cast, client):
        cast.declaration.policy = Policy.PATTERN
        ada = client.sign_in(cast.ada)
        body = "Rufen Sie mich an: 0171 2345678 oder anna.muster@example.org."
        answer = ada.post(ADDRESS, data=_form(body=body))
        assert answer.location.endswith("/check")
        assert "anna.muster@example.org" in ada.get(answer.location).text
        ada.post(ADDRESS, data=_form(body=body, checked="1"))
        annotation = db.session.scalars(select(Annotation)).one()
        assert annotation.is_pending
        assert annotation.held_because


def test_after_the_phase_there_is_no_form_unless_a_draft_waits_in_it(cast, client):
    client.sign_in(cast.ada)
    draft = {"kind": "practice", "body": "Halb fertig", "action": "draft", "form_key": "k"}
    client.post("/d/erklaerung/3/1/annotations", data=draft)
    change_phase(cast.otto, cast.declaration, Phase.VOTING)
    page = client.get("/d/erklaerung/3/1/annotations")
    assert "Halb fertig" in page.text
    assert "In dieser Phase nehmen wir keine Anmerkungen mehr an." in page.text
    answer = client.get("/d/erklaerung/3/2/annotations")
    assert answer.status_code == 403
    assert "In dieser Phase nehmen wir keine Anmerkungen an." in answer.text
    assert 'name="body"' not in answer.text

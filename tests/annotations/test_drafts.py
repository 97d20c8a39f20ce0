"""A written text is never lost."""

from sqlalchemy import func, select

from deliberation.annotations.models import Annotation, Draft
from deliberation.database import db

ADDRESS = "/d/erklaerung/3/1/annotations"


def _form(**fields):
    return {"kind": "question", "body": "Gilt das auch nachts?", "form_key": "k1", **fields}


def test_guest_finds_the_text_again_after_signing_in(cast, client):
    answer = client.post(ADDRESS, data=_form(action="send", sentence="2", quotable="1"))
    assert answer.status_code == 303
    assert answer.location.startswith("/login?next=")
    assert "Gilt das auch nachts?" in client.get(ADDRESS).text
    with client.session_transaction() as session:
        browser = session["browser"]
    from deliberation.annotations.drafts import adopt_drafts

    adopt_drafts(cast.ada, browser)
    db.session.commit()
    page = client.sign_in(cast.ada).get(ADDRESS).text
    assert "Gilt das auch nachts?" in page
    assert db.session.scalar(select(func.count(Annotation.number))) == 0


def test_another_guest_does_not_see_the_draft(cast, client, app):
    client.post(ADDRESS, data=_form(action="draft"))
    assert "Gilt das auch nachts?" not in app.test_client().get(ADDRESS).text


def test_guest_is_told_at_once_when_nothing_can_be_written(cast, client):
    from deliberation.permissions import Phase

    cast.declaration.phase = Phase.CLOSED
    answer = client.post(ADDRESS, data=_form(action="send"))
    assert answer.status_code == 403
    assert "Gilt das auch nachts?" in answer.text


def test_draft_is_saved_replaced_and_shown_in_the_panel(cast, client):
    ada = client.sign_in(cast.ada)
    ada.post(ADDRESS, data=_form(action="draft", body="Erster Stand"))
    ada.post(ADDRESS, data=_form(action="draft", body="Zweiter Stand"))
    assert db.session.scalar(select(func.count(Draft.id))) == 1
    page = ada.get("/d/erklaerung/3/1").text
    assert "Zweiter Stand" in page
    assert "Entwurf gespeichert" in page
    assert "Zweiter Stand" in ada.get("/me/drafts").text
    assert "1 Entwurf ist noch nicht abgeschickt." in ada.get("/me").text


def test_autosave_answers_with_the_time_of_saving(cast, client):
    ada = client.sign_in(cast.ada)
    answer = ada.post(ADDRESS, data=_form(action="draft"), headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert "saved_at" in answer.json


def test_sending_removes_the_draft(cast, client):
    ada = client.sign_in(cast.ada)
    ada.post(ADDRESS, data=_form(action="draft"))
    ada.post(ADDRESS, data=_form(action="send"))
    assert db.session.scalar(select(func.count(Draft.id))) == 0


def test_draft_can_be_discarded(cast, client):
    ada = client.sign_in(cast.ada)
    ada.post(ADDRESS, data=_form(action="draft"))
    ada.post(ADDRESS, data=_form(action="discard"))
    assert "Gilt das auch nachts?" not in ada.get(ADDRESS).text


def test_draft_of_a_reply_is_kept_too(cast, client):
    from tests import builders

    parent = builders.annotate(cast.ben, cast.declaration)
    ada = client.sign_in(cast.ada)
    ada.post(f"/a/{parent.number}/replies", data={"body": "Halb fertig", "action": "draft"})
    assert "Halb fertig" in ada.get(f"/a/{parent.number}/replies").text
    assert "Halb fertig" in ada.get("/me/drafts").text


def test_form_that_was_open_too_long_gives_the_text_back(cast, client, app):
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = client.sign_in(cast.ada).post(ADDRESS, data=_form(action="send", body="Lange getippt"))
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 400
    assert "Lange getippt" in answer.text
    assert "Noch einmal absenden" in answer.text
    assert db.session.scalar(select(func.count(Annotation.number))) == 0


def test_paragraph_reworded_meanwhile_shows_both_wordings_and_keeps_the_text(cast, client):
    from deliberation.declarations.models import Edition, Wording
    from tests import builders

    place = builders.paragraph(cast.declaration)
    seen = place.wording_id
    edition = Edition(declaration_id=cast.declaration.id, number=2)
    db.session.add(edition)
    db.session.flush()
    wording = Wording(paragraph_id=place.id, edition_id=edition.id, parts=[["", 0, ["Eine Inobhutnahme ist Schutz."]]])
    db.session.add(wording)
    db.session.flush()
    place.wording_id = wording.id
    ada = client.sign_in(cast.ada)
    answer = ada.post(ADDRESS, data=_form(action="send", seen=str(seen)))
    assert answer.status_code == 409
    assert "Der Absatz wurde inzwischen geändert." in answer.text
    assert "Dienstleistung." in answer.text
    assert "Gilt das auch nachts?" in answer.text
    assert ada.post(ADDRESS, data=_form(action="send", seen=str(wording.id))).status_code == 303

"""Answering, and what a conversation looks like."""

import pytest
from sqlalchemy import select

from deliberation.annotations.actions import Contribution, post_reply, withdraw
from deliberation.annotations.models import Annotation, Status
from deliberation.database import db
from deliberation.permissions import NotAllowed
from tests import builders


def _reply(author, parent, body="Bei uns auch."):
    reply = post_reply(author, parent, Contribution(body))
    db.session.commit()
    return reply


def test_participant_answers_an_annotation(cast, client):
    parent = builders.annotate(cast.ben, cast.declaration)
    answer = client.sign_in(cast.ada).post(
        f"/a/{parent.number}/replies", data={"body": "Bei uns auch.", "form_key": "r"}
    )
    reply = db.session.scalars(select(Annotation).where(Annotation.parent_id == parent.number)).one()
    assert answer.location == f"/a/{parent.number}?sent={reply.number}#a-{reply.number}"
    assert "Bei uns auch." in client.get("/d/erklaerung/3/1").text


def test_reply_to_a_reply_stays_in_the_branch_and_says_whom_it_answers(cast, client):
    parent = builders.annotate(cast.ben, cast.declaration)
    first = _reply(cast.ada, parent, "Erste Antwort")
    second = _reply(cast.ben, first, "Zweite Antwort")
    assert second.root_id == parent.number
    page = client.get("/d/erklaerung/3/1").text
    assert "antwortet auf Weide 27" in page


def test_nobody_answers_what_is_not_shown(cast):
    parent = builders.annotate(cast.ben, cast.declaration)
    parent.status = Status.HIDDEN
    with pytest.raises(NotAllowed):
        post_reply(cast.ada, parent, Contribution("Antwort"))


def test_permalink_of_a_reply_leads_to_its_conversation(cast, client):
    parent = builders.annotate(cast.ben, cast.declaration)
    reply = _reply(cast.ada, parent)
    answer = client.get(f"/a/{reply.number}")
    assert answer.status_code == 303
    assert answer.location == f"/a/{parent.number}#a-{reply.number}"


def test_withdrawing_keeps_the_replies(cast, client):
    parent = builders.annotate(cast.ben, cast.declaration, body="Mein Satz von gestern")
    _reply(cast.ada, parent, "Das bleibt stehen")
    withdraw(cast.ben, parent)
    page = client.get("/d/erklaerung/3/1").text
    assert "Mein Satz von gestern" not in page
    assert "von der Person selbst gelöscht" in page
    assert "Das bleibt stehen" in page


def test_withdrawn_without_replies_leaves_nothing(cast, client):
    annotation = builders.annotate(cast.ben, cast.declaration, body="Weg damit")
    withdraw(cast.ben, annotation)
    page = client.get("/d/erklaerung/3/1").text
    assert "Weg damit" not in page
    assert "selbst gelöscht" not in page


def test_withdrawing_asks_first_and_only_its_author_may(cast, client, app):
    annotation = builders.annotate(cast.ben, cast.declaration)
    assert client.sign_in(cast.ada).get(f"/a/{annotation.number}/withdraw").status_code == 403
    ben = app.test_client().sign_in(cast.ben)
    assert "Das lässt sich nicht rückgängig machen" in ben.get(f"/a/{annotation.number}/withdraw").text
    assert ben.post(f"/a/{annotation.number}/withdraw").status_code == 303
    assert db.session.get(Annotation, annotation.number).is_withdrawn


def test_more_than_three_replies_are_folded_and_the_fold_says_how_many(cast, client):
    parent = builders.annotate(cast.ben, cast.declaration)
    for number in range(6):
        _reply(cast.ada, parent, f"Antwort {number}")
    assert "4 weitere Antworten" in client.get("/d/erklaerung/3/1").text
    assert "weitere Antworten" not in client.get(f"/a/{parent.number}").text


def test_text_taken_back_for_revision_keeps_its_place_while_others_have_answered(cast, client):
    parent = builders.annotate(cast.ben, cast.declaration, body="Mein Satz von gestern")
    _reply(cast.ada, parent, "Das bleibt stehen")
    parent.status = Status.PENDING
    for path in ("/d/erklaerung/3/1", f"/a/{parent.number}"):
        page = client.get(path).text
        assert "Mein Satz von gestern" not in page
        assert "wird gerade geprüft oder überarbeitet" in page
        assert "Das bleibt stehen" in page


def test_numbers_that_no_database_can_look_for_are_not_found(cast, client):
    for path in ("/a/99999999999999999999", "/a/99999999999999999999/flags", "/a/0", "/a/4294967296/history"):
        assert client.get(path).status_code == 404

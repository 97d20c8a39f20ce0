"""Changing one's own words."""

from deliberation.annotations.actions import edit_annotation
from deliberation.annotations.models import Annotation, EarlierVersion, Status
from deliberation.database import db
from tests import builders


def test_author_changes_the_words_and_the_earlier_ones_stay_readable(cast, client, app):
    annotation = builders.annotate(cast.ada, cast.declaration, body="Alter Satz")
    answer = client.sign_in(cast.ada).post(f"/a/{annotation.number}/edit", data={"body": "Neuer Satz"})
    assert answer.status_code == 303
    guest = app.test_client()
    page = guest.get("/d/erklaerung/3/1").text
    assert "Neuer Satz" in page
    assert "bearbeitet" in page
    assert "Alter" in guest.get(f"/a/{annotation.number}/history").text


def test_nobody_else_changes_it(cast, client, app):
    annotation = builders.annotate(cast.ada, cast.declaration)
    for person in (cast.ben, cast.mira, cast.otto):
        visitor = app.test_client().sign_in(person)
        assert visitor.get(f"/a/{annotation.number}/edit").status_code == 403
        assert visitor.post(f"/a/{annotation.number}/edit", data={"body": "Fremd"}).status_code == 403
    assert client.post(f"/a/{annotation.number}/edit", data={"body": "Fremd"}).status_code == 303
    assert db.session.get(Annotation, annotation.number).body == "Das sehe ich jeden Tag."


def test_saving_without_a_change_leaves_no_trace(cast):
    annotation = builders.annotate(cast.ada, cast.declaration, body="Satz")
    edit_annotation(cast.ada, annotation, "Satz")
    assert annotation.edited_at is None
    assert annotation.version == 1


def test_revised_hidden_text_goes_back_to_the_moderators_and_never_into_the_history(cast, client):
    annotation = builders.annotate(cast.ada, cast.declaration, body="Verboten")
    annotation.status = Status.HIDDEN
    edit_annotation(cast.ada, annotation, "Jetzt sachlich")
    db.session.flush()
    assert annotation.is_pending
    assert db.session.query(EarlierVersion).count() == 0


def test_history_of_a_hidden_annotation_is_hidden_too(cast, client):
    annotation = builders.annotate(cast.ada, cast.declaration, body="Erst so")
    edit_annotation(cast.ada, annotation, "Dann so")
    annotation.status = Status.HIDDEN
    assert client.get(f"/a/{annotation.number}/history").status_code == 404

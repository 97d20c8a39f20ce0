"""Closed declarations: for strangers they are not there, and joining takes an invitation."""

from threading import Thread

import pytest

from deliberation.accounts.models import find_user_by_email
from deliberation.annotations.actions import Contribution, post_annotation, post_reply
from deliberation.annotations.models import Kind, StanceValue, VoteValue
from deliberation.annotations.positions import cast_vote, take_stance
from deliberation.database import db, set_reading
from deliberation.declarations.invitations import change_access
from deliberation.declarations.models import LogEntry, find_declaration
from deliberation.editions.drafting import begin_draft
from deliberation.moderation.flagging import flag
from deliberation.moderation.models import FlagReason
from deliberation.permissions import Access, NotAllowed, Permission, Role, may
from deliberation.proposals.cosigning import cosign
from tests import builders

CANARY = "Kanarienwort"


@pytest.fixture
def closed(cast):
    """ada has written in a declaration that is private now."""
    cast.annotation = builders.annotate(cast.ada, cast.declaration, body=f"{CANARY} im Text.")
    cast.proposal = builders.annotate(
        cast.ada, cast.declaration, kind=Kind.PROPOSAL, wording="Schutz braucht Menschen.", body=CANARY
    )
    cast.stranger = builders.make_user("stranger", is_operator=False)
    cast.declaration.title = f"{CANARY} über Arbeit"
    change_access(cast.otto, cast.declaration, Access.PRIVATE)
    db.session.commit()
    return cast


def test_stranger_writes_nothing_in_a_closed_declaration(closed):
    stranger, thesis = closed.stranger, closed.annotation.thesis
    for access in (Access.INVITED, Access.PRIVATE):
        closed.declaration.access = access
        for deed in (
            lambda: post_annotation(stranger, thesis, None, Contribution("Text", kind=Kind.PRACTICE, form_key="k")),
            lambda: post_reply(stranger, closed.annotation, Contribution("Text", form_key="k")),
            lambda: cast_vote(stranger, closed.annotation, VoteValue.AGREE),
            lambda: take_stance(stranger, thesis, None, StanceValue.CARRY),
            lambda: cosign(stranger, closed.proposal, closed.proposal.version),
        ):
            with pytest.raises(NotAllowed):
                deed()
    db.session.rollback()
    db.session.refresh(stranger, ["memberships"])
    assert stranger.memberships == []


def test_report_of_a_stranger_lets_nobody_in(closed):
    closed.declaration.access = Access.INVITED
    flag(closed.stranger, closed.annotation, FlagReason.ATTACK, "Zu scharf.", "key")
    db.session.commit()
    db.session.refresh(closed.stranger, ["memberships"])
    assert closed.stranger.memberships == []
    assert not may(closed.stranger, Permission.ANNOTATE, closed.declaration)


def test_whoever_has_joined_stays(closed, client):
    client.sign_in(closed.ada)
    assert client.get("/d/erklaerung/3/1").status_code == 200
    assert client.get(f"/a/{closed.annotation.number}").status_code == 200


def test_list_of_declarations_and_sitemap_are_silent_about_it(closed, client, app):
    for path in ("/", "/sitemap.xml", "/robots.txt"):
        page = client.get(path)
        assert CANARY not in page.text
        assert "/d/erklaerung" not in page.text
    member = app.test_client().sign_in(closed.ada)
    builders.make_declaration("zweite")
    assert CANARY in member.get("/").text


def test_only_organisers_change_the_access_and_it_is_logged(closed, client, app):
    assert client.sign_in(closed.mira).get("/d/erklaerung/access").status_code == 403
    closed.declaration.access = Access.PUBLIC
    browser = app.test_client().sign_in(closed.otto)
    assert browser.get("/d/erklaerung/access").status_code == 200
    assert browser.post("/d/erklaerung/access", data={"access": "nobody"}).status_code == 422
    assert browser.post("/d/erklaerung/access", data={"access": "invited"}).status_code == 303
    db.session.refresh(closed.declaration)
    assert closed.declaration.access is Access.INVITED
    last = db.session.query(LogEntry).order_by(LogEntry.id.desc()).first()
    assert (last.act.value, last.before, last.after) == ("access", "public", "invited")


def test_each_choice_says_in_a_sentence_what_it_does(closed, client, app):
    page = app.test_client().sign_in(closed.otto).get("/d/erklaerung/access").text
    for words in ("wer ein Konto hat", "Schreiben und abstimmen nur Eingeladene", "als gäbe es sie nicht"):
        assert words in page


def test_link_to_the_next_edition_lets_nobody_into_a_private_declaration(closed, client, app):
    path = f"/d/erklaerung/editions/preview/{begin_draft(closed.otto, closed.declaration).key}"
    assert client.get(path).status_code == 404
    assert app.test_client().sign_in(closed.stranger).get(path).status_code == 404
    assert app.test_client().sign_in(closed.ben).get(path).status_code == 200
    closed.declaration.access = Access.PUBLIC
    assert client.get(path).status_code == 200


def test_where_only_the_invited_write_a_reader_learns_so(closed, app):
    closed.declaration.access = Access.INVITED
    reader = app.test_client().sign_in(closed.stranger)
    assert reader.get("/d/erklaerung/3/1").status_code == 200
    refused = reader.post("/d/erklaerung/3/1/annotations", data={"kind": "practice", "body": "Text", "action": "send"})
    assert refused.status_code == 403
    assert "Hier schreiben nur Eingeladene mit." in refused.text


def test_nothing_of_a_stranger_is_taken_after_the_narrowing_was_answered(closed, app):
    """Also not of one whose form was on its way and who had read the declaration while it was public."""
    closed.declaration.access = Access.PUBLIC
    db.session.commit()
    assert may(closed.stranger, Permission.VOTE, closed.annotation)

    def narrow():
        with app.app_context():
            set_reading(False)
            otto = find_user_by_email("otto@example.org")
            change_access(otto, find_declaration("erklaerung"), Access.INVITED)
            db.session.commit()
            db.session.remove()

    other = Thread(target=narrow)
    other.start()
    other.join()
    if db.engine.dialect.name == "sqlite":
        # There whoever writes waits for her turn first and reads afterwards.
        db.session.expire_all()
    with pytest.raises(NotAllowed) as refusal:
        cast_vote(closed.stranger, closed.annotation, VoteValue.AGREE)
    assert refusal.value.missing == "is_admitted"


def test_moderator_and_organiser_of_another_declaration_are_strangers(closed, app):
    other = builders.make_declaration("zweite")
    for role in (Role.MODERATOR, Role.ORGANISER):
        person = builders.make_member(other, role=role)
        assert app.test_client().sign_in(person).get("/d/erklaerung").status_code == 404

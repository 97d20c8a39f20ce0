"""Leaving as she sees it: what is said before, what she chooses, and where she ends."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberation.accounts.models import User
from deliberation.annotations.models import Annotation, Status
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations.models import Membership
from deliberation.moderation.actions import hide
from deliberation.moderation.models import Decision, Message, Rule
from deliberation.notifications.mailer import to_message
from deliberation.notifications.models import Mail
from deliberation.permissions import Guest, NotAllowed, Role
from deliberation.privacy.leaving import AlreadyGone, leave
from deliberation.privacy.models import Parting
from tests import builders
from tests.privacy import scene


@pytest.fixture
def story(app, cast):
    return scene.build(cast, app.config["SECRET_KEY"])


def test_page_says_beforehand_what_happens_to_what(client, story):
    page = client.sign_in(story.karla).get("/me/leave").text
    assert "Ihren 5 Beiträgen" in page
    assert "Ihren 2 Stimmen und Haltungen" in page
    assert "Sie bleiben gezählt" in page
    assert "Das lässt sich nicht rückgängig machen." in page
    assert "checked" not in page


def test_last_of_the_team_is_told_first_that_nobody_is_left(client, cast):
    page = client.sign_in(cast.mira).get("/me/leave").text
    assert "In „Erklärung“ hat danach niemand mehr Ihre Rolle." in page
    assert "unterschrieben nur mit „Moderation“" in page
    builders.make_member(cast.declaration, "maja", Role.MODERATOR)
    assert "niemand mehr Ihre Rolle" not in client.sign_in(cast.mira).get("/me/leave").text


def test_she_says_once_more_who_she_is(client, cast):
    with frozen_at(now() - timedelta(hours=1)):
        ada = client.sign_in(cast.ada)
    for answer in (ada.get("/me/leave"), ada.post("/me/leave", data={"parting": "kept"})):
        assert answer.status_code == 303
        assert "/login/again" in answer.location
    assert db.session.get(User, cast.ada.id) is not None


def test_without_a_choice_nothing_happens(client, cast):
    ada = client.sign_in(cast.ada)
    for data in ({}, {"parting": "sonst"}):
        answer = ada.post("/me/leave", data=data)
        assert answer.status_code == 422
        assert "Bitte wählen Sie, was mit Ihren Texten geschehen soll." in answer.text
    assert db.session.get(User, cast.ada.id) is not None


def test_she_ends_signed_out_with_a_last_mail(client, story):
    karla = client.sign_in(story.karla)
    answer = karla.post("/me/leave", data={"parting": "taken"}, follow_redirects=True)
    assert "Ihr Konto ist gelöscht" in answer.text
    assert karla.get("/me").status_code == 303
    mail = db.session.scalars(select(Mail).where(Mail.template == "account_erased")).one()
    assert mail.recipient == scene.ADDRESS
    words = to_message(mail).get_body(("plain",)).get_content()
    assert "Ihre Texte haben wir mitgelöscht." in words
    assert scene.NAME not in words


def test_withdrawn_texts_are_empty_in_the_database_too(client, story):
    client.sign_in(story.karla).post("/me/leave", data={"parting": "taken"})
    gone = db.session.scalars(select(Annotation).where(Annotation.status == Status.WITHDRAWN)).all()
    assert len(gone) == 5
    assert {one.body for one in gone} == {""}
    assert {one.proposed_wording for one in gone} == {"", "–"}


def test_kept_texts_are_those_that_everybody_could_read(client, story):
    karla = story.karla.id
    own = story.karla.membership_in(story.cast.declaration.id).id
    client.sign_in(story.karla).post("/me/leave", data={"parting": "kept"})
    assert db.session.scalar(select(User.id).where(User.id == karla)) is None
    states = [one.status for one in db.session.scalars(select(Annotation).where(Annotation.author_id == own))]
    assert sorted(state.value for state in states) == ["visible"] * 4 + ["withdrawn"]


def test_quotes_of_her_in_others_answers_go_with_her_texts(client, story):
    client.sign_in(story.karla).post("/me/leave", data={"parting": "taken"})
    answer = db.session.scalars(select(Annotation).where(Annotation.number == story.answer.number)).one()
    assert answer.body.endswith("\n\n> […]\n\nGenau.")
    assert "Dienst, KANARIE" not in answer.body_html


def test_moderator_leaves_and_what_she_decided_holds(client, cast):
    annotation = builders.annotate(cast.ada, cast.declaration)
    hide(cast.mira, annotation, Rule.STAY, "Gehört nicht zu dieser Stelle.", annotation.version)
    db.session.add(Message(annotation_id=annotation.number, sender_id=scene.member(cast.mira, cast).id, from_team=True,
                           body="Bitte ändern Sie das.", form_key="m"))  # fmt: skip
    db.session.commit()
    own = scene.member(cast.mira, cast).id
    client.sign_in(cast.mira).post("/me/leave", data={"parting": "kept"})
    assert db.session.scalars(select(Decision.moderator_id)).all() == [own]
    membership = db.session.scalars(select(Membership).where(Membership.id == own)).one()
    assert (membership.user_id, membership.shown_name, membership.roles) == (None, "Moderation", {Role.PARTICIPANT})
    # What she wrote to an author stays the author's.
    assert "Bitte ändern Sie das." in client.sign_in(cast.ada).get(f"/a/{annotation.number}/messages").text


def test_sent_twice_at_once_she_leaves_once(app, cast):
    user = cast.ada
    leave(user, Parting.KEPT, "secret")
    with pytest.raises(AlreadyGone):
        leave(user, Parting.KEPT, "secret")


def test_a_guest_has_nothing_to_leave(app):
    with pytest.raises(NotAllowed):
        leave(Guest(), Parting.KEPT, "secret")


def test_pages_are_reached_from_ones_own_area(client, cast):
    page = client.sign_in(cast.ada).get("/me").text
    assert 'href="/me/data"' in page
    assert 'href="/me/leave"' in page

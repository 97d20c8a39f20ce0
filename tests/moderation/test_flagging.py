"""Readers report an annotation: with or without an account, once each, and nothing happens by itself."""

import pytest
from sqlalchemy import select

from deliberation.annotations.models import Annotation, Status
from deliberation.database import db
from deliberation.moderation import actions, flagging
from deliberation.moderation.models import EXPLANATION_MAX, Flag, FlagReason, Rule
from deliberation.permissions import Guest, NotAllowed, Phase
from tests import builders

FORM = {"reason": "attack", "explanation": "Das geht zu weit.", "form_key": "f1"}


@pytest.fixture
def annotation(cast):
    return builders.annotate(cast.ada, cast.declaration, body="Ein harter Satz")


@pytest.fixture
def address(annotation):
    return f"/a/{annotation.number}/flags"


def flags():
    return db.session.scalars(select(Flag).order_by(Flag.id)).all()


def test_guest_reports_without_an_account_and_leaves_no_trace_of_herself(annotation, client, address):
    assert "Ein harter Satz" in client.get(address).text
    answer = client.post(address, data=FORM, follow_redirects=True)
    assert "Ihre Meldung ist angekommen." in answer.text
    flag = flags()[0]
    assert (flag.reason, flag.explanation, flag.reporter_id) == (FlagReason.ATTACK, "Das geht zu weit.", None)
    assert db.session.get(Annotation, annotation.number).is_visible


def test_same_form_sent_twice_is_one_report(client, address):
    for _ in range(2):
        assert client.post(address, data=FORM).status_code == 303
    assert len(flags()) == 1


def test_two_guests_are_two_reports(client, address):
    client.post(address, data=FORM)
    client.post(address, data={**FORM, "form_key": "f2"})
    assert len(flags()) == 2


def test_member_has_one_open_report_whose_words_can_be_replaced(cast, annotation):
    flagging.flag(cast.ben, annotation, FlagReason.OTHER, "erst so", "k1")
    flagging.flag(cast.ben, annotation, FlagReason.ATTACK, "dann so", "k2")
    assert [(flag.reason, flag.explanation) for flag in flags()] == [(FlagReason.ATTACK, "dann so")]


def test_member_can_report_again_after_a_decision(cast, annotation):
    flagging.flag(cast.ben, annotation, FlagReason.OTHER, "erst so", "k1")
    actions.publish(cast.mira, annotation, 1)
    flagging.flag(cast.ben, annotation, FlagReason.ATTACK, "jetzt aber", "k2")
    db.session.expire_all()
    assert [flag.closed_at is None for flag in flags()] == [False, True]


def test_form_says_what_is_missing_and_keeps_the_words(client, address):
    for form in ({"reason": "illegal"}, {"reason": "illegal", "explanation": " \u200b "}, {}, {"reason": "boredom"}):
        assert client.post(address, data=form).status_code == 422, form
    answer = client.post(address, data={"explanation": "Bitte ansehen", "reason": ""})
    assert "Bitte wählen Sie aus, warum wir das prüfen sollen." in answer.text
    assert "Bitte ansehen" in answer.text
    assert client.post(address, data={**FORM, "explanation": "x" * (EXPLANATION_MAX + 1)}).status_code == 422
    assert flags() == []


def test_calling_something_illegal_needs_a_word_why(cast, annotation):
    with pytest.raises(actions.ReasonMissing):
        flagging.flag(cast.ben, annotation, FlagReason.ILLEGAL, "  ")
    flagging.flag(cast.ben, annotation, FlagReason.ILLEGAL, "Aufruf zu einer Straftat.")
    assert len(flags()) == 1


def test_author_does_not_report_own_words(cast, annotation, client, address):
    assert client.sign_in(cast.ada).get(address).status_code == 403


@pytest.mark.parametrize("status", [Status.HIDDEN, Status.WITHDRAWN, Status.PENDING])
def test_what_is_not_shown_cannot_be_reported(annotation, client, address, status):
    annotation.status = status
    with pytest.raises(NotAllowed):
        flagging.flag(Guest(), annotation, FlagReason.OTHER)
    page = client.get(address)
    assert page.status_code in (403, 404)
    assert "Ein harter Satz" not in page.text


def test_reporting_stays_possible_after_the_end(cast, client, address):
    cast.declaration.phase = Phase.CLOSED
    assert client.post(address, data=FORM).status_code == 303


def test_moderators_read_the_words_but_not_who_reported(cast, annotation, client):
    flagging.flag(cast.ben, annotation, FlagReason.ATTACK, "Bitte lesen")
    page = client.sign_in(cast.mira).get("/d/erklaerung/moderation").text
    assert "Bitte lesen" in page
    assert builders.membership(cast.ben, cast.declaration).pseudonym not in page


def test_hiding_says_nothing_about_reports_in_public(cast, annotation, client):
    flagging.flag(cast.ben, annotation, FlagReason.ATTACK, "Bitte lesen")
    actions.hide(cast.mira, annotation, Rule.RESPECT, "Das greift einen Menschen an.", 1)
    for path in ("/d/erklaerung/moderation/log", f"/a/{annotation.number}"):
        assert "Bitte lesen" not in client.get(path).text

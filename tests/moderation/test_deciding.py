"""Hiding, restoring, publishing, asking back: with rule and reason, never twice, never about oneself."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from deliberation.annotations.actions import Contribution, edit_annotation, post_reply
from deliberation.annotations.models import Annotation, Status
from deliberation.database import db
from deliberation.moderation import actions
from deliberation.moderation.models import Decision, DecisionKind, Flag, FlagReason, Rule
from deliberation.permissions import Guest, NotAllowed, Outdated
from tests import builders

REASON = "Hier wird ein Mensch angegriffen, nicht seine Meinung."
FORM = {"decision": "hide", "rule": "3", "reason": REASON, "version": "1"}


@pytest.fixture
def annotation(cast):
    return builders.annotate(cast.ada, cast.declaration, body="Ein harter Satz")


def test_moderator_hides_and_others_see_rule_and_day_only(cast, annotation, app):
    post_reply(cast.ben, annotation, Contribution("Das bleibt"))
    mira = app.test_client().sign_in(cast.mira)
    assert mira.post(f"/a/{annotation.number}/decisions", data=FORM).status_code == 303
    for visitor in (app.test_client(), app.test_client().sign_in(cast.ben)):
        for path in ("/d/erklaerung/3/1", f"/a/{annotation.number}"):
            page = visitor.get(path).text
            assert "Ein harter Satz" not in page
            assert REASON not in page
            assert "Regel 3: Menschen achten" in page
            assert "Das bleibt" in page


def test_author_reads_own_text_with_rule_and_reason(cast, annotation, client):
    actions.hide(cast.mira, annotation, Rule.RESPECT, REASON, 1)
    page = client.sign_in(cast.ada).get("/d/erklaerung/3/1").text
    assert "Ein harter Satz" in page
    assert REASON in page
    assert "Die Moderation zeigt diesen Text nicht" in page


def test_hiding_needs_rule_and_reason_in_the_form(cast, annotation, client):
    mira = client.sign_in(cast.mira)
    for missing in ({"rule": ""}, {"reason": "zu kurz"}, {"rule": "9"}, {"decision": "vanish"}, {"decision": "redact"}):
        answer = mira.post(f"/a/{annotation.number}/decisions", data={**FORM, **missing})
        assert answer.status_code == 422, missing
    assert db.session.get(Annotation, annotation.number).is_visible


def test_hiding_needs_rule_and_reason_in_the_verb(cast, annotation):
    for rule, reason in ((None, REASON), (Rule.RESPECT, "kurz")):
        with pytest.raises(actions.ReasonMissing):
            actions.hide(cast.mira, annotation, rule, reason, 1)


def test_hiding_needs_rule_and_reason_in_the_database(cast, annotation):
    moderator = builders.membership(cast.mira, cast.declaration)
    db.session.add(
        Decision(
            annotation_id=annotation.number,
            moderator_id=moderator.id,
            kind=DecisionKind.HIDE,
            old_status=Status.VISIBLE,
            new_status=Status.HIDDEN,
            reason="",
        )
    )
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_hidden_is_restored(cast, annotation, client):
    actions.hide(cast.mira, annotation, Rule.RESPECT, REASON, 1)
    answer = client.sign_in(cast.mira).post(
        f"/a/{annotation.number}/decisions", data={"decision": "restore", "version": "2"}
    )
    assert answer.status_code == 303
    assert "Ein harter Satz" in client.get("/d/erklaerung/3/1").text


def test_held_text_is_published_or_returned(cast, annotation):
    annotation.status = Status.PENDING
    actions.return_for_revision(cast.mira, annotation, Rule.PROTECT, REASON, 1)
    assert annotation.is_pending
    edit_annotation(cast.ada, annotation, "Ein sachlicher Satz")
    actions.publish(cast.mira, annotation, annotation.version)
    assert annotation.is_visible


def test_second_moderator_sees_that_somebody_decided(cast, annotation, client):
    tomasz = builders.make_member(cast.declaration, "tomasz", actions_role())
    actions.hide(cast.mira, annotation, Rule.RESPECT, REASON, 1)
    answer = client.sign_in(tomasz).post(f"/a/{annotation.number}/decisions", data=FORM)
    assert answer.status_code == 409
    assert "Jemand war schneller." in answer.text
    assert REASON in answer.text
    assert len(db.session.scalars(select(Decision)).all()) == 1


def actions_role():
    from deliberation.permissions import Role

    return Role.MODERATOR


def test_decision_on_words_that_were_changed_meanwhile_is_refused(cast, annotation):
    edit_annotation(cast.ada, annotation, "Inzwischen freundlicher")
    with pytest.raises(Outdated):
        actions.hide(cast.mira, annotation, Rule.RESPECT, REASON, 1)


def test_moderator_cannot_decide_on_own_words(cast, client):
    own = builders.annotate(cast.mira, cast.declaration)
    answer = client.sign_in(cast.mira).post(f"/a/{own.number}/decisions", data=FORM)
    assert answer.status_code == 403


@pytest.mark.parametrize("name", ["ada", "ben", "otto"])
def test_nobody_else_decides(cast, annotation, client, name):
    person = client.sign_in(getattr(cast, name))
    assert person.get(f"/a/{annotation.number}/decisions").status_code == 403
    assert person.post(f"/a/{annotation.number}/decisions", data=FORM).status_code == 403
    assert db.session.get(Annotation, annotation.number).is_visible


def test_guest_is_led_to_the_sign_in(cast, annotation, client):
    assert client.get(f"/a/{annotation.number}/decisions").location.startswith("/login")


def test_reader_reports_and_a_decision_closes_the_report(cast, annotation, client):
    form = {"reason": "attack", "explanation": "Das geht zu weit.", "form_key": "f1"}
    assert client.post(f"/a/{annotation.number}/flags", data=form).status_code == 303
    client.post(f"/a/{annotation.number}/flags", data=form)
    flag = db.session.scalars(select(Flag)).one()
    assert (flag.reason, flag.reporter_id, flag.closed_at) == (FlagReason.ATTACK, None, None)
    decision = actions.publish(cast.mira, annotation, 1)
    db.session.refresh(flag)
    assert flag.closed_at is not None
    assert flag.decision_id == decision.id


def test_member_has_one_open_report_per_annotation(cast, annotation):
    actions.flag(cast.ben, annotation, FlagReason.OTHER, "erst so", "k1")
    actions.flag(cast.ben, annotation, FlagReason.ATTACK, "dann so", "k2")
    flag = db.session.scalars(select(Flag)).one()
    assert (flag.reason, flag.explanation) == (FlagReason.ATTACK, "dann so")


def test_illegal_needs_an_explanation_and_a_reason_is_needed_at_all(cast, annotation, client):
    for form in ({"reason": "illegal"}, {}, {"reason": "boredom"}):
        assert client.post(f"/a/{annotation.number}/flags", data=form).status_code == 422
    assert db.session.scalars(select(Flag)).all() == []


def test_author_does_not_report_own_words_and_hidden_ones_cannot_be_reported(cast, annotation):
    with pytest.raises(NotAllowed):
        actions.flag(cast.ada, annotation, FlagReason.OTHER)
    annotation.status = Status.HIDDEN
    with pytest.raises(NotAllowed):
        actions.flag(Guest(), annotation, FlagReason.OTHER)

"""Hiding, restoring, publishing, asking back: with rule and reason, never twice, never about oneself."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from deliberation import clock
from deliberation.annotations.actions import Contribution, edit_annotation, post_reply
from deliberation.annotations.models import Annotation, Status
from deliberation.database import db
from deliberation.moderation import actions, flagging
from deliberation.moderation.models import Decision, DecisionKind, Flag, FlagReason, Rule
from deliberation.permissions import NotAllowed, Outdated, Role
from tests import builders

REASON = "Hier wird ein Mensch angegriffen, nicht seine Meinung."
FORM = {"decision": "hide", "rule": "3", "reason": REASON, "version": "1"}


@pytest.fixture
def annotation(cast):
    return builders.annotate(cast.ada, cast.declaration, body="Ein harter Satz")


@pytest.fixture
def address(annotation):
    return f"/a/{annotation.number}/decisions"


def decisions():
    return db.session.scalars(select(Decision).order_by(Decision.id)).all()


class TestHiding:
    def test_others_see_rule_and_day_and_the_replies_but_no_word(self, cast, annotation, app, address):
        reply = post_reply(cast.ben, annotation, Contribution("Das bleibt"))
        mira = app.test_client().sign_in(cast.mira)
        assert mira.post(address, data=FORM).status_code == 303
        for visitor in (app.test_client(), app.test_client().sign_in(cast.ben)):
            for path in ("/d/erklaerung/3/1", f"/a/{annotation.number}"):
                page = visitor.get(path).text
                assert "Ein harter Satz" not in page
                assert REASON not in page
                assert "Regel 3: Menschen achten" in page
                assert "Das bleibt" in page
        assert db.session.get(Annotation, reply.number).is_visible

    def test_hidden_words_are_on_no_page_a_guest_can_open(self, cast, annotation, client):
        edit_annotation(cast.ada, annotation, "Ein noch härterer Satz")
        actions.hide(cast.mira, annotation, Rule.RESPECT, REASON, annotation.version)
        pages = (
            "", "/text", "/3", "/3/1", "/3/1?order=newest&all=1", "/new?since=2020-01-01", "/results",
            "/moderation/log",
        )  # fmt: skip
        acts = ("", "/history", "/flags", "/replies", "/decisions", "/response")
        paths = [f"/d/erklaerung{page}" for page in pages] + [f"/a/{annotation.number}{act}" for act in acts]
        for path in paths:
            page = client.get(path, follow_redirects=True).text
            assert "Satz" not in page, path
            assert REASON not in page, path

    def test_author_reads_own_text_with_rule_and_reason(self, cast, annotation, client):
        actions.hide(cast.mira, annotation, Rule.RESPECT, REASON, 1)
        page = client.sign_in(cast.ada).get("/d/erklaerung/3/1").text
        assert "Ein harter Satz" in page
        assert "Regel 3: Menschen achten" in page
        assert REASON in page
        assert "Die Moderation zeigt diesen Text nicht" in page

    def test_form_wants_rule_and_reason_and_keeps_what_was_written(self, cast, annotation, client, address):
        mira = client.sign_in(cast.mira)
        for missing in (
            {"rule": ""},
            {"reason": "zu kurz"},
            {"reason": " " * 30},
            {"rule": "9"},
            {"reason": "x" * 601},
        ):
            answer = mira.post(address, data={**FORM, **missing})
            assert answer.status_code == 422, missing
            assert "<title>Fehler: " in answer.text
        page = mira.post(address, data={**FORM, "rule": "", "back": "/d/erklaerung/moderation"}).text
        assert "Bitte nennen Sie die Regel." in page
        assert REASON in page
        assert 'name="back" value="/d/erklaerung/moderation"' in page
        assert db.session.get(Annotation, annotation.number).is_visible

    def test_what_cannot_be_done_is_said_in_a_sentence(self, cast, client, address):
        mira = client.sign_in(cast.mira)
        answer = mira.post(address, data={**FORM, "decision": "redact"})
        assert answer.status_code == 422
        assert "Bitte nennen Sie mindestens eine Stelle" in answer.text
        for wrong in ({"decision": "vanish"}, {"decision": ""}, {"version": ""}, {"version": "9" * 30}):
            assert mira.post(address, data={**FORM, **wrong}).status_code == 422
        assert decisions() == []

    def test_verb_wants_rule_and_reason(self, cast, annotation):
        for verb in (actions.hide, actions.return_for_revision):
            for rule, reason in ((None, REASON), (Rule.RESPECT, "kurz")):
                with pytest.raises(actions.ReasonMissing):
                    verb(cast.mira, annotation, rule, reason, 1)
        assert annotation.is_visible

    @pytest.mark.parametrize("missing", [{"reason": "kurz"}, {"rule": None}])
    def test_database_wants_rule_and_reason(self, cast, annotation, missing):
        row = {"reason": REASON, "rule": Rule.RESPECT, **missing}
        decision = Decision(
            annotation_id=annotation.number,
            moderator_id=builders.membership(cast.mira, cast.declaration).id,
            kind=DecisionKind.HIDE,
            old_status=Status.VISIBLE,
            new_status=Status.HIDDEN,
            **row,
        )
        db.session.add(decision)
        with pytest.raises(IntegrityError):
            db.session.flush()
        db.session.rollback()

    def test_every_act_leaves_a_record_of_states_person_and_reason(self, cast, annotation):
        decision = actions.hide(cast.mira, annotation, Rule.RESPECT, f"  {REASON} ", 1)
        assert (decision.old_status, decision.new_status) == (Status.VISIBLE, Status.HIDDEN)
        assert decision.moderator_id == builders.membership(cast.mira, cast.declaration).id
        assert (decision.rule, decision.reason) == (Rule.RESPECT, REASON)
        assert (annotation.status, annotation.version) == (Status.HIDDEN, 2)


def test_hidden_is_restored(cast, annotation, client, address):
    actions.hide(cast.mira, annotation, Rule.RESPECT, REASON, 1)
    mira = client.sign_in(cast.mira)
    assert REASON in mira.get(address).text
    assert mira.post(address, data={"decision": "restore", "version": "2"}).status_code == 303
    assert "Ein harter Satz" in client.get("/d/erklaerung/3/1").text


class TestReturning:
    def test_author_is_asked_to_revise_and_told_why(self, cast, annotation, client, app):
        actions.return_for_revision(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        page = client.sign_in(cast.ada).get("/d/erklaerung/3/1").text
        assert "Die Moderation bittet Sie, diesen Text zu ändern." in page
        assert REASON in page
        assert "Ein harter Satz" not in app.test_client().get("/d/erklaerung/3/1").text

    def test_revised_text_comes_back_and_is_published(self, cast, annotation):
        actions.return_for_revision(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        edit_annotation(cast.ada, annotation, "Ein sachlicher Satz")
        assert annotation.is_pending
        actions.publish(cast.mira, annotation, annotation.version)
        assert annotation.is_visible


class TestDecidedMeanwhile:
    def test_second_moderator_keeps_her_words_and_sees_the_present_state(self, cast, annotation, client, address):
        tomasz = builders.make_member(cast.declaration, "tomasz", Role.MODERATOR)
        actions.hide(cast.mira, annotation, Rule.RESPECT, REASON, 1)
        answer = client.sign_in(tomasz).post(
            address, data={**FORM, "decision": "return", "reason": "Bitte freundlicher sagen."}
        )
        assert answer.status_code == 409
        mira = cast.mira.membership_in(cast.declaration.id)
        for words in (
            f"{mira.team_name} hat A-{annotation.number} gerade entschieden.",
            REASON,
            "Was Sie entscheiden wollten",
            "Bitte freundlicher sagen.",
        ):
            assert words in answer.text
        assert [decision.kind for decision in decisions()] == [DecisionKind.HIDE]
        assert db.session.get(Annotation, annotation.number).version == 2

    def test_same_decision_sent_twice_is_taken_once(self, cast, annotation, client, address):
        mira = client.sign_in(cast.mira)
        first, second = (mira.post(address, data=FORM) for _ in range(2))
        assert (first.status_code, first.location) == (second.status_code, second.location)
        assert len(decisions()) == 1

    def test_another_decision_from_an_old_page_is_refused(self, cast, annotation):
        actions.hide(cast.mira, annotation, Rule.RESPECT, REASON, 1)
        for rule, reason in ((Rule.LAW, REASON), (Rule.RESPECT, "Eine andere Begründung.")):
            with pytest.raises(Outdated):
                actions.hide(cast.mira, annotation, rule, reason, 1)

    def test_words_that_were_changed_meanwhile_are_not_decided_on(self, cast, annotation):
        edit_annotation(cast.ada, annotation, "Inzwischen freundlicher")
        with pytest.raises(Outdated):
            actions.hide(cast.mira, annotation, Rule.RESPECT, REASON, 1)
        assert annotation.is_visible

    def test_each_decision_has_its_starting_states(self, cast, annotation):
        with pytest.raises(Outdated):
            actions.restore(cast.mira, annotation, 1)
        with pytest.raises(Outdated):
            actions.publish(cast.mira, annotation, 1)
        actions.hide(cast.mira, annotation, Rule.RESPECT, REASON, 1)
        for verb in (actions.hide, actions.return_for_revision):
            with pytest.raises(Outdated):
                verb(cast.mira, annotation, Rule.LAW, REASON, 2)
        with pytest.raises(Outdated):
            actions.publish(cast.mira, annotation, 2)
        assert len(decisions()) == 1


class TestWhoDecides:
    def test_moderator_not_on_own_words(self, cast, client):
        own = builders.annotate(cast.mira, cast.declaration)
        answer = client.sign_in(cast.mira).post(f"/a/{own.number}/decisions", data=FORM)
        assert answer.status_code == 403
        assert "Das ist Ihr eigener Beitrag." in answer.text
        with pytest.raises(NotAllowed):
            actions.hide(cast.mira, own, Rule.RESPECT, REASON, 1)

    @pytest.mark.parametrize("name", ["ada", "ben", "otto"])
    def test_nobody_without_the_role(self, cast, annotation, client, name, address):
        person = client.sign_in(getattr(cast, name))
        assert person.get(address).status_code == 403
        assert person.post(address, data=FORM).status_code == 403
        assert db.session.get(Annotation, annotation.number).is_visible

    def test_guest_is_led_to_the_sign_in(self, client, address):
        for answer in (client.get(address), client.post(address, data=FORM)):
            assert answer.status_code == 303
            assert answer.location.startswith("/login")

    def test_moderator_of_another_declaration_is_a_stranger_here(self, cast, annotation, client, address):
        other = builders.make_declaration("zweite", title="Zweite Erklärung")
        stranger = builders.make_member(other, "sam", Role.MODERATOR)
        assert client.sign_in(stranger).post(address, data=FORM).status_code == 403

    def test_withdrawn_words_are_nobodys_business(self, cast, annotation, client, address):
        annotation.status = Status.WITHDRAWN
        answer = client.sign_in(cast.mira).get(address)
        assert answer.status_code == 403
        assert "zurückgezogen" in answer.text


@pytest.mark.parametrize("decide", [actions.hide, actions.return_for_revision])
def test_decision_closes_the_open_reports(cast, annotation, decide):
    for reader in (cast.ben, cast.otto):
        flagging.flag(reader, annotation, FlagReason.ATTACK, "Das geht zu weit.")
    other = flagging.flag(cast.ben, builders.annotate(cast.ada, cast.declaration), FlagReason.OTHER)
    decision = decide(cast.mira, annotation, Rule.RESPECT, REASON, 1)
    db.session.expire_all()
    flags = db.session.scalars(select(Flag).where(Flag.annotation_id == annotation.number)).all()
    assert [(flag.closed_at is not None, flag.decision_id) for flag in flags] == [(True, decision.id)] * 2
    assert db.session.get(Flag, other.id).closed_at is None


def test_reported_text_can_be_left_as_it_is(cast, annotation, client, address):
    flag = flagging.flag(cast.ben, annotation, FlagReason.OTHER, "Passt nicht hierher.")
    mira = client.sign_in(cast.mira)
    assert "So stehen lassen" in mira.get(address).text
    assert mira.post(address, data={"decision": "publish", "version": "1"}).status_code == 303
    assert db.session.get(Flag, flag.id).closed_at is not None
    assert "So stehen lassen" not in mira.get(address).text


def test_who_hid_it_may_show_it_again_for_a_day_even_after_other_acts(cast, annotation):
    decision = actions.hide(cast.mira, annotation, Rule.RESPECT, REASON, 1)
    second = builders.make_member(cast.declaration, "second", Role.MODERATOR)
    with clock.frozen_at(decision.decided_at + timedelta(hours=25)):
        with pytest.raises(NotAllowed) as refusal:
            actions.restore(cast.mira, annotation, annotation.version)
        assert refusal.value.missing == "is_recent"
        actions.restore(second, annotation, annotation.version)
    assert annotation.is_visible

"""What an independent reader tried: ways around an objection, and ways around who decides."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from deliberation.annotations.actions import Contribution, edit_annotation, post_reply
from deliberation.annotations.models import Status, VoteValue
from deliberation.annotations.positions import cast_vote
from deliberation.clock import BERLIN, frozen_at, now
from deliberation.database import db
from deliberation.moderation import actions, flagging
from deliberation.moderation.desk import teamwork
from deliberation.moderation.models import Decision, DecisionKind, FlagReason, Objection, Rule, Verdict
from deliberation.moderation.objections.objecting import decide_objection, object_to
from deliberation.moderation.objections.reviews import find_decision, review_of
from deliberation.moderation.ordering.moving import move
from deliberation.moderation.redacting import find_echoes
from deliberation.moderation.undoing import CannotUndo, undo
from deliberation.permissions import NotAllowed, Role
from tests import builders

REASON = "Eine Klientin könnte erkennbar sein."
ANSWER = "Niemand ist hier zu erkennen."
TEXT = "Frau Müller wartet in der Uhlandstraße."


@pytest.fixture
def annotation(cast):
    return builders.annotate(cast.ada, cast.declaration, body=TEXT)


@pytest.fixture
def tom(cast):
    return builders.make_member(cast.declaration, "tom", Role.MODERATOR)


def uphold(cast, moderator, decision, verdict=Verdict.UPHELD, passages=()):
    objection = object_to(cast.ada, find_decision(decision.id), "Das ist niemand.")
    db.session.commit()
    decide_objection(moderator, objection, verdict, ANSWER, passages)
    db.session.commit()
    return objection


def redact(moderator, annotation, *passages):
    decision = actions.redact(moderator, annotation, Rule.PROTECT, REASON, passages, annotation.version)
    db.session.commit()
    return decision


class TestAnUpheldObjectionChangesSomething:
    def test_also_when_the_text_was_moved_meanwhile(self, cast, annotation, tom):
        decision = redact(cast.mira, annotation, "Frau Müller")
        place = builders.paragraph(cast.declaration, "2.1")
        move(tom, annotation, place, REASON, annotation.version)
        uphold(cast, tom, decision)
        db.session.refresh(annotation)
        assert (annotation.body, annotation.paragraph_id) == (TEXT, place.id)

    def test_also_when_it_was_reported_and_left_so_meanwhile(self, cast, annotation, tom):
        decision = redact(cast.mira, annotation, "Frau Müller")
        flagging.flag(cast.ben, annotation, FlagReason.OTHER)
        actions.publish(cast.mira, annotation, annotation.version)
        uphold(cast, tom, decision)
        assert annotation.body == TEXT

    def test_and_leaves_what_was_redacted_in_another_decision(self, cast, annotation, tom):
        first = redact(cast.mira, annotation, "Frau Müller")
        redact(cast.mira, annotation, "Uhlandstraße")
        third = builders.make_member(cast.declaration, "third", Role.MODERATOR)
        with pytest.raises(NotAllowed):
            # Who decided against the same words before has no say.
            uphold(cast, cast.mira, first)
        objection = db.session.scalars(select(Objection)).one()
        decide_objection(third, objection, Verdict.UPHELD, ANSWER)
        assert "Frau Müller" in annotation.body
        assert "Uhlandstraße" not in annotation.body

    def test_but_not_what_its_author_has_rewritten(self, cast, annotation, tom):
        decision = actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, annotation.version)
        edit_annotation(cast.ada, annotation, "Eine Mutter wartet.")
        uphold(cast, tom, decision)
        assert (annotation.status, annotation.body) == (Status.PENDING, "Eine Mutter wartet.")


class TestNobodyGetsRoundAnObjection:
    def test_while_it_is_open_nobody_decides_otherwise(self, cast, annotation, tom):
        decision = actions.return_for_revision(cast.mira, annotation, Rule.PROTECT, REASON, annotation.version)
        object_to(cast.ada, find_decision(decision.id), "Das ist niemand.")
        for person in (cast.mira, tom):
            with pytest.raises(NotAllowed) as refusal:
                actions.hide(person, annotation, Rule.STAY, REASON, annotation.version)
            assert refusal.value.missing == "no_open_objection"

    def test_who_was_overruled_does_not_hide_the_same_words_again(self, cast, annotation, tom):
        uphold(cast, tom, actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, annotation.version))
        with pytest.raises(NotAllowed) as refusal:
            actions.hide(cast.mira, annotation, Rule.RESPECT, REASON, annotation.version)
        assert refusal.value.missing == "not_decider"
        edit_annotation(cast.ada, annotation, "Jetzt ganz andere Worte, und böse.")
        actions.hide(cast.mira, annotation, Rule.RESPECT, REASON, annotation.version)

    def test_a_hidden_text_is_not_shown_as_a_black_bar(self, cast, annotation):
        actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, annotation.version)
        with pytest.raises(actions.Outdated):
            redact(cast.mira, annotation, "Frau Müller")

    def test_what_came_of_an_objection_is_final(self, cast, annotation, tom):
        decision = actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, annotation.version)
        uphold(cast, tom, decision, Verdict.PARTLY, ["Frau Müller"])
        final = db.session.scalars(select(Decision).where(Decision.kind == DecisionKind.REDACT)).one()
        assert not review_of(find_decision(final.id)).is_open_to_objection

    def test_the_last_day_counts_to_its_end_in_berlin(self, cast, annotation):
        with frozen_at(datetime(2026, 5, 14, 9, 31, tzinfo=BERLIN)):
            decision = actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, annotation.version)
        with frozen_at(datetime(2026, 11, 14, 23, 59, tzinfo=BERLIN)):
            assert review_of(find_decision(decision.id)).is_open_to_objection
        with frozen_at(datetime(2026, 11, 15, 0, 0, tzinfo=BERLIN)):
            assert not review_of(find_decision(decision.id)).is_open_to_objection


class TestUndoing:
    def test_strangers_learn_nothing_from_a_number(self, cast, annotation, client):
        decision = actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, annotation.version)
        undo(cast.mira, decision)
        answer = client.post("/d/erklaerung/moderation/undo", data={"decision": decision.id})
        assert "/login" in answer.location
        assert "Rückgängig gemacht" not in client.get("/d/erklaerung").text

    def test_what_people_have_answered_is_not_taken_from_view_in_silence(self, cast, annotation):
        for act in (
            lambda held: post_reply(cast.ben, held, Contribution("Ja.")),
            lambda held: cast_vote(cast.ben, held, VoteValue.AGREE),
        ):
            held = builders.annotate(cast.ada, cast.declaration)
            held.status = Status.PENDING
            decision = actions.publish(cast.mira, held, held.version)
            act(held)
            with pytest.raises(CannotUndo):
                undo(cast.mira, decision)
            assert held.is_visible

    def test_not_what_a_colleague_has_in_hand(self, cast, annotation, tom):
        decision = actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, annotation.version)
        teamwork.claim(tom, annotation)
        with pytest.raises(NotAllowed):
            undo(cast.mira, decision)


class TestWhoReportedDoesNotDecide:
    def test_not_even_when_the_report_is_answered(self, cast, annotation, tom):
        flagging.flag(tom, annotation, FlagReason.ATTACK)
        actions.publish(cast.mira, annotation, annotation.version)
        with pytest.raises(NotAllowed) as refusal:
            actions.hide(tom, annotation, Rule.RESPECT, REASON, annotation.version)
        assert refusal.value.missing == "not_reporter"
        with frozen_at(now() + timedelta(minutes=1)):
            edit_annotation(cast.ada, annotation, "Jetzt ganz andere Worte.")
            actions.hide(tom, annotation, Rule.RESPECT, REASON, annotation.version)


class TestPassages:
    def test_in_what_the_text_said_before_are_found_too(self, cast, annotation, client):
        edit_annotation(cast.ada, annotation, "Eine Mutter wartet.")
        redact(cast.mira, annotation, "Frau Müller")
        assert "Müller" not in client.get(f"/a/{annotation.number}/history").text
        assert annotation.body == "Eine Mutter wartet."

    def test_the_genitive_is_the_name(self, cast):
        text = builders.annotate(cast.ada, cast.declaration, body="Herr Müller sagt, Müllers Chefin sei da.")
        redact(cast.mira, text, "Müller")
        assert "Müller" not in text.body

    def test_whoever_rewrites_a_redacted_text_is_read_first(self, cast, annotation):
        redact(cast.mira, annotation, "Frau Müller")
        edit_annotation(cast.ada, annotation, TEXT)
        assert annotation.is_pending

    def test_elsewhere_are_named_after_the_decision(self, cast, annotation, client):
        reply = post_reply(cast.ada, annotation, Contribution("Frau Müller hat mir das erlaubt."))
        assert find_echoes(annotation, ["Frau Müller"]) == [reply.number]
        sent = {"decision": "redact", "rule": "2", "reason": REASON, "version": "1", "passage": "Frau Müller"}
        mira = client.sign_in(cast.mira)
        mira.post(f"/a/{annotation.number}/decisions", data={**sent, "back": "/d/erklaerung/moderation"})
        assert f"Dieselbe Stelle steht auch in {reply.label}." in mira.get("/d/erklaerung/moderation").text


def test_a_refusal_does_not_tell_who_writes_under_which_name(cast, tom):
    own = builders.annotate(tom, cast.declaration)
    handling = teamwork.hand_over(cast.mira, own, tom.membership_in(cast.declaration.id))
    assert handling.holder_id is None


@pytest.mark.parametrize("path", ["/m/%00", "/d/erklaerung/moderation?thesis=%00", "/a/1/handling"])
def test_a_character_that_nobody_types_breaks_nothing(cast, client, path):
    builders.annotate(cast.ada, cast.declaration)
    mira = client.sign_in(cast.mira)
    sent = {"act": "note", "note": "So.", "form_key": "a\0b"}
    answer = mira.post(path, data=sent) if path.endswith("handling") else mira.get(path)
    assert answer.status_code < 500

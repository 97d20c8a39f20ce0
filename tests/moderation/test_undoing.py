"""Taking a decision back within a day: everything is as before, and nothing is mailed that was taken back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberation import clock
from deliberation.annotations.actions import edit_annotation, withdraw
from deliberation.annotations.models import Status
from deliberation.database import db
from deliberation.declarations.models import Act, LogEntry
from deliberation.moderation import actions, flagging
from deliberation.moderation.models import UNDO_FOR, Decision, DecisionKind, FlagReason, Letter, Objection, Rule, Seal
from deliberation.moderation.undoing import CannotUndo, undo
from deliberation.permissions import NotAllowed, Role
from tests import builders

REASON = "Bitte ohne Namen, dann passt es."
DESK = "/d/erklaerung/moderation"


@pytest.fixture
def annotation(cast):
    return builders.annotate(cast.ada, cast.declaration, body="Frau Müller hat lange gewartet.")


def hide(cast, annotation, who=None):
    decision = actions.hide(who or cast.mira, annotation, Rule.PROTECT, REASON, annotation.version)
    db.session.commit()
    return decision


def test_a_hidden_text_is_shown_again_and_reports_are_open_again(cast, annotation):
    flag = flagging.flag(cast.ben, annotation, FlagReason.RECOGNISABLE)
    decision = hide(cast, annotation)
    db.session.refresh(flag)
    assert flag.closed_at is not None
    by = undo(cast.mira, decision)
    db.session.refresh(flag)
    assert annotation.is_visible
    assert (by.kind, by.old_status, by.new_status) == (DecisionKind.UNDO, Status.HIDDEN, Status.VISIBLE)
    assert (flag.closed_at, flag.decision_id) == (None, None)


def test_a_held_text_that_was_published_is_held_again(cast, annotation):
    annotation.status = Status.PENDING
    decision = actions.publish(cast.mira, annotation, annotation.version)
    undo(cast.mira, decision)
    assert annotation.is_pending
    assert annotation.reviewed_at is None


def test_redacted_words_stand_there_again(cast, annotation):
    before = annotation.body, annotation.body_html
    decision = actions.redact(cast.mira, annotation, Rule.PROTECT, REASON, ["Frau Müller"], annotation.version)
    assert "Müller" not in annotation.body
    undo(cast.mira, decision)
    assert (annotation.body, annotation.body_html) == before
    assert db.session.scalars(select(Seal)).all() == []


def test_twice_is_like_once_and_the_log_has_both_acts(cast, annotation):
    decision = hide(cast, annotation)
    assert undo(cast.mira, decision).id == undo(cast.mira, decision).id
    assert list(db.session.scalars(select(LogEntry.act).order_by(LogEntry.id))) == [Act.HIDE, Act.UNDO]


def test_only_by_who_decided_and_only_for_a_day(cast, annotation):
    decision = hide(cast, annotation)
    second = builders.make_member(cast.declaration, "second", Role.MODERATOR)
    for person in (second, cast.otto, cast.ada):
        with pytest.raises(NotAllowed):
            undo(person, decision)
    with clock.frozen_at(clock.now() + UNDO_FOR), pytest.raises(NotAllowed) as refusal:
        undo(cast.mira, decision)
    assert refusal.value.missing == "is_recent"


def test_not_when_the_author_has_written_anew(cast, annotation):
    decision = hide(cast, annotation)
    edit_annotation(cast.ada, annotation, "Eine Mutter hat lange gewartet.")
    with pytest.raises(CannotUndo):
        undo(cast.mira, decision)
    assert annotation.is_pending


def test_not_when_it_was_withdrawn(cast, annotation):
    decision = hide(cast, annotation)
    withdraw(cast.ada, annotation)
    with pytest.raises(CannotUndo):
        undo(cast.mira, decision)


def test_not_while_somebody_objects(cast, annotation):
    decision = hide(cast, annotation)
    db.session.add(
        Objection(declaration_id=cast.declaration.id, decision_id=decision.id, explanation="Doch.", form_key="o")
    )
    db.session.commit()
    with pytest.raises(NotAllowed) as refusal:
        undo(cast.mira, decision)
    assert refusal.value.missing == "no_open_objection"


def test_a_letter_that_has_not_gone_goes_no_more(cast, annotation):
    decision = hide(cast, annotation)
    letter = db.session.scalars(select(Letter)).one()
    assert letter.due_at - decision.decided_at >= timedelta(minutes=30)
    undo(cast.mira, decision)
    assert (letter.is_withdrawn, letter.settled_at is not None) == (True, True)
    assert len(db.session.scalars(select(Letter)).all()) == 1


def test_a_letter_that_has_gone_is_corrected(cast, annotation):
    decision = hide(cast, annotation)
    letter = db.session.scalars(select(Letter)).one()
    letter.was_mailed, letter.settled_at = True, clock.now()
    undo(cast.mira, decision)
    new = db.session.scalars(select(Letter).order_by(Letter.id.desc())).first()
    assert (new.template, new.member_id) == ("undo", annotation.author_id)


def test_the_button_stands_at_the_desk_and_a_late_one_gets_a_page_that_says_why(cast, annotation, client):
    decision = hide(cast, annotation)
    mira = client.sign_in(cast.mira)
    assert f'name="decision" value="{decision.id}"' in mira.get(DESK).text
    gone = mira.post(f"{DESK}/undo", data={"decision": decision.id})
    assert (gone.status_code, gone.location) == (303, f"{DESK}?case={annotation.number}")
    assert "Rückgängig gemacht (war: nicht gezeigt)." in mira.get(DESK).text
    again = hide(cast, annotation)
    edit_annotation(cast.ada, annotation, "Ganz anders.")
    late = mira.post(f"{DESK}/undo", data={"decision": again.id})
    assert (late.status_code, "Das lässt sich nicht mehr zurücknehmen." in late.text) == (409, True)
    for nonsense in ("", "x", 10**12, 4711):
        assert mira.post(f"{DESK}/undo", data={"decision": nonsense}).status_code == 404


def test_decisions_of_another_declaration_are_not_reached_from_here(cast, annotation, client):
    builders.make_declaration("zweite", title="Zweite")
    decision = hide(cast, annotation)
    answer = client.sign_in(cast.mira).post("/d/zweite/moderation/undo", data={"decision": decision.id})
    assert answer.status_code == 404
    assert db.session.scalar(select(Decision.id).where(Decision.kind == DecisionKind.UNDO)) is None

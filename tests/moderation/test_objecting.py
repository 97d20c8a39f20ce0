"""Objecting, and deciding on it: by somebody else, once, with a reason, and with what follows."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberation.annotations.actions import edit_annotation, withdraw
from deliberation.annotations.models import Annotation, Status
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations.models import Act, LogEntry
from deliberation.moderation import actions, flagging, undoing
from deliberation.moderation.actions import ReasonMissing
from deliberation.moderation.models import (
    Decision,
    DecisionKind,
    Flag,
    FlagReason,
    Letter,
    MeasureKind,
    Objection,
    Occasion,
    Rule,
    Seal,
    Verdict,
)
from deliberation.moderation.objections import appeals, objecting
from deliberation.moderation.objections.objecting import VerdictUnfit, decide_objection, object_to
from deliberation.moderation.objections.reviews import find_decision
from deliberation.moderation.redacting import MARK, PassageMissing
from deliberation.moderation.restraining import find_measure, restrain
from deliberation.permissions import Guest, NotAllowed, Outdated, Role
from tests import builders
from tests.counting import count_queries

TEXT = "Frau M. aus der Uhlandstraße wartet seit März."
REASON = "Hier ist eine Klientin zu erkennen."
WHY = "Das ist ein erfundenes Beispiel."
ANSWER = "Das Beispiel ist erkennbar erfunden."
DESK = "/d/erklaerung/moderation/objections"


@pytest.fixture
def tomasz(cast):
    return builders.make_member(cast.declaration, "tomasz", Role.MODERATOR)


@pytest.fixture
def annotation(cast):
    return builders.annotate(cast.ada, cast.declaration, body=TEXT)


def hidden(cast, annotation):
    return found(actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, annotation.version))


def redacted(cast, annotation, *passages):
    passages = passages or ("Frau M.", "Uhlandstraße")
    return found(actions.redact(cast.mira, annotation, Rule.PROTECT, REASON, passages, annotation.version))


def found(decision):
    db.session.commit()
    return find_decision(decision.id)


def objected(cast, decision):
    objection = object_to(cast.ada, decision, WHY, "o1")
    db.session.commit()
    return appeals.find_objection(objection.id)


def log(act):
    return db.session.scalars(select(LogEntry).where(LogEntry.act == act).order_by(LogEntry.id)).all()


class TestObjecting:
    def test_author_objects_on_a_page_and_finds_it_there(self, cast, annotation, client):
        hidden(cast, annotation)
        address = f"/a/{annotation.number}/objections"
        ada = client.sign_in(cast.ada)
        page = ada.get(address).text
        assert REASON in page
        assert "nicht gezeigt" in page
        answer = ada.post(address, data={"explanation": WHY, "form_key": "o1"})
        assert answer.status_code == 303
        page = ada.get(answer.location).text
        assert WHY in page
        assert "prüft sie" in page
        [line] = log(Act.OBJECT)
        assert (line.before, line.annotation_id) == ("hide", annotation.number)

    def test_twice_is_once(self, cast, annotation, client):
        decision = hidden(cast, annotation)
        ada = client.sign_in(cast.ada)
        for key in ("o1", "o1", "o2"):
            answer = ada.post(f"/a/{annotation.number}/objections", data={"explanation": WHY, "form_key": key})
            assert answer.status_code == 303
        object_to(cast.ada, found(decision), "Noch etwas.", "o3")
        assert len(db.session.scalars(select(Objection)).all()) == 1
        assert len(log(Act.OBJECT)) == 1

    @pytest.mark.parametrize("words", ["", "  \n ", "\u200b", "x" * 1001])
    def test_form_wants_words_and_keeps_them(self, cast, annotation, client, words):
        hidden(cast, annotation)
        answer = client.sign_in(cast.ada).post(f"/a/{annotation.number}/objections", data={"explanation": words})
        assert answer.status_code == 422
        assert "<title>Fehler: " in answer.text
        assert words.strip("\u200b \n") in answer.text

    @pytest.mark.parametrize(("name", "status"), [("ben", 404), ("mira", 403), ("otto", 403)])
    def test_nobody_objects_for_somebody_else(self, cast, annotation, client, name, status):
        decision = hidden(cast, annotation)
        person = getattr(cast, name)
        assert client.sign_in(person).get(f"/a/{annotation.number}/objections").status_code == status
        with pytest.raises(NotAllowed):
            object_to(person, decision, WHY)

    def test_six_months_and_no_longer(self, cast, annotation):
        decision = hidden(cast, annotation)
        with frozen_at(now() + timedelta(days=185)), pytest.raises(NotAllowed) as refusal:
            object_to(cast.ada, decision, WHY)
        assert refusal.value.missing == "is_open_to_objection"
        with frozen_at(now() + timedelta(days=178)):
            assert object_to(cast.ada, decision, WHY)

    def test_what_was_taken_back_or_shown_needs_no_objection(self, cast, annotation, client):
        decision = hidden(cast, annotation)
        undoing.undo(cast.mira, decision)
        answer = client.sign_in(cast.ada).get(f"/a/{annotation.number}/objections")
        assert answer.status_code == 403
        assert "Beschwerde ist hier nicht möglich" in answer.text

    def test_older_decision_can_be_named(self, cast, annotation, client):
        first = hidden(cast, annotation)
        actions.restore(cast.mira, annotation, annotation.version)
        redacted(cast, annotation)
        ada = client.sign_in(cast.ada)
        path = f"/a/{annotation.number}/objections"
        assert "geschwärzt gezeigt" in ada.get(path).text
        assert "nicht gezeigt" in ada.get(f"{path}?decision={first.id}").text
        for wrong in ("999999", "99999999999999999999", "x"):
            assert ada.get(f"{path}?decision={wrong}").status_code in (200, 403)

    def test_author_may_object_in_a_pause_too(self, cast, annotation):
        decision = hidden(cast, annotation)
        restrain(cast.mira, annotation.author, MeasureKind.BLOCK, Rule.RESPECT, REASON, 30)
        assert object_to(cast.ada, decision, WHY)


class TestUpheld:
    @pytest.mark.parametrize("decide", [actions.hide, actions.return_for_revision])
    def test_hidden_text_is_shown_again(self, cast, annotation, tomasz, decide):
        decision = found(decide(cast.mira, annotation, Rule.PROTECT, REASON, 1))
        decide_objection(tomasz, objected(cast, decision), Verdict.UPHELD, ANSWER)
        db.session.commit()
        db.session.refresh(annotation)
        assert annotation.is_visible
        latest = db.session.scalars(select(Decision).order_by(Decision.id.desc())).first()
        assert (latest.kind, latest.occasion) == (DecisionKind.RESTORE, Occasion.OBJECTION)
        [line] = log(Act.OBJECTION)
        assert (line.before, line.after) == ("open", "upheld")

    def test_redacted_text_is_whole_again(self, cast, annotation, tomasz):
        decision = redacted(cast, annotation)
        decide_objection(tomasz, objected(cast, decision), Verdict.UPHELD, ANSWER)
        db.session.commit()
        db.session.refresh(annotation)
        assert annotation.body == TEXT
        assert db.session.scalars(select(Seal)).all() == []

    def test_objector_gets_one_letter_and_no_other(self, cast, annotation, tomasz):
        decision = hidden(cast, annotation)
        with frozen_at(now() + timedelta(hours=1)):
            from deliberation.notifications.pulling import pull_letters

            pull_letters()
        decide_objection(tomasz, objected(cast, decision), Verdict.UPHELD, ANSWER)
        db.session.commit()
        letters = db.session.scalars(select(Letter).where(Letter.settled_at.is_(None))).all()
        assert [(letter.template, letter.facts["verdict"]) for letter in letters] == [("objection", "upheld")]

    def test_text_that_was_rewritten_meanwhile_stays_as_it_is(self, cast, annotation, tomasz):
        decision = hidden(cast, annotation)
        objection = objected(cast, decision)
        edit_annotation(cast.ada, annotation, "Jemand wartet seit Monaten.")
        db.session.commit()
        decide_objection(tomasz, appeals.find_objection(objection.id), Verdict.UPHELD, ANSWER)
        db.session.commit()
        assert db.session.get(Annotation, annotation.number).is_pending
        letter = db.session.scalars(select(Letter).where(Letter.template == "objection")).one()
        assert letter.facts["changed"] is False

    def test_withdrawn_text_stays_withdrawn(self, cast, annotation, tomasz):
        objection = objected(cast, hidden(cast, annotation))
        withdraw(cast.ada, annotation)
        db.session.commit()
        decide_objection(tomasz, appeals.find_objection(objection.id), Verdict.UPHELD, ANSWER)
        assert db.session.get(Annotation, annotation.number).is_withdrawn

    def test_measure_ends_at_once(self, cast, annotation, tomasz, client):
        measure = restrain(cast.mira, annotation.author, MeasureKind.PAUSE, Rule.RESPECT, REASON, 7)
        db.session.commit()
        ada = client.sign_in(cast.ada)
        assert ada.get(f"/measures/{measure.id}/objections").status_code == 200
        answer = ada.post(f"/measures/{measure.id}/objections", data={"explanation": WHY, "form_key": "m"})
        assert answer.status_code == 303
        objection = appeals.find_objection(db.session.scalars(select(Objection.id)).one())
        decide_objection(tomasz, objection, Verdict.UPHELD, ANSWER)
        db.session.commit()
        assert not builders.membership(cast.ada, cast.declaration).is_paused
        assert find_measure(measure.id).lifted_at is not None
        letter = db.session.scalars(select(Letter).where(Letter.template == "objection")).one()
        assert letter.annotation_id is None

    def test_reporters_of_the_text_are_answered_anew(self, cast, annotation, tomasz):
        flag = flagging.flag(cast.ben, annotation, FlagReason.OTHER, "Bitte ansehen")
        decision = hidden(cast, annotation)
        flag.answered_at = now()
        decide_objection(tomasz, objected(cast, decision), Verdict.UPHELD, ANSWER)
        db.session.refresh(flag)
        assert flag.answered_at is None
        assert flag.decision_id != decision.id
        assert flag.closed_at is not None


class TestInPart:
    def test_hidden_text_is_shown_without_some_passages(self, cast, annotation, tomasz):
        objection = objected(cast, hidden(cast, annotation))
        decide_objection(tomasz, objection, Verdict.PARTLY, ANSWER, ["Frau M."])
        db.session.commit()
        db.session.refresh(annotation)
        assert annotation.is_visible
        assert annotation.body == f"{MARK} aus der Uhlandstraße wartet seit März."
        assert db.session.scalars(select(Seal.passages)).all() == [["Frau M."]]

    def test_fewer_passages_stay_redacted(self, cast, annotation, tomasz):
        objection = objected(cast, redacted(cast, annotation))
        decide_objection(tomasz, objection, Verdict.PARTLY, ANSWER, ["Frau M."])
        db.session.commit()
        db.session.refresh(annotation)
        assert annotation.body == f"{MARK} aus der Uhlandstraße wartet seit März."
        assert db.session.scalars(select(Seal.passages)).all() == [["Frau M."]]

    def test_passage_that_is_not_there_changes_nothing(self, cast, annotation, tomasz):
        objection = objected(cast, hidden(cast, annotation))
        for passages in (["Frau Z."], []):
            with pytest.raises(PassageMissing):
                decide_objection(tomasz, objection, Verdict.PARTLY, ANSWER, passages)
        assert objection.is_open

    def test_reason_names_no_redacted_passage(self, cast, annotation, tomasz):
        objection = objected(cast, hidden(cast, annotation))
        decide_objection(tomasz, objection, Verdict.PARTLY, "Nur Frau M. ist zu erkennen.", ["Frau M."])
        db.session.commit()
        assert "Frau M." not in objection.reason
        letter = db.session.scalars(select(Letter).where(Letter.template == "objection")).one()
        assert "Frau M." not in str(letter.facts)

    def test_not_for_what_takes_nothing_from_view(self, cast, annotation, tomasz):
        measure = restrain(cast.mira, annotation.author, MeasureKind.WARN, Rule.RESPECT, REASON)
        db.session.commit()
        objecting.object_to_measure(cast.ada, find_measure(measure.id), WHY)
        db.session.commit()
        objection = appeals.find_objection(db.session.scalars(select(Objection.id)).one())
        with pytest.raises(VerdictUnfit):
            decide_objection(tomasz, objection, Verdict.PARTLY, ANSWER, ["Frau M."])


class TestRejected:
    def test_it_stays_as_it_is_and_the_objector_is_told_why(self, cast, annotation, tomasz, client):
        objection = objected(cast, hidden(cast, annotation))
        decide_objection(tomasz, objection, Verdict.REJECTED, ANSWER)
        page = client.sign_in(cast.ada).get(f"/a/{annotation.number}/decision").text
        assert "Beschwerde abgelehnt" in page
        assert ANSWER in page
        assert db.session.get(Annotation, annotation.number).is_hidden

    def test_reason_is_not_optional(self, cast, annotation, tomasz):
        with pytest.raises(ReasonMissing):
            decide_objection(tomasz, objected(cast, hidden(cast, annotation)), Verdict.REJECTED, "Nein.")


class TestWhoDecides:
    def test_not_who_took_the_decision(self, cast, annotation, tomasz):
        objection = objected(cast, hidden(cast, annotation))
        with pytest.raises(NotAllowed) as refusal:
            decide_objection(cast.mira, objection, Verdict.REJECTED, ANSWER)
        assert refusal.value.missing == "not_decider"

    def test_not_whom_it_is_about(self, cast, tomasz):
        own = builders.annotate(tomasz, cast.declaration, body=TEXT)
        decision = hidden(cast, own)
        object_to(tomasz, decision, WHY)
        db.session.commit()
        objection = appeals.find_objection(db.session.scalars(select(Objection.id)).one())
        with pytest.raises(NotAllowed):
            decide_objection(tomasz, objection, Verdict.UPHELD, ANSWER)

    def test_not_who_had_reported_it(self, cast, annotation, tomasz):
        flagging.flag(tomasz, annotation, FlagReason.OTHER, "Bitte ansehen")
        objection = objected(cast, hidden(cast, annotation))
        with pytest.raises(NotAllowed) as refusal:
            decide_objection(tomasz, objection, Verdict.REJECTED, ANSWER)
        assert refusal.value.missing == "not_reporter"

    @pytest.mark.parametrize("name", ["ada", "ben"])
    def test_nobody_without_a_role(self, cast, annotation, client, name):
        objection = objected(cast, hidden(cast, annotation))
        person = client.sign_in(getattr(cast, name))
        for path in (DESK, f"{DESK}/{objection.id}"):
            answer = person.get(path)
            assert answer.status_code == 403
            assert WHY not in answer.text

    def test_organiser_where_nobody_else_moderates(self, cast, annotation, client):
        objection = objected(cast, hidden(cast, annotation))
        otto = client.sign_in(cast.otto)
        assert f"{DESK}/{objection.id}" in otto.get(DESK).text
        assert "Beschwerden</a>" in otto.get("/d/erklaerung").text
        answer = otto.post(f"{DESK}/{objection.id}", data={"verdict": "upheld", "reason": ANSWER})
        assert answer.status_code == 303
        assert db.session.get(Annotation, annotation.number).is_visible

    def test_organiser_not_where_somebody_else_moderates(self, cast, annotation, client, tomasz):
        objection = objected(cast, hidden(cast, annotation))
        otto = client.sign_in(cast.otto)
        assert f"{DESK}/{objection.id}" not in otto.get(DESK).text
        assert "1 weitere wartet auf jemand anderes." in otto.get(DESK).text
        assert otto.get(f"{DESK}/{objection.id}").status_code == 403

    def test_organiser_where_the_only_other_moderator_is_concerned(self, cast, client, tomasz):
        """Else nobody at all could decide."""
        own = builders.annotate(tomasz, cast.declaration, body=TEXT)
        object_to(tomasz, hidden(cast, own), WHY)
        db.session.commit()
        objection = appeals.find_objection(db.session.scalars(select(Objection.id)).one())
        assert decide_objection(cast.otto, objection, Verdict.UPHELD, ANSWER)

    def test_organiser_where_the_only_other_moderator_had_reported_it(self, cast, annotation, tomasz):
        flagging.flag(tomasz, annotation, FlagReason.OTHER, "Bitte ansehen")
        objection = objected(cast, hidden(cast, annotation))
        assert decide_objection(cast.otto, objection, Verdict.UPHELD, ANSWER)

    def test_count_of_what_waits_agrees_with_who_may(self, cast, annotation, tomasz):
        flagging.flag(tomasz, annotation, FlagReason.OTHER)
        first = builders.annotate(cast.ada, cast.declaration, body="Eins zwei drei.")
        own = builders.annotate(tomasz, cast.declaration, body="Vier fünf sechs.")
        for author, note in ((cast.ada, annotation), (cast.ada, first), (tomasz, own)):
            object_to(author, hidden(cast, note), WHY)
        measure = restrain(
            cast.mira, builders.membership(cast.ben, cast.declaration), MeasureKind.WARN, Rule.STAY, REASON
        )
        db.session.commit()
        objecting.object_to_measure(cast.ben, find_measure(measure.id), WHY)
        db.session.commit()
        numbers = db.session.scalars(select(Objection.id).order_by(Objection.id)).all()
        for person in (cast.mira, tomasz, cast.otto):
            can = []
            for number in numbers:
                try:
                    objecting.require_review(person, appeals.find_objection(number))
                    can.append(number)
                except NotAllowed:
                    pass
            own_membership = builders.membership(person, cast.declaration)
            waits = [one.id for one in appeals.load_objections(person, cast.declaration).waiting]
            assert waits == can, person.email
            assert appeals.count_waiting_for(own_membership, cast.declaration) == len(can)

    def test_who_comes_later_is_told(self, cast, annotation, client, tomasz):
        objection = objected(cast, hidden(cast, annotation))
        third = builders.make_member(cast.declaration, "ayse", Role.MODERATOR)
        decide_objection(tomasz, objection, Verdict.REJECTED, ANSWER)
        form = {"verdict": "upheld", "reason": "Das sehe ich ganz anders."}
        answer = client.sign_in(third).post(f"{DESK}/{objection.id}", data=form)
        assert answer.status_code == 409
        assert "Das sehe ich ganz anders." in answer.text

    def test_two_at_the_same_moment(self, cast, annotation, tomasz):
        objection = objected(cast, hidden(cast, annotation))
        third = builders.make_member(cast.declaration, "ayse", Role.MODERATOR)
        decide_objection(tomasz, objection, Verdict.REJECTED, ANSWER)
        db.session.commit()
        with pytest.raises(Outdated):
            decide_objection(third, appeals.find_objection(objection.id), Verdict.REJECTED, "Ich war langsamer hier.")

    def test_second_who_saw_it_open_is_outdated(self, cast, annotation, tomasz, monkeypatch):
        objection = objected(cast, hidden(cast, annotation))
        third = builders.make_member(cast.declaration, "ayse", Role.MODERATOR)
        decide_objection(tomasz, objection, Verdict.REJECTED, ANSWER)
        db.session.flush()
        with pytest.raises(Outdated):
            objecting._settle(objection, builders.membership(third, cast.declaration), Verdict.UPHELD, ANSWER)
        assert objection.verdict is Verdict.REJECTED

    def test_same_verdict_sent_twice_is_one(self, cast, annotation, client, tomasz):
        objection = objected(cast, hidden(cast, annotation))
        person = client.sign_in(tomasz)
        form = {"verdict": "rejected", "reason": ANSWER}
        for _ in range(2):
            assert person.post(f"{DESK}/{objection.id}", data=form).status_code == 303
        assert len(log(Act.OBJECTION)) == 1


class TestDesk:
    def test_page_shows_the_original_and_writes_down_that_it_was_read(self, cast, annotation, client, tomasz):
        objection = objected(cast, redacted(cast, annotation))
        page = client.sign_in(tomasz).get(f"{DESK}/{objection.id}").text
        for words in ("Uhlandstraße", REASON, WHY, "Regel 2"):
            assert words in page, words
        [line] = log(Act.UNSEAL)
        assert line.actor_id == builders.membership(tomasz, cast.declaration).id
        assert "Uhland" not in client.sign_in(tomasz).get(f"/a/{annotation.number}").text

    def test_decider_does_not_open_it(self, cast, annotation, client, tomasz):
        objection = objected(cast, redacted(cast, annotation))
        answer = client.sign_in(cast.mira).get(f"{DESK}/{objection.id}")
        assert answer.status_code == 403
        assert "Das haben Sie selbst entschieden." in answer.text
        assert log(Act.UNSEAL) == []

    def test_decided_one_is_not_opened_again(self, cast, annotation, client, tomasz):
        objection = objected(cast, redacted(cast, annotation))
        decide_objection(tomasz, objection, Verdict.REJECTED, ANSWER)
        page = client.sign_in(tomasz).get(f"{DESK}/{objection.id}").text
        assert "Uhlandstraße" not in page
        assert "Beschwerde abgelehnt" in page
        assert log(Act.UNSEAL) == []

    def test_form_says_what_is_missing_and_keeps_the_words(self, cast, annotation, client, tomasz):
        objection = objected(cast, hidden(cast, annotation))
        person = client.sign_in(tomasz)
        for wrong in (
            {"verdict": "", "reason": ANSWER},
            {"verdict": "maybe", "reason": ANSWER},
            {"verdict": "rejected", "reason": "Nein."},
            {"verdict": "rejected", "reason": "x" * 601},
            {"verdict": "partly", "reason": ANSWER},
            {"verdict": "partly", "reason": ANSWER, "passage": ["Frau Z."]},
        ):
            answer = person.post(f"{DESK}/{objection.id}", data=wrong)
            assert answer.status_code == 422, wrong
            assert wrong["reason"] in answer.text
        assert db.session.get(Objection, objection.id).is_open
        assert db.session.get(Annotation, annotation.number).is_hidden

    def test_numbers_of_nobody(self, cast, annotation, client, tomasz):
        person = client.sign_in(tomasz)
        for number in ("7", "99999999999999999999"):
            assert person.get(f"{DESK}/{number}").status_code == 404

    def test_objection_of_another_declaration_is_not_here(self, cast, annotation, client):
        other = builders.make_declaration("zweite", title="Zweite")
        stranger = builders.make_member(other, "sam", Role.MODERATOR)
        objection = objected(cast, hidden(cast, annotation))
        assert client.sign_in(stranger).get(f"/d/zweite/moderation/objections/{objection.id}").status_code == 404

    def test_many_are_as_quick_as_one(self, cast, client, tomasz):
        for number in range(8):
            note = builders.annotate(cast.ada, cast.declaration, body=f"Nummer {number} steht hier.")
            object_to(cast.ada, hidden(cast, note), WHY, f"o{number}")
        person = client.sign_in(tomasz)
        person.get(DESK)
        with count_queries() as queries:
            assert "Nummer" not in person.get(DESK).text
        assert queries.count <= 6


class TestReporters:
    def reported(self, cast, annotation, person=None):
        flag = flagging.flag(person or Guest(), annotation, FlagReason.ATTACK, "Zu hart.", "f1")
        db.session.commit()
        return flag

    def test_without_an_account_by_the_page_of_the_report(self, cast, annotation, client):
        flag = self.reported(cast, annotation)
        assert "Beschwerde absenden" not in client.get(f"/m/{flag.key}").text
        actions.publish(cast.mira, annotation, 1)
        assert "Beschwerde absenden" in client.get(f"/m/{flag.key}").text
        for _ in range(2):
            answer = client.post(f"/m/{flag.key}", data={"explanation": WHY, "form_key": "r1"})
            assert answer.status_code == 303
        assert "Ihre Beschwerde" in client.get(answer.location).text
        [line] = log(Act.OBJECT)
        assert line.actor_id is None
        assert len(db.session.scalars(select(Objection)).all()) == 1

    def test_upheld_opens_the_report_again(self, cast, annotation, client, tomasz):
        flag = self.reported(cast, annotation)
        actions.publish(cast.mira, annotation, 1)
        db.session.commit()
        objecting.object_as_reporter(db.session.get(Flag, flag.id), WHY)
        db.session.commit()
        objection = appeals.find_objection(db.session.scalars(select(Objection.id)).one())
        decide_objection(tomasz, objection, Verdict.UPHELD, ANSWER)
        db.session.commit()
        db.session.refresh(flag)
        assert (flag.closed_at, flag.decision_id, flag.answered_at) == (None, None, None)
        assert actions.hide(tomasz, annotation, Rule.RESPECT, REASON, annotation.version)
        assert db.session.scalars(select(Letter).where(Letter.template == "objection")).all() == []

    def test_rejected_is_answered_on_the_page_and_by_mail(self, cast, annotation, client, tomasz):
        flag = self.reported(cast, annotation, cast.ben)
        actions.publish(cast.mira, annotation, 1)
        flag.answered_at = now()
        db.session.commit()
        objecting.object_as_reporter(db.session.get(Flag, flag.id), WHY)
        db.session.commit()
        objection = appeals.find_objection(db.session.scalars(select(Objection.id)).one())
        decide_objection(tomasz, objection, Verdict.REJECTED, ANSWER)
        page = client.get(f"/m/{flag.key}").text
        assert "Beschwerde abgelehnt" in page
        assert ANSWER in page
        assert db.session.get(Flag, flag.id).answered_at is None

    def test_nothing_more_can_be_wanted_of_what_is_hidden(self, cast, annotation, client):
        flag = self.reported(cast, annotation)
        actions.hide(cast.mira, annotation, Rule.RESPECT, REASON, 1)
        assert client.post(f"/m/{flag.key}", data={"explanation": WHY}).status_code == 403

    def test_author_learns_nothing_of_it(self, cast, annotation, client, tomasz):
        flag = self.reported(cast, annotation, cast.ben)
        actions.publish(cast.mira, annotation, 1)
        db.session.commit()
        objecting.object_as_reporter(db.session.get(Flag, flag.id), WHY)
        ada = client.sign_in(cast.ada)
        for path in ("/me", f"/a/{annotation.number}/decision", f"/a/{annotation.number}"):
            assert WHY not in ada.get(path).text


def test_status_of_the_annotation_is_asked_at_the_last_moment(cast, annotation, tomasz):
    """Redacted, then hidden by somebody else: what is hidden stays hidden."""
    decision = redacted(cast, annotation)
    actions.hide(tomasz, annotation, Rule.RESPECT, REASON, annotation.version)
    db.session.commit()
    objection = objected(cast, decision)
    third = builders.make_member(cast.declaration, "ayse", Role.MODERATOR)
    decide_objection(third, appeals.find_objection(objection.id), Verdict.UPHELD, ANSWER)
    db.session.commit()
    assert db.session.get(Annotation, annotation.number).status is Status.HIDDEN


def test_what_came_of_an_objection_is_not_taken_back(cast, annotation, tomasz):
    decide_objection(tomasz, objected(cast, hidden(cast, annotation)), Verdict.UPHELD, ANSWER)
    db.session.commit()
    latest = db.session.scalars(select(Decision.id).order_by(Decision.id.desc())).first()
    with pytest.raises(undoing.CannotUndo):
        undoing.undo(tomasz, find_decision(latest))

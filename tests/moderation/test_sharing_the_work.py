"""A team at one desk: taking cases, giving them away, second opinions, notes, who reads what."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberation import clock
from deliberation.annotations.actions import TextInvalid
from deliberation.annotations.models import Status
from deliberation.database import db
from deliberation.declarations.models import Act, LogEntry
from deliberation.moderation import actions
from deliberation.moderation.desk import teamwork
from deliberation.moderation.desk.piles import Narrowing, Tab
from deliberation.moderation.desk.queue import load_queue
from deliberation.moderation.models import DecisionKind, Handling, Note, NoteKind
from deliberation.permissions import NotAllowed, Outdated, Role
from tests import builders

DESK = "/d/erklaerung/moderation"
REASON = "Bitte ohne Namen, dann passt es."


@pytest.fixture
def tom(cast):
    person = builders.make_member(cast.declaration, "tom", Role.MODERATOR)
    person.membership_in(cast.declaration.id).signing_name = "Tomasz"
    cast.mira.membership_in(cast.declaration.id).signing_name = "Mira S."
    db.session.commit()
    return person


@pytest.fixture
def held(cast):
    return hold(cast)


def hold(cast, **fields):
    annotation = builders.annotate(cast.ada, cast.declaration, **fields)
    annotation.status = Status.PENDING
    db.session.commit()
    return annotation


def acts(cast):
    query = select(LogEntry.act).where(LogEntry.declaration_id == cast.declaration.id).order_by(LogEntry.id)
    return list(db.session.scalars(query))


class TestTakingACase:
    def test_nobody_else_decides_what_a_colleague_has_in_hand(self, cast, tom, held):
        teamwork.claim(cast.mira, held)
        with pytest.raises(NotAllowed) as refusal:
            actions.publish(tom, held, held.version)
        assert refusal.value.missing == "not_held"
        assert actions.publish(cast.mira, held, held.version).new_status is Status.VISIBLE

    def test_after_half_an_hour_it_is_free_again(self, cast, tom, held):
        teamwork.claim(cast.mira, held)
        db.session.commit()
        with clock.frozen_at(clock.now() + teamwork.HELD_FOR + timedelta(seconds=1)):
            actions.publish(tom, held, held.version)
        assert held.is_visible

    def test_the_first_one_has_it_and_the_second_is_told(self, cast, tom, held):
        teamwork.claim(cast.mira, held)
        with pytest.raises(Outdated):
            teamwork.claim(tom, held)
        teamwork.release(tom, held)
        assert db.session.get_one(Handling, held.number).holder_id == cast.mira.membership_in(cast.declaration.id).id

    def test_it_can_be_taken_over_and_that_is_logged(self, cast, tom, held):
        teamwork.claim(cast.mira, held)
        teamwork.take_over(tom, held)
        actions.publish(tom, held, held.version)
        assert acts(cast) == [Act.CLAIM, Act.CLAIM, Act.PUBLISH]

    def test_given_back_it_is_anybodys(self, cast, tom, held):
        teamwork.claim(cast.mira, held)
        teamwork.release(cast.mira, held)
        teamwork.claim(tom, held)
        assert acts(cast) == [Act.CLAIM, Act.RELEASE, Act.CLAIM]

    def test_a_decided_case_is_in_nobodys_hands(self, cast, held):
        teamwork.claim(cast.mira, held)
        actions.publish(cast.mira, held, held.version)
        assert db.session.get(Handling, held.number) is None

    def test_nobody_handles_her_own_words(self, cast, tom):
        own = builders.annotate(cast.mira, cast.declaration)
        for act in (teamwork.claim, teamwork.ask_opinion):
            with pytest.raises(NotAllowed):
                act(cast.mira, own)
        with pytest.raises(NotAllowed):
            teamwork.write_note(cast.ada, own, "Ich bin nicht im Team.")

    def test_colleagues_see_it_in_the_list_and_the_next_case_is_a_free_one(self, cast, tom, client):
        first, second, third = hold(cast), hold(cast), hold(cast)
        teamwork.claim(cast.mira, second)
        page = load_queue(tom, cast.declaration, Tab.PENDING, first.number)
        assert page.following.number == third.number
        text = client.sign_in(tom).get(f"{DESK}?tab=pending&case={second.number}").text
        assert "bei Mira S." in text
        assert "Mira S. hat diesen Fall bis" in text
        assert "Trotzdem übernehmen" in text


class TestHandingOver:
    def test_to_a_colleague_it_is_hers_for_a_day(self, cast, tom, held):
        teamwork.hand_over(cast.mira, held, tom.membership_in(cast.declaration.id), "Kennst du dich damit aus?")
        with pytest.raises(NotAllowed):
            actions.publish(cast.mira, held, held.version)
        assert load_queue(tom, cast.declaration, wanted=Narrowing(is_mine=True)).total == 1
        note = db.session.scalars(select(Note)).one()
        assert (note.kind, note.body) == (NoteKind.HANDOVER, "Kennst du dich damit aus?")

    def test_to_the_team_anybody_goes_on(self, cast, tom, held, client):
        client.sign_in(cast.mira).post(f"/a/{held.number}/handling", data={"act": "hand_over", "back": DESK})
        assert "übergeben von Mira S." in client.sign_in(tom).get(DESK).text
        actions.publish(tom, held, held.version)

    @pytest.mark.parametrize("who", ["ada", "otto"])
    def test_not_to_somebody_who_does_not_moderate(self, cast, held, who):
        with pytest.raises(NotAllowed):
            teamwork.hand_over(cast.mira, held, getattr(cast, who).membership_in(cast.declaration.id))

    def test_not_what_a_colleague_has_in_hand(self, cast, tom, held):
        teamwork.claim(tom, held)
        with pytest.raises(Outdated):
            teamwork.hand_over(cast.mira, held, None)


class TestSecondOpinion:
    def test_asked_for_seen_and_given(self, cast, tom, held, client):
        mira = client.sign_in(cast.mira)
        sent = {"act": "ask", "note": "Ist das schon ein Name?", "form_key": "k1", "back": DESK}
        assert mira.post(f"/a/{held.number}/handling", data=sent).status_code == 303
        page = client.sign_in(tom).get(DESK).text
        assert "zweite Meinung erbeten" in page
        assert "Mira S. bittet um eine zweite Meinung." in page
        answer = {"act": "opinion", "note": "Ja, schwärzen.", "advice": "redact", "form_key": "k2", "back": DESK}
        client.post(f"/a/{held.number}/handling", data=answer)
        client.post(f"/a/{held.number}/handling", data=answer)
        opinions = db.session.scalars(select(Note).where(Note.kind == NoteKind.OPINION)).all()
        assert [(note.body, note.advice) for note in opinions] == [("Ja, schwärzen.", DecisionKind.REDACT)]
        assert "rät zu: Geschwärzt zeigen" in client.sign_in(cast.mira).get(DESK).text

    def test_nobody_answers_herself(self, cast, held):
        teamwork.ask_opinion(cast.mira, held)
        with pytest.raises(NotAllowed):
            teamwork.give_opinion(cast.mira, held, "Ich finde ja.", None)

    def test_the_case_stays_open_for_a_decision(self, cast, tom, held):
        teamwork.ask_opinion(cast.mira, held)
        actions.publish(cast.mira, held, held.version)


class TestNotes:
    def test_only_the_team_reads_them(self, cast, tom, held, client):
        teamwork.write_note(cast.mira, held, "Kenne ich aus dem letzten Jahr.")
        db.session.commit()
        assert "Kenne ich aus dem letzten Jahr." in client.sign_in(tom).get(DESK).text
        for person in (cast.ada, cast.ben, cast.otto):
            visitor = client.sign_in(person)
            for path in (f"/a/{held.number}", f"/a/{held.number}/decision", f"/a/{held.number}/history", "/me"):
                assert "letzten Jahr" not in visitor.get(path).text

    def test_an_empty_or_too_long_one_is_refused_in_a_sentence(self, cast, held, client):
        mira = client.sign_in(cast.mira)
        empty = mira.post(f"/a/{held.number}/handling", data={"act": "note", "note": "   "})
        assert (empty.status_code, "Das Feld ist noch leer." in empty.text) == (422, True)
        long = mira.post(f"/a/{held.number}/handling", data={"act": "note", "note": "x" * 2001})
        assert (long.status_code, "x" * 2001 in long.text) == (422, True)
        assert mira.post(f"/a/{held.number}/handling", data={"act": "explode"}).status_code == 422
        with pytest.raises(TextInvalid):
            teamwork.write_note(cast.mira, held, "​")

    def test_the_log_says_that_and_not_what(self, cast, held):
        teamwork.write_note(cast.mira, held, "Etwas sehr Vertrauliches.")
        entry = db.session.scalars(select(LogEntry)).one()
        assert (entry.act, entry.before, entry.after) == (Act.NOTE, "", "note")


class TestPresence:
    def test_colleagues_see_who_reads_what(self, cast, tom, held, client):
        client.sign_in(tom).get(DESK)
        page = client.sign_in(cast.mira).get(DESK).text
        assert "Tomasz liest gerade These 3." in page
        assert "Tomasz liest das auch gerade." in page

    def test_who_has_been_away_for_a_while_is_not_there(self, cast, tom, held, client):
        teamwork.be_present(tom, cast.declaration, held)
        db.session.commit()
        with clock.frozen_at(clock.now() + teamwork.SEEN_FOR):
            assert "Tomasz liest" not in client.sign_in(cast.mira).get(DESK).text

    def test_without_a_case_open_one_is_simply_there(self, cast, tom, client):
        client.sign_in(tom).get(DESK)
        assert "Tomasz ist auch hier." in client.sign_in(cast.mira).get(DESK).text

    def test_a_pseudonym_of_a_moderator_is_never_shown_to_colleagues(self, cast, tom, held, client):
        own = tom.membership_in(cast.declaration.id)
        own.signing_name = ""
        teamwork.claim(tom, held)
        teamwork.be_present(tom, cast.declaration, held)
        db.session.commit()
        page = client.sign_in(cast.mira).get(DESK).text
        assert own.pseudonym not in page
        assert f"Moderation {own.id} liest gerade These 3." in page


class TestAssignment:
    def test_theses_have_their_moderators(self, cast, tom, client):
        thesis = next(t for t in cast.declaration.theses if t.number == "3")
        own = tom.membership_in(cast.declaration.id)
        mira = client.sign_in(cast.mira)
        assert mira.post(f"{DESK}/team", data={"duty": f"{thesis.id}-{own.id}"}).status_code == 303
        assert teamwork.load_assignments(cast.declaration) == {thesis.id: [own.id]}
        assert "checked" in mira.get(f"{DESK}/team").text
        hold(cast, at="1.1")
        hold(cast, at="3.1")
        assert load_queue(tom, cast.declaration, wanted=Narrowing(is_mine=True)).total == 1
        assert load_queue(cast.mira, cast.declaration, wanted=Narrowing(is_mine=True)).total == 0

    def test_changes_are_logged_and_repeating_changes_nothing(self, cast, tom):
        thesis = next(t for t in cast.declaration.theses if t.number == "3")
        own = tom.membership_in(cast.declaration.id)
        for _time in range(2):
            teamwork.assign(cast.mira, cast.declaration, {thesis.id: [own.id]})
        teamwork.assign(cast.mira, cast.declaration, {})
        lines = db.session.scalars(select(LogEntry).order_by(LogEntry.id)).all()
        assert [(one.before, one.after, one.subject_id) for one in lines] == [("", "3", own.id), ("3", "", own.id)]

    def test_nobody_from_outside_and_no_nonsense(self, cast, tom, client):
        thesis = cast.declaration.theses[0]
        ada = cast.ada.membership_in(cast.declaration.id)
        with pytest.raises(NotAllowed):
            teamwork.assign(cast.mira, cast.declaration, {thesis.id: [ada.id]})
        with pytest.raises(NotAllowed):
            teamwork.assign(cast.mira, cast.declaration, {10**6: [tom.membership_in(cast.declaration.id).id]})
        mira = client.sign_in(cast.mira)
        assert mira.post(f"{DESK}/team", data={"duty": "x-y"}).status_code == 422
        assert client.sign_in(cast.ben).get(f"{DESK}/team").status_code == 403


def test_single_keys_are_off_until_switched_on(cast, client):
    mira = client.sign_in(cast.mira)
    assert "data-desk-keys" not in mira.get(DESK).text
    mira.post(f"{DESK}/keys", data={"keys": "on"})
    assert "data-desk-keys" in mira.get(DESK).text
    mira.post(f"{DESK}/keys", data={"keys": "off"})
    assert "data-desk-keys" not in mira.get(DESK).text

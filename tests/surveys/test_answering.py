"""Anybody answers without an account: one question after the other, with a pause, and nothing leads back to her."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberation.accounts.passwords import hash_password
from deliberation.clock import today
from deliberation.database import db
from deliberation.permissions import Access, Guest, NotAllowed
from deliberation.surveys import actions, answering, opening
from deliberation.surveys.actions import Frame, SurveyRefused
from deliberation.surveys.answering import AnswerInvalid, read_answer
from deliberation.surveys.models import Entry, EntryCode, FreeText, Sheet
from tests.surveys import scene
from tests.surveys.scene import MULTIPLE, NUMBER, SCALE, SINGLE, TEXT

BASE = "/d/erklaerung/survey/1"


@pytest.fixture
def survey(cast):
    """Five questions of five kinds; the second only for those who said yes, the third has to be answered."""
    made = scene.make_survey(cast)
    first = scene.add(cast, made, "Arbeiten Sie mit Software?")
    scene.add(cast, made, "Womit?", MULTIPLE, ("Akte", "Kalender"), condition=(first.id, [1]))
    scene.add(cast, made, "Hilft sie?", SCALE, is_required=True)
    scene.add(cast, made, "Wie viele Stunden?", NUMBER)
    scene.add(cast, made, "Was fehlt?", TEXT)
    return scene.open_(cast, made)


def begin(client, **data):
    answer = client.post(f"{BASE}/begin", data={"act": "begin", "form_key": scene.key(), **data})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def say(client, place, go="next", **data):
    return client.post(f"{BASE}/q/{place}", data={"go": go, **data})


def sheets():
    return db.session.scalars(select(Sheet).order_by(Sheet.id)).all()


class TestTwoTabs:
    def test_what_one_handed_in_the_other_does_not_change(self, client, survey):
        begin(client)
        [sheet] = sheets()
        say(client, 3, answer="0")
        item = survey.questions[4]
        assert answering.hand_in(Guest(), survey, sheet)
        answering.keep(Guest(), survey, sheet, item, "Zu spät.")
        answering.leave_out(Guest(), survey, sheet, survey.questions[2])
        assert sheet.answers == {str(survey.questions[2].id): 0}
        assert db.session.scalars(select(FreeText)).all() == []

    def test_form_without_a_key_opens_nobody_elses_sheet(self, client, survey):
        for _person in range(2):
            begin(client, form_key="")
        assert len(sheets()) == 2


class TestWalk:
    def test_goes_from_question_to_question_to_the_end(self, client, survey):
        assert begin(client).endswith("/q/1")
        assert say(client, 1, answer="1").headers["Location"].endswith("/q/2")
        assert say(client, 2, answer=["1", "2"]).headers["Location"].endswith("/q/3")
        assert say(client, 3, answer="0").headers["Location"].endswith("/q/4")
        assert say(client, 4, answer="19,5").headers["Location"].endswith("/q/5")
        assert say(client, 5, answer="Mehr Zeit für Gespräche.").headers["Location"].endswith("/send")
        assert "5 von 5 Fragen" in client.get(f"{BASE}/send").text
        assert client.post(f"{BASE}/send").headers["Location"].endswith("/done")
        assert "Danke" in client.get(f"{BASE}/done").text
        [sheet] = sheets()
        first, second, third, fourth, fifth = (str(item.id) for item in survey.questions)
        assert sheet.answers == {first: 1, second: [1, 2], third: 0, fourth: 19.5, fifth: True}
        assert (sheet.is_sent, sheet.secret_hash, sheet.touched_on) == (True, None, None)

    def test_branch_leads_past_what_does_not_apply(self, client, survey):
        begin(client)
        assert say(client, 1, answer="2").headers["Location"].endswith("/q/3")
        assert "Frage 2 von 4" in client.get(f"{BASE}/q/3").text
        assert client.get(f"{BASE}/q/2").status_code == 303

    def test_back_keeps_what_was_typed(self, client, survey):
        begin(client)
        say(client, 1, answer="1")
        assert say(client, 2, "back", answer="2").headers["Location"].endswith("/q/1")
        assert 'value="2" checked' in client.get(f"{BASE}/q/2").text
        assert say(client, 3, "back").headers["Location"].endswith("/q/2")

    def test_every_question_can_be_passed_by_one_that_needs_an_answer_by_saying_none(self, client, survey):
        begin(client)
        assert say(client, 1).headers["Location"].endswith("/q/3")
        refused = say(client, 3)
        assert refused.status_code == 422
        assert "Wählen Sie bitte eine Antwort oder „Keine Angabe“." in refused.text
        assert say(client, 3, answer="none").headers["Location"].endswith("/q/4")
        assert say(client, 4, none="1").status_code == 303
        assert say(client, 5).headers["Location"].endswith("/send")
        assert client.post(f"{BASE}/send").headers["Location"].endswith("/done")
        [sheet] = sheets()
        assert set(sheet.answers.values()) == {None}
        assert len(sheet.answers) == 2

    def test_needed_answer_is_asked_for_at_the_end(self, client, survey):
        begin(client)
        say(client, 1, answer="2")
        page = client.post(f"{BASE}/send")
        assert page.status_code == 422
        assert "Zu „Hilft sie?“ brauchen wir eine Antwort" in page.text
        assert not sheets()[0].is_sent

    @pytest.mark.parametrize(
        ("typed", "said"),
        [("viel", "eine Zahl, zum Beispiel"), ("61", "Bitte eine Zahl von 0 bis 60"), ("nan", "eine Zahl"), ("1e9", "von 0")],
    )
    def test_bad_number_is_explained_and_stays_in_the_field(self, client, survey, typed, said):
        begin(client)
        page = say(client, 4, answer=typed)
        assert page.status_code == 422
        assert said in page.text
        assert f'value="{typed}"' in page.text

    def test_handing_in_twice_counts_once(self, client, survey):
        begin(client)
        say(client, 3, answer="1")
        for _sent in range(2):
            assert client.post(f"{BASE}/send").headers["Location"].endswith("/done")
        assert [sheet.is_sent for sheet in sheets()] == [True]

    def test_begin_sent_twice_makes_one_sheet(self, client, survey):
        for _sent in range(2):
            client.post(f"{BASE}/begin", data={"act": "begin", "form_key": "same"})
        assert len(sheets()) == 1

    def test_answers_past_a_branch_that_was_left_are_dropped(self, client, survey):
        begin(client)
        say(client, 1, answer="1")
        say(client, 2, answer="1")
        say(client, 3, answer="1")
        say(client, 1, answer="2")
        client.post(f"{BASE}/send")
        [sheet] = sheets()
        assert str(survey.questions[1].id) not in sheet.answers


class TestPause:
    def test_code_goes_on_elsewhere_and_is_shown_before_the_first_answer_and_on_demand(self, client, app, survey):
        begin(client)
        first = client.get(f"{BASE}/q/1").text
        [code] = re.findall(r'<code class="secret">([a-z0-9-]+)</code>', first)
        say(client, 1, "later", answer="1")
        assert code not in client.get(f"{BASE}/q/2").text
        assert code in client.get(f"{BASE}/later").text
        assert client.post(f"{BASE}/later").status_code == 303
        assert client.get(f"{BASE}/q/2").headers["Location"].endswith("/begin")
        elsewhere = app.test_client()
        wrong = elsewhere.post(f"{BASE}/begin", data={"act": "resume", "resume": "falsch"})
        assert wrong.status_code == 422
        typed = code.upper().replace("-", " ")
        assert elsewhere.post(f"{BASE}/begin", data={"act": "resume", "resume": typed}).headers["Location"].endswith("/q/2")

    def test_signing_in_on_the_way_loses_nothing(self, cast, client, survey):
        begin(client)
        say(client, 1, answer="1")
        cast.ada.password_hash = hash_password("vier Wörter ohne jeden Zusammenhang", "cheap")
        db.session.commit()
        sent = client.post("/login", data={"email": "ada@example.org", "password": "vier Wörter ohne jeden Zusammenhang"})
        assert sent.status_code == 303
        assert 'value="1" checked' in client.get(f"{BASE}/q/1").text

    def test_code_opens_nothing_once_it_is_handed_in(self, client, survey):
        secret = answering.begin(Guest(), survey, "", "k")
        sheet = answering.find_sheet(survey, secret)
        answering.keep(Guest(), survey, sheet, survey.questions[2], 1)
        assert answering.hand_in(Guest(), survey, sheet)
        db.session.commit()
        assert answering.find_sheet(survey, secret) is None
        assert secret not in str([vars(one) for one in sheets()])

    def test_what_is_left_lying_is_forgotten_after_a_month(self, cast, survey):
        text = survey.questions[4]
        scene.answer(survey, {text: "Halb fertig"}, is_sent=False)
        scene.answer(survey, {survey.questions[2]: 1})
        assert opening.forget_answers(today()) == 0
        assert opening.forget_answers(today() + timedelta(days=31)) == 1
        assert [sheet.is_sent for sheet in sheets()] == [True]
        assert db.session.scalars(select(FreeText)).all() == []


class TestCodes:
    @pytest.fixture
    def coded(self, cast):
        made = scene.make_survey(cast)
        scene.add(cast, made)
        actions.change_frame(cast.otto, made, Frame("Titel", entry=Entry.CODES))
        return scene.open_(cast, made)

    def test_each_lets_in_once_and_no_answer_names_it(self, cast, client, coded):
        codes = opening.make_codes(cast.otto, coded, 3, "k")
        assert opening.make_codes(cast.otto, coded, 3, "k") == codes
        assert len(set(codes)) == 3
        db.session.commit()
        assert client.post(f"{BASE}/begin", data={"act": "begin", "form_key": "a", "entrance": "nichts"}).status_code == 422
        begin(client, entrance=codes[0].upper())
        assert client.post(f"{BASE}/begin", data={"act": "begin", "form_key": "b", "entrance": codes[0]}).status_code == 422
        assert opening.count_codes(coded) == (3, 1)
        columns = {column.name for column in Sheet.__table__.columns} | {column.name for column in EntryCode.__table__.columns}
        assert columns == {"id", "survey_id", "secret_hash", "answers", "is_sent", "touched_on", "code_hash", "is_used"}
        assert codes[0].replace("-", "") not in str([vars(one) for one in db.session.scalars(select(EntryCode))])

    def test_whoever_knows_the_entry_code_cannot_read_the_answers(self, cast, client, coded):
        [code] = opening.make_codes(cast.otto, coded, 1, "k")
        db.session.commit()
        begin(client, entrance=code)
        assert client.post(f"{BASE}/begin", data={"act": "resume", "resume": code}).status_code == 422

    def test_page_shows_them_once(self, cast, client, coded):
        client.sign_in(cast.otto)
        page = client.post(f"{BASE}/codes", data={"amount": "5", "form_key": "k"})
        assert page.status_code == 200
        assert len(re.findall(r"^[a-z0-9]{5}-[a-z0-9]{5}$", page.text.replace(">", ">\n").replace("<", "\n<"), re.M)) == 5
        assert client.post(f"{BASE}/codes", data={"amount": "0"}).status_code == 422

    def test_open_survey_has_none(self, cast, survey):
        with pytest.raises(SurveyRefused, match="code"):
            opening.make_codes(cast.otto, survey, 1, "k")


class TestWho:
    def test_nobody_answers_before_it_opens_or_after_it_is_over(self, cast, client):
        made = scene.make_survey(cast)
        scene.add(cast, made)
        with pytest.raises(NotAllowed):
            answering.begin(Guest(), made, "", "k")
        scene.close(cast, scene.open_(cast, made))
        with pytest.raises(NotAllowed):
            answering.begin(Guest(), made, "", "k")
        assert client.post(f"{BASE}/begin", data={"act": "begin"}).status_code in (303, 403)
        assert "Diese Umfrage ist beendet." in client.get(BASE).text

    def test_private_declaration_is_answered_by_its_members(self, cast, client, survey):
        cast.declaration.access = Access.PRIVATE
        db.session.commit()
        assert client.get(BASE).status_code in (303, 404)
        client.sign_in(cast.ada)
        assert client.get(f"{BASE}/begin").status_code == 200

    def test_account_is_not_kept_with_the_answers(self, cast, client, survey):
        client.sign_in(cast.ada)
        begin(client)
        say(client, 3, answer="1")
        client.post(f"{BASE}/send")
        [sheet] = sheets()
        assert {column.name for column in Sheet.__table__.columns if column.foreign_keys} == {"survey_id"}
        assert sheet.touched_on is None


class TestReading:
    def test_answer_must_be_one_that_was_offered(self, cast, survey):
        single, several, scale, number, text = survey.questions
        wrong = ((single, ["3"]), (single, ["1", "2"]), (several, ["9"]), (scale, ["5"]), (text, ["x" * 1001]), (single, []))
        for item, given in wrong:
            with pytest.raises(AnswerInvalid):
                read_answer(item, given)
        assert read_answer(several, ["2", "1", "2"]) == [1, 2]
        assert read_answer(number, ["12,0"]) == 12
        assert read_answer(scale, ["0"]) == 0

    def test_words_are_replaced_not_added(self, cast, survey):
        text = survey.questions[4]
        secret = answering.begin(Guest(), survey, "", "k")
        sheet = answering.find_sheet(survey, secret)
        for words in ("Eins", "Zwei"):
            answering.keep(Guest(), survey, sheet, text, words)
        assert [one.body for one in db.session.scalars(select(FreeText))] == ["Zwei"]
        answering.leave_out(Guest(), survey, sheet, text)
        assert db.session.scalars(select(FreeText)).all() == []
        assert SINGLE is survey.questions[0].kind

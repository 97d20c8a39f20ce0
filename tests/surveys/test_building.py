"""An organiser builds a survey; once it is open its questions stay as they are."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberation.clock import today
from deliberation.database import db
from deliberation.declarations.models import Act, LogEntry
from deliberation.permissions import NotAllowed, Outdated, Phase
from deliberation.surveys import actions, opening
from deliberation.surveys.actions import Frame, Question, SurveyRefused
from deliberation.surveys.models import Entry, Survey, SurveyState, find_survey
from tests.surveys import scene
from tests.surveys.scene import MULTIPLE, SCALE, SECTION, SINGLE

BASE = "/d/erklaerung/survey"


def words(survey):
    return [item.words for item in survey.items]


class TestQuestions:
    def test_stand_in_the_order_that_they_are_given(self, cast):
        survey = scene.make_survey(cast)
        first, second = scene.add(cast, survey, "Eins"), scene.add(cast, survey, "Zwei")
        assert actions.move_item(cast.otto, survey, second, up=True)
        assert not actions.move_item(cast.otto, survey, second, up=True)
        assert words(survey) == ["Zwei", "Eins"]
        actions.remove_item(cast.otto, survey, first)
        assert words(find_survey(cast.declaration, 1)) == ["Zwei"]

    def test_form_sent_twice_adds_one(self, cast):
        survey = scene.make_survey(cast)
        for _sent in range(2):
            actions.add_item(cast.otto, survey, Question(SINGLE, "Eins", options=("a", "b")), "same")
        assert words(survey) == ["Eins"]

    def test_answers_keep_their_keys_when_others_come_or_go(self, cast):
        survey = scene.make_survey(cast)
        item = scene.add(cast, survey, options=("Ja", "Nein"))
        actions.change_item(cast.otto, survey, item, Question(SINGLE, "Neu", options=("Vielleicht", "Nein")), 1)
        assert item.options == [[3, "Vielleicht"], [2, "Nein"]]

    def test_two_people_at_once_do_not_overwrite_each_other(self, cast):
        survey = scene.make_survey(cast)
        item = scene.add(cast, survey)
        actions.change_item(cast.otto, survey, item, Question(SINGLE, "Neu", options=("a", "b")), 1)
        with pytest.raises(Outdated):
            actions.change_item(cast.otto, survey, item, Question(SINGLE, "Anders", options=("a", "b")), 1)
        assert item.words == "Neu"

    def test_branch_forward_alone(self, cast):
        survey = scene.make_survey(cast)
        first = scene.add(cast, survey, "Eins")
        second = scene.add(cast, survey, "Zwei", condition=(first.id, [1]))
        with pytest.raises(SurveyRefused, match="backward"):
            actions.move_item(cast.otto, survey, second, up=True)
        with pytest.raises(SurveyRefused, match="depends"):
            actions.remove_item(cast.otto, survey, first)
        with pytest.raises(SurveyRefused, match="depends"):
            actions.change_item(cast.otto, survey, first, Question(SINGLE, "Eins", options=("Nein", "Weiß nicht")), 1)
        assert first.options == [[1, "Ja"], [2, "Nein"]]
        assert words(survey) == ["Eins", "Zwei"]

    def test_stay_as_they_are_once_it_is_open(self, cast):
        survey = scene.make_survey(cast)
        item = scene.add(cast, survey)
        scene.open_(cast, survey)
        for change in (
            lambda: actions.add_item(cast.otto, survey, Question(SCALE, "Neu"), scene.key()),
            lambda: actions.change_item(cast.otto, survey, item, Question(SCALE, "Neu"), 1),
            lambda: actions.remove_item(cast.otto, survey, item),
            lambda: actions.move_item(cast.otto, survey, item, up=True),
            lambda: actions.remove_survey(cast.otto, survey),
        ):
            with pytest.raises(SurveyRefused, match="frozen"):
                change()
        actions.change_frame(cast.otto, survey, Frame("Neuer Titel", entry=Entry.CODES))
        assert (survey.title, survey.entry) == ("Neuer Titel", Entry.EVERYBODY)


class TestState:
    def test_without_a_question_it_is_not_opened(self, cast):
        survey = scene.make_survey(cast)
        scene.add(cast, survey, "Nur eine Überschrift", SECTION)
        with pytest.raises(SurveyRefused, match="empty"):
            opening.open_survey(cast.otto, survey)

    def test_ends_by_itself_after_its_last_day(self, cast):
        survey = scene.make_survey(cast)
        scene.add(cast, survey)
        actions.change_frame(cast.otto, survey, Frame("Titel", last_day=today()))
        scene.open_(cast, survey)
        assert opening.close_due(today()) == 0
        assert opening.close_due(today() + timedelta(days=1)) == 1
        assert survey.state is SurveyState.CLOSED
        assert opening.close_due(today() + timedelta(days=1)) == 0

    def test_steps_are_in_the_log(self, cast):
        survey = scene.make_survey(cast)
        scene.add(cast, survey)
        scene.publish(cast, scene.close(cast, scene.open_(cast, survey)))
        lines = db.session.scalars(select(LogEntry.after).where(LogEntry.act == Act.SURVEY).order_by(LogEntry.id)).all()
        assert lines == ["survey:1,draft", "survey:1,open", "survey:1,closed", "survey:1,published"]

    def test_others_do_not_build(self, cast):
        survey = scene.make_survey(cast)
        for person in (cast.ada, cast.mira):
            with pytest.raises(NotAllowed):
                actions.create_survey(person, cast.declaration, "Titel", scene.key())
            with pytest.raises(NotAllowed):
                opening.open_survey(person, survey)

    def test_draft_can_be_thrown_away(self, cast):
        survey = scene.make_survey(cast)
        first = scene.add(cast, survey)
        scene.add(cast, survey, condition=(first.id, [1]))
        actions.remove_survey(cast.otto, survey)
        db.session.commit()
        assert db.session.scalars(select(Survey)).all() == []


class TestPages:
    def build(self, client, cast):
        client.sign_in(cast.otto)
        answer = client.post(f"{BASE}/new", data={"title": "Alltag", "form_key": "k"})
        assert answer.headers["Location"].endswith("/survey/1/desk")
        for data in (
            {"sort": "section", "words": "Teil eins", "form_key": "a"},
            {"sort": "single", "words": "Software?", "answers": "Ja\nNein", "form_key": "b"},
            {"sort": "scale", "words": "Hilft sie?", "form_key": "c"},
            {"sort": "number", "words": "Stunden?", "least": "0", "most": "60", "unit": "Std.", "form_key": "d"},
            {"sort": "text", "words": "Was fehlt?", "must": "y", "form_key": "e"},
        ):
            assert client.post(f"{BASE}/1/questions/new", data=data).status_code == 303
        return find_survey(cast.declaration, 1)

    def test_whole_survey_is_built_in_the_browser(self, cast, client):
        survey = self.build(client, cast)
        assert [item.kind.value for item in survey.items] == ["section", "single", "scale", "number", "text"]
        item = survey.items[2]
        data = {"sort": "scale", "words": "Hilft sie?", "version": "1", "shown_if": f"{survey.items[1].id}:1"}
        assert client.post(f"{BASE}/1/questions/{item.id}", data=data).status_code == 303
        desk = client.get(f"{BASE}/1/desk").text
        assert "nur wenn bei Frage 1: „Ja“" in desk
        preview = client.get(f"{BASE}/1/preview/2").text
        assert "Hilft sie?" in preview
        assert "Stimme eher nicht zu" in preview
        assert "csrf_token" not in preview
        assert client.post(f"{BASE}/1/state", data={"act": "open"}).status_code == 303
        assert client.get("/d/erklaerung").text.count("/d/erklaerung/survey") >= 1

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            ({"sort": "single", "words": "", "answers": "Ja\nNein"}, "Schreiben Sie bitte die Frage."),
            ({"sort": "single", "words": "X", "answers": "Ja"}, "mindestens zwei Antworten"),
            ({"sort": "single", "words": "X", "answers": "Ja\nJa "}, "steht zweimal da"),
            ({"sort": "number", "words": "X", "least": "9", "most": "3"}, "die größte über der kleinsten"),
            ({"sort": "number", "words": "X", "least": "drei", "most": "9"}, "Bitte eine ganze Zahl"),
            ({"sort": "single", "words": "X" * 501, "answers": "Ja\nNein"}, "höchstens 500 Zeichen"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_said_and_nothing_is_lost(self, cast, client, data, said):
        scene.make_survey(cast)
        client.sign_in(cast.otto)
        answer = client.post(f"{BASE}/1/questions/new", data=data)
        assert answer.status_code == 422
        assert said in answer.text
        assert data["words"] in answer.text

    def test_drafts_are_not_there_for_others(self, cast, client):
        scene.make_survey(cast)
        for path in ("1", "1/results", "1/begin"):
            assert client.get(f"{BASE}/{path}").status_code in (403, 404)
        assert "Digitalisierung im Arbeitsalltag" not in client.get(BASE).text
        assert "Umfrage</a>" not in client.get("/d/erklaerung").text
        cast.declaration.phase = Phase.DRAFT
        assert client.get(BASE).status_code in (403, 404)


class TestConditionOfAHeading:
    def test_holds_up_to_the_next(self, cast):
        from deliberation.surveys.branching import asked

        survey = scene.make_survey(cast)
        first = scene.add(cast, survey, "Eins", MULTIPLE, ("a", "b", "c"))
        scene.add(cast, survey, "Nur a oder b", SECTION, condition=(first.id, [1, 2]))
        second = scene.add(cast, survey, "Zwei")
        third = scene.add(cast, survey, "Drei", condition=(second.id, [1]))
        scene.add(cast, survey, "Für alle", SECTION)
        fourth = scene.add(cast, survey, "Vier")
        way = lambda answers: asked(survey.items, {str(item.id): said for item, said in answers.items()})  # noqa: E731
        assert way({}) == [first, fourth]
        assert way({first: [3]}) == [first, fourth]
        assert way({first: [2, 3]}) == [first, second, fourth]
        assert way({first: [1], second: 1}) == [first, second, third, fourth]
        # The answer that led there is gone: so is the way.
        assert way({first: [3], second: 1}) == [first, fourth]
        assert way({first: None}) == [first, fourth]

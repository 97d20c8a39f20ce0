"""What came of a survey: right figures, nothing about anybody, and the way to the theses and back."""

import csv
import io
import random
from collections import Counter
from statistics import median
from zipfile import ZipFile

import pytest
from sqlalchemy import insert, select

from deliberation.clock import today
from deliberation.database import db
from deliberation.permissions import Guest, NotAllowed
from deliberation.surveys import actions, files, opening
from deliberation.surveys.branching import asked
from deliberation.surveys.counting import Figures, cross, keys_of, shares_of
from deliberation.surveys.models import FreeText, ItemKind, Sheet, TextState
from deliberation.surveys.results import load_cross, load_results
from tests.surveys import scene
from tests.surveys.scene import MULTIPLE, NUMBER, SCALE, TEXT

BASE = "/d/erklaerung/survey/1"
PEOPLE = 1338


def fill(survey, people=PEOPLE, seed=7):
    """So many people hand in, in one write; what each said, by the number of the question."""
    chance = random.Random(seed)
    said = [scene.made_up(survey, chance) for _person in range(people)]
    numbered = dict(enumerate(survey.questions, start=1))
    rows, texts = [], []
    for one in said:
        answers = {str(numbered[number].id): value for number, value in one.items()}
        reached = {str(item.id) for item in asked(survey.items, answers)}
        kept = {key: True if isinstance(value, str) else value for key, value in answers.items() if key in reached}
        rows.append({"survey_id": survey.id, "answers": kept, "is_sent": True})
        texts += [
            {"item_id": numbered[number].id, "body": value, "state": TextState.WAITING}
            for number, value in one.items()
            if isinstance(value, str)
        ]
    db.session.execute(insert(Sheet), rows)
    db.session.execute(insert(FreeText), texts)
    db.session.commit()
    return said


def is_asked(number, said):
    """Written down without the program: questions 10 to 18 are for those who said yes to the first."""
    return not 10 <= number <= 18 or said.get(1) == 1


@pytest.fixture
def big(cast):
    survey = scene.open_(cast, scene.thirty_questions(cast))
    said = fill(survey)
    return scene.close(cast, survey), said


def read_csv(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


class TestThirtyQuestions:
    def test_figures_are_those_of_an_independent_count(self, cast, big):
        survey, said = big
        results = load_results(cast.otto, survey).results
        assert survey.people == PEOPLE
        assert len(results) == 30
        for result in results:
            number, figures = result.number, result.figures
            reached = [one for one in said if is_asked(number, one)]
            given = [one[number] for one in reached if number in one and one[number] is not None]
            assert figures.unasked == PEOPLE - len(reached)
            assert figures.declined == sum(1 for one in reached if number in one and one[number] is None)
            assert figures.missing == sum(1 for one in reached if number not in one)
            assert figures.answered == len(given)
            assert figures.answered + figures.declined + figures.missing + figures.unasked == PEOPLE
            self.check(result, given)

    def check(self, result, given):
        kind, figures = result.item.kind, result.figures
        if kind is SCALE:
            assert figures.unable == given.count(0)
            assert [share.count for share in result.shares] == [given.count(step) for step in (1, 2, 3, 4)]
            assert sum(share.percent for share in result.shares) == 100
        elif kind is MULTIPLE:
            wanted = Counter(key for one in given for key in one)
            assert {int(share.key): share.count for share in result.shares} == dict(wanted)
            assert all(abs(share.percent - 100 * share.count / len(given)) <= 0.5 for share in result.shares)
        elif kind is NUMBER:
            assert figures.mean == pytest.approx(sum(given) / len(given), abs=0.006)
            assert figures.quartiles[1] == median(given)
            assert sum(share.count for share in result.shares) == len(given)
            low, high = result.shares[0].key.split("-")
            assert result.shares[0].count == sum(1 for one in given if int(low) <= one < int(high) + 1)
        elif kind is not TEXT:
            assert {int(share.key): share.count for share in result.shares} == dict(Counter(given))

    def test_file_of_data_says_the_same(self, cast, big, client):
        _survey, said = big
        client.sign_in(cast.otto)
        rows = read_csv(client.get(f"{BASE}/data.csv").data)
        assert len(rows) == PEOPLE
        for number in (1, 2, 10, 19):
            wanted = Counter(self.coded(number, one) for one in said)
            assert Counter(row[f"q{number}"] for row in rows) == wanted
        chosen = sum(1 for one in said if isinstance(one.get(9), list) and 3 in one[9])
        assert sum(1 for row in rows if row["q9_3"] == "1") == chosen
        hours = sorted(one[16] for one in said if is_asked(16, one) and one.get(16) is not None)
        told = sorted(float(row["q16"].replace(",", ".")) for row in rows if not row["q16"].startswith("-"))
        assert told == hours
        assert not any(name.startswith("q30") for name in rows[0])
        meanings = {(row["variable"], row["value"]) for row in read_csv(client.get(f"{BASE}/codebook.csv").data)}
        assert {(f"q{number}", value) for number in (1, 2, 10) for value in {row[f"q{number}"] for row in rows}} <= meanings

    @staticmethod
    def coded(number, one):
        if not is_asked(number, one):
            return "-8"
        if number not in one:
            return "-7"
        return "-9" if one[number] is None else "-6" if one[number] == 0 else str(one[number])

    def test_workbook_opens_and_has_every_sheet(self, cast, big, client):
        client.sign_in(cast.otto)
        book = ZipFile(io.BytesIO(client.get(f"{BASE}/data.xlsx").data))
        names = book.read("xl/workbook.xml").decode()
        for sheet in ("Methode", "Ergebnisse", "Daten", "Codebuch"):
            assert f'name="{sheet}"' in names
        scene.publish(cast, big[0])
        public = ZipFile(io.BytesIO(client.get(f"{BASE}/results.xlsx").data))
        assert 'name="Daten"' not in public.read("xl/workbook.xml").decode()

    def test_page_shows_every_question_and_what_is_missing(self, cast, big, client):
        survey, _said = big
        scene.publish(cast, survey)
        page = client.get(f"{BASE}/results").text
        assert page.count("Als Tabelle zeigen") == 29
        assert "1\u202f338 Personen haben mitgemacht." in page
        assert "ohne Antwort:" in page
        assert "nicht gefragt:" in page
        assert "Mitgemacht hat, wer wollte." in page


class TestTwoTogether:
    def sheets(self, one, other, cells):
        for (row, column), count in cells.items():
            for _person in range(count):
                yield {str(one.id): row, str(other.id): column} if column else {str(one.id): row}

    def test_is_shown_only_where_every_cell_has_five(self, cast):
        survey = scene.make_survey(cast)
        one, other = scene.add(cast, survey), scene.add(cast, survey)
        full = {(1, 1): 5, (1, 2): 9, (2, 1): 6, (2, 2): 5}
        assert cross(one, other, self.sheets(one, other, full)).cells == [[5, 9], [6, 5]]
        assert cross(one, other, self.sheets(one, other, full)).is_shown
        assert not cross(one, other, self.sheets(one, other, {**full, (1, 1): 4})).is_shown
        assert not cross(one, other, self.sheets(one, other, {**full, (2, 2): 0})).is_shown

    def test_nobody_is_found_by_subtracting(self, cast):
        """Who answered one of the two only would be the difference between the table and the single figures."""
        survey = scene.make_survey(cast)
        one, other = scene.add(cast, survey), scene.add(cast, survey)
        full = {(1, 1): 5, (1, 2): 9, (2, 1): 6, (2, 2): 5}
        assert not cross(one, other, self.sheets(one, other, {**full, (1, None): 2})).is_shown
        assert cross(one, other, self.sheets(one, other, {**full, (1, None): 5})).is_shown

    def test_page_explains_why_not(self, cast, client):
        survey = scene.make_survey(cast)
        one, other = scene.add(cast, survey), scene.add(cast, survey, "Und so?", options=("a", "b"))
        scene.open_(cast, survey)
        for row, column in [(1, 1)] * 6 + [(1, 2)] * 5 + [(2, 1)] * 5 + [(2, 2)] * 5:
            scene.answer(survey, {one: row, other: column})
        scene.publish(cast, scene.close(cast, survey))
        shown = client.get(f"{BASE}/results?rows=1&columns=2").text
        assert "<td>6</td>" in shown
        assert "Wählen Sie bitte zwei verschiedene Fragen." in client.get(f"{BASE}/results?rows=1&columns=1").text
        assert client.get(f"{BASE}/results?rows=999999999&columns=x").status_code == 200
        sheet = db.session.scalars(select(Sheet)).first()
        db.session.delete(sheet)
        db.session.commit()
        results = load_results(cast.otto, survey)
        assert load_cross(results, 1, 2).cross is not None
        two = db.session.scalars(select(Sheet).limit(2)).all()
        for each in two:
            db.session.delete(each)
        db.session.commit()
        assert "Diese Tabelle zeigen wir nicht." in client.get(f"{BASE}/results?rows=1&columns=2").text


class TestWhoSees:
    @pytest.fixture
    def closed(self, cast):
        survey = scene.make_survey(cast)
        item = scene.add(cast, survey)
        scene.open_(cast, survey)
        for _person in range(6):
            scene.answer(survey, {item: 1})
        return survey

    def test_nobody_sees_answers_while_it_is_open(self, cast, client, closed):
        for person in (Guest(), cast.ada, cast.mira, cast.otto):
            with pytest.raises(NotAllowed):
                load_results(person, closed)
        client.sign_in(cast.otto)
        for path in ("results", "results.csv", "data.csv", "data.xlsx"):
            assert client.get(f"{BASE}/{path}").status_code == 403
        desk = client.get(f"{BASE}/desk").text
        assert "6 Personen haben abgeschickt." in desk

    def test_team_sees_them_then_and_everybody_once_they_are_published(self, cast, client, closed):
        scene.close(cast, closed)
        load_results(cast.mira, closed)
        for person in (Guest(), cast.ada):
            with pytest.raises(NotAllowed):
                load_results(person, closed)
        scene.publish(cast, closed)
        assert "Ja" in client.get(f"{BASE}/results").text
        assert client.get(f"{BASE}/results.csv").status_code == 200
        assert client.get(f"{BASE}/data.csv").status_code in (303, 403)
        client.sign_in(cast.ada)
        assert client.get(f"{BASE}/data.csv").status_code == 403
        opening.unpublish(cast.otto, closed)
        db.session.commit()
        assert client.get(f"{BASE}/results").status_code == 403

    def test_below_five_there_is_no_picture(self, cast, client):
        survey = scene.make_survey(cast)
        item = scene.add(cast, survey)
        scene.open_(cast, survey)
        for _person in range(4):
            scene.answer(survey, {item: 1})
        scene.publish(cast, scene.close(cast, survey))
        page = client.get(f"{BASE}/results").text
        assert "Zu wenige Antworten für ein Bild." in page
        [row] = read_csv(client.get(f"{BASE}/results.csv").data)
        assert (row["count"], row["percent"]) == ("", "")

    def test_single_answers_go_after_a_year_and_the_figures_stay(self, cast, client, closed):
        from datetime import timedelta

        scene.publish(cast, scene.close(cast, closed))
        assert opening.forget_answers(today() + timedelta(days=366)) == 6
        db.session.commit()
        assert db.session.scalars(select(Sheet)).all() == []
        [result] = load_results(Guest(), closed).results
        assert [share.count for share in result.shares] == [6, 0]
        client.sign_in(cast.otto)
        assert client.get(f"{BASE}/data.csv").status_code == 403


class TestWordsOfPeople:
    @pytest.fixture
    def written(self, cast):
        survey = scene.make_survey(cast)
        item = scene.add(cast, survey, "Was fehlt?", TEXT)
        scene.open_(cast, survey)
        for words in ("Zeit", "=SUMME(A1)", "GEHEIM"):
            scene.answer(survey, {item: words})
        scene.answer(survey, {item: "UNFERTIG"}, is_sent=False)
        scene.publish(cast, scene.close(cast, survey))
        return survey

    def channels(self, client):
        return [client.get(f"{BASE}/{path}").data.decode("latin-1") for path in ("results", "results.csv", "codebook.csv")]

    def test_nothing_is_shown_before_somebody_has_looked(self, cast, client, written):
        assert not any("Zeit<" in page or "GEHEIM" in page for page in self.channels(client))
        book = ZipFile(io.BytesIO(client.get(f"{BASE}/results.xlsx").data))
        assert b"GEHEIM" not in b"".join(book.read(name) for name in book.namelist())

    def test_what_is_kept_back_reaches_no_channel(self, cast, client, written):
        client.sign_in(cast.mira)
        page = client.get(f"{BASE}/texts").text
        assert "GEHEIM" in page
        assert "UNFERTIG" not in page
        for text in opening.load_texts(cast.mira, written):
            act = "keep" if text.body == "GEHEIM" else "show"
            assert client.post(f"{BASE}/texts", data={"text": text.id, "act": act}).status_code == 303
        shown = client.get(f"{BASE}/results").text
        assert "Zeit" in shown
        for answer in ("results", "results.csv", "results.xlsx"):
            assert b"GEHEIM" not in client.get(f"{BASE}/{answer}").data
        assert client.post(f"{BASE}/texts", data={"text": "x", "act": "show"}).status_code == 422

    def test_nothing_says_with_which_answers_they_came(self, cast, written):
        assert {text.sheet_id for text in db.session.scalars(select(FreeText))} == {None}

    def test_participants_do_not_review(self, cast, written):
        with pytest.raises(NotAllowed):
            opening.load_texts(cast.ada, written)


class TestTheses:
    def test_result_leads_to_the_thesis_and_the_thesis_to_the_result(self, cast, client):
        survey = scene.make_survey(cast)
        item = scene.add(cast, survey)
        scene.open_(cast, survey)
        for _person in range(12):
            scene.answer(survey, {item: 1})
        scene.close(cast, survey)
        actions.cite(cast.otto, survey, item, {"2", "unbekannt"})
        actions.cite(cast.otto, survey, item, {"3"})
        actions.change_headline(cast.otto, survey, item, "Fast alle arbeiten mit Software.")
        db.session.commit()
        assert "Fast alle arbeiten" not in client.get("/d/erklaerung/3").text
        scene.publish(cast, survey)
        assert "Fast alle arbeiten mit Software." in client.get("/d/erklaerung/3").text
        assert "Fast alle" not in client.get("/d/erklaerung/2").text
        assert 'href="/d/erklaerung/3"' in client.get(f"{BASE}/results").text
        assert f"{BASE}/results#frage-1" in client.get("/d/erklaerung/3").text

    def test_sentence_is_made_of_the_figures_where_nobody_wrote_one(self, cast):
        survey = scene.make_survey(cast)
        kinds = (("Mit Software?", ItemKind.SINGLE), ("Hilft sie?", SCALE), ("Stunden?", NUMBER))
        items = [scene.add(cast, survey, words, kind) for words, kind in kinds]
        scene.open_(cast, survey)
        for place in range(12):
            scene.answer(survey, {items[0]: 1 if place else 2, items[1]: 2 if place < 9 else 4, items[2]: 20})
        scene.close(cast, survey)
        assert [one.headline for one in load_results(cast.otto, survey).results] == [
            "Am häufigsten: „Ja“, 92 % (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}12).",
            "75 % stimmen voll oder eher zu (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}12).",
            "Die Hälfte nennt höchstens 20 Stunden (Median, n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}12).",
        ]


def test_numbers_are_counted_in_ranges_that_leave_nothing_out(cast):
    survey = scene.make_survey(cast)
    wide, narrow = scene.add(cast, survey, kind=NUMBER), scene.add(cast, survey, kind=NUMBER, low=1, high=5)
    assert keys_of(wide) == ["0-12", "13-25", "26-38", "39-51", "52-60"]
    assert keys_of(narrow) == ["1-1", "2-2", "3-3", "4-4", "5-5"]


def test_percentages_of_several_answers_are_of_those_who_answered(cast):
    survey = scene.make_survey(cast)
    item = scene.add(cast, survey, kind=ItemKind.MULTIPLE, options=("a", "b"))
    assert shares_of(item, Figures(answered=8, counts={"1": 8, "2": 1})) == [("1", 8, 100), ("2", 1, 13)]


def test_formula_in_words_stays_words(cast):
    assert files.write_table([["=1+1", 2, 19.5, None]]).decode("utf-8-sig") == "'=1+1;2;19,5;\r\n"

"""Figures of a survey that was made elsewhere come in as a table, whole or not at all."""

import io

import pytest
import xlsxwriter

from deliberation.database import db
from deliberation.declarations.importing import ImportRefused
from deliberation.permissions import NotAllowed
from deliberation.surveys import bringing
from deliberation.surveys.bringing import Origin, read_table, to_count, to_percent
from deliberation.surveys.results import load_results

ORIGIN = Origin("Umfrage 2021/22", "Bericht 2023, Seite 12", "Dezember 2021 bis Februar 2022", 1338, "Fachkräfte, offen")
TABLE = """Frage;Antwort;Anzahl;n
Hat sich Ihre Arbeit verändert?;sehr;700;1300
Hat sich Ihre Arbeit verändert?;etwas;500;1300
Hat sich Ihre Arbeit verändert?;gar nicht;100;1300
"""
FORM = {
    "title": ORIGIN.title, "source": ORIGIN.source, "period": ORIGIN.period, "took_part": "1338", "form_key": "k",
}  # fmt: skip


def faults(text, name="t.csv"):
    return [(one.line, one.reason) for one in read_table(text.encode(), name).faults]


class TestTable:
    def test_becomes_questions_with_their_figures(self, cast):
        survey = bringing.bring_in(cast.otto, cast.declaration, ORIGIN, read_table(TABLE.encode(), "t.csv"), "k")
        [result] = load_results(cast.otto, survey).results
        assert [(share.words, share.count, share.percent) for share in result.shares] == [
            ("sehr", 700, 54), ("etwas", 500, 38), ("gar nicht", 100, 8),
        ]  # fmt: skip
        assert (result.figures.n, result.figures.missing, survey.people) == (1300, 38, 1338)
        assert bringing.bring_in(cast.otto, cast.declaration, ORIGIN, read_table(TABLE.encode(), "t.csv"), "k") is survey

    def test_percentages_alone_are_enough(self, cast):
        table = "Frage,Antwort,Prozent\nX,ja,\"62,5\"\nX,nein,37.5 %\n"
        survey = bringing.bring_in(cast.otto, cast.declaration, ORIGIN, read_table(table.encode(), "t.csv"), "k")
        [result] = load_results(cast.otto, survey).results
        assert [(share.count, share.percent) for share in result.shares] == [(None, 62.5), (None, 37.5)]
        assert "62,5 %" in result.headline

    def test_comes_from_excel_with_cells_left_empty(self):
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out)
        sheet = book.add_worksheet()
        for place, head in enumerate(("Frage", "Notiz", "Antwort", "Anzahl", "Art")):
            sheet.write(0, place, head)
        for row, (answer, count) in enumerate((("Akte", 10), ("Kalender", 12)), start=1):
            sheet.write_row(row, 0, ["Womit?"])
            sheet.write_row(row, 2, [answer, count, "mehrfach"])
        book.close()
        [question] = read_table(out.getvalue(), "t.xlsx").questions
        assert question.answers == {"Akte": (10, None), "Kalender": (12, None)}

    @pytest.mark.parametrize(
        ("table", "found"),
        [
            ("", [(1, "columns")]),
            ("Frage;Antwort\nX;ja\n", [(1, "columns")]),
            ("Frage;Antwort;Anzahl\n", [(1, "question")]),
            ("Frage;Antwort;Anzahl\n;ja;1\nX;;1\nX;ja;viele\n", [(2, "question"), (3, "answer"), (4, "count")]),
            ("Frage;Antwort;Anzahl\nX;ja;1\nX;ja;2\n", [(3, "twice")]),
            ("Frage;Antwort;Anzahl;n\nX;ja;7;10\nX;nein;6;10\n", [(3, "sum")]),
            ("Frage;Antwort;Anzahl;n\nX;ja;7;10\nX;nein;1;11\n", [(3, "n")]),
            ("Frage;Antwort;Prozent\nX;ja;70\nX;nein;60\n", [(3, "sum")]),
            ("Frage;Antwort;Prozent\nX;ja;170\n", [(2, "percent")]),
            ("Frage;Antwort;Anzahl;Art\nX;ja;1;dreifach\n", [(2, "kind")]),
        ],
    )  # fmt: skip
    def test_names_what_is_wrong_by_its_line_and_takes_nothing(self, table, found):
        assert faults(table) == found
        assert read_table(table.encode(), "t.csv").questions == []

    def test_what_is_no_table_is_refused(self):
        with pytest.raises(ImportRefused):
            read_table(b"PK\x03\x04 kaputt", "t.xlsx")

    def test_numbers_are_read_as_people_write_them(self):
        assert [to_count(one) for one in ("1.338", "1 338", "12.0")] == [1338, 1338, 12]
        assert {to_count(one) for one in ("", "-3", "1,5", "9" * 20)} == {None}
        assert [to_percent(one) for one in ("62", "62,5 %", "100", "100,1", "x", "-1")] == [62, 62.5, 100, None, None, None]


class TestPage:
    def test_organiser_brings_them_in_and_publishes(self, cast, client):
        client.sign_in(cast.otto)
        answer = client.post("/d/erklaerung/survey/figures", data={**FORM, "pasted": TABLE})
        assert answer.status_code == 303
        page = client.get("/d/erklaerung/survey/1/results").text
        assert "Dieses Ergebnis sieht bis jetzt nur das Team." in page
        client.post("/d/erklaerung/survey/1/state", data={"act": "publish"})
        seen = client.get("/d/erklaerung/survey/1/results").text
        for words in (ORIGIN.source, ORIGIN.period, "1\u202f338 Personen haben mitgemacht.", "ohne Antwort: 38"):
            assert words in seen
        assert client.get("/d/erklaerung/survey/1/data.csv").status_code == 403

    def test_faults_are_listed_and_what_was_typed_stays(self, cast, client):
        client.sign_in(cast.otto)
        page = client.post("/d/erklaerung/survey/figures", data={**FORM, "pasted": "Frage;Antwort;Anzahl\nX;ja;viele\n"})
        assert page.status_code == 422
        assert "Zeile 2: Die Anzahl ist eine ganze Zahl" in page.text
        assert ORIGIN.source in page.text
        for more in ({}, {"pasted": TABLE, "file": (io.BytesIO(TABLE.encode()), "t.csv")}):
            assert client.post("/d/erklaerung/survey/figures", data={**FORM, **more}).status_code == 422
        broken = {**FORM, "file": (io.BytesIO(b"PK\x03\x04"), "t.xlsx")}
        assert client.post("/d/erklaerung/survey/figures", data=broken).status_code == 422

    def test_others_do_not(self, cast):
        with pytest.raises(NotAllowed):
            bringing.bring_in(cast.mira, cast.declaration, ORIGIN, read_table(TABLE.encode(), "t.csv"), "k")
        db.session.rollback()

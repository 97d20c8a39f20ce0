"""What came around the declaration is in the archive: own pages, hands of tables, published surveys. And nothing else of them."""

import copy
import csv
import io
import json
import shutil
from dataclasses import replace

import pytest
from lxml import html

from deliberation.database import count_rows, db
from deliberation.declarations.models import find_declaration
from deliberation.jobs.archiving import keep_snapshots
from deliberation.meetings import protocols
from deliberation.meetings.models import TableProtocol
from deliberation.meetings.protocols import load_hands
from deliberation.pages import actions as pages
from deliberation.pages.actions import PageWords
from deliberation.pages.models import Page
from deliberation.permissions import Guest, Operator, Phase
from deliberation.privacy.deletion import remove
from deliberation.results.archive.data import PARTS, meanings
from deliberation.results.archive.importing import ArchiveRefused, import_archive, left_out, read_data
from deliberation.results.words import speaking
from deliberation.results.writers.csv import fused
from deliberation.surveys import actions, opening
from deliberation.surveys.models import FreeText, Sheet, TextState, find_survey
from deliberation.surveys.results import load_results
from tests.results import around_scene as scene
from tests.results.test_archive import archived, end_phase, files_of, folder, kept
from tests.results.test_archive import test_every_link_leads_somewhere_and_none_leads_out as follow_every_link
from tests.results.test_bringing_back import brought_back, readable


@pytest.fixture
def made(cast, app):
    shutil.rmtree(folder(app), ignore_errors=True)
    with speaking("de"):
        return scene.build(cast)


def words_of(content: bytes) -> str:
    return " ".join(html.fromstring(content.decode()).text_content().split())


def table_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


class TestPages:
    def test_own_pages_stand_there_with_what_everybody_saw_before(self, made):
        files = files_of(archived())
        assert "page-programm.html" in files
        assert "page-fragen.html" in files
        assert "page-noch-nicht.html" not in files
        page = html.fromstring(files["page-programm.html"].decode())
        assert page.xpath("string(//h1)") == "Programm der Tagung"
        assert page.xpath("string(//h2)") == "Vormittag"
        assert "Zuerst so." in words_of(files["page-programm.html"])
        [programm] = [one for one in json.loads(files["data.json"])["pages"] if one["address"] == "programm"]
        assert programm["body"] == scene.BODY
        assert [one["body"] for one in programm["editions"]] == ["Zuerst so."]

    def test_twins_news_and_places_come_along(self, made):
        files = files_of(archived())
        fragen, programm = json.loads(files["data.json"])["pages"]
        assert (programm["easy"], programm["news_on"], programm["in_footer"], programm["position"]) == (
            scene.EASY, "2026-11-20", False, 9,
        )  # fmt: skip
        assert (fragen["easy"], fragen["news_on"], fragen["in_footer"]) == ("", None, True)
        assert [one["easy"] for one in programm["editions"]] == ["Das war.\nFrüher."]
        page = html.fromstring(files["page-programm.html"].decode())
        assert page.xpath("//h2[.='Leichte Sprache']/following-sibling::div[@class='easy'][1]/p/text()") == [
            "Am Vormittag reden wir.", "Dann essen wir.",
        ]  # fmt: skip
        assert page.xpath("//details/div[@class='easy']/p/text()") == ["Das war.", "Früher."]
        assert "Aktuelles, 20. November 2026" in words_of(files["page-programm.html"])
        assert "Leichte Sprache" not in words_of(files["page-fragen.html"])

    def test_links_stay_inside_and_other_addresses_are_written_out(self, made):
        files = files_of(archived())
        page = html.fromstring(files["page-programm.html"].decode())
        links = page.xpath("//*[@class='prose']//a/@href")
        assert links == ["thesis-3.html", "page-fragen.html"]
        words = words_of(files["page-programm.html"])
        assert "die Anfahrt (https://anfahrt.example/?von=a&nach=b)." in words
        assert "tagung@example.org;" in words
        assert "(tagung@example.org)" not in words

    def test_words_of_a_page_are_never_a_page_themselves(self, cast, made):
        words = PageWords("<b>Fett", "<script>x</script> ![Bild](https://b.example/b.png)", True)
        pages.create_page(cast.otto, cast.declaration, words)
        db.session.commit()
        files = files_of(archived())
        page = files["page-b-fett.html"].decode()
        assert "<script" not in page
        assert "<img" not in page
        assert "<b>" not in page


class TestTables:
    def test_hands_are_sums_apart_from_stances(self, made):
        files = files_of(archived())
        [row] = table_of(files["tables.csv"])
        assert row == {
            "thesis": "3", "paragraph": "1", "tables": "2", "present": "10", "carry": "4", "change": "4", "unclear": "1",
            "against": "1",
        }  # fmt: skip
        data = json.loads(files["data.json"])
        [hands] = data["hands"]
        assert hands == {name: int(value) for name, value in row.items() if name not in ("thesis", "paragraph")} | {
            "thesis": "3", "paragraph": hands["paragraph"],
        }  # fmt: skip
        assert data["stances"] == []
        words = words_of(files["tables.html"])
        assert "2 Tische, 10 Personen" in words
        assert "10 Hände gehoben" in words
        assert "gehen sie nicht ein" in words
        # Which table said it, and when, stands nowhere.
        assert "Tisch 4" not in words


class TestSurveys:
    def test_results_have_the_words_and_figures_of_their_page(self, made, client):
        page = html.fromstring(client.get(f"/d/erklaerung/survey/{made.survey.number}/results").text)
        kept_page = html.fromstring(files_of(archived())[f"survey-{made.survey.number}.html"].decode())

        def lines(tree, path):
            return [" ".join(one.text_content().split()) for one in tree.xpath(path)]

        headlines = lines(page, "//*[contains(@class,'survey__result')]")
        assert lines(kept_page, "//section/*[self::h2 or self::h3]") == headlines
        assert headlines[0] == "Die Hälfte arbeitet damit."
        bars = [one.replace(" ", "") for one in lines(page, "//*[@class='answers']/li")]
        assert [one.replace(" ", "") for one in lines(kept_page, "//*[@class='shares']/li")] == bars
        assert lines(kept_page, "//section/p[@class='small'][starts-with(., 'n =')]") == lines(
            page, "//section/p[starts-with(., 'n =')]"
        )
        assert lines(kept_page, "//dl[@class='told']//dd") == lines(page, "//dl[contains(@class,'facts')]/dd")
        assert "Mehr Zeit." in kept_page.text_content()
        assert kept_page.xpath("//section//a/@href") == ["thesis-3.html"]

    def test_table_is_the_one_that_everybody_gets(self, made, client):
        files = files_of(archived())
        for survey in (made.survey, made.brought):
            assert files[f"survey-{survey.number}.csv"] == client.get(f"/d/erklaerung/survey/{survey.number}/results.csv").data
        assert table_of(files[f"survey-{made.survey.number}-texts.csv"]) == [{"question": "6", "text": "Mehr Zeit."}]
        rows = table_of(files[f"survey-{made.brought.number}.csv"])
        assert [(fused(row["answer_words"]), row["percent"], row["count"]) for row in rows] == [
            ("Akte", "62,5", ""), ("=Kalender", "37,5", ""),
        ]  # fmt: skip

    def test_of_few_answers_only_their_number_is_told(self, made):
        [survey] = [one for one in json.loads(files_of(archived())["data.json"])["surveys"] if not one["source"]]
        few = survey["questions"][4]
        assert (few["words"], few["n"], few["answers"], few["mean"]) == ("Und selten?", 3, [], None)
        assert few["headline"] == "Zu wenige Antworten für ein Bild."

    def test_figures_from_elsewhere_say_where_they_are_from(self, made):
        words = words_of(files_of(archived())[f"survey-{made.brought.number}.html"])
        assert "Bericht 2023, Seite 12" in words
        assert "Dezember 2021 bis Februar 2022" in words
        assert "62,5 %" in words


class TestEverything:
    def test_every_link_leads_somewhere(self, cast, made):
        follow_every_link(cast)

    def test_secrets_are_in_no_file(self, made):
        everything = "\n".join(content.decode("utf-8", "replace") for content in files_of(archived()).values())
        assert [secret for secret in scene.SECRETS if secret in everything] == []
        assert "99" not in json.dumps(json.loads(files_of(archived())["data.json"])["hands"])

    def test_start_page_leads_to_each_and_columns_are_explained(self, made):
        files = files_of(archived())
        links = html.fromstring(files["index.html"].decode()).xpath("//main//a/@href")
        wanted = {"page-programm.html", "page-fragen.html", "tables.html", "survey-1.html", "survey-2.html"}
        assert wanted <= set(links)
        columns = files["COLUMNS.txt"].decode()
        for name in ("tables.csv", "survey-1.csv", "survey-1-texts.csv"):
            for column in table_of(files[name])[0]:
                assert f"\n{column}: " in columns, (name, column)
        listed = files["SHA256SUMS"].decode()
        assert all(f"  {name}\n" in listed for name in files if name != "SHA256SUMS")
        assert "survey-1.csv" in files["README.txt"].decode()

    def test_parts_are_those_that_the_reader_knows(self, made):
        data = json.loads(files_of(archived())["data.json"])
        assert tuple(data) == PARTS
        with speaking("de"):
            assert set(meanings()) <= set(PARTS)

    def test_without_any_of_it_nothing_is_said_about_it(self, cast):
        files = files_of(archived())
        assert not [name for name in files if name.startswith(("page-", "survey-", "tables"))]
        assert "Rund um die Erklärung" not in files["index.html"].decode()
        assert "Umfrage" not in files["COLUMNS.txt"].decode()


# --- what was taken back ------------------------------------------------------------------------------------------


def page_hidden(cast, made):
    pages.change_page(cast.otto, made.page, PageWords(made.page.title, made.page.body, False, False), made.page.edition)


def twin_changed(cast, made):
    """Rows of somebody who repaired something by hand: even then words are gone with what held them."""
    made.page.easy = "Anders."
    pages.change_page(cast.otto, made.page, replace(pages.to_words(made.page), position=1), made.page.edition)


def results_taken_back(cast, made):
    opening.unpublish(cast.otto, made.survey)


def brought_figures_removed(cast, made):
    opening.unpublish(cast.otto, made.brought)
    actions.remove_survey(cast.otto, made.brought)


def text_kept_back(cast, made):
    [text] = [one for one in opening.load_texts(cast.otto, made.survey) if one.body == "Mehr Zeit."]
    opening.review_text(cast.otto, made.survey, text, TextState.KEPT_BACK)


def headline_changed(cast, made):
    actions.change_headline(cast.otto, made.survey, made.survey.questions[0], "Anders gesagt.")


def frame_changed(cast, made):
    actions.change_frame(cast.otto, made.survey, actions.Frame("Ein anderer Titel"))


def hands_taken_back(cast, made):
    protocols.take_back(made.other, made.protocol)


@pytest.mark.parametrize("deed", [page_hidden, twin_changed, results_taken_back, brought_figures_removed, text_kept_back,
                                  headline_changed, frame_changed, hands_taken_back])  # fmt: skip
def test_what_was_taken_back_is_in_no_kept_archive(cast, app, client, made, deed):
    end_phase(app, cast)
    assert client.get("/d/erklaerung/archive/1.zip").status_code == 200
    deed(cast, made)
    db.session.commit()
    # At once, before any job has run.
    assert client.get("/d/erklaerung/archive/1.zip").status_code == 404
    keep_snapshots(app)
    keep_snapshots(app)
    assert kept() == [2]


def test_what_only_comes_on_top_withdraws_nothing(cast, app, client, made):
    end_phase(app, cast)
    pages.change_page(cast.otto, made.page, PageWords("Noch anders", "Ganz neu.", True, True, easy="Neu."), made.page.edition)
    opening.publish(cast.otto, made.hidden)
    cast.declaration.phase = Phase.ANNOTATING
    db.session.commit()
    scene.enter(cast, made.who, "k9")
    keep_snapshots(app)
    assert kept() == [1]
    assert client.get("/d/erklaerung/archive/1.zip").status_code == 200


# --- the way back -------------------------------------------------------------------------------------------------


def test_all_of_it_comes_back_as_it_was(cast, made, client):
    before = files_of(brought_back(cast))
    after = files_of(archived("zweite"))
    assert before.keys() == after.keys()
    # Links that organisers wrote go on leading where they led.
    for name in before.keys() - {"SHA256SUMS", "document.pdf", "page-programm.html"}:
        now = readable(name, after[name], "zweite").replace("/d/erklaerung", "/d/X")
        assert readable(name, before[name], "erklaerung") == now, name
    for address in ("page/programm", "page/programm/editions", "tables", "survey", "survey/1/results", "survey/2/results"):
        assert client.get(f"/d/zweite/{address}").status_code == 200, address
    page = client.get("/d/zweite").text
    assert "/d/zweite/page/programm" in page
    assert "/d/zweite/survey" in page
    assert "/d/zweite/tables" in page


def test_menu_footer_and_news_are_those_of_before(cast, made):
    before = [list(getattr(cast.declaration, name)) for name in ("menu", "footer", "latest")]
    brought_back(cast)
    declaration = find_declaration("zweite")
    assert before == [list(getattr(declaration, name)) for name in ("menu", "footer", "latest")]
    assert before == [
        [["programm", "Programm der Tagung"]], [["fragen", "Fragen"]], [["programm", "Programm der Tagung", "2026-11-20"]],
    ]  # fmt: skip


def test_single_answers_and_single_tables_do_not_come_along(cast, made):
    brought_back(cast)
    declaration = find_declaration("zweite")
    assert count_rows(Sheet.id) == count_rows(TableProtocol.id) == 0
    assert [one.body for one in db.session.scalars(db.select(FreeText))] == ["Mehr Zeit."]
    assert not find_survey(declaration, 1).has_answers
    with speaking("de"):
        assert load_results(Guest(), find_survey(declaration, 1)).results[0].headline == "Die Hälfte arbeitet damit."
    [hands] = load_hands(Guest(), declaration)
    assert (hands.tables, hands.present, hands.carry) == (2, 10, 4)
    assert count_rows(Page.id) == 2


def test_tables_that_meet_later_count_on_top(cast, made):
    brought_back(cast)
    cast.declaration = find_declaration("zweite")
    cast.declaration.phase = Phase.ANNOTATING
    cast.otto = Operator()
    scene.enter(cast, scene.table(cast), "later")
    [hands] = load_hands(Guest(), cast.declaration)
    assert (hands.tables, hands.present) == (3, 17)


def old(data):
    """As archives were before there were such things."""
    for part in ("easy", "pages", "files", "hands", "surveys"):
        del data[part]


def test_archives_from_before_are_read_as_ever(cast, made):
    data = read_data(archived())
    old(data)
    remove(find_declaration("erklaerung"))
    db.session.commit()
    import_archive(Operator(), data, "zweite")
    db.session.commit()
    assert count_rows(Page.id) == 0
    assert left_out(data) == []


def test_pages_of_before_there_were_twins_and_news_have_none(cast, made):
    data = read_data(archived())
    for page in data["pages"]:
        for name in ("easy", "news_on", "in_footer", "position"):
            del page[name]
        for one in page["editions"]:
            del one["easy"]
    remove(find_declaration("erklaerung"))
    db.session.commit()
    declaration = import_archive(Operator(), data, "zweite")
    db.session.commit()
    assert {(one.easy, one.news_on, one.in_footer, one.position) for one in db.session.scalars(db.select(Page))} == {
        ("", None, False, 0)
    }
    assert (declaration.footer, declaration.latest) == ([], [])


def test_what_does_not_come_along_is_said(made):
    data = read_data(archived())
    assert [what for what, _details in left_out(data)] == ["answers", "protocols"]
    data["files"] = [{"name": "saal.jpg"}]
    assert [what for what, _details in left_out(data)] == ["answers", "protocols", "files"]
    data["choirs"] = []
    assert left_out(data)[-1] == ("unknown", {"names": "choirs"})


def question(data, **more):
    data["surveys"][0]["questions"][0].update(more)


HUGE = 10**3000
SPOILT = {
    "page address": lambda data: data["pages"][0].update(address="../x"),
    "page twice": lambda data: data["pages"].append(data["pages"][0]),
    "page without words": lambda data: data["pages"][0].pop("body"),
    "page too long": lambda data: data["pages"][0].update(body="a" * 40_001),
    "page day": lambda data: data["pages"][0].update(day="gestern"),
    "pages": lambda data: data.update(pages={"a": 1}),
    "page twin too long": lambda data: data["pages"][0].update(easy="a" * 40_001),
    "page position": lambda data: data["pages"][0].update(position=HUGE),
    "page position in words": lambda data: data["pages"][0].update(position="1"),
    "page news": lambda data: data["pages"][0].update(news_on="morgen"),
    "too many pages": lambda data: data.update(pages=[{**data["pages"][0], "address": f"p{n}"} for n in range(61)]),
    "hands nowhere": lambda data: data["hands"][0].update(paragraph=99),
    "more hands than people": lambda data: data["hands"][0].update(carry=11),
    "negative hands": lambda data: data["hands"][0].update(carry=-1),
    "huge hands": lambda data: data["hands"][0].update(present=HUGE),
    "hands in words": lambda data: data["hands"][0].update(carry="4"),
    "survey twice": lambda data: data["surveys"].append(data["surveys"][0]),
    "survey number": lambda data: data["surveys"][0].update(number=HUGE),
    "survey never published": lambda data: data["surveys"][0].update(published=None),
    "entry": lambda data: data["surveys"][0].update(entry="friends"),
    "people": lambda data: data["surveys"][0].update(people=-1),
    "kind": lambda data: question(data, kind="section"),
    "count": lambda data: question(data, answers=[{"key": "1", "words": "Ja", "count": HUGE, "percent": 1}]),
    "key": lambda data: question(data, answers=[{"key": "77", "words": "Ja", "count": 1, "percent": 1}]),
    "percent": lambda data: question(data, answers=[{"key": "1", "words": "Ja", "count": None, "percent": float("nan")}]),
    "bounds": lambda data: question(data, kind="number", low=5, high=5),
    "quartiles": lambda data: question(data, quartiles=[1, 2]),
    "thesis": lambda data: question(data, theses=["99"]),
    "options": lambda data: question(data, options=[[1, "a"], [1, "b"]]),
    "words": lambda data: question(data, words=None),
}


@pytest.mark.parametrize("where", SPOILT)
def test_what_does_not_fit_together_is_refused(cast, made, where):
    data = copy.deepcopy(read_data(archived()))
    remove(find_declaration("erklaerung"))
    db.session.commit()
    SPOILT[where](data)
    with pytest.raises(ArchiveRefused):
        import_archive(Operator(), data, "zweite")
    db.session.rollback()


def test_words_from_a_strange_file_are_made_safe(cast, made, client):
    data = read_data(archived())
    remove(find_declaration("erklaerung"))
    db.session.commit()
    bad = "<script>alert(1)</script>\x00 [x](javascript:alert(1))"
    data["pages"][0].update(title=bad, body=bad)
    data["surveys"][0].update(title=bad, intro=bad)
    question(data, words=bad, headline=bad, is_own_headline=True)
    import_archive(Operator(), data, "zweite")
    db.session.commit()
    for address in ("page/" + data["pages"][0]["address"], "survey/1", "survey/1/results", "survey", ""):
        page = client.get(f"/d/zweite/{address}".rstrip("/"))
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert 'href="javascript' not in page.text

"""Programs read what everybody reads around the text: published surveys, hands of tables, shown pages. Nobody gets more of it."""

import pytest

from deliberation.clock import today
from deliberation.database import db
from deliberation.meetings import protocols
from deliberation.pages import actions as pages
from deliberation.pages.actions import PageWords
from deliberation.permissions import Access
from deliberation.results.words import speaking
from deliberation.surveys import opening
from tests import builders
from tests.api.program import AT, Program, program_of
from tests.results import around_scene as scene

ADDRESSES = ("surveys", "surveys/1", "hands", "pages", "pages/programm")


@pytest.fixture
def made(cast):
    with speaking("de"):
        return scene.build(cast)


def programs(app, cast):
    return [Program(app), *(program_of(app, one) for one in (cast.ada, cast.mira, cast.otto))]


def test_published_surveys_stand_in_a_list(app, made):
    items = Program(app).get(f"{AT}/surveys").json["items"]
    assert [(one["title"], one["people"], one["source"]) for one in items] == [
        ("Digitalisierung", 8, ""), ("Umfrage 2021/22", 1338, "Bericht 2023, Seite 12"),
    ]  # fmt: skip
    assert items[0]["url"] == "http://localhost/d/erklaerung/survey/1/results"


def test_results_have_the_words_and_figures_of_the_page(app, made, client):
    found = Program(app).get(f"{AT}/surveys/1").json
    assert found["published"] == today().isoformat()
    assert ["Wer gefragt wurde", "Alle im Team"] in found["method"]
    first, scale, hours, several, few, words = found["questions"]
    assert (first["section"], first["headline"], first["is_own_headline"]) == ("Zur Arbeit", "Die Hälfte arbeitet damit.", True)
    assert [(one["words"], one["count"], one["percent"]) for one in first["answers"]] == [("Ja", 4, 50), ("Nein", 4, 50)]
    assert first["theses"] == ["3"]
    assert scale["answers"][0]["words"] == "Stimme voll zu"
    assert (scale["n"], scale["unable"]) == (6, 2)
    assert (hours["mean"], len(hours["quartiles"]), hours["unit"]) == (17.5, 3, "Stunden")
    assert [one["percent"] for one in several["answers"]] == [100, 0]
    assert (few["n"], few["answers"]) == (3, [])
    assert words["texts"] == ["Mehr Zeit."]
    page = client.get("/d/erklaerung/survey/1/results").text
    assert all(one["headline"] in page for one in found["questions"])
    brought = Program(app).get(f"{AT}/surveys/2").json["questions"][0]
    assert [(one["count"], one["percent"]) for one in brought["answers"]] == [(None, 62.5), (None, 37.5)]


def test_hands_are_sums_and_no_stances(app, made):
    found = Program(app).get(f"{AT}/hands").json
    [hands] = found["items"]
    assert {name: hands[name] for name in ("full_number", "tables", "present", "carry", "change", "unclear", "against")} == {
        "full_number": "3.1", "tables": 2, "present": 10, "carry": 4, "change": 4, "unclear": 1, "against": 1,
    }  # fmt: skip
    assert hands["url"] == "http://localhost/d/erklaerung/3/1"
    assert found["note"].startswith("Mitgemacht hat, wer wollte.")
    assert Program(app).get(f"{AT}/results").json["theses"][3]["paragraphs"][0]["stances"] is None


def test_shown_pages_come_in_markdown_with_what_stood_there(app, made):
    items = Program(app).get(f"{AT}/pages").json["items"]
    assert [(one["address"], one["in_menu"], one["news_on"]) for one in items] == [
        ("fragen", False, None), ("programm", True, "2026-11-20"),
    ]  # fmt: skip
    page = Program(app).get(f"{AT}/pages/programm").json
    assert page["body"] == scene.BODY
    assert (page["easy"], page["news_on"]) == (scene.EASY, "2026-11-20")
    assert [(one["title"], one["body"], one["easy"]) for one in page["editions"]] == [
        ("Programm", "Zuerst so.", "Das war.\nFrüher."),
    ]  # fmt: skip
    assert page["url"] == "http://localhost/d/erklaerung/page/programm"


def test_what_is_not_public_is_there_for_nobody(app, cast, made):
    """For organisers neither, who see it on their pages."""
    for program in programs(app, cast):
        for number in (made.hidden.number, made.draft.number, 99):
            assert program.get(f"{AT}/surveys/{number}").status_code == 404
        for address in ("noch-nicht", "gibt-es-nicht"):
            assert program.get(f"{AT}/pages/{address}").status_code == 404
        everything = " ".join(program.get(f"{AT}/{address}").text for address in ADDRESSES)
        assert [secret for secret in scene.SECRETS if secret in everything] == []


def test_what_is_taken_back_is_gone(app, cast, made):
    opening.unpublish(cast.otto, made.survey)
    pages.change_page(cast.otto, made.page, PageWords("Programm", "Weg.", False, True), made.page.edition)
    protocols.take_back(made.other, made.protocol)
    db.session.commit()
    for program in programs(app, cast):
        assert program.get(f"{AT}/surveys/1").status_code == 404
        assert [one["number"] for one in program.get(f"{AT}/surveys").json["items"]] == [2]
        assert program.get(f"{AT}/pages/programm").status_code == 404
        assert [one["present"] for one in program.get(f"{AT}/hands").json["items"]] == [7]


def test_private_declaration_keeps_it_to_its_members(app, cast, made):
    cast.declaration.access = Access.PRIVATE
    db.session.commit()
    stranger = program_of(app, builders.make_user("fremd"))
    for address in ADDRESSES:
        assert Program(app).get(f"{AT}/{address}").status_code == stranger.get(f"{AT}/{address}").status_code == 404
        assert program_of(app, cast.ada).get(f"{AT}/{address}").status_code == 200, address


@pytest.mark.parametrize("address", ["surveys/0", f"surveys/{10**30}", "surveys/eins", "pages/%00", "pages/" + "a" * 3000])
def test_what_cannot_be_meant_is_not_found(app, cast, address):
    assert Program(app).get(f"{AT}/{address}").status_code in (400, 404)


def test_nothing_new_is_told_in_one_line(app, made):
    for address in ADDRESSES:
        first = Program(app).get(f"{AT}/{address}")
        assert Program(app).get(f"{AT}/{address}", If_None_Match=first.headers["ETag"]).status_code == 304


def test_where_nothing_is_lists_are_empty(app, cast):
    for address in ("surveys", "hands", "pages"):
        assert Program(app).get(f"{AT}/{address}").json["items"] == []

"""What became of contributions, on the results page and in every file."""

import json

import pytest
from lxml import html

from deliberation.annotations.actions import Contribution, post_reply
from deliberation.annotations.models import Kind, OutcomeValue, Status
from deliberation.annotations.outcomes import set_outcome
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations.models import find_declaration
from deliberation.permissions import Guest, Operator
from deliberation.results import words
from deliberation.results.exports import export
from deliberation.results.filters import Filters
from deliberation.results.summary import summarise
from deliberation.results.writers import WRITERS
from tests import builders
from tests.editions import scene as editions
from tests.results.scene import numbers, read_table, text_of

WHY = "Das steht schon in Absatz 1.1."


def ask(cast, at="3.1", kind=Kind.QUESTION, by="ada", body="Wer zahlt das?", **fields):
    return builders.annotate(getattr(cast, by), cast.declaration, at, body, kind, **fields)


def decide(cast, annotation, value, reason=WHY, edition=None):
    outcome = set_outcome(cast.otto, annotation, value, reason, edition)
    db.session.commit()
    return outcome


def summary(**filters):
    return summarise(Guest(), find_declaration("erklaerung"), Filters(**filters))


def file(file_format, **filters):
    made = export(
        Operator(), find_declaration("erklaerung"), file_format, Filters(**filters), "https://beratung.example"
    )
    return made.content


def rows(**filters):
    return {int(row["number"]): row for row in read_table(file("csv", **filters))}


@pytest.fixture
def decided(cast):
    """Two adopted in edition 2, one declined, one being looked at, one waiting."""
    found = [ask(cast, body=f"Frage {n}?") for n in range(5)]
    editions.publish(cast.declaration, editions.reworded(editions.text(cast.declaration), "3.1", "Ganz neu."))
    for annotation, value, edition in zip(
        found,
        (OutcomeValue.ADOPTED, OutcomeValue.ADOPTED, OutcomeValue.DECLINED, OutcomeValue.IN_REVIEW),
        (2, 2, None, None),
        strict=False,
    ):
        decide(cast, annotation, value, WHY if value is not OutcomeValue.IN_REVIEW else "", edition)
    return found


def test_the_table_says_what_became_of_each(cast, decided):
    practice = ask(cast, kind=Kind.PRACTICE)
    reply = post_reply(cast.ben, decided[0], Contribution(body="Ja.", form_key="r"))
    db.session.commit()
    found = {number: (row["outcome"], row["outcome_reason"]) for number, row in rows().items()}
    assert found == {
        decided[0].number: ("adopted", WHY),
        decided[1].number: ("adopted", WHY),
        decided[2].number: ("declined", WHY),
        decided[3].number: ("in_review", ""),
        decided[4].number: ("received", ""),
        practice.number: ("", ""),
        reply.number: ("", ""),
    }


def test_only_the_latest_outcome_is_in_the_table(cast):
    question = ask(cast)
    decide(cast, question, OutcomeValue.DECLINED, "Nein, und zwar deshalb.")
    decide(cast, question, OutcomeValue.PARTLY, "Doch, zum Teil.")
    assert rows()[question.number]["outcome_reason"] == "Doch, zum Teil."
    assert len(rows()) == 1


def test_a_reason_that_looks_like_a_formula_is_defused(cast):
    question = ask(cast)
    decide(cast, question, OutcomeValue.DECLINED, "=1+1 ist keine Begründung.")
    assert b"'=1+1 ist" in file("csv")
    assert rows()[question.number]["outcome_reason"] == "=1+1 ist keine Begründung."


def test_what_is_not_shown_is_in_no_file_with_its_reason(cast, client):
    question = ask(cast)
    decide(cast, question, OutcomeValue.DECLINED, "Diese Begründung steht nirgends.")
    post_reply(cast.ben, question, Contribution(body="Schade.", form_key="r"))
    question.status = Status.HIDDEN
    db.session.commit()
    assert rows()[question.number]["outcome"] == ""
    for file_format in WRITERS:
        assert "Diese Begründung" not in text_of(file(file_format)), file_format
    assert "Diese Begründung" not in client.get("/d/erklaerung/results").text
    assert summary().expecting == 0


def test_page_and_files_count_the_same(cast, decided, client):
    with words.speaking("de"):
        wanted = words.outcome_rows(summary())
    assert wanted == [
        ("Übernommen", "2"), ("Teilweise übernommen", "0"), ("Nicht übernommen", "1"), ("In Prüfung", "1"),
        ("Eingegangen", "1"),
    ]  # fmt: skip
    tree = html.fromstring(client.get("/d/erklaerung/results").text)
    box = tree.xpath("//section[@aria-labelledby='ergebnisse']//dl/div")
    assert [(" ".join(one.xpath("string(dt)").split()), one.xpath("string(dd)")) for one in box] == wanted
    markdown = file("md").decode()
    page = html.fromstring(file("html").decode())
    cells = {(row.xpath("string(th)"), row.xpath("string(td)")) for row in page.xpath("//tr[th][count(td)=1]")}
    for name, count in wanted:
        assert f"| {name} | {count} |" in markdown
        assert (name, count) in cells
    assert json.loads(file("json"))["outcomes"] == {
        "adopted": 2, "partly": 0, "declined": 1, "in_review": 1, "received": 1,
    }  # fmt: skip


def test_what_was_decided_last_is_told_first_with_its_reason(cast, decided, client):
    with frozen_at(now().replace(year=now().year + 1)):
        decide(cast, decided[2], OutcomeValue.PARTLY, "Später doch zum Teil.")
    assert numbers(summary().decided) == [decided[2].number, decided[1].number, decided[0].number]
    section = html.fromstring(client.get("/d/erklaerung/results").text).xpath("//section[@aria-labelledby='outcomes']")
    assert "Übernommen in Fassung 2" in section[0].text_content()
    assert "Später doch zum Teil." in section[0].text_content()
    for content in (file("md").decode(), html.fromstring(file("html").decode()).text_content()):
        assert "Später doch zum Teil." in content
        assert "Übernommen in Fassung 2" in content


def test_reasons_are_no_markup_in_any_file(cast):
    decide(cast, ask(cast), OutcomeValue.DECLINED, "<b>fett</b> und [Verweis](https://example.org) *stark*")
    assert "\\<b\\>fett" in file("md").decode()
    assert "&lt;b&gt;fett" in file("html").decode()


def test_long_lists_show_their_beginning_and_all_on_request(cast, client):
    for _number in range(12):
        decide(cast, ask(cast), OutcomeValue.DECLINED)

    def shown(address):
        return len(html.fromstring(client.get(address).text).xpath("//section[@aria-labelledby='outcomes']//ul/li"))

    assert shown("/d/erklaerung/results") < 12
    assert shown("/d/erklaerung/results?all=outcomes") == 12
    assert "Die ersten 10 von 12." in file("md").decode()


def test_filters_reach_what_became_of_them_too(cast, decided):
    other = ask(cast, "1.1", kind=Kind.OBJECTION)
    decide(cast, other, OutcomeValue.DECLINED)
    assert dict(summary(thesis="1").outcomes)[OutcomeValue.DECLINED] == 1
    assert summary(thesis="1").expecting == 1
    assert summary(kind=Kind.OBJECTION).expecting == 1
    assert summary().expecting == 6


def test_without_such_contributions_nothing_is_said(cast, client):
    ask(cast, kind=Kind.PRACTICE)
    assert "Was wurde daraus?" not in client.get("/d/erklaerung/results").text
    assert "Noch wartet niemand auf eine Antwort." in file("md").decode()
    assert "Noch wartet niemand auf eine Antwort." in file("html").decode()


def test_organisers_get_from_the_number_to_the_list(cast, decided, client):
    assert "/d/erklaerung/outcomes" not in client.get("/d/erklaerung/results").text
    assert "/outcomes" not in client.sign_in(cast.ada).get("/d/erklaerung/results").text
    page = html.fromstring(client.sign_in(cast.otto).get("/d/erklaerung/results").text)
    [link] = page.xpath("//section[@aria-labelledby='ergebnisse']//a")
    assert (link.text, link.get("href")) == ("1 ohne Antwort bearbeiten", "/d/erklaerung/outcomes?tab=open")


def test_the_columns_are_explained(cast):
    readme = export(Operator(), find_declaration("erklaerung"), "csv").readme
    for value in OutcomeValue:
        assert f"{value.value} (" in readme
    assert "noch leer" not in readme.split("outcome:")[1].split("origin:")[0]

"""Counts belong to the words they were given on: each edition has its own."""

import json

import pytest
from lxml import html

from deliberation.annotations.actions import Contribution, post_reply
from deliberation.annotations.models import Kind
from deliberation.database import db
from deliberation.declarations.models import find_declaration
from deliberation.permissions import Guest, Operator
from deliberation.results import words
from deliberation.results.exports import export
from deliberation.results.filters import Filters
from deliberation.results.summary import summarise
from tests import builders
from tests.counting import count_queries
from tests.editions import scene as editions
from tests.results.scene import give_stances, read_table


def summary(**filters):
    return summarise(Guest(), find_declaration("erklaerung"), Filters(**filters))


def thesis(found, number):
    return next(one for one in found.theses if one.number == number)


def paragraph(found, number):
    return next(one for each in found.theses for one in each.paragraphs if one.full_number == number)


def file(file_format, **filters):
    return export(
        Operator(), find_declaration("erklaerung"), file_format, Filters(**filters), "https://x.example"
    ).content


def rows(**filters):
    return {int(row["number"]): row for row in read_table(file("csv", **filters))}


def next_edition(cast, change):
    editions.publish(cast.declaration, change(editions.text(cast.declaration)))
    return find_declaration("erklaerung")


@pytest.fixture
def reworded(cast):
    """Stances on 3.1 in both its wordings, on 3.2 and on thesis 1 that stayed as they were, and on thesis 3."""
    give_stances(cast.declaration, "3.1", 6, 0, 0, 4)
    give_stances(cast.declaration, "3.2", 0, 7)
    give_stances(cast.declaration, "1", 12)
    give_stances(cast.declaration, "3", 5)
    declaration = next_edition(cast, lambda text: editions.reworded(text, "3.1", "Schutz braucht Menschen."))
    give_stances(declaration, "3.1", 11, 1)
    return declaration


def test_the_edition_in_force_has_the_stances_on_its_words(cast, reworded):
    found = summary()
    assert found.edition == 2
    assert paragraph(found, "3.1").opening == "Schutz braucht Menschen."
    assert paragraph(found, "3.1").stances.shares[0][1] == 11
    assert paragraph(found, "3.1").stances.n == 12
    assert paragraph(found, "3.2").stances.n == 7
    assert thesis(found, "1").stances.n == 12
    # Its text changed: the stances on the thesis as it was do not count for it.
    assert thesis(found, "3").stances.n == 0
    assert found.figures.stances == 12 + 7 + 12


def test_the_edition_before_keeps_exactly_its_own(cast, reworded):
    found = summary(edition=1)
    assert found.edition == 1
    assert paragraph(found, "3.1").opening.startswith("Eine Inobhutnahme ist keine Dienstleistung.")
    assert (paragraph(found, "3.1").stances.carry, paragraph(found, "3.1").stances.against) == (6, 4)
    assert paragraph(found, "3.2").stances.n == 7
    assert thesis(found, "3").stances.n == 5
    assert found.figures.stances == 10 + 7 + 12 + 5


def test_files_and_page_say_whose_stances_they_show(cast, reworded, client):
    data = json.loads(file("json", edition=1))
    assert (data["edition"], data["edition_in_force"]) == (1, 2)
    [third] = [one for one in data["theses"] if one["number"] == "3"]
    assert third["paragraphs"][0]["stances"] == {"carry": 6, "change": 0, "unclear": 0, "against": 4, "n": 10}
    assert json.loads(file("json"))["edition"] == 2
    markdown = file("md", edition=1).decode()
    assert "Text von Fassung 1, in Kraft ist 2" in markdown
    assert "Haltungen zum Text von Fassung 1" in markdown
    assert "Haltungen zum Text von Fassung 2" in client.get("/d/erklaerung/results").text


def test_with_one_edition_nobody_is_bothered_with_its_number(cast):
    with words.speaking("de"):
        names = [name for name, _value in words.figure_rows(summary())]
    assert "Haltungen zu Thesen und Absätzen" in names


def test_a_heading_reads_as_it_did_then(cast):
    from dataclasses import replace

    def rename(text):
        return replace(
            text, theses=tuple(replace(t, heading="Ganz anders") if t.number == "3" else t for t in text.theses)
        )

    next_edition(cast, rename)
    assert thesis(summary(), "3").heading == "Ganz anders"
    assert thesis(summary(edition=1), "3").heading == "Schutz ist kein Service"


def test_a_paragraph_that_moved_has_its_stances_in_both_places(cast):
    give_stances(cast.declaration, "3.2", 8)
    next_edition(cast, lambda text: editions.moved(text, "3.2", "1.1"))
    assert paragraph(summary(), "1.1a").stances.n == 8
    assert paragraph(summary(edition=1), "3.2").stances.n == 8


def test_a_paragraph_that_was_taken_out_is_in_the_text_that_had_it(cast):
    give_stances(cast.declaration, "3.2", 8)
    next_edition(cast, lambda text: editions.removed(text, "3.2"))
    assert [one.full_number for one in thesis(summary(), "3").paragraphs] == ["3.1"]
    assert summary().figures.stances == 0
    assert paragraph(summary(edition=1), "3.2").stances.n == 8


def test_an_edition_that_does_not_exist_has_nothing_written_to_it(cast):
    builders.annotate(cast.ada, cast.declaration)
    found = summary(edition=7)
    assert (found.edition, found.items) == (1, ())


# Where contributions stand


def test_contributions_stand_where_they_are_read_now(cast):
    moved = builders.annotate(cast.ada, cast.declaration, "3.1", sentences=[2])
    reply = post_reply(cast.ben, moved, Contribution(body="Ja.", form_key="r"))
    whole = builders.annotate(cast.ada, cast.declaration, "3.0", kind=Kind.PRACTICE)
    db.session.commit()
    text = editions.text(cast.declaration)
    first, second = editions.paragraph(text, "3.1").sentences
    text = editions.inserted(editions.reworded(text, "3.1", first), "1.1", "Davor.", second)
    editions.publish(cast.declaration, text)

    def place(row):
        return row["thesis"], row["paragraph"], row["sentence"]

    now = rows()
    assert place(now[moved.number]) == ("1", "1a", "2")
    assert place(now[reply.number]) == ("1", "1a", "")
    assert place(now[whole.number]) == ("3", "", "")
    then = rows(edition=1)
    assert place(then[moved.number]) == ("3", "1", "2")
    assert place(then[reply.number]) == ("3", "1", "")
    assert place(then[whole.number]) == ("3", "", "")
    assert set(rows(edition=1, thesis="3")) == {moved.number, reply.number, whole.number}
    assert set(rows(thesis="3")) == {whole.number}
    assert paragraph(summary(), "1.1a").contributions == 2
    assert paragraph(summary(edition=1), "3.1").contributions == 2


def test_of_words_in_doubt_no_sentence_is_named(cast):
    annotation = builders.annotate(cast.ada, cast.declaration, "3.1", sentences=[2])
    next_edition(
        cast, lambda text: editions.reworded(text, "3.1", "Neu davor.", "Sie braucht erfahrene Menschen.", "Danach.")
    )
    assert rows()[annotation.number]["sentence"] == ""
    assert rows(edition=1)[annotation.number]["sentence"] == "2"
    assert rows()[annotation.number]["edition"] == "1"


def test_a_reply_belongs_to_the_edition_in_which_it_was_written(cast):
    annotation = builders.annotate(cast.ada, cast.declaration, "3.2")
    next_edition(cast, lambda text: editions.moved(text, "3.2", "1.1"))
    db.session.refresh(annotation)
    reply = post_reply(cast.ben, annotation, Contribution(body="Ja.", form_key="r"))
    db.session.commit()
    assert set(rows(edition=1)) == {annotation.number}
    row = rows(edition=2)[reply.number]
    assert (row["thesis"], row["paragraph"]) == ("1", "1a")


def test_what_stands_on_words_that_are_gone_has_a_place_of_its_own_in_the_annex(cast):
    builders.annotate(cast.ada, cast.declaration, "3.2", body="Auf 3.2.")
    builders.annotate(cast.ada, cast.declaration, "3.0", body="Auf der These.")
    next_edition(cast, lambda text: editions.removed(text, "3.2"))
    markdown = file("md").decode()
    annex = markdown.split("## Anhang")[1]
    assert "### Absatz 3.2" in annex
    assert "### These 3" in annex


@pytest.mark.parametrize("edition", [None, 1])
@pytest.mark.parametrize("size", [2, 25])
def test_no_edition_costs_more_queries_than_its_budget(cast, reworded, edition, size):
    for _number in range(size):
        builders.annotate(cast.ada, cast.declaration, kind=Kind.QUESTION)
    declaration = find_declaration("erklaerung")
    db.session.commit()
    with count_queries() as queries:
        summarise(Guest(), declaration, Filters(edition=edition))
    assert queries.count <= 15


def test_the_file_of_an_old_edition_can_be_taken_from_the_dialog(cast, reworded, client):
    builders.annotate(cast.ada, cast.declaration)
    otto = client.sign_in(cast.otto)
    preview = otto.get("/d/erklaerung/export?preview=1&purpose=report&edition=1").text
    assert "Text von Fassung 1, in Kraft ist 2" in preview
    tree = html.fromstring(otto.get("/d/erklaerung/export.html?edition=1").text)
    assert "Anmerkungen und Haltungen zu Fassung 1" in tree.text_content()

"""The text with its annotations in place: each at the words it is about, in Word, on a page and on paper."""

import io
import re
import zipfile
from datetime import date
from typing import Any

import docx
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from deliberation.annotations.actions import Contribution, post_reply
from deliberation.annotations.models import Kind, ResponseKind, Status
from deliberation.annotations.responses import respond
from deliberation.annotations.tallies import VoteCounts
from deliberation.database import db
from deliberation.declarations.models import find_declaration
from deliberation.permissions import NotAllowed, Operator
from deliberation.results.annotated import ANNOTATED
from deliberation.results.annotated.marks import Mark, find_marks
from deliberation.results.annotated.model import Note, cut, load_annotated, to_notes
from deliberation.results.exports import export
from deliberation.results.filters import Filters, Names
from deliberation.results.items import Item
from tests import builders
from tests.editions import scene as editions
from tests.results import scene

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
LINES = (("Erstens dies. Und", "Zweitens das.", "Zweitens das."), ("Drittens mehr.",))


def item(number: int = 1, **fields: Any) -> Item:
    given_fields: dict[str, Any] = {
        "number": number, "thesis": "3", "paragraph": "1", "sentences": (), "edition": 1, "kind": Kind.OBJECTION,
        "parent": None, "root": number, "author": "Weide 27", "created": date(2026, 5, 1), "edited": None, "body": "Nein.",
        "quote": "", "wording": "", "is_quotable": False, "votes": VoteCounts(0, 0, 0), "status": Status.VISIBLE,
        "responses": (), "outcome": None, "outcome_reason": "", "outcome_edition": None, "outcome_day": None,
    }  # fmt: skip
    return Item(**given_fields | fields)


def said_on(cast: Any) -> dict[str, Any]:
    """One annotation of every sort on 3.1, and a conversation."""
    declaration = cast.declaration
    found = {
        "sentence": builders.annotate(cast.ada, declaration, body="Zum zweiten Satz.", sentences=[2]),
        "quote": builders.annotate(cast.ben, declaration, body="Zu einem Wort.", quote="Dienstleistung"),
        "paragraph": builders.annotate(cast.ada, declaration, body="Zum ganzen Absatz."),
        "thesis": builders.annotate(cast.ben, declaration, at="3.0", body="Zur ganzen These.", kind=Kind.OBJECTION),
    }
    found["reply"] = post_reply(cast.ben, found["sentence"], Contribution("Eine Antwort."))
    db.session.flush()
    found["deeper"] = post_reply(cast.ada, found["reply"], Contribution("Eine Antwort darauf."))
    respond(cast.mira, found["sentence"], ResponseKind.INQUIRY, "Wo genau?")
    db.session.commit()
    return found


def made(cast: Any, file_format: str, **filters: Any) -> bytes:
    declaration = find_declaration(cast.declaration.slug)
    return export(
        Operator(), declaration, f"annotated.{file_format}", Filters(**filters), "https://beratung.example"
    ).content


def commented(file: bytes) -> dict[str, str]:
    """The first line of each comment, and the words it stands at."""
    parts = zipfile.ZipFile(io.BytesIO(file))
    document = etree.fromstring(parts.read("word/document.xml"))
    comments = etree.fromstring(parts.read("word/comments.xml"))
    heads = {one.get(W + "id"): "".join(one.find(W + "p").itertext()) for one in comments}
    words: dict[str, str] = dict.fromkeys(heads, "")
    open_now: set[str] = set()
    for element in document.iter():
        if element.tag == W + "commentRangeStart":
            open_now.add(element.get(W + "id"))
        elif element.tag == W + "commentRangeEnd":
            open_now.remove(element.get(W + "id"))
        elif element.tag == W + "t":
            for one in open_now:
                words[one] += element.text
    assert not open_now
    return {heads[one]: words[one] for one in heads}


def test_in_word_every_comment_stands_at_the_words_it_is_about(cast):
    found = said_on(cast)
    at = {head.split(" · ")[0]: words for head, words in commented(made(cast, "docx")).items()}
    second, whole = "Sie braucht Menschen.", "Eine Inobhutnahme ist keine Dienstleistung. Sie braucht Menschen."
    assert at[found["sentence"].label] == at[found["reply"].label] == at[found["deeper"].label] == second
    assert at[f"Moderation, Nachfrage zu {found['sentence'].label}"] == second
    assert at[found["quote"].label] == "Dienstleistung"
    assert at[found["paragraph"].label] == whole
    assert at[found["thesis"].label] == "3. Schutz ist kein Service"


def test_in_word_replies_stand_below_what_opened_the_conversation(cast):
    said_on(cast)
    file = made(cast, "docx")
    parts = zipfile.ZipFile(io.BytesIO(file))
    comments = etree.fromstring(parts.read("word/comments.xml"))
    key_of = {c.findall(W + "p")[-1].get(W14 + "paraId"): "".join(c.itertext()) for c in comments}
    threads = etree.fromstring(parts.read("word/commentsExtended.xml"))
    below = {
        key_of[one.get(W15 + "paraId")]: key_of[one.get(W15 + "paraIdParent")]
        for one in threads
        if one.get(W15 + "paraIdParent")
    }
    assert len(threads) == len(comments) == 7
    assert len(below) == 3
    assert all("Zum zweiten Satz." in opened for opened in below.values())
    # Libraries that know nothing of threads read all of them.
    assert len(docx.Document(io.BytesIO(file)).comments) == 7


@pytest.mark.parametrize(
    ("names", "authors"),
    [
        (Names.PSEUDONYMS, {"Weide 27", "Linde 88"}),
        (Names.NUMBERS, {"Person 1", "Person 2"}),
        (Names.NONE, {"Anmerkung"}),
    ],
)
def test_behind_a_comment_stands_what_was_chosen_and_no_time_finer_than_a_day(cast, names, authors):
    said_on(cast)
    parts = zipfile.ZipFile(io.BytesIO(made(cast, "docx", names=names)))
    comments = etree.fromstring(parts.read("word/comments.xml"))
    found = {one.get(W + "author") for one in comments if "Moderation," not in "".join(one.itertext())}
    assert found == authors
    assert {one.get(W + "initials") for one in comments} == {"A"}
    everything = " ".join(parts.read(name).decode() for name in parts.namelist())
    assert set(re.findall(r"T(\d\d:\d\d:\d\d)", everything)) == {"00:00:00"}
    assert "example.org" not in everything
    if names is not Names.PSEUDONYMS:
        assert "Weide 27" not in everything


def test_the_page_marks_the_words_and_leads_from_them_to_the_annotation(cast):
    found = said_on(cast)
    tree = html.fromstring(made(cast, "html").decode())
    [paragraph] = tree.xpath("//*[@id='absatz-3-1']")
    marked = [mark.text_content() for mark in paragraph.xpath(".//mark")]
    assert marked == ["Dienstleistung", "Sie braucht Menschen."]
    for link in tree.xpath("//a[starts-with(@href, '#')]"):
        assert tree.xpath(f"//*[@id='{link.get('href')[1:]}']"), link.get("href")
    assert len(tree.xpath("//*[@id]")) == len({one.get("id") for one in tree.xpath("//*[@id]")})
    assert f"a-{found['deeper'].number}" in {one.get("id") for one in paragraph.xpath(".//*[@id]")}
    assert not tree.xpath("//script | //link | //img | //*[@style]")


def test_on_paper_the_document_is_tagged_and_says_the_same(cast):
    found = said_on(cast)
    file = pypdf.PdfReader(io.BytesIO(made(cast, "pdf")))
    text = " ".join(" ".join(page.extract_text() for page in file.pages).split())
    for one in found.values():
        assert one.label in text
    assert "Eine Antwort darauf." in text
    catalogue: Any = file.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == "de"
    assert file.metadata is not None
    assert not file.metadata.author
    assert b"pdfuaid:part" in catalogue["/Metadata"].get_object().get_data()


def test_every_file_says_which_words_may_be_quoted(cast):
    scene.annotate(cast.ada, cast.declaration, "Das darf zitiert werden.", is_quotable=True)
    scene.annotate(cast.ben, cast.declaration, "Das nicht.")
    tree = html.fromstring(made(cast, "html").decode())
    facts = [one.text_content() for one in tree.xpath("//*[contains(@class, 'voice__fact')]")]
    assert facts == ["Darf wörtlich zitiert werden, ohne Pseudonym"]
    assert "zitieren dürfen Sie nur" in tree.text_content()


def test_what_an_edition_took_out_keeps_its_annotations(cast):
    kept = builders.annotate(cast.ada, cast.declaration, at="3.2", body="Das fehlt dann.")
    text = editions.removed(editions.text(cast.declaration), "3.2")
    editions.publish(cast.declaration, text)
    db.session.commit()
    now = load_annotated(Operator(), find_declaration("erklaerung"))
    assert [note.lead.number for note in now.elsewhere] == [kept.number]
    assert [head.split(" · ")[0] for head in commented(made(cast, "docx"))] == [kept.label]
    then = load_annotated(Operator(), find_declaration("erklaerung"), Filters(edition=1))
    assert not then.elsewhere


def test_only_who_may_export_gets_it(cast, client):
    address = "/d/erklaerung/export.annotated.docx?names=numbers"
    assert client.sign_in(cast.otto).get(address).status_code == 200
    assert client.sign_in(cast.otto).get("/d/erklaerung/export.annotated.csv").status_code == 404
    with pytest.raises(NotAllowed):
        export(cast.ada, cast.declaration, "annotated.docx")


@pytest.mark.any_engine
def test_a_quote_that_stands_there_twice_is_not_guessed():
    assert find_marks(LINES, item(quote="Zweitens das."), 1) == ()
    assert find_marks(LINES, item(quote="Zweitens das.", sentences=(3,)), 1) == (Mark(0, 32, 45),)
    assert find_marks(LINES, item(quote="Drittens"), 1) == (Mark(1, 0, 8),)
    # In another edition nobody has said that these are the words that were meant.
    assert find_marks(LINES, item(quote="Drittens", edition=1), 2) == ()
    assert find_marks(LINES, item(sentences=(2, 3, 4)), 1) == (Mark(0, 18, 45), Mark(1, 0, 14))


@pytest.mark.any_engine
@given(st.text("ab ", min_size=1, max_size=20), st.lists(st.tuples(st.integers(0, 20), st.integers(1, 20)), max_size=5))
def test_cutting_a_line_loses_no_letter_and_every_mark_begins_and_ends_once(text, spans):
    notes = []
    for number, (start, length) in enumerate(spans, start=1):
        start = min(start, len(text) - 1)
        notes.append(Note(item(number), (), (Mark(0, start, min(len(text), start + length)),)))
    pieces = cut(text, 0, notes)
    assert "".join(piece.text for piece in pieces) == text
    for note in notes:
        [mark], number = note.marks, note.lead.number
        assert "".join(p.text for p in pieces if number in p.notes) == text[mark.start : mark.end]
        assert sum(p.begins.count(number) for p in pieces) == sum(p.ends.count(number) for p in pieces) == 1


@pytest.mark.any_engine
def test_answers_stand_below_what_they_answer_however_deep():
    deep = [
        item(1),
        *(item(n, kind=None, parent=n - 1, root=1) for n in range(2, 3000)),
        item(4000, kind=None, parent=1),
    ]
    [note] = to_notes(deep)["3", "1"]
    assert [one.number for one in note.items] == [*range(1, 3000), 4000]
    # A filter left out what it answers: it stands by itself.
    [alone] = to_notes([item(7, kind=None, parent=3, root=3)])["3", "1"]
    assert alone.lead.number == 7


@pytest.mark.any_engine
def test_signs_that_no_font_has_keep_nobody_from_a_file(cast):
    scene.annotate(cast.ada, cast.declaration, "Gut so 👍🏽 und 漢字.", quote="")
    text = scene.text_of(made(cast, "pdf"))
    assert "Gut so □ und □□." in text
    assert "□ steht für ein Zeichen" in text
    assert "Gut so" in scene.text_of(export(Operator(), find_declaration("erklaerung"), "archive").content)


@pytest.mark.parametrize("file_format", ANNOTATED)
def test_words_of_people_stay_words(cast, file_format):
    evil = '<script>alert(1)</script> #read("/etc/passwd") ]]> & „x“ \\ $a$ {{ 7*7 }}'
    scene.annotate(cast.ada, cast.declaration, evil, quote="")
    file = made(cast, file_format)
    text = {
        "docx": lambda: " ".join(c.text for c in docx.Document(io.BytesIO(file)).comments),
        "html": lambda: html.fromstring(file.decode()).text_content(),
        "pdf": lambda: " ".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(file)).pages),
    }[file_format]()
    text = " ".join(text.split())
    assert "#read(" in text
    assert "{{ 7*7 }}" in text
    assert "root:" not in text

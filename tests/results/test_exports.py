"""Files: the same numbers as the page, nothing that is not public, and tables that no spreadsheet executes."""

import csv
import io
import json
import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from deliberation.annotations.actions import Contribution, edit_annotation, post_reply
from deliberation.annotations.models import Draft, Kind, ResponseKind, Status
from deliberation.annotations.responses import respond
from deliberation.clock import frozen_at, now, today
from deliberation.database import db
from deliberation.declarations.models import Membership, find_declaration
from deliberation.moderation.actions import hide
from deliberation.moderation.flagging import flag
from deliberation.moderation.models import FlagReason, Rule
from deliberation.permissions import NotAllowed, Operator
from deliberation.results import words
from deliberation.results.exports import export
from deliberation.results.filters import Filters, FiltersInvalid, Names, read_filters
from deliberation.results.summary import summarise
from deliberation.results.writers import WRITERS, names_people
from deliberation.results.writers.columns import COLUMNS
from deliberation.results.writers.csv import defused, fused
from deliberation.results.writers.markdown import escaped
from tests import builders
from tests.results import scene
from tests.results.scene import read_table, text_of

CONTRACT_HEAD = (
    "number;thesis;paragraph;sentence;edition;kind;parent;author;created;edited;body;quote;wording;agree;disagree;pass;"
    "state;responses;outcome;outcome_reason;origin"
)
CONTRACT_COLUMNS = CONTRACT_HEAD.split(";")
SITE = "https://beratung.example"


def _export(cast, file_format, **filters):
    return export(Operator(), find_declaration(cast.declaration.slug), file_format, Filters(**filters), SITE)


def _rows(cast, **filters):
    return read_table(_export(cast, "csv", **filters).content)


def _texts(cast, **filters):
    """Every file as a reader would search it, README included."""
    files = [_export(cast, file_format, **filters) for file_format in WRITERS]
    return {file.name: text_of(file.content) + file.readme for file in files}


def test_all_files_and_the_page_have_the_same_figures(cast, client):
    declaration = scene.lively(cast)
    summary = summarise(Operator(), declaration)
    with words.speaking("de"):
        wanted = dict(words.figure_rows(summary))
    assert wanted["Stimmen zu Anmerkungen"] == "41"

    page = html.fromstring(client.get("/d/erklaerung/results").text)
    file = html.fromstring(_export(cast, "html").content.decode())
    for tree in (page, file):
        pairs = tree.xpath("//dl[contains(@class,'figures')]/div")
        assert {pair.xpath("string(dt)"): pair.xpath("string(dd)") for pair in pairs} == wanted

    markdown = _export(cast, "md").content.decode()
    for name, value in wanted.items():
        assert f"| {name} | {value} |" in markdown

    data = json.loads(_export(cast, "json").content)
    assert data["figures"]["people"] == summary.figures.people
    assert data["figures"]["votes"] == sum(
        row["agree"] + row["disagree"] + row["pass"] for row in data["annotations"] if row["agree"] is not None
    )
    rows = _rows(cast)
    assert sum(int(row[side]) for row in rows for side in ("agree", "disagree", "pass") if row[side]) == 41
    assert len(rows) == summary.figures.contributions


def test_all_files_and_the_page_have_the_same_bars(cast, client):
    scene.lively(cast)
    label = (
        "These 1: 70 Prozent tragen mit, 18 Prozent nur mit Änderung, 5 Prozent noch unklar, "
        "7 Prozent tragen nicht mit. 43 Stimmen."
    )
    for page in (client.get("/d/erklaerung/results").text, _export(cast, "html").content.decode()):
        tree = html.fromstring(page)
        assert label in tree.xpath("//svg/@aria-label")
        cells = ["70 %", "18 %", "5 %", "7 %", "43"]
        assert cells in [row.xpath("td/text()") for row in tree.xpath("//tr[th='1. Fachlichkeit zuerst']")]
        assert ["–", "–", "–", "–", "unter 5"] in [
            r.xpath("td/text()") for r in tree.xpath("//tr[th[starts-with(.,'3. ')]]")
        ]
    assert "| 70 % | 18 % | 5 % | 7 % | 43 |" in _export(cast, "md").content.decode()
    theses = {thesis["number"]: thesis for thesis in json.loads(_export(cast, "json").content)["theses"]}
    assert theses["1"]["stances"] == {"carry": 30, "change": 8, "unclear": 2, "against": 3, "n": 43}
    assert theses["3"]["stances"] is None


def test_every_file_carries_day_filters_edition_and_the_sentence(cast):
    builders.annotate(cast.ada, cast.declaration)
    with words.speaking("de"):
        sentence, stand = words.not_representative(), words.day(today())
    for name, text in _texts(cast, thesis="3").items():
        assert sentence in text, name
        if name.endswith("archive.zip"):
            # Everything public, whatever was chosen.
            continue
        assert today().isoformat() in name
        if name.endswith(".json"):
            data = json.loads(text)
            assert (data["exported_on"], data["edition"]) == (today().isoformat(), 1)
            assert data["filters"] == {
                "thesis": "3",
                "edition": None,
                "since": None,
                "kind": None,
                "names": "pseudonyms",
            }
        else:
            assert f"Stand: {stand}" in text, name
            assert "Fassung 1" in text
            assert "Auswahl: These 3" in text


PLANTED = ("Verborgenes", "Wartendes", "Zurückgenommenes")


def _plant(cast):
    """Words in every corner that no file may show."""
    for word, status in zip(PLANTED, (Status.HIDDEN, Status.PENDING, Status.WITHDRAWN), strict=True):
        annotation = scene.annotate(
            cast.ada, cast.declaration, f"{word} steht im Text.", kind=Kind.QUESTION,
            quote=f"{word} im Zitat", proposed_wording=f"{word} als Wortlaut", is_quotable=True,
        )  # fmt: skip
        post_reply(cast.ben, annotation, Contribution(f"Antwort auf A-{annotation.number}"))
        respond(cast.mira, annotation, ResponseKind.INQUIRY, f"{word} in der Antwort der Moderation?")
        hidden_reply = post_reply(cast.ben, annotation, Contribution(f"{word} als Antwort"))
        annotation.status = hidden_reply.status = status
    shown = builders.annotate(cast.ada, cast.declaration, body="Früheres stand hier.")
    edit_annotation(cast.ada, shown, "Jetzt steht es anders da.")
    flag(cast.ben, shown, FlagReason.OTHER, "Meldegrund, der niemanden angeht.", "key-flag")
    other = builders.annotate(cast.ben, cast.declaration, body="Noch ein Verborgenes.")
    hide(cast.mira, other, Rule.RESPECT, "Begründungstext der Moderation.", other.version)
    db.session.add(
        Draft(
            user_id=cast.ada.id,
            declaration_id=cast.declaration.id,
            place="x",
            fields={"body": "Entwurfstext"},
            form_key="d",
        )
    )
    db.session.commit()


@pytest.mark.parametrize("names", list(Names))
def test_words_that_are_not_public_are_in_no_file_and_on_no_page(cast, client, names):
    _plant(cast)
    texts = _texts(cast, names=names)
    otto = client.sign_in(cast.otto)
    for address in (
        "results",
        "results?all=unanswered",
        "export?preview=1",
        "export?preview=1&purpose=data",
        "export/spalten",
    ):
        texts[address] = otto.get(f"/d/erklaerung/{address}").text
    for name, text in texts.items():
        for word in (*PLANTED, "Früheres", "Meldegrund", "Begründungstext", "Entwurfstext"):
            assert word not in text, f"{word} in {name}"
        assert "@example.org" not in text, name


def test_replies_keep_the_ground_they_stand_on(cast):
    _plant(cast)
    rows = {row["number"]: row for row in _rows(cast)}
    gone = [row for row in rows.values() if row["state"] != "visible"]
    # The three with a visible reply; a hidden reply and a hidden annotation without replies leave nothing.
    assert sorted(row["state"] for row in gone) == ["hidden", "hidden", "withdrawn"]
    filled = {"number", "thesis", "paragraph", "edition", "state"}
    for row in gone:
        assert {name for name, cell in row.items() if cell} == filled
    replies = [row for row in rows.values() if row["parent"]]
    assert len(replies) == 3
    assert all(rows[row["parent"]]["state"] != "visible" for row in replies)


def test_no_file_gives_away_ids_or_addresses(cast):
    member = Membership(
        id=987650123, user_id=cast.ada.id, declaration_id=builders.make_declaration("andere").id, pseudonym="Erle 5",
        pseudonym_key="erle5",
    )  # fmt: skip
    db.session.add(member)
    annotation = scene.annotate(cast.ben, cast.declaration, "Mein Text.", is_quotable=True)
    annotation.author_id = member.id
    scene.give_votes(annotation, 7)
    for names in Names:
        texts = _texts(cast, names=names)
        assert sum("Erle 5" in text for text in texts.values()) == sum(names_people(one, Filters(names=names)) for one in WRITERS)
        for name, text in texts.items():
            assert "987650123" not in text, name
            assert "example.org" not in text, name


def test_times_are_days(cast):
    _plant(cast)
    for name, text in _texts(cast).items():
        # The models of annotations and of documents ask for a time: midnight, whichever day.
        assert not re.search(r"\d\d:\d\d", text.replace(SITE, "").replace("T00:00:00Z", "")), name


def test_table_has_exactly_the_columns_that_people_script_against(cast):
    scene.lively(cast)
    content = _export(cast, "csv").content
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.splitlines()[0].decode("utf-8-sig") == CONTRACT_HEAD
    assert list(COLUMNS) == CONTRACT_COLUMNS


def test_row_says_everything_about_an_annotation(cast):
    body = 'Erste Zeile;\n"zweite" Zeile'
    by = builders.membership(cast.mira, cast.declaration).shown_name
    annotation = builders.annotate(cast.ada, cast.declaration, body=body, kind=Kind.OBJECTION)
    annotation.sentences, annotation.quote = [1, 2], "Eine Inobhutnahme"
    scene.give_votes(annotation, 3, 2, 1)
    respond(cast.mira, annotation, ResponseKind.INQUIRY, "Können Sie das zeigen?")
    reply = post_reply(cast.ben, annotation, Contribution("Ja."))
    db.session.commit()
    first, second = _rows(cast)
    assert first == {
        **dict.fromkeys(CONTRACT_COLUMNS, ""),
        "number": str(annotation.number), "thesis": "3", "paragraph": "1", "sentence": "1 2", "edition": "1",
        "kind": "objection", "author": "Weide 27", "created": today().isoformat(), "body": body, "outcome": "received",
        "quote": "Eine Inobhutnahme", "agree": "3", "disagree": "2", "pass": "1", "state": "visible",
        "responses": f"Nachfrage ({by}): Können Sie das zeigen?",
    }  # fmt: skip
    assert (second["number"], second["parent"], second["kind"]) == (str(reply.number), first["number"], "")


def test_votes_are_blank_below_five(cast):
    annotation = builders.annotate(cast.ada, cast.declaration)
    scene.give_votes(annotation, 3, 1)
    [row] = _rows(cast)
    assert (row["agree"], row["disagree"], row["pass"]) == ("", "", "")
    assert json.loads(_export(cast, "json").content)["annotations"][0]["agree"] is None


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "'"])
def test_cells_that_look_like_formulas_are_defused(cast, start):
    annotation = scene.annotate(cast.ada, cast.declaration, "x", quote=f"{start}2", proposed_wording=f"{start}3")
    annotation.body = f"{start}1+1"
    db.session.commit()
    text = _export(cast, "csv").content.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text), delimiter=";")
    assert (row["body"], row["quote"], row["wording"]) == (f"'{start}1+1", f"'{start}2", f"'{start}3")
    assert _rows(cast)[0]["body"] == f"{start}1+1"


@given(st.text())
def test_defused_text_comes_back_exactly(text):
    assert fused(defused(text)) == text
    assert not defused(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.text())
def test_words_never_become_markup_in_markdown(text):
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("table").parse(f"- „{escaped(text)}“")
    kinds = {child.type for token in tokens for child in token.children or []}
    assert kinds <= {"text", "text_special"}


def test_same_data_gives_the_same_bytes(cast):
    scene.lively(cast)
    for file_format in WRITERS:
        for names in (Names.PSEUDONYMS, Names.NONE):
            assert _export(cast, file_format, names=names) == _export(cast, file_format, names=names)


def test_a_file_speaks_the_language_of_the_declaration(cast, app):
    scene.lively(cast)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert "Was die Beratung zeigt" in _export(cast, "md").content.decode()


def test_reports_quote_with_consent_only_and_name_nobody(cast):
    scene.annotate(cast.ada, cast.declaration, "Das darf überall stehen.", is_quotable=True, kind=Kind.QUESTION)
    quiet = scene.annotate(cast.ben, cast.declaration, "Das nur auf der Seite.", at="3.2", kind=Kind.OBJECTION)
    reply = post_reply(cast.ben, quiet, Contribution("Auch nur dort."))
    db.session.commit()
    for file_format in ("md", "html"):
        text = _export(cast, file_format).content.decode()
        assert "Das darf überall stehen." in text
        assert "nur auf der Seite" not in text
        assert "Auch nur dort" not in text
        assert "Weide 27" not in text
        assert "Linde 88" not in text
        assert f"{SITE}/a/{quiet.number}" in text
        assert f"A-{reply.number}" in text
        assert "Wörtlich steht hier nur, was die Verfasserinnen und Verfasser dafür freigegeben haben" in text
    rows = {row["body"] for row in _rows(cast)}
    assert {"Das nur auf der Seite.", "Auch nur dort."} <= rows


def test_people_can_be_numbers_or_nobody(cast):
    for author in (cast.ada, cast.ben, cast.ada):
        builders.annotate(author, cast.declaration)
    one, two, three = (row["author"] for row in _rows(cast, names="numbers"))
    assert one == three != two
    assert {one, two} == {"Person 1", "Person 2"}
    drawn = {tuple(row["author"] for row in _rows(cast, names="numbers")) for _ in range(40)}
    assert len(drawn) == 2
    assert [row["author"] for row in _rows(cast, names="none")] == ["", "", ""]
    assert [row["author"] for row in _rows(cast)] == ["Weide 27", "Linde 88", "Weide 27"]


def test_whoever_left_has_no_name(cast):
    annotation = builders.annotate(cast.ada, cast.declaration)
    annotation.author_id = None
    db.session.commit()
    assert [_rows(cast, names=names)[0]["author"] for names in Names] == ["Gelöschte Person", "Gelöschte Person", ""]


def test_filters_leave_only_what_meets_all_of_them(cast):
    with frozen_at(now() - timedelta(days=10)):
        old = builders.annotate(cast.ada, cast.declaration, at="1.1", kind=Kind.OBJECTION)
    new = builders.annotate(cast.ben, cast.declaration, at="1.1", kind=Kind.QUESTION)
    elsewhere = builders.annotate(cast.ben, cast.declaration, at="3.1", kind=Kind.OBJECTION)
    reply = post_reply(cast.ben, old, Contribution("Antwort"))
    db.session.commit()

    def found(**filters):
        return {int(row["number"]) for row in _rows(cast, **filters)}

    assert found() == {old.number, new.number, elsewhere.number, reply.number}
    assert found(thesis="1") == {old.number, new.number, reply.number}
    assert found(kind=Kind.OBJECTION) == {old.number, elsewhere.number}
    assert found(since=today() - timedelta(days=1)) == {new.number, elsewhere.number, reply.number}
    assert found(since=today() - timedelta(days=10), thesis="1", kind=Kind.OBJECTION) == {old.number}
    assert found(edition=1) == found()
    assert found(edition=2) == set()


def test_since_begins_at_midnight_in_berlin(cast):
    from datetime import UTC, datetime

    annotation = builders.annotate(cast.ada, cast.declaration)
    annotation.created_at = datetime(2026, 6, 1, 22, 30, tzinfo=UTC)
    db.session.commit()
    assert len(_rows(cast, since=date(2026, 6, 2))) == 1
    assert _rows(cast)[0]["created"] == "2026-06-02"
    assert _rows(cast, since=date(2026, 6, 3)) == []


def test_filters_are_read_from_words_and_wrong_ones_are_named(cast):
    declaration = find_declaration("erklaerung")
    read = read_filters(
        declaration, {"thesis": "end", "edition": "1", "since": "2026-11-23", "kind": "question", "names": "none"}
    )
    assert read == Filters("end", 1, date(2026, 11, 23), Kind.QUESTION, Names.NONE)
    assert read_filters(declaration, {"thesis": "", "kind": None}) == Filters()
    wrong = {"thesis": "77", "edition": "²", "since": "gestern", "kind": "like", "names": "real"}
    with pytest.raises(FiltersInvalid) as invalid:
        read_filters(declaration, {**wrong, "purpose": "x", "annex": "1"})
    assert invalid.value.fields == ("thesis", "edition", "since", "kind", "names", "purpose", "annex")


@pytest.mark.parametrize("number", ["9", "0", "01", "99999999999"])
def test_a_file_of_an_edition_that_does_not_exist_is_refused(cast, client, number):
    with pytest.raises(FiltersInvalid) as invalid:
        read_filters(find_declaration("erklaerung"), {"edition": number})
    assert invalid.value.fields == ("edition",)
    answer = client.sign_in(cast.otto).get(f"/d/erklaerung/export.csv?edition={number}")
    assert (answer.status_code, answer.mimetype) == (422, "text/html")
    assert "Diese Fassung gibt es nicht." in answer.text


@pytest.mark.parametrize("who", ["ada", "mira"])
def test_only_organisers_and_the_operator_export(cast, who):
    with pytest.raises(NotAllowed):
        export(getattr(cast, who), find_declaration("erklaerung"), "csv")


def test_readme_beside_the_table_explains_every_column(cast):
    readme = _export(cast, "csv").readme
    for column in CONTRACT_COLUMNS:
        assert re.search(rf"^{column}: \S", readme, re.MULTILINE)
    assert set(json.loads(_export(cast, "json").content)["columns"]) == set(CONTRACT_COLUMNS)


def test_html_file_loads_nothing_and_runs_nothing(cast):
    scene.lively(cast)
    scene.annotate(cast.ada, cast.declaration, "<script>alert(1)</script> & <b>fett</b>", is_quotable=True)
    tree = html.fromstring(_export(cast, "html").content.decode())
    assert not tree.xpath("//script | //link | //img | //iframe | //@style | //@onclick | //@src")
    assert all(not re.search(r"url\((?!\"?#)|@import", style.text) for style in tree.xpath("//style"))
    assert all(href.startswith((f"{SITE}/", "#")) for href in tree.xpath("//@href"))
    assert "<script>alert(1)</script>" in "".join(tree.xpath("//blockquote//text()"))

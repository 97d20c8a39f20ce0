"""Spreadsheet, lines and Web Annotations: what programs and spreadsheets find in them."""

import io
import json
import zipfile
from datetime import date, datetime

import jsonschema
import openpyxl
import pytest

from deliberation.annotations.actions import Contribution, post_reply
from deliberation.annotations.models import Kind
from deliberation.clock import today
from deliberation.database import db
from deliberation.declarations.models import find_declaration
from deliberation.moderation.actions import hide
from deliberation.moderation.models import Rule
from deliberation.permissions import Operator
from deliberation.results import loading, words
from deliberation.results.exports import export
from deliberation.results.filters import Filters
from deliberation.results.summary import summarise, summarise_into_spool
from deliberation.results.writers.columns import COLUMNS, row
from tests import builders
from tests.results import scene

SITE = "https://beratung.example"


def made(declaration, file_format, **filters):
    found = find_declaration(declaration.slug)
    return export(Operator(), found, file_format, Filters(**filters), SITE).content


def workbook(declaration, **filters):
    return openpyxl.load_workbook(io.BytesIO(made(declaration, "xlsx", **filters)))


class TestSpool:
    @pytest.fixture
    def hidden_root(self, cast, monkeypatch):
        """Small parts, so that some annotations lie in another part than what they answer."""
        monkeypatch.setattr(loading, "AT_ONCE", 3)
        scene.lively(cast)
        root = builders.annotate(cast.ada, cast.declaration, body="Wird verborgen.")
        for number in range(5):
            post_reply(cast.ben, root, Contribution(f"Antwort {number}"))
        db.session.commit()
        hide(cast.mira, root, Rule.RESPECT, "Das verletzt jemanden.", root.version)
        gone = builders.annotate(cast.ada, cast.declaration, body="Ohne Antwort verborgen.")
        hide(cast.mira, gone, Rule.RESPECT, "Das verletzt jemanden.", gone.version)
        db.session.commit()
        return root

    @pytest.mark.parametrize("filters", [Filters(), Filters(thesis="3"), Filters(edition=1), Filters(names="none")])
    def test_many_annotations_are_the_same_as_few(self, cast, hidden_root, filters):
        declaration = find_declaration(cast.declaration.slug)
        few, many = summarise(Operator(), declaration, filters), summarise_into_spool(Operator(), declaration, filters)
        assert list(many.items) == list(few.items) == list(many.items[:])
        assert hidden_root.number in [item.number for item in many.items if not item.is_visible]
        assert (many.items[-1], len(many.items)) == (few.items[-1], len(few.items))
        for name in ("figures", "kinds", "outcomes", "timeline", "theses", "headline"):
            assert getattr(many, name) == getattr(few, name), name
        for name in ("agreed", "disputed", "unanswered", "decided"):
            assert [one.number for one in getattr(many, name)] == [one.number for one in getattr(few, name)]


class TestWorkbook:
    def test_has_a_sheet_for_figures_each_thesis_and_the_columns(self, cast):
        book = workbook(scene.lively(cast))
        assert book.sheetnames == [
            "Überblick",
            "Vorbemerkung",
            "These 1",
            "These 2",
            "These 3",
            "Schlussteil",
            "Spalten",
        ]
        for sheet in book.worksheets[1:-1]:
            assert [cell.value for cell in sheet[1]] == list(COLUMNS)
            assert sheet.freeze_panes == "B2"
            assert sheet.auto_filter.ref.startswith("A1:U")
            assert sheet.column_dimensions["K"].width > 60

    def test_rows_are_those_of_the_table(self, cast):
        declaration = scene.lively(cast)
        book = workbook(declaration)
        found = [cells for sheet in book.worksheets[1:-1] for cells in sheet.iter_rows(min_row=2, values_only=True)]
        by_number = {cells[0]: dict(zip(COLUMNS, cells, strict=True)) for cells in found}
        items = summarise(Operator(), declaration).items
        assert len(found) == len(items)
        for item in items:
            for name, value in row(item).items():
                cell = by_number[item.number][name]
                cell = cell.date().isoformat() if isinstance(cell, datetime) else cell
                assert str(cell or "") == str(value or ""), name

    def test_days_are_dates_and_numbers_are_numbers(self, cast):
        builders.annotate(cast.ada, cast.declaration, at="3.1")
        sheet = workbook(cast.declaration)["These 3"]
        cells = dict(zip(COLUMNS, sheet[2], strict=True))
        assert cells["created"].is_date
        assert cells["created"].value.date() == today()
        assert (cells["thesis"].value, cells["paragraph"].value) == (3, 1)

    def test_figures_are_those_of_the_page(self, cast):
        declaration = scene.lively(cast)
        summary = summarise(Operator(), declaration)
        told = {cells[0]: cells[1] for cells in workbook(declaration)["Überblick"].iter_rows(values_only=True)}
        with words.speaking("de"):
            for name, value in words.figure_rows(summary):
                assert str(told[name]) == value
            for value, count in summary.outcomes:
                assert told[words.label(value)] == count
            assert words.not_representative() in told
        stances = {cells[0]: cells[1:6] for cells in workbook(declaration)["Überblick"].iter_rows(values_only=True)}
        assert stances["1. Fachlichkeit zuerst"] == (30, 8, 2, 3, 43)
        assert stances["3. Schutz ist kein Service"] == (None, None, None, None, "unter 5")

    def test_no_cell_is_a_formula_or_a_link(self, cast):
        for words_ in ('=HYPERLINK("http://evil.example";"x")', "+1", "-1", "@SUM(A1)", "https://example.com/", "{=1}"):
            scene.annotate(cast.ada, cast.declaration, words_, quote=words_, proposed_wording=words_)
        sheet = workbook(cast.declaration)["These 3"]
        cells = [cell for line in sheet.iter_rows(min_row=2) for cell in line if isinstance(cell.value, str)]
        assert {cell.data_type for cell in cells} == {"s"}
        assert not [cell for cell in cells if cell.hyperlink]
        looks_like = [cell for cell in cells if cell.value.startswith(("=", "+", "-", "@"))]
        assert len(looks_like) == 12
        assert all(cell.quotePrefix for cell in looks_like)
        with zipfile.ZipFile(io.BytesIO(made(cast.declaration, "xlsx"))) as parts:
            assert not [name for name in parts.namelist() if b"<f>" in parts.read(name)]

    def test_nobody_is_named_in_the_properties_and_no_time_of_day(self, cast):
        properties = workbook(scene.lively(cast)).properties
        assert (properties.creator or "", properties.lastModifiedBy or "") == ("", "")
        assert properties.created == datetime.combine(today(), datetime.min.time())

    def test_theses_whose_names_no_sheet_can_have_get_others(self, cast, monkeypatch):
        cast.declaration.thesis_word = ""
        monkeypatch.setattr(words, "thesis_label", lambda number: f"[{'Ein sehr langer Name für ' * 2}*/\\?:] {number}")
        names = workbook(scene.lively(cast)).sheetnames
        assert len({name.casefold() for name in names}) == 7
        assert all(len(name) <= 31 and not set("[]:*?/\\") & set(name) for name in names)

    def test_very_long_text_is_cut_and_says_so(self, cast):
        scene.annotate(cast.ada, cast.declaration, "x", proposed_wording="Ä" * 40_000)
        value = workbook(cast.declaration)["These 3"].cell(2, COLUMNS.index("wording") + 1).value
        assert (len(value), value[-1]) == (32_767, "…")


def test_every_line_is_an_annotation(cast):
    declaration = scene.lively(cast)
    lines = made(declaration, "jsonl").decode().splitlines()
    assert [json.loads(line) for line in lines] == json.loads(made(declaration, "json"))["annotations"]
    readme = export(Operator(), declaration, "jsonl").readme
    assert "Jede Zeile ist eine Anmerkung" in readme
    assert "Semikolon" not in readme


WORDS = {"type": "string", "minLength": 1}
MIDNIGHT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT00:00:00Z$"}
ADDRESS = {"type": "string", "pattern": f"^{SITE}/"}
MODEL = {
    "type": "object",
    "required": ["@context", "id", "type", "label", "total", "first", "comment"],
    "properties": {
        "@context": {"type": "array", "prefixItems": [{"const": "http://www.w3.org/ns/anno.jsonld"}]},
        "id": ADDRESS,
        "type": {"const": "AnnotationCollection"},
        "total": {"type": "integer", "minimum": 0},
        "first": {
            "required": ["id", "type", "startIndex", "items"],
            "properties": {
                "id": ADDRESS,
                "type": {"const": "AnnotationPage"},
                "startIndex": {"const": 0},
                "items": {"type": "array", "items": {"$ref": "#/$defs/annotation"}},
            },
        },
    },
    "$defs": {
        "annotation": {
            "required": ["id", "type", "motivation", "created", "body", "target"],
            "additionalProperties": False,
            "properties": {
                "id": ADDRESS,
                "type": {"const": "Annotation"},
                "motivation": {
                    "enum": ["commenting", "editing", "questioning", "assessing", "linking", "replying"],
                },
                "created": MIDNIGHT,
                "modified": MIDNIGHT,
                "creator": {
                    "required": ["type", "nickname"],
                    "additionalProperties": False,
                    "properties": {"type": {"const": "Person"}, "nickname": WORDS},
                },
                "body": {
                    "type": "array",
                    "items": {
                        "required": ["type", "value", "purpose"],
                        "properties": {"type": {"const": "TextualBody"}, "value": WORDS, "purpose": WORDS},
                    },
                },
                "target": {"anyOf": [ADDRESS, {"$ref": "#/$defs/target"}]},
            },
        },
        "target": {
            "required": ["type", "source", "selector"],
            "properties": {
                "type": {"const": "SpecificResource"},
                "source": ADDRESS,
                "selector": {
                    "prefixItems": [
                        {
                            "required": ["type", "exact", "prefix", "suffix"],
                            "properties": {"type": {"const": "TextQuoteSelector"}, "exact": WORDS},
                        },
                        {
                            "required": ["type", "start", "end"],
                            "properties": {
                                "type": {"const": "TextPositionSelector"},
                                "start": {"type": "integer", "minimum": 0},
                                "end": {"type": "integer", "minimum": 1},
                            },
                        },
                    ],
                    "minItems": 2,
                    "maxItems": 2,
                },
            },
        },
    },
}
"""What https://www.w3.org/TR/annotation-model/ requires of what we write."""


class TestWebAnnotations:
    @pytest.fixture
    def talk(self, cast):
        quoted = builders.annotate(cast.ada, cast.declaration, sentences=[2], kind=Kind.OBJECTION)
        builders.annotate(cast.ben, cast.declaration, at="3.0", kind=Kind.QUESTION)
        builders.annotate(cast.ben, cast.declaration, kind=Kind.PROPOSAL, wording="Anders gesagt.")
        post_reply(cast.ben, quoted, Contribution("Das sehe ich anders."))
        db.session.commit()
        return quoted

    @pytest.mark.parametrize("names", ["pseudonyms", "numbers", "none"])
    def test_are_as_the_model_wants_them(self, cast, talk, names):
        found = json.loads(made(cast.declaration, "jsonld", names=names))
        jsonschema.Draft202012Validator(MODEL).validate(found)
        assert found["total"] == len(found["first"]["items"]) == 4
        creators = {json.dumps(one.get("creator")) for one in found["first"]["items"]}
        assert ("Weide 27" in str(creators)) is (names == "pseudonyms")
        assert (creators == {"null"}) is (names == "none")

    def test_say_the_same_as_the_door_for_programs(self, cast, client, talk):
        at_the_door = client.get(
            f"/api/v1/d/erklaerung/annotations/{talk.number}", headers={"Accept": "application/ld+json"}
        )
        asked = at_the_door.get_json()
        in_file = json.loads(made(cast.declaration, "jsonld"))["first"]["items"][0]
        assert {name: value for name, value in asked.items() if name not in ("@context", "id", "target")} == {
            name: value for name, value in in_file.items() if name not in ("id", "target")
        }
        assert asked["target"]["selector"] == in_file["target"]["selector"]

    def test_point_at_the_very_words(self, cast, talk):
        [quote, position] = json.loads(made(cast.declaration, "jsonld"))["first"]["items"][0]["target"]["selector"]
        text = builders.paragraph(cast.declaration, "3.1").wording.text
        assert quote["exact"] == "Sie braucht Menschen." == text[position["start"] : position["end"]]
        assert text.endswith(quote["prefix"] + quote["exact"] + quote["suffix"])

    def test_what_is_hidden_is_left_out_and_its_replies_still_answer_it(self, cast, talk):
        hide(cast.mira, talk, Rule.RESPECT, "Das verletzt jemanden.", talk.version)
        db.session.commit()
        found = json.loads(made(cast.declaration, "jsonld"))["first"]["items"]
        assert talk.number not in [int(one["id"].rpartition("/")[2]) for one in found]
        assert [one["target"].rpartition("/")[2] for one in found if one["motivation"] == "replying"] == [
            str(talk.number)
        ]


def test_days_in_a_workbook_of_another_language_read_as_there(cast):
    cast.declaration.language = "en"
    builders.annotate(cast.ada, cast.declaration)
    sheet = workbook(cast.declaration).worksheets[4]
    cell = sheet.cell(2, COLUMNS.index("created") + 1)
    assert (cell.number_format, isinstance(cell.value, date)) == ("yyyy-mm-dd", True)

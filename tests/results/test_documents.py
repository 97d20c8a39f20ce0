"""Readable documents: short enough for their purpose, open to everybody, the same figures as the page, nobody's secrets."""

import io
import zipfile
from datetime import date
from itertools import pairwise

import docx
import odfdo
import pikepdf
import pytest
from lxml import etree, html

from deliberation.annotations.actions import Contribution, post_reply
from deliberation.annotations.models import Kind, OutcomeValue, Status
from deliberation.annotations.outcomes import set_outcome
from deliberation.clock import today
from deliberation.database import db
from deliberation.declarations.models import find_declaration
from deliberation.permissions import Operator
from deliberation.results import words
from deliberation.results.documents.composing import compose
from deliberation.results.documents.fitting import fitting, to_document
from deliberation.results.documents.model import Bars, Heading
from deliberation.results.documents.pdf import count_pages
from deliberation.results.documents.purposes import SHAPES
from deliberation.results.exports import export
from deliberation.results.filters import Annex, Filters, Purpose
from deliberation.results.summary import summarise
from tests import builders
from tests.results import scene
from tests.results.scene import text_of

# Documents are made from a summary; that both databases give the same one, the other tests look after.
pytestmark = pytest.mark.any_engine
FORMATS = ("docx", "odt", "pdf")
SITE = "https://beratung.example"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SPOKEN = (
    "These 1: 70 Prozent tragen mit, 18 Prozent nur mit Änderung, 5 Prozent noch unklar, 7 Prozent tragen nicht mit. "
    "43 Stimmen."
)


def made(cast, file_format, **filters):
    return export(Operator(), find_declaration(cast.declaration.slug), file_format, Filters(**filters), SITE).content


def document_of(cast, purpose, **filters):
    declaration = find_declaration(cast.declaration.slug)
    summary = summarise(Operator(), declaration, Filters(purpose=purpose, **filters), SITE)
    with words.speaking("de"), words.calling(declaration):
        return to_document(summary)


@pytest.fixture
def told(cast):
    """A deliberation of which a document has something to say in every part."""
    declaration = scene.lively(cast)
    declaration.summary = "Was in der Sozialen Arbeit schneller gehen darf."
    declaration.publisher, declaration.contact = "Bündnis Muster", "presse@example.com"
    proposal = builders.annotate(
        cast.ada, declaration, body="So ist es klarer.", kind=Kind.PROPOSAL, wording="Ein klarer Wortlaut."
    )
    proposal.is_quotable = True
    set_outcome(cast.otto, proposal, OutcomeValue.DECLINED, "Das steht schon da.")
    db.session.commit()
    return cast


def test_two_pages_tell_a_stranger_everything_that_matters(told):
    told.declaration.is_sample = True
    db.session.commit()
    with words.speaking("de"):
        sentence, stand = words.not_representative(), f"Stand: {words.day(today())}"
    for file_format in FORMATS:
        text = text_of(made(told, file_format, purpose=Purpose.COUNCIL))
        for wanted in (
            "Was in der Sozialen Arbeit schneller gehen darf.", "Herausgegeben von: Bündnis Muster.", sentence,
            "Mustertext zum Ausprobieren", "Lesen konnten alle", "Fassung 1", stand,
            "Alle sind dafür.", "Die kleinere Seite sieht es anders: 8 von 17.", "Fragen ohne Antwort",
            "Das steht schon da.", f"{SITE}/d/erklaerung/results", "Fragen an: presse@example.com",
        ):  # fmt: skip
            assert wanted in text, f"{wanted} in {file_format}"


def test_figures_in_every_document_are_those_of_the_page(told, client):
    page = html.fromstring(client.get("/d/erklaerung/results").text)
    figures = [
        (pair.xpath("string(dt)"), pair.xpath("string(dd)"))
        for pair in page.xpath("//dl[contains(@class,'figures')]/div")
    ]
    assert figures
    for purpose in Purpose:
        document = document_of(told, purpose)
        [block] = [one for one in document.blocks if hasattr(one, "pairs")]
        assert list(block.pairs) == figures
        spoken = [row.spoken for one in document.blocks if isinstance(one, Bars) for row in one.rows]
        assert (SPOKEN in spoken) is (purpose is not Purpose.DATA)
    for file_format in FORMATS:
        text = text_of(made(told, file_format, purpose=Purpose.COUNCIL))
        for name, number in figures:
            assert name in text
            assert number in text


PLANTED = ("Verborgenes", "Wartendes", "Zurückgenommenes", "Ohneerlaubnis")


def _plant(cast):
    for word, status in zip(PLANTED, (Status.HIDDEN, Status.PENDING, Status.WITHDRAWN, Status.VISIBLE), strict=True):
        for kind in (Kind.QUESTION, Kind.OBJECTION, Kind.REFERENCE):
            annotation = scene.annotate(
                cast.ada, cast.declaration, f"{word} steht im Text.", kind=kind, proposed_wording=f"{word} als Wortlaut",
                quote=f"{word} im Zitat", is_quotable=status is not Status.VISIBLE,
            )  # fmt: skip
            scene.give_votes(annotation, 9, 8, 1)
            reply = post_reply(cast.ben, annotation, Contribution(f"{word} als Antwort"))
            annotation.status = reply.status = status
    db.session.commit()


@pytest.mark.parametrize("purpose", Purpose)
def test_no_document_carries_words_that_are_not_public_or_may_not_be_quoted(cast, purpose):
    _plant(cast)
    for file_format in (*FORMATS, "html", "md"):
        text = text_of(made(cast, file_format, purpose=purpose, annex=Annex.WITH))
        assert not [word for word in (*PLANTED, "Weide 27", "Linde 88", "@example.org") if word in text], file_format
    preview = document_of(cast, purpose)
    assert not [word for word in PLANTED if word in str(preview)]


def test_page_and_markdown_for_a_purpose_say_the_same(told):
    text = made(told, "md", purpose=Purpose.COUNCIL).decode()
    assert "> Mitgemacht hat, wer wollte." in text
    assert (
        "70 Prozent tragen mit, 18 Prozent nur mit Änderung, 5 Prozent noch unklar, 7 Prozent tragen nicht mit | 43 |"
        in text
    )
    assert "Alle sind dafür." in text
    tree = html.fromstring(made(told, "html", purpose=Purpose.COUNCIL).decode())
    assert SPOKEN in tree.xpath("//svg/@aria-label")
    assert [f"h{level}" for level in (1, 2)] == sorted({one.tag for one in tree.xpath("//h1 | //h2 | //h3")})
    assert "Alle sind dafür." in tree.xpath("string(//blockquote)")
    assert not tree.xpath("//script | //link | //img | //@style")


@pytest.mark.parametrize("file_format", FORMATS)
def test_the_same_summary_gives_the_same_bytes(told, file_format):
    assert made(told, file_format, annex=Annex.WITH) == made(told, file_format, annex=Annex.WITH)


@pytest.mark.parametrize("purpose", [Purpose.CONFERENCE, Purpose.COUNCIL, Purpose.PRESS])
def test_documents_keep_their_pages_however_much_was_written(cast, purpose):
    for thesis in ("1", "2", "3"):
        scene.give_stances(cast.declaration, thesis, 9, 8, 2, 7)
    cast.declaration.summary = "Worum es geht, steht hier ausführlich. " * 40
    for n in range(40):
        kind = (Kind.QUESTION, Kind.OBJECTION, Kind.PRACTICE)[n % 3]
        one = scene.annotate(
            cast.ada, cast.declaration, f"{n}: {'lang und breit erklärt, ' * 30}", kind=kind, is_quotable=True
        )
        scene.give_votes(one, 9 + n % 3, 7)
    declaration = find_declaration("erklaerung")
    summary = summarise(Operator(), declaration, Filters(purpose=purpose), SITE)
    with words.speaking("de"), words.calling(declaration):
        document = compose(summary, fitting(summary), False)
        assert count_pages(document) <= SHAPES[purpose].pages
    assert f"von {len(summary.disputed)}." in str(document.blocks)


def test_the_annex_comes_with_its_purpose_unless_somebody_says_otherwise(told):
    def has_annex(purpose, annex=None):
        return "Anhang: alle Anmerkungen" in [h.text for h in document_of(told, purpose, annex=annex).headings]

    assert [has_annex(one) for one in Purpose] == [False, False, True, False, True]
    assert has_annex(Purpose.PRESS, Annex.WITH)
    assert not has_annex(Purpose.COMMITTEE, Annex.WITHOUT)


@pytest.mark.parametrize("purpose", Purpose)
def test_headings_never_skip_a_level(told, purpose):
    levels = [one.level for one in document_of(told, purpose, annex=Annex.WITH).blocks if isinstance(one, Heading)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_pdf_can_be_read_by_assistive_technology(told):
    with pikepdf.open(io.BytesIO(made(told, "pdf", purpose=Purpose.COMMITTEE))) as file:
        assert str(file.Root.Lang) == "de"
        assert bool(file.Root.MarkInfo.Marked)
        assert bool(file.Root.ViewerPreferences.DisplayDocTitle)
        with file.open_metadata() as about:
            assert about["pdfuaid:part"] == "1"
            assert about["dc:title"] == "Erklärung"
            assert "dc:creator" not in about
        assert "/Author" not in file.docinfo
        assert str(file.docinfo.CreationDate).startswith(f"D:{today():%Y%m%d}000000")
        tags = list(_tags(file.Root.StructTreeRoot))
    kinds = [kind for kind, _alt in tags]
    assert SPOKEN in [alt for kind, alt in tags if kind == "/Figure"]
    assert all(alt for kind, alt in tags if kind == "/Figure")
    assert {"/H1", "/H2", "/TH", "/TD", "/L", "/TOC", "/Link"} <= set(kinds)


def _tags(element):
    """(kind, alternative text) of everything in the tree."""
    children = element.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield str(child.S), str(child.get("/Alt", ""))
            yield from _tags(child)


def test_word_file_has_real_headings_language_header_rows_and_names_nobody(told):
    content = made(told, "docx", purpose=Purpose.COMMITTEE)
    file = docx.Document(io.BytesIO(content))
    headings = [(p.style.name, p.text) for p in file.paragraphs if p.style.name.startswith("Heading")]
    assert headings[0] == ("Heading 1", "Worum es geht")
    assert "Heading 2" in dict(headings)
    assert [p.text for p in file.paragraphs if p.style.name == "Title"] == ["Erklärung"]
    about = file.core_properties
    assert (about.author, about.last_modified_by, about.title) == ("deliberation", "deliberation", "Erklärung")
    assert about.created.date() == about.modified.date() == today()
    assert about.created.hour == about.created.minute == 0
    language = file.styles.element.find(f"{W}docDefaults//{W}lang")
    assert language.get(f"{W}val") == "de-DE"
    tables = [one for one in file.tables if len(one.rows) > 1]
    assert tables
    assert all(one.rows[0]._tr.find(f"{W}trPr/{W}tblHeader") is not None for one in tables)
    body = etree.tostring(file.element.body, encoding="unicode")
    assert f'descr="{SPOKEN}"' in body
    assert "TOC \\o" in body
    _assert_no_times(content)


def test_open_document_has_real_headings_language_header_rows_and_names_nobody(told):
    content = made(told, "odt", purpose=Purpose.COMMITTEE)
    file = odfdo.Document(io.BytesIO(content))
    assert file.get_type() == "text"
    headings = [(h.get_attribute("text:outline-level"), h.inner_text) for h in file.body.headers]
    assert headings[0] == ("1", "Worum es geht")
    assert file.meta.title == "Erklärung"
    assert file.meta.creator is None
    assert file.meta.creation_date.date() == today()
    tree = etree.fromstring(file.get_part("content.xml").serialize())
    kinds = {"table": "table", "svg": "svg-compatible", "text": "text"}
    names = {short: f"urn:oasis:names:tc:opendocument:xmlns:{long}:1.0" for short, long in kinds.items()}
    tables = tree.xpath("//table:table[table:title]", namespaces=names)
    assert tables
    assert all(one.xpath("table:table-header-rows", namespaces=names) for one in tables)
    assert SPOKEN in tree.xpath("//svg:title/text()", namespaces=names)
    assert tree.xpath("//text:table-of-content", namespaces=names)
    assert 'fo:language="de" fo:country="DE"' in file.get_part("styles.xml").serialize().decode()
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert parts.infolist()[0].filename == "mimetype"
        assert parts.infolist()[0].compress_type == zipfile.ZIP_STORED
    _assert_no_times(content)


def _assert_no_times(content):
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert {one.date_time for one in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("file_format", FORMATS)
def test_words_that_no_format_can_hold_break_no_document(cast, file_format):
    nasty = "Vorn\x0b<b>&amp;</b> #let x = 1 \\ $ @ 👩‍👩‍👧 Ελλάδα Привет 你好 \U00010330 \ufffe ]]> hinten"
    scene.annotate(cast.ada, cast.declaration, nasty, is_quotable=True)
    text = text_of(made(cast, file_format, annex=Annex.WITH))
    assert "#let x = 1" in text
    assert "hinten" in text
    assert ("□ steht für ein Zeichen" in text) is (file_format == "pdf")
    assert ("你好" in text) is (file_format != "pdf")


def test_an_empty_deliberation_has_documents_too(cast):
    for purpose in Purpose:
        for file_format in FORMATS:
            assert made(cast, file_format, purpose=purpose, since=date(2050, 1, 1))


def test_organiser_sees_the_first_page_before_taking_the_file(told, client):
    otto = client.sign_in(told.otto)
    page = html.fromstring(otto.get("/d/erklaerung/export?purpose=council&thesis=1").text)
    assert page.xpath("//input[@name='purpose'][@checked]/@value") == ["council"]
    [picture] = page.xpath("//figure/img")
    assert picture.get("alt")
    assert "Auswahl: These 1" in page.xpath("string(//details[contains(., 'Text der ersten Seite')])")
    answer = otto.get(picture.get("src"))
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.data.startswith(b"\x89PNG")
    assert answer.headers["Cache-Control"] == "no-store"
    assert otto.get(picture.get("src").replace("council", "press")).data != answer.data


@pytest.mark.parametrize(
    ("ending", "mimetype", "start"),
    [
        ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK"),
        ("odt", "application/vnd.oasis.opendocument.text", b"PK"),
        ("pdf", "application/pdf", b"%PDF"),
    ],
)
def test_organiser_takes_a_document_for_a_purpose(told, client, ending, mimetype, start):
    answer = client.sign_in(told.otto).get(f"/d/erklaerung/export.{ending}?purpose=press")
    assert answer.status_code == 200
    assert answer.content_type == mimetype
    assert answer.data.startswith(start)
    assert "Information für die Presse" in text_of(answer.data)


def test_command_line_writes_a_document_for_a_purpose(told, app, tmp_path):
    def cli(*line):
        return app.test_cli_runner().invoke(args=line)

    file = tmp_path / "kurz.pdf"
    assert cli("export", "erklaerung", "--format", "pdf", "--purpose", "council", "-o", str(file)).exit_code == 0
    assert "Zusammenfassung für Betriebsrat" in text_of(file.read_bytes())
    refused = cli("export", "erklaerung", "--format", "pdf", "--purpose", "party", "-o", str(file))
    assert refused.exit_code == 1
    assert "conference, council, committee, press, data" in refused.stderr


def test_a_document_speaks_the_language_of_its_declaration(cast):
    builders.annotate(cast.ada, cast.declaration)
    cast.declaration.language = "en"
    db.session.commit()
    text = text_of(made(cast, "docx"))
    assert 'w:lang w:val="en-GB"' in text
    assert "Heading 1" in {p.style.name for p in docx.Document(io.BytesIO(made(cast, "docx"))).paragraphs}

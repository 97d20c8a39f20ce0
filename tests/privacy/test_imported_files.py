"""P20: of a file that is brought in nothing is kept but the words that are meant to be read."""

from pathlib import Path

import pytest
from flask import Flask

from deliberation.database import db
from deliberation.declarations.models import find_declaration
from deliberation.permissions import Operator, Phase
from deliberation.results.exports import export
from deliberation.results.filters import Filters
from deliberation.results.writers import WRITERS
from tests.declarations import importing_files as files
from tests.declarations.test_import_pages import press, upload_file
from tests.privacy.disguises import disguises
from tests.results.scene import text_of

pytestmark = pytest.mark.any_engine

HIDDEN = {
    "author": "Verfasserkanarie", "comment": "Kommentarkanarie", "commentator": "Randkanarie", "deleted": "Streichkanarie",
    "who changed": "Aenderkanarie", "hidden": "Unsichtkanarie", "header": "Kopfkanarie", "property": "Firmenkanarie",
    "file name": "Dateikanarie", "own part": "Beilagenkanarie",
}  # fmt: skip
SEEN = ("Technik folgt der Fachlichkeit", "Eingefügt und gemeint")
_W = f'xmlns:w="{files.WORD}"'
_MARK = f'w:id="1" w:author="{HIDDEN["who changed"]}" w:date="2026-01-02T03:04:05Z"'


def word_file() -> bytes:
    core = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{HIDDEN["author"]}</dc:creator></cp:coreProperties>'
    )
    comments = (
        f'<w:comments {_W}><w:comment w:id="0" w:author="{HIDDEN["commentator"]}"><w:p><w:r><w:t>{HIDDEN["comment"]}'
        "</w:t></w:r></w:p></w:comment></w:comments>"
    )
    body = files.p("Unsere Erklärung", style="Titel") + files.p("Erste These", style="berschrift1")
    body += (
        f'<w:p><w:commentRangeStart w:id="0"/>{files.r("Technik folgt der Fachlichkeit.")}<w:commentRangeEnd w:id="0"/>'
    )
    body += '<w:r><w:commentReference w:id="0"/></w:r>'
    body += f"<w:del {_MARK}><w:r><w:delText>{HIDDEN['deleted']} war hier.</w:delText></w:r></w:del>"
    body += f"<w:ins {_MARK}>{files.r(' Eingefügt und gemeint.')}</w:ins>{files.r(HIDDEN['hidden'], hidden=True)}</w:p>"
    body += files.p("Zweite These", style="berschrift1") + files.p("Wer plant, fragt die Fachkräfte.")
    return files.docx(
        body,
        styles=files.HEADINGS,
        docProps__core_dot_xml=core,
        docProps__app_dot_xml=f"<Properties><Company>{HIDDEN['property']}</Company></Properties>",
        word__comments_dot_xml=comments,
        word__header1_dot_xml=f"<w:hdr {_W}>{files.p(HIDDEN['header'])}</w:hdr>",
        customXml__item1_dot_xml=f"<own>{HIDDEN['own part']}</own>",
    )


def open_document() -> bytes:
    space = "urn:oasis:names:tc:opendocument:xmlns"
    dc = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    change = (
        f'<text:tracked-changes><text:changed-region text:id="c1"><text:deletion><office:change-info {dc}>'
        f"<dc:creator>{HIDDEN['who changed']}</dc:creator></office:change-info><text:p>{HIDDEN['deleted']} war hier.</text:p>"
        "</text:deletion></text:changed-region></text:tracked-changes>"
    )
    note = (
        f"<office:annotation {dc}><dc:creator>{HIDDEN['commentator']}</dc:creator><text:p>{HIDDEN['comment']}</text:p>"
        "</office:annotation>"
    )
    hidden = (
        '<style:style style:name="H" style:family="text"><style:text-properties text:display="none"/></style:style>'
    )
    body = change + '<text:h text:outline-level="1">Erste These</text:h>'
    body += f'<text:p>Technik folgt der Fachlichkeit.{note}<text:change text:change-id="c1"/> Eingefügt und gemeint.'
    body += f'<text:span text:style-name="H">{HIDDEN["hidden"]}</text:span></text:p>'
    body += '<text:h text:outline-level="1">Zweite These</text:h><text:p>Wer plant, fragt die Fachkräfte.</text:p>'
    meta = (
        f'<office:document-meta xmlns:office="{space}:office:1.0" {dc} xmlns:meta="{space}:meta:1.0"><office:meta>'
        f"<meta:initial-creator>{HIDDEN['author']}</meta:initial-creator><dc:creator>{HIDDEN['property']}</dc:creator>"
        "</office:meta></office:document-meta>"
    )
    return files.odt(body, styles=hidden, meta_dot_xml=meta, Own__part_dot_xml=f"<own>{HIDDEN['own part']}</own>")


@pytest.mark.parametrize(("ending", "make"), [("docx", word_file), ("odt", open_document)])
def test_nothing_but_the_text_is_kept_shown_or_handed_out(app: Flask, cast, client, ending, make):
    content, otto = make(), client.sign_in(cast.otto)
    answer = upload_file(otto, content, f"{HIDDEN['file name']}.{ending}")
    assert answer.status_code == 303, answer.text
    pages = {"preview": otto.get(answer.location).text}
    made = press(otto, answer.location, "create", title="Eingelesen", slug="eingelesen")
    assert made.status_code == 303, made.text
    declaration = find_declaration("eingelesen")
    declaration.phase = Phase.ANNOTATING
    db.session.commit()
    for path in ("", "/text", "/1", "/1/1", "/2", "/results", "/editions", "/editions/1", "/export?preview=1"):
        pages[path] = otto.get(f"/d/eingelesen{path}").text
    assert [words for words in SEEN if words not in pages["/text"]] == []
    for kind in WRITERS:
        pages[kind] = text_of(export(Operator(), declaration, kind, Filters()).content)
    shown = [f"{what}: {where}" for where, page in pages.items() for what, word in HIDDEN.items() if word in page]
    assert shown == []
    assert kept_of(app, content) == []


def kept_of(app: Flask, content: bytes) -> list[str]:
    """What of it lies in a table or in a file of the instance, in any disguise; the file itself included."""
    rows = "\n".join(repr(row) for table in db.metadata.sorted_tables for row in db.session.execute(table.select()))
    found = [f"{what} in the database" for what, word in HIDDEN.items() if word in rows]
    forms = [
        form for word in HIDDEN.values() for name, form in disguises(word).items() if name in ("utf-8", "base64", "hex")
    ]
    for path in Path(app.config["INSTANCE"]).rglob("*"):
        if path.is_file():
            raw = path.read_bytes()
            if content[:200] in raw or content[-60:] in raw or any(form in raw for form in forms):
                found.append(path.name)
    return found

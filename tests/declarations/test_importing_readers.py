"""What each reader makes of its format: numbers as seen, and nothing that was not meant for readers."""

from collections.abc import Sequence

import pytest

from deliberation.declarations.importing import Block, Document
from deliberation.declarations.importing.reading import read
from tests.declarations.importing_files import (
    HEADINGS,
    abstract,
    docx,
    lines,
    num,
    numbered,
    odt,
    p,
    pdf,
    r,
)


def seen(document: Document) -> list[str]:
    """The blocks as a reader sees them."""
    return [f"{block.label} {block.text}".strip() for block in document.blocks]


def kinds(blocks: Sequence[Block]) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, block.text) for block in blocks]


def notes(document: Document) -> dict[str, int]:
    return {note.code: note.count for note in document.notes}


def test_word_numbers_are_counted_over_levels() -> None:
    levels = (("decimal", "%1."), ("decimal", "%1.%2"), ("lowerLetter", "%3)"))
    body = "".join(
        p(text, num=(1, level))
        for text, level in [
            ("A", 0),
            ("B", 1),
            ("C", 1),
            ("D", 2),
            ("E", 2),
            ("F", 1),
            ("G", 2),
            ("H", 0),
            ("I", 1),
        ]
    )

    document = read(docx(body, numbering=abstract(0, *levels) + num(1, 0)), "a.docx")

    assert seen(document) == ["1. A", "1.1 B", "1.2 C", "a) D", "b) E", "1.3 F", "a) G", "2. H", "2.1 I"]


@pytest.mark.parametrize(
    ("kind", "text", "wanted"),
    [
        ("upperRoman", "%1.", ["IV. A", "V. B"]),
        ("lowerRoman", "(%1)", ["(iv) A", "(v) B"]),
        ("upperLetter", "%1.", ["D. A", "E. B"]),
        ("decimalZero", "%1", ["04 A", "05 B"]),
        ("decimal", "§ %1", ["§ 4 A", "§ 5 B"]),
    ],
)
def test_word_numbers_keep_their_format_and_start(kind: str, text: str, wanted: list[str]) -> None:
    numbering = abstract(0, (kind, text), start=4) + num(1, 0)

    assert seen(read(docx(p("A", num=(1, 0)) + p("B", num=(1, 0)), numbering=numbering), "a.docx")) == wanted


def test_word_lists_restart_where_they_are_told_to() -> None:
    numbering = abstract(0, ("decimal", "%1.")) + num(1, 0) + num(2, 0) + num(3, 0, restart=1)
    body = "".join(p(text, num=(number, 0)) for text, number in [("A", 1), ("B", 1), ("C", 2), ("D", 3), ("E", 3)])

    assert seen(read(docx(body, numbering=numbering), "a.docx")) == ["1. A", "2. B", "3. C", "1. D", "2. E"]


def test_word_headings_are_found_by_name_and_numbered_by_style() -> None:
    styles = HEADINGS + (
        '<w:style w:type="paragraph" w:styleId="Kapitel"><w:name w:val="Kapitel"/><w:basedOn'
        ' w:val="berschrift2"/>'
        '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    body = p("Der Titel", style="Titel") + p("Eins", style="Kapitel") + p("Text.") + p("Zwei", style="Kapitel")

    document = read(docx(body, styles=styles, numbering=abstract(0, ("decimal", "%1.")) + num(1, 0)), "a.docx")

    assert kinds(document.blocks) == [
        ("heading", 0, "Der Titel"),
        ("heading", 2, "Eins"),
        ("paragraph", 0, "Text."),
        ("heading", 2, "Zwei"),
    ]
    assert [block.label for block in document.blocks] == ["", "1.", "", "2."]


def test_word_keeps_insertions_and_drops_what_is_not_for_readers() -> None:
    body = (
        f"<w:p>{r('Wir ')}<w:ins w:author='Otto'>{r('alle ')}</w:ins><w:del"
        f" w:author='Otto'><w:r><w:delText>nie </w:delText>"
        f"</w:r></w:del>{r('helfen')}{r(' heimlich', hidden=True)}<w:r><w:footnoteReference w:id='1'/></w:r>"
        f"<w:r><w:commentReference w:id='1'/></w:r><w:r><w:drawing/></w:r>{r('.')}</w:p>"
    )

    document = read(docx(body, word__comments_dot_xml="<x>Geheim</x>", word__header1_dot_xml="<x>Kopf</x>"), "a.docx")

    assert seen(document) == ["Wir alle helfen."]
    assert notes(document) == {
        "insertions": 1,
        "deletions": 1,
        "hidden": 1,
        "footnotes": 1,
        "comments": 1,
        "images": 1,
    }


def test_word_paragraph_with_deleted_mark_runs_on() -> None:
    body = f"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{r('Wir helfen ')}</w:p>" + p("allen.")

    assert seen(read(docx(body), "a.docx")) == ["Wir helfen allen."]


def test_word_fields_links_boxes_and_tables_become_text() -> None:
    target = 'Target="https://example.org/hilfe" TargetMode="External"'
    relation = f'<Relationships><Relationship Id="r1" {target}/></Relationships>'
    body = (
        "<w:p><w:r><w:fldChar"
        " w:fldCharType='begin'/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:fldChar"
        f" w:fldCharType='separate'/></w:r>{r('Seite 3')}<w:r><w:fldChar"
        f" w:fldCharType='end'/></w:r>{r(' und ')}"
        "<w:hyperlink r:id='r1'"
        " xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'>"
        f"{r('mehr')}</w:hyperlink></w:p><w:p>{r('Mit Kasten.')}<w:r><w:pict><w:txbxContent>{p('Im Kasten.')}"
        f"</w:txbxContent></w:pict></w:r></w:p><w:tbl><w:tr><w:tc>{p('A')}</w:tc><w:tc>{p('B')}</w:tc>"
        f"</w:tr></w:tbl>"
    )

    document = read(docx(body, word___rels__document_dot_xml_dot_rels=relation), "a.docx")

    assert seen(document) == [
        "Seite 3 und mehr (https://example.org/hilfe)",
        "Mit Kasten.",
        "Im Kasten.",
        "A | B",
    ]


def test_word_table_of_contents_stays_out() -> None:
    styles = HEADINGS + '<w:style w:type="paragraph" w:styleId="V1"><w:name w:val="toc 1"/></w:style>'

    document = read(docx(p("Eins 3", style="V1") + p("Eins", style="berschrift1"), styles=styles), "a.docx")

    assert seen(document) == ["Eins"]
    assert notes(document) == {"contents": 1}


def listed(*items: str, name: str = "L", **attributes: str) -> str:
    more = "".join(f' text:{key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    body = "".join(f"<text:list-item>{item}</text:list-item>" for item in items)
    return f'<text:list text:style-name="{name}"{more}>{body}</text:list>'


def t(text: str) -> str:
    return f"<text:p>{text}</text:p>"


STYLES = numbered(
    "L",
    'style:num-format="1" style:num-suffix="."',
    'style:num-format="1" style:num-suffix="." text:display-levels="2"',
    'style:num-format="a" style:num-prefix="(" style:num-suffix=")"',
)


def test_opendocument_numbers_are_counted_over_levels() -> None:
    third = f"<text:list><text:list-item>{t('D')}</text:list-item></text:list>"
    second = f"<text:list-item>{t('B')}</text:list-item><text:list-item>{t('C')}{third}</text:list-item>"
    second = f"<text:list>{second}</text:list>"

    document = read(odt(listed(t("A") + second, t("E")), styles=STYLES), "a.odt")

    assert seen(document) == ["1. A", "1.1. B", "1.2. C", "(a) D", "2. E"]


def test_opendocument_lists_restart_and_continue() -> None:
    body = listed(t("A"), t("B")) + t("Text.") + listed(t("C"), continue_numbering="true") + t("Text.") + listed(t("D"))
    body += (
        '<text:list text:style-name="L"><text:list-item text:start-value="7">'
        + t("E")
        + "</text:list-item></text:list>"
    )

    assert seen(read(odt(body, styles=STYLES), "a.odt")) == [
        "1. A",
        "2. B",
        "Text.",
        "3. C",
        "Text.",
        "1. D",
        "7. E",
    ]


def test_opendocument_drops_what_is_not_for_readers() -> None:
    hidden = '<style:text-properties text:display="none"/>'
    hidden = f'<style:style style:name="H" style:family="text">{hidden}</style:style>'
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>Gelöscht.</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes>"
        "<text:p>Wir<text:s/><office:annotation><text:p>Geheim</text:p></office:annotation>helfen"
        "<text:note><text:note-body><text:p>Fuß</text:p></text:note-body></text:note><text:span"
        ' text:style-name="H"> heimlich'
        "</text:span><draw:frame><draw:image/></draw:frame> <text:a"
        ' xlink:href="https://example.org/">hier</text:a>.</text:p>'
    )

    document = read(odt(body, styles=hidden), "a.odt")

    assert seen(document) == ["Wir helfen hier (https://example.org/)."]
    assert notes(document) == {"comments": 1, "deletions": 1, "footnotes": 1, "hidden": 1, "images": 1}


def test_opendocument_headings_boxes_and_tables() -> None:
    box = "<draw:frame><draw:text-box><text:p>Im Kasten.</text:p></draw:text-box></draw:frame>"
    cells = "".join(f"<table:table-cell>{t(text)}</table:table-cell>" for text in "AB")
    body = f'<text:h text:outline-level="2">Eins</text:h><text:p>Text.{box}</text:p>'
    body += f"<table:table><table:table-row>{cells}</table:table-row></table:table>"

    document = read(odt(body), "a.odt")

    assert kinds(document.blocks) == [
        ("heading", 2, "Eins"),
        ("paragraph", 0, "Text."),
        ("paragraph", 0, "Im Kasten."),
        ("paragraph", 0, "A | B"),
    ]


def test_html_leaves_out_menus_scripts_and_hidden_parts() -> None:
    page = (
        "<!doctype html><title>Fenster</title><nav>Start</nav><script>alert(1)</script><style>p{}</style>"
        "<p hidden>Weg</p>"
        "<p style='display: none'>Auch weg</p><p>Da<br>bei <a href='https://example.org/x'>hier</a>"
        "<sup><a class='footnote-ref' href='#fn1'>1</a></sup> <img src=x"
        " alt=Bild></p><ul><li>Eins<li>Zwei</ul>"
    )

    document = read(page.encode(), "a.html")

    assert seen(document) == ["Da bei hier (https://example.org/x)", "• Eins", "• Zwei"]
    assert document.title == "Fenster"
    assert notes(document) == {"navigation": 1, "hidden": 2, "footnotes": 1, "images": 1}


def test_html_lists_keep_their_numbers() -> None:
    page = "<ol start=3 type=a><li>C<li value=7>G<ol><li>Innen</ol></ol><ol reversed><li>Zwei<li>Eins</ol>"

    assert seen(read(page.encode(), "a.html")) == ["c. C", "g. G", "1. Innen", "2. Zwei", "1. Eins"]


def test_markdown_becomes_plain_text() -> None:
    text = (
        "---\ntitle: Vorn\nby: Otto\n---\n# Titel\n\nDas ist **wichtig** und *schön*[^1], siehe"
        " [hier](https://example.org/a)"
        " und <https://example.org/b>. ![Bild](b.png)\n\n3) Drei\n\n   Noch drei.\n4) Vier\n   -"
        " innen\n\n| A | B |\n|---|---|\n"
        "| c | d |\n\n<!-- geheim --><div>Aus HTML &amp; so</div>\n\n[^1]: Fußnote."
    )

    document = read(text.encode(), "a.md")

    assert seen(document) == [
        "Titel",
        "Das ist wichtig und schön, siehe hier (https://example.org/a) und https://example.org/b.",
        "3) Drei",
        "Noch drei.",
        "4) Vier",
        "• innen",
        "A | B",
        "c | d",
        "Aus HTML & so",
    ]
    assert document.title == "Vorn"
    assert notes(document) == {"front_matter": 1, "footnotes": 1, "images": 1, "tables": 1}


def test_hard_wrapped_plain_text_is_joined() -> None:
    text = (
        "Die Arbeit der Fachkräfte braucht Zeit und Ruhe, denn die Men-\nschen, um die es geht,"
        " leben in Kinder- und\n"
        "Jugendheimen. Das gilt seit dem Beschluss der Versammlung vom\n8. Februar und bleibt so.\n-"
        " erstens\n- zweitens\n"
    )

    assert seen(read(text.encode(), "a.txt")) == [
        "Die Arbeit der Fachkräfte braucht Zeit und Ruhe, denn die Menschen, um die es geht, leben"
        " in Kinder- und"
        " Jugendheimen. Das gilt seit dem Beschluss der Versammlung vom 8. Februar und bleibt so.",
        "- erstens",
        "- zweitens",
    ]


def test_pdf_pages_are_joined_and_their_edges_dropped() -> None:
    pages = []
    for number in (1, 2, 3):
        rows = [
            (72.0, 800.0, 9.0, False, "Landesverband Musterland"),
            (300.0, 40.0, 10.0, False, str(number)),
        ]
        for line in range(6):
            text = f"Dies ist Zeile {line} auf Blatt {'abc'[number - 1]} und sie reicht bis zum rechten Rand"
            rows.append((72.0, 740.0 - 14 * line, 12.0, False, text))
        pages.append(lines(*rows))
    document = read(pdf(*pages), "a.pdf")

    assert len(document.blocks) == 1
    assert "Landesverband" not in document.blocks[0].text
    assert document.blocks[0].text.count("Zeile") == 18
    assert notes(document) == {"page_furniture": 6}


def test_pdf_headings_are_found_by_size_and_weight() -> None:
    rows = [
        (72.0, 780.0, 20.0, False, "Der große Titel"),
        (72.0, 740.0, 12.0, True, "Eine fette Zeile"),
        (72.0, 710.0, 12.0, False, "Ein Absatz mit einem Satz, der auf der nächsten Zeile weiter-"),
        (72.0, 696.0, 12.0, False, "geht und in Kinder- und Jugendheimen endet."),
    ]

    document = read(pdf(lines(*rows)), "a.pdf")

    assert kinds(document.blocks) == [
        ("heading", 1, "Der große Titel"),
        ("heading", 2, "Eine fette Zeile"),
        (
            "paragraph",
            0,
            "Ein Absatz mit einem Satz, der auf der nächsten Zeile weitergeht und in Kinder- und Jugendheimen endet.",
        ),
    ]


def test_pdf_soft_hyphens_were_printed() -> None:
    stream = lines(
        (
            72.0,
            780.0,
            12.0,
            False,
            "Ein langer Satz, in dem Kinder\u00ad und Jugendhilfe vorkommt und die Jugend\u00ad",
        ),
        (72.0, 766.0, 12.0, False, "arbeit auch."),
    )

    document = read(pdf(stream), "a.pdf")

    assert seen(document) == ["Ein langer Satz, in dem Kinder- und Jugendhilfe vorkommt und die Jugendarbeit auch."]

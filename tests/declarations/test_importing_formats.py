"""The same text in six formats gives the same theses, paragraphs and sentences."""

from pathlib import Path
from typing import Any

import pytest

from deliberation.declarations.importing import DraftDeclaration, read_in_cage, read_to_keep, split_in_cage, to_dry_run
from tests.declarations.importing_files import HEADINGS, abstract, docx, lines, num, numbered, odt, p, pdf

REAL = Path(__file__).resolve().parents[1] / "data" / "sgb-viii"

TITLE = "Erklärung zur Sozialen Arbeit in der Gemeinde"
BEFORE = ["Wir arbeiten seit Jahren mit Menschen in Not. Das prägt uns.", "Darum erklären wir:"]
ITEMS = [
    "Hilfe braucht Zeit. Sie lässt sich nicht beschleunigen.",
    "Schutz geht vor Tempo; das gilt z. B. nach § 42 Abs. 1 SGB VIII.",
    "Digitale Wege helfen, wenn",
    "Wer hilft, entscheidet.",
    "Die Menschen reden mit.",
]
INNER = ["sie freiwillig sind,", "sie verständlich sind."]
AFTER = ["Wir laden alle ein, mitzureden.", "Musterstadt, 3. Mai 2021"]


def real(name: str) -> DraftDeclaration:
    return read_in_cage((REAL / name).read_bytes(), name, "auto")


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return to_dry_run(real("auszug-2021.md"))


def test_extract_of_the_act_has_its_sections_as_theses(expected: dict[str, Any]) -> None:
    headings = [thesis["heading"].split(" ", 2)[1] for thesis in expected["theses"]]

    assert expected["title"] == "Kinder- und Jugendhilfe: Allgemeine Vorschriften und Inobhutnahme"
    assert headings == [
        "1",
        "2",
        "3",
        "4",
        "4a",
        "5",
        "6",
        "7",
        "8",
        "8a",
        "8b",
        "9",
        "9a",
        "10",
        "10a",
        "42",
    ]
    assert [thesis["number"] for thesis in expected["theses"]] == [str(number) for number in range(1, 17)]


def test_lists_of_the_act_stay_in_their_paragraph(expected: dict[str, Any]) -> None:
    first = expected["theses"][-1]["paragraphs"][0]["sentences"]

    assert len(expected["theses"][-1]["paragraphs"]) == 6
    assert first[:6] == [
        "Das Jugendamt ist berechtigt und verpflichtet, ein Kind oder einen Jugendlichen"
        " in seine Obhut zu nehmen, wenn",
        "das Kind oder der Jugendliche um Obhut bittet oder",
        "eine dringende Gefahr für das Wohl des Kindes oder des Jugendlichen die Inobhutnahme erfordert und",
        "die Personensorgeberechtigten nicht widersprechen oder",
        "eine familiengerichtliche Entscheidung nicht rechtzeitig eingeholt werden kann oder",
        "ein ausländisches Kind oder ein ausländischer Jugendlicher unbegleitet nach Deutschland kommt"
        " und sich weder Personensorge- noch Erziehungsberechtigte im Inland aufhalten.",
    ]
    assert first[6].startswith("Die Inobhutnahme umfasst die Befugnis,")


@pytest.mark.parametrize("ending", ["docx", "odt", "html", "txt"])
def test_extract_is_the_same_in_every_format(ending: str, expected: dict[str, Any]) -> None:
    assert to_dry_run(real(f"auszug-2021.{ending}")) == expected


def test_extract_from_pdf_has_nearly_all_paragraphs_alike(expected: dict[str, Any]) -> None:
    def paragraphs(split: dict[str, Any]) -> list[tuple[str, str, tuple[str, ...]]]:
        return [
            (thesis["number"], paragraph["number"], tuple(paragraph["sentences"]))
            for thesis in split["theses"]
            for paragraph in thesis["paragraphs"]
        ]

    wanted = paragraphs(expected)
    found = set(paragraphs(to_dry_run(real("auszug-2021.pdf"))))

    assert sum(one in found for one in wanted) >= 0.99 * len(wanted)


@pytest.mark.parametrize("ending", ["md", "docx", "odt", "txt", "pdf"])
def test_labels_are_kept_outside_the_sentences(ending: str) -> None:
    last = real(f"auszug-2021.{ending}").theses[-1].paragraphs

    assert [paragraph.units[0].label for paragraph in last] == [f"({number})" for number in range(1, 7)]
    assert [(unit.label, unit.level) for unit in last[0].units] == [
        ("(1)", 0),
        ("1.", 1),
        ("2.", 1),
        ("a)", 2),
        ("b)", 2),
        ("3.", 1),
        ("", 0),
    ]


def test_whole_act_has_every_section_as_a_thesis_in_its_chapter() -> None:
    draft = real("sgb-viii-2021.md")
    by_heading = {thesis.heading.split(" ")[1]: thesis for thesis in draft.theses if thesis.heading}

    assert len(draft.theses) == 164
    assert draft.theses[0].number == "0"
    assert by_heading["42"].group == (
        "Drittes Kapitel - Andere Aufgaben der Jugendhilfe"
        " › Erster Abschnitt - Vorläufige Maßnahmen zum Schutz von Kindern und Jugendlichen"
    )
    assert by_heading["24a"].paragraphs == ()


def in_markdown() -> bytes:
    items = [f"{number}. {text}" for number, text in enumerate(ITEMS, start=1)]
    items[2] += "".join(f"\n   - {text}" for text in INNER)
    return "\n\n".join([f"# {TITLE}", *BEFORE, "\n".join(items), *AFTER]).encode()


def in_plain_text() -> bytes:
    return in_markdown().removeprefix(b"# ")


def in_html() -> bytes:
    items = [f"<li>{text}</li>" for text in ITEMS]
    inner = "".join(f"<li>{text}</li>" for text in INNER)
    items[2] = f"<li>{ITEMS[2]}<ul>{inner}</ul></li>"
    around = ["".join(f"<p>{text}</p>" for text in part) for part in (BEFORE, AFTER)]
    return f"<html><body><h1>{TITLE}</h1>{around[0]}<ol>{''.join(items)}</ol>{around[1]}</body></html>".encode()


def in_word() -> bytes:
    body = p(TITLE, style="Titel") + "".join(p(text) for text in BEFORE)
    for text in ITEMS:
        body += p(text, num=(1, 0))
        if text == ITEMS[2]:
            body += "".join(p(one, num=(1, 1)) for one in INNER)
    body += "".join(p(text) for text in AFTER)
    return docx(body, styles=HEADINGS, numbering=abstract(0, ("decimal", "%1."), ("lowerLetter", "%2)")) + num(1, 0))


def in_opendocument() -> bytes:
    def paragraph(text: str) -> str:
        return f"<text:p>{text}</text:p>"

    inner = "".join(f"<text:list-item>{paragraph(text)}</text:list-item>" for text in INNER)
    items = [paragraph(text) for text in ITEMS]
    items[2] += f"<text:list>{inner}</text:list>"
    listed = "".join(f"<text:list-item>{item}</text:list-item>" for item in items)
    body = f'<text:h text:outline-level="1">{TITLE}</text:h>' + "".join(map(paragraph, BEFORE))
    body += f'<text:list text:style-name="L1">{listed}</text:list>' + "".join(map(paragraph, AFTER))
    levels = ('style:num-format="1" style:num-suffix="."', 'style:num-format="a" style:num-suffix=")"')
    return odt(body, styles=numbered("L1", *levels))


def in_pdf() -> bytes:
    rows = [(72.0, 780.0, 18.0, True, TITLE)]
    y = 740.0
    for text in [*BEFORE, *(f"{number}. {text}" for number, text in enumerate(ITEMS, start=1))]:
        rows.append((72 if text in BEFORE else 90, y, 12, False, text))
        y -= 24
        if text.endswith(ITEMS[2]):
            for letter, one in zip("ab", INNER, strict=True):
                rows.append((108, y, 12, False, f"{letter}) {one}"))
                y -= 24
    for text in AFTER:
        rows.append((72, y, 12, False, text))
        y -= 24
    return pdf(lines(*rows))


@pytest.mark.parametrize("file", [in_markdown, in_plain_text, in_html, in_word, in_opendocument, in_pdf])
def test_declaration_without_headings_is_split_by_its_list(file: Any) -> None:
    draft = read_in_cage(file(), "erklaerung", "auto")

    assert draft.shape == "list"
    assert draft.title == TITLE
    assert [thesis.number for thesis in draft.theses] == ["0", "1", "2", "3", "4", "5", "end"]
    assert [thesis.label for thesis in draft.theses] == ["", "1.", "2.", "3.", "4.", "5.", ""]
    assert [paragraph.sentences[0] for paragraph in draft.theses[0].paragraphs] == [
        "Wir arbeiten seit Jahren mit Menschen in Not.",
        "Darum erklären wir:",
    ]
    assert draft.theses[2].paragraphs[0].sentences == (ITEMS[1],)
    assert draft.theses[3].paragraphs[0].sentences == (ITEMS[2], *INNER)
    assert [paragraph.sentences for paragraph in draft.theses[-1].paragraphs] == [(text,) for text in AFTER]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("name", ["erklaerung.md", "erklaerung.txt"])
def test_umlauts_survive_every_usual_encoding(encoding: str, name: str) -> None:
    text = "Für Ärztinnen gilt „Übermaß“ – jederzeit.\r\n\r\nZweiter Absatz: Größe."

    draft = read_in_cage(text.encode(encoding), name, "paragraphs")

    assert [thesis.paragraphs[0].sentences for thesis in draft.theses] == [
        ("Für Ärztinnen gilt „Übermaß“ – jederzeit.",),
        ("Zweiter Absatz: Größe.",),
    ]


def test_type_is_found_by_content_and_not_by_name(expected: dict[str, Any]) -> None:
    for ending in ("docx", "odt", "html", "md", "pdf"):
        data = (REAL / f"auszug-2021.{ending}").read_bytes()

        assert to_dry_run(read_in_cage(data, "brief.txt", "auto"))["title"] == expected["title"]


def test_text_that_was_read_can_be_split_in_another_way_without_the_file() -> None:
    draft, source = read_to_keep(in_word(), "erklaerung.docx", "list")

    assert draft == read_in_cage(in_word(), "erklaerung.docx", "list")
    assert split_in_cage(source, "paragraphs") == read_in_cage(in_word(), "erklaerung.docx", "paragraphs")


def test_odd_spaces_and_soft_hyphens_are_made_plain() -> None:
    text = "Ju\u00adgend\u00adhilfe\u00a0ist\u2009gut\u200b.\n\nZwei\u202fAbsa\u0308tze."

    draft = read_in_cage(text.encode(), "a.txt", "paragraphs")

    assert [thesis.paragraphs[0].sentences for thesis in draft.theses] == [
        ("Jugendhilfe ist gut.",),
        ("Zwei Absätze.",),
    ]

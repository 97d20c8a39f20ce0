"""How blocks become theses: the three shapes, the choice between them, and that no word is lost."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.declarations.importing import (
    NOTES,
    Block,
    DraftDeclaration,
    from_json,
    split,
    to_dry_run,
    to_json,
)
from deliberation.declarations.importing.reading import read
from deliberation.declarations.importing.splitting import split_document


def markdown(text: str, shape: str = "auto") -> DraftDeclaration:
    return split(read(text.encode(), "a.md").blocks, shape)


def plain(text: str, shape: str = "auto") -> DraftDeclaration:
    return split(read(text.encode(), "a.txt").blocks, shape)


def outline(draft: DraftDeclaration) -> list[tuple[str, str, str, int]]:
    return [(thesis.number, thesis.heading, thesis.group, len(thesis.paragraphs)) for thesis in draft.theses]


def test_lowest_headings_are_theses_and_higher_ones_their_group() -> None:
    draft = markdown(
        "# T\n\nVorab.\n\n## Teil\n\n### A\n\nText.\n\nText.\n\n### B\n\nText.\n\n## Rest\n\n### C\n\nText."
    )

    assert draft.title == "T"
    assert outline(draft) == [
        ("0", "", "", 1),
        ("1", "A", "Teil", 2),
        ("2", "B", "Teil", 1),
        ("3", "C", "Rest", 1),
    ]


def test_heading_with_text_of_its_own_is_a_thesis_and_a_group() -> None:
    draft = markdown("# T\n\n## A\n\nText.\n\n### B\n\nText.\n\n## C\n\nText.")

    assert outline(draft) == [("1", "A", "", 1), ("2", "B", "A", 1), ("3", "C", "", 1)]


def test_preamble_and_closing_part_may_have_headings() -> None:
    draft = markdown("# T\n\n## Präambel\n\nVor.\n\n## A\n\nText.\n\n## B\n\nText.\n\n## Schlusswort\n\nNach.")

    assert outline(draft) == [
        ("0", "Präambel", "", 1),
        ("1", "A", "", 1),
        ("2", "B", "", 1),
        ("end", "Schlusswort", "", 1),
    ]


def test_numbers_leave_the_heading_when_they_are_our_own_count() -> None:
    counted = markdown("# T\n\n## 1. Eins\n\nText.\n\n## 2. Zwei\n\nText.")
    other = markdown("# T\n\n## 3. Drei\n\nText.\n\n## 4. Vier\n\nText.")

    assert [(thesis.label, thesis.heading) for thesis in counted.theses] == [("1.", "Eins"), ("2.", "Zwei")]
    assert [(thesis.label, thesis.heading) for thesis in other.theses] == [("", "3. Drei"), ("", "4. Vier")]


def test_list_that_starts_again_belongs_to_the_paragraph_before() -> None:
    draft = markdown(
        "# T\n\n## A\n\n(1) Es gilt\n\n1. eins,\n2. zwei.\n\n(2) Auch.\n\n## B\n\nWenn\n\n- so\n- oder so\n\nDann."
    )

    first, second = draft.theses
    assert [[unit.label for unit in paragraph.units] for paragraph in first.paragraphs] == [
        ["(1)", "1.", "2."],
        ["(2)"],
    ]
    assert [paragraph.sentences for paragraph in second.paragraphs] == [("Wenn", "so", "oder so"), ("Dann.",)]


def test_numbers_of_outer_and_inner_lists_are_told_apart() -> None:
    text = "1. Es gilt\n\n1. eins,\n\n2. zwei,\n\n3. drei.\n\n2. Auch das.\n\n3. Und das."

    draft = plain(f"Titel der Sache\n\n§ 1 Eins\n\n{text}\n\n§ 2 Zwei\n\nText zwei.")

    assert [paragraph.sentences for paragraph in draft.theses[0].paragraphs] == [
        ("Es gilt", "eins,", "zwei,", "drei."),
        ("Auch das.",),
        ("Und das.",),
    ]


def test_text_behind_a_list_goes_on_with_its_paragraph() -> None:
    small = markdown("# T\n\n## A\n\nWenn\n\n1. so\n2. oder so\n\ngilt das.\n\n## B\n\nText.")
    law = markdown("# T\n\n## A\n\n(1) Wenn\n\n1. so,\n\nDas gilt.\n\nNeu.\n\n(2) Und.\n\n## B\n\nText.")

    assert [paragraph.sentences for paragraph in small.theses[0].paragraphs] == [("Wenn", "so", "oder so", "gilt das.")]
    assert [paragraph.sentences for paragraph in law.theses[0].paragraphs] == [
        ("Wenn", "so,", "Das gilt."),
        ("Neu.",),
        ("Und.",),
    ]


def test_items_of_the_list_are_theses_with_what_belongs_to_them() -> None:
    items = "1. **Hilfe braucht Zeit.** Immer.\n\n   Auch nachts.\n2. Schutz:\n   - a\n   - b\n3. Ende."

    draft = markdown(f"# T\n\nVorab.\n\n{items}\n\nSchluss.\n")

    assert draft.shape == "list"
    assert outline(draft) == [
        ("0", "", "", 1),
        ("1", "Hilfe braucht Zeit", "", 2),
        ("2", "", "", 1),
        ("3", "", "", 1),
        ("end", "", "", 1),
    ]
    assert draft.theses[2].paragraphs[0].sentences == ("Schutz:", "a", "b")


def test_headings_between_items_are_groups() -> None:
    draft = markdown("# T\n\n## I\n\n1. A.\n2. B.\n\n## II\n\n3. C.\n4. D.\n", "list")

    assert outline(draft) == [("1", "", "I", 1), ("2", "", "I", 1), ("3", "", "II", 1), ("4", "", "II", 1)]


def test_long_list_under_one_heading_is_the_theses() -> None:
    draft = markdown(
        "# T\n\n## Warum\n\nDarum.\n\n## Thesen\n\n1. Erste These.\n2. Zweite These.\n3. Dritte.\n\n## Schluss\n\nEnde."
    )

    assert draft.shape == "list"
    assert [thesis.number for thesis in draft.theses] == ["0", "1", "2", "3", "end"]


@pytest.mark.parametrize(
    ("text", "shape", "headings"),
    [
        ("Titel der Sache\n\n1. Eins\nText eins.\n\n2. Zwei\nText zwei.", "headings", ["Eins", "Zwei"]),
        (
            "Titel der Sache\n\nThese 1: Eins\n\nText eins.\n\nThese 2: Zwei\n\nText zwei.",
            "headings",
            ["Eins", "Zwei"],
        ),
        ("Titel der Sache\n\nThese 1: Eins ist gut. Ja.\n\nThese 2: Zwei auch.", "list", ["", ""]),
        (
            "Titel der Sache\n\n§ 1 Eins\n\nText eins.\n\n§ 2 Zwei\n\nText zwei.",
            "headings",
            ["§ 1 Eins", "§ 2 Zwei"],
        ),
        ("Titel der Sache\n\nHilfe\n\nText eins.\n\nSchutz\n\nText zwei.", "headings", ["Hilfe", "Schutz"]),
        ("Titel der Sache\n===\n\nEins\n---\n\nText.\n\nZwei\n---\n\nText.", "headings", ["Eins", "Zwei"]),
        ("Titel der Sache\n\nText eins ist hier.\n\nText zwei ist da.", "paragraphs", ["", ""]),
    ],
)
def test_plain_text_shows_its_shape(text: str, shape: str, headings: list[str]) -> None:
    draft = plain(text)

    assert draft.title == "Titel der Sache"
    assert draft.shape == shape
    assert draft.notes[0].code == f"split_{shape}"
    assert [thesis.heading for thesis in draft.theses] == headings


def test_bold_lines_are_headings_when_there_are_no_others() -> None:
    draft = markdown("**Eins**\n\nText eins.\n\n**Zwei**\n\nText zwei.")

    assert [thesis.heading for thesis in draft.theses] == ["Eins", "Zwei"]
    assert "bold_headings" in {note.code for note in draft.notes}


@pytest.mark.parametrize(("shape", "note"), [("headings", "no_headings"), ("list", "no_list")])
def test_shape_that_does_not_fit_falls_back_and_says_so(shape: str, note: str) -> None:
    draft = markdown("Ein Absatz ist da.\n\nNoch ein Absatz ist da.", shape)

    assert draft.shape == "paragraphs"
    assert note in {one.code for one in draft.notes}


def test_draft_survives_the_pipe() -> None:
    draft = markdown("# T\n\n## A\n\n(1) Es gilt\n\n1. eins,\n2. zwei.\n\n## B\n\nText.")

    assert from_json(to_json(draft)) == draft


TEXT = st.sampled_from(
    [
        "Hilfe braucht Zeit.",
        "Schutz",
        "und so weiter,",
        "wenn",
        "1. Eins",
        "(2) Zwei.",
        "a) klein",
        "– Strich",
        "These 3: Drei",
        "§ 4 Vier",
        "Präambel",
        "Schluss",
        "• Punkt",
        "Wer hilft? Wir. Ja!",
        "A. Müller sagt, z. B. Kinder.",
        "5. Mai",
    ]
)
BLOCKS = st.lists(
    st.one_of(
        st.builds(Block, st.just("heading"), TEXT, st.integers(0, 4), st.sampled_from(["", "1.", "2.", "I."])),
        st.builds(Block, st.just("paragraph"), TEXT, st.integers(0, 2), indent=st.sampled_from([0.0, 4.0, 8.0])),
        st.builds(
            Block,
            st.just("item"),
            TEXT,
            st.integers(0, 2),
            st.sampled_from(["1.", "2.", "3.", "(1)", "a)", "•"]),
            st.one_of(st.none(), st.integers(1, 4)),
            st.integers(1, 3),
        ),
    ),
    max_size=14,
)


def words(*texts: str) -> list[str]:
    return re.findall(r"\w+", " ".join(texts))


def told(draft: DraftDeclaration) -> list[str]:
    """Every word of the draft in the order of reading."""
    found = words(draft.title)
    for thesis in draft.theses:
        found += words(thesis.group, thesis.label, thesis.heading)
        for paragraph in thesis.paragraphs:
            for unit in paragraph.units:
                found += words(unit.label, *unit.sentences)
    return found


@given(BLOCKS, st.sampled_from(["auto", "headings", "list", "paragraphs"]), st.booleans())
def test_no_word_is_lost_and_none_changes_places(blocks: list[Block], shape: str, bold: bool) -> None:
    if bold:
        blocks = [replace(block, strong=len(block.text)) for block in blocks]

    draft = split(blocks, shape)

    source = [words(block.label, block.text) for block in blocks]
    title = words(draft.title)
    if title:
        headings = [index for index, block in enumerate(blocks) if block.kind == "heading"]
        place = next((index for index in headings if source[index] == title), 0)
        source = [source[place], *source[:place], *source[place + 1 :]]
    rest = iter(told(draft))
    assert all(word in rest for one in source for word in one)


@given(BLOCKS)
def test_numbers_of_theses_and_paragraphs_count_without_gaps(blocks: list[Block]) -> None:
    split_up = to_dry_run(split(blocks))

    numbers = [thesis["number"] for thesis in split_up["theses"]]
    inner = [number for number in numbers if number not in ("0", "end")]
    assert inner == [str(number) for number in range(1, len(inner) + 1)]
    assert "0" not in numbers[1:]
    assert "end" not in numbers[:-1]
    for thesis in split_up["theses"]:
        assert [one["number"] for one in thesis["paragraphs"]] == [str(n + 1) for n in range(len(thesis["paragraphs"]))]
        assert all(one["sentences"] for one in thesis["paragraphs"])


@pytest.mark.parametrize(
    ("property_title", "title"),
    [("Erklärung der Stadt", "Erklärung der Stadt"), ("Microsoft Word - erklaerung_v3.docx", ""), ("Unbenannt 1", "")],
)
def test_title_of_the_properties_helps_out_unless_it_is_a_file_name(property_title: str, title: str) -> None:
    page = f"<html><title>{property_title}</title><p>Ein Absatz ist da.</p><p>Noch einer ist da.</p></html>"

    assert split_document(read(page.encode(), "a.html"), "auto").title == title


def test_every_note_has_a_sentence() -> None:
    draft = markdown("# T\n\n![Bild](a.png) Text.\n\nText.")

    assert {note.code for note in draft.notes} <= set(NOTES)

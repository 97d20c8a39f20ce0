"""Editing a proposed split: nothing gets lost, and numbers stay unique, whatever is pressed in whatever order."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, DraftThesis, Unit
from deliberation.declarations.preview import (
    PARAGRAPH_ACTS,
    THESIS_ACTS,
    ActRefused,
    Place,
    count_anew,
    numbered,
    offered,
    perform,
    rename_group,
    rename_theses,
    renumber,
    to_editable,
    to_sheet,
    to_step,
    undo,
)
from deliberation.declarations.preview.numbers import NUMBER_PATTERN

KEEPING = sorted({*THESIS_ACTS, *PARAGRAPH_ACTS} - {"paragraph-omit", "thesis-omit"})
MOVING = {"thesis-up", "thesis-down", "paragraph-up", "paragraph-down"}


def make_draft(*theses: tuple[str, str, list[list[str]]]) -> DraftDeclaration:
    """Theses as (number, heading, paragraphs of sentences)."""
    return to_editable(
        DraftDeclaration(
            "Erklärung",
            tuple(
                DraftThesis(
                    number,
                    heading,
                    "",
                    "",
                    tuple(DraftParagraph("", (Unit("", 0, tuple(sentences)),)) for sentences in paragraphs),
                )
                for number, heading, paragraphs in theses
            ),
            "headings",
        )
    )


TEXT = make_draft(
    ("0", "", [["Vorweg."]]),
    ("1", "Zeit", [["Zeit ist nötig.", "Sie fehlt."], ["Wir zählen sie."]]),
    ("2", "Schutz", [["Schutz geht vor."]]),
    ("end", "", [["Danke."]]),
)


def numbers(draft: DraftDeclaration) -> list[str]:
    return [thesis.number for thesis in numbered(draft).theses]


def outline(draft: DraftDeclaration) -> list[tuple[str, list[str]]]:
    """Headings, and each paragraph as one text."""
    return [
        (thesis.heading, [" ".join(paragraph.sentences) for paragraph in thesis.paragraphs]) for thesis in draft.theses
    ]


def sentences(draft: DraftDeclaration) -> list[str]:
    """Everything that is said, in the order of reading; a heading counts as a sentence."""
    said = []
    for thesis in draft.theses:
        said += [thesis.heading] if thesis.heading else []
        said += [sentence for paragraph in thesis.paragraphs for sentence in paragraph.sentences]
    return said


@st.composite
def drafts(draw: st.DrawFn) -> DraftDeclaration:
    """Any split in which each sentence and heading occurs once, with lists, groups, preamble and closing part."""
    count = iter(range(1, 10**6))

    def sentence() -> str:
        return f"Hier steht Aussage nummer{next(count)} geschrieben."

    def units() -> tuple[Unit, ...]:
        levels = [0, *draw(st.lists(st.integers(0, 2), max_size=3))]
        return tuple(
            Unit(
                draw(st.sampled_from(["", "(1)", "a)"])),
                level,
                tuple(sentence() for _ in range(draw(st.integers(1, 3)))),
            )
            for level in levels
        )

    theses = []
    size = draw(st.integers(1, 5))
    for index in range(size):
        heading = f"Titel {next(count)}" if draw(st.booleans()) else ""
        paragraphs = tuple(DraftParagraph("", units()) for _ in range(draw(st.integers(0 if heading else 1, 3))))
        number = ""
        if size > 1 and index in (0, size - 1) and draw(st.booleans()):
            number = "0" if index == 0 else "end"
        theses.append(DraftThesis(number, heading, draw(st.sampled_from(["", "Kapitel"])), "", paragraphs))
    return DraftDeclaration("Erklärung", tuple(theses), "headings")


@st.composite
def places(draw: st.DrawFn, draft: DraftDeclaration) -> Place:
    thesis = draw(st.integers(0, len(draft.theses) - 1))
    paragraphs = draft.theses[thesis].paragraphs
    paragraph = draw(st.integers(0, len(paragraphs) - 1)) if paragraphs else -1
    most = len(paragraphs[paragraph].sentences) if paragraphs else 1
    return Place(thesis, paragraph, draw(st.integers(0, most)))


def assert_numbers_are_right(draft: DraftDeclaration) -> None:
    found = numbers(draft)
    assert len({number.casefold() for number in found}) == len(found)
    for index, number in enumerate(found):
        if number in ("0", "end"):
            assert index == (0 if number == "0" else len(found) - 1)
        else:
            assert NUMBER_PATTERN.fullmatch(number)


@settings(max_examples=150, deadline=None)
@given(st.data(), drafts())
def test_no_sentence_is_lost_or_doubled_by_any_sequence_of_acts(data: st.DataObject, draft: DraftDeclaration) -> None:
    for _step in range(data.draw(st.integers(1, 12))):
        name = data.draw(st.sampled_from(KEEPING))
        place = data.draw(places(draft))
        try:
            edit = perform(draft, name, place)
        except ActRefused:
            continue
        # A heading made of a whole paragraph, and back, is cut into sentences anew: words are what counts.
        before, after = " ".join(sentences(draft)).split(), " ".join(sentences(edit.draft)).split()
        labels = ("(1)", "a)")
        assert [w for w in sorted(before) if w not in labels] == [w for w in sorted(after) if w not in labels]
        swaps = name == "paragraph-heading" and place.paragraph == 0 and draft.theses[place.thesis].heading
        if name not in MOVING and not swaps:
            assert [w for w in before if w not in labels] == [w for w in after if w not in labels]
        assert edit.draft.theses
        assert all(thesis.heading or thesis.paragraphs for thesis in edit.draft.theses)
        assert_numbers_are_right(edit.draft)
        assert 0 <= edit.place.thesis < len(edit.draft.theses)
        assert edit.place.paragraph < len(edit.draft.theses[edit.place.thesis].paragraphs)
        draft = edit.draft


@settings(max_examples=150, deadline=None)
@given(st.data(), drafts())
def test_moving_keeps_every_paragraph_as_it_is(data: st.DataObject, draft: DraftDeclaration) -> None:
    def paragraphs(one: DraftDeclaration) -> Counter[DraftParagraph]:
        return Counter(paragraph for thesis in one.theses for paragraph in thesis.paragraphs)

    before = paragraphs(draft)
    for _step in range(data.draw(st.integers(1, 12))):
        try:
            draft = perform(draft, data.draw(st.sampled_from(sorted(MOVING))), data.draw(places(draft))).draft
        except ActRefused:
            continue
        assert paragraphs(draft) == before


@settings(max_examples=150, deadline=None)
@given(st.data(), drafts())
def test_every_step_can_be_taken_back(data: st.DataObject, draft: DraftDeclaration) -> None:
    name = data.draw(st.sampled_from(sorted({*THESIS_ACTS, *PARAGRAPH_ACTS})))
    try:
        edited = perform(draft, name, data.draw(places(draft))).draft
    except ActRefused:
        return
    assert undo(edited, to_step(draft, edited)) == draft


@settings(max_examples=100, deadline=None)
@given(drafts(), drafts())
def test_another_split_can_be_taken_back_too(before: DraftDeclaration, after: DraftDeclaration) -> None:
    after = replace(after, shape="list")
    assert undo(after, to_step(before, after)) == before


@settings(max_examples=100, deadline=None)
@given(drafts())
def test_what_is_offered_is_never_refused(draft: DraftDeclaration) -> None:
    for index, thesis in enumerate(draft.theses):
        for place in [Place(index), *(Place(index, at) for at in range(len(thesis.paragraphs)))]:
            for name in offered(draft, place):
                assert perform(draft, name, place).draft != draft


@settings(max_examples=150, deadline=None)
@given(
    drafts(),
    st.dictionaries(st.integers(0, 4), st.sampled_from(["1", "2", "3", "2a", "3A", "3a", "IV", "0", "end", "x"])),
)
def test_numbers_stay_unique_whatever_is_typed(draft: DraftDeclaration, typed: dict[int, str]) -> None:
    typed = {index: number for index, number in typed.items() if index < len(draft.theses)}
    edited, errors = renumber(draft, typed)
    assert_numbers_are_right(edited)
    shown = numbers(edited)
    for index, number in typed.items():
        if index not in errors and draft.theses[index].number not in ("0", "end"):
            assert shown[index] == number


def test_counting_goes_on_behind_a_number_of_its_own() -> None:
    draft = make_draft(*((str(n), f"These {n}", [["Satz."]]) for n in range(1, 6)))

    assert numbers(renumber(draft, {2: "2a"})[0]) == ["1", "2", "2a", "3", "4"]
    assert numbers(renumber(draft, {1: "7"})[0]) == ["1", "7", "8", "9", "10"]
    assert numbers(count_anew(renumber(draft, {1: "7"})[0], Place(0)).draft) == ["1", "2", "3", "4", "5"]


def test_an_empty_number_is_counted_again() -> None:
    draft, _errors = renumber(TEXT, {1: "3a"})

    assert numbers(renumber(draft, {1: ""})[0]) == ["0", "1", "2", "end"]


@pytest.mark.parametrize("number", ["0", "00", "end", "text", "a", "1/2", "1 a", "3-2", "123456789", "ä1"])
def test_number_that_makes_no_address_is_refused(number: str) -> None:
    assert renumber(TEXT, {1: number}) == (TEXT, {1: "invalid"})


def test_number_of_a_thesis_above_is_taken() -> None:
    assert renumber(TEXT, {2: "1"}) == (TEXT, {2: "taken"})
    assert renumber(renumber(TEXT, {1: "IV"})[0], {2: "iv"})[1] == {2: "invalid"}
    assert renumber(renumber(TEXT, {1: "3a"})[0], {2: "3A"})[1] == {2: "taken"}


def test_two_theses_can_exchange_their_numbers() -> None:
    edited, errors = renumber(TEXT, {1: "2", 2: "1"})

    assert (numbers(edited), errors) == (["0", "2", "1", "end"], {})


def test_preamble_has_no_number_to_give() -> None:
    assert renumber(TEXT, {0: "5"}) == (TEXT, {})


def test_first_paragraph_goes_up_into_the_thesis_before() -> None:
    edit = perform(TEXT, "paragraph-up", Place(2, 0))

    assert outline(edit.draft)[1:3] == [
        ("Zeit", ["Zeit ist nötig. Sie fehlt.", "Wir zählen sie.", "Schutz geht vor."]),
        ("Schutz", []),
    ]
    assert edit.place == Place(1, 2)


def test_last_paragraph_without_heading_takes_its_thesis_along() -> None:
    edit = perform(TEXT, "paragraph-down", Place(0, 0))

    assert outline(edit.draft)[0] == ("Zeit", ["Vorweg.", "Zeit ist nötig. Sie fehlt.", "Wir zählen sie."])
    assert edit.place == Place(0, 0)


def test_merged_thesis_keeps_its_heading_as_a_paragraph() -> None:
    edit = perform(TEXT, "thesis-merge", Place(2))

    assert outline(edit.draft)[1] == (
        "Zeit",
        ["Zeit ist nötig. Sie fehlt.", "Wir zählen sie.", "Schutz", "Schutz geht vor."],
    )
    assert edit.place == Place(1, 2)


def test_merging_what_was_split_gives_the_thesis_back() -> None:
    split = perform(TEXT, "paragraph-thesis", Place(1, 1))

    assert perform(split.draft, "thesis-merge", split.place).draft == TEXT


def test_torn_sentence_is_whole_after_merging() -> None:
    draft = make_draft(("1", "", [["Das ist gut. ".strip(), "Die Hilfe zur"], ["Erziehung bleibt.", "Ja."]]))
    merged = perform(draft, "paragraph-merge", Place(0, 1)).draft

    assert merged.theses[0].paragraphs[0].sentences == (
        "Das ist gut.",
        "Die Hilfe zur Erziehung bleibt.",
        "Ja.",
    )


def test_splitting_inside_a_list_makes_its_item_the_beginning() -> None:
    units = (Unit("", 0, ("Es gilt:",)), Unit("a)", 1, ("Eins.",)), Unit("b)", 1, ("Zwei.",)), Unit("", 2, ("Drei.",)))
    draft = DraftDeclaration("", (DraftThesis("", "", "", "", (DraftParagraph("", units),)),), "list")
    edit = perform(draft, "paragraph-split", Place(0, 0, 2))

    first, second = edit.draft.theses[0].paragraphs
    assert first.units == units[:2]
    assert second.units == (Unit("b)", 0, ("Zwei.",)), Unit("", 1, ("Drei.",)))
    assert edit.place == Place(0, 1)


@pytest.mark.parametrize("sentence", [-1, 0, 2, 99])
def test_paragraph_cannot_be_split_outside_of_its_sentences(sentence: int) -> None:
    with pytest.raises(ActRefused):
        perform(TEXT, "paragraph-split", Place(1, 0, sentence))


def test_paragraph_becomes_the_heading_of_a_new_thesis() -> None:
    edit = perform(TEXT, "paragraph-heading", Place(1, 1))

    assert outline(edit.draft)[1:3] == [("Zeit", ["Zeit ist nötig. Sie fehlt."]), ("Wir zählen sie.", [])]
    assert numbers(edit.draft) == ["0", "1", "2", "3", "end"]


def test_first_paragraph_changes_places_with_the_heading() -> None:
    edit = perform(TEXT, "paragraph-heading", Place(1, 0))

    assert outline(edit.draft)[1] == ("Zeit ist nötig. Sie fehlt.", ["Zeit", "Wir zählen sie."])


def test_preamble_and_closing_part_keep_their_places() -> None:
    for name, index in (("thesis-up", 1), ("thesis-down", 2), ("thesis-up", 0), ("thesis-down", 3), ("thesis-up", 3)):
        with pytest.raises(ActRefused):
            perform(TEXT, name, Place(index))


def test_split_closing_part_stays_at_the_end() -> None:
    draft = make_draft(("1", "A", [["Eins."]]), ("end", "Schluss", [["Zwei."], ["Drei."]]))

    assert numbers(perform(draft, "paragraph-thesis", Place(1, 1)).draft) == ["1", "2", "end"]


def test_preamble_becomes_a_thesis_and_a_thesis_the_preamble() -> None:
    counted = perform(TEXT, "thesis-count", Place(0)).draft

    assert numbers(counted) == ["1", "2", "3", "end"]
    assert perform(counted, "thesis-preamble", Place(0)).draft == TEXT
    assert (
        numbers(perform(perform(TEXT, "thesis-count", Place(3)).draft, "thesis-closing", Place(3)).draft)[-1] == "end"
    )


def test_the_last_thesis_with_a_number_stays_one() -> None:
    with pytest.raises(ActRefused):
        perform(make_draft(("0", "", [["Vor."]]), ("1", "", [["Eins."]])), "thesis-closing", Place(1))


def test_leaving_out_drops_one_paragraph_and_no_other() -> None:
    edit = perform(TEXT, "paragraph-omit", Place(1, 0))

    assert sentences(edit.draft) == [one for one in sentences(TEXT) if one not in ("Zeit ist nötig.", "Sie fehlt.")]


def test_the_last_paragraph_of_all_cannot_be_left_out() -> None:
    with pytest.raises(ActRefused):
        perform(make_draft(("1", "", [["Einziger."]])), "paragraph-omit", Place(0, 0))


def test_only_a_bare_heading_can_be_left_out() -> None:
    with pytest.raises(ActRefused):
        perform(TEXT, "thesis-omit", Place(1))
    bare = perform(TEXT, "paragraph-omit", Place(2, 0)).draft
    assert outline(perform(bare, "thesis-omit", Place(2)).draft) == [*outline(TEXT)[:2], outline(TEXT)[3]]


def test_bare_heading_cannot_be_emptied() -> None:
    bare = perform(TEXT, "paragraph-omit", Place(2, 0)).draft

    assert outline(rename_theses(bare, {1: " ", 2: " "}))[1:3] == [("", outline(TEXT)[1][1]), ("Schutz", [])]


def test_renamed_group_covers_its_run_and_nothing_else() -> None:
    groups = ["A", "A", "B", "A"]
    draft = make_draft(*((str(n), f"T{n}", [["Satz."]]) for n in range(1, 5)))
    draft = replace(
        draft, theses=tuple(replace(one, group=group) for one, group in zip(draft.theses, groups, strict=True))
    )

    assert [thesis.group for thesis in rename_group(draft, 0, " C  d ").theses] == ["C d", "C d", "B", "A"]


@pytest.mark.parametrize("place", [Place(9), Place(-2), Place(1, 9), Place(1, -1)])
def test_what_is_not_there_cannot_be_acted_on(place: Place) -> None:
    with pytest.raises(ActRefused):
        perform(TEXT, "paragraph-up", place)


def test_unknown_act_is_refused() -> None:
    with pytest.raises(ActRefused):
        perform(TEXT, "thesis-explode", Place(0))


def test_long_text_comes_in_pages() -> None:
    draft = make_draft(*((str(n), f"T{n}", [["Eins.", "Zwei."]]) for n in range(1, 46)))
    last = to_sheet(draft, 99)

    assert (last.page, last.pages, last.count_theses, last.count_sentences) == (3, 3, 45, 90)
    assert [row.thesis.number for row in last.theses] == ["41", "42", "43", "44", "45"]
    assert last.theses[0].position == "41"
    assert to_sheet(draft, 0).theses[0].thesis.number == "1"

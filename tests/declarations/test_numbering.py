"""Printed numbers stay true: what is new gets a letter, and no number is given twice."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, DraftThesis, Unit
from deliberation.declarations.numbering import inserted_after, number_text


@pytest.mark.parametrize(
    ("before", "after", "taken", "number"),
    [
        ("2", "3", {"1", "2", "3"}, "2a"),
        ("2", "2a", {"2", "2a"}, "2aa"),
        ("0", "1", {"1"}, "0a"),
        ("2a", "3", {"2a", "3"}, "2b"),
        ("2a", "2b", {"2a", "2b"}, "2aa"),
        ("2", "3", {"2", "2a", "3"}, "2b"),
        ("5", "", {"5"}, "5a"),
        ("2z", "3", {"2z"}, "2za"),
        ("II", "III", {"ii", "iii"}, "IIa"),
    ],
)
def test_a_number_between_two_neighbours(before, after, taken, number):
    assert inserted_after(before, after, taken) == number


@given(st.lists(st.integers(0, 30), max_size=40))
def test_however_much_is_inserted_no_number_comes_twice(places):
    numbers = ["1", "2", "3"]
    for place in places:
        at = place % (len(numbers) + 1)
        before = numbers[at - 1] if at else "0"
        after = numbers[at] if at < len(numbers) else ""
        numbers.insert(at, inserted_after(before, after, {number.lower() for number in numbers}))
    assert len({number.lower() for number in numbers}) == len(numbers)
    assert all(len(number) <= 60 for number in numbers)


def paragraph(origin: int = 0) -> DraftParagraph:
    return DraftParagraph("", (Unit("", 0, ("Ein Satz.",)),), origin)


def thesis(origin: int, *paragraphs: DraftParagraph, number: str = "") -> DraftThesis:
    return DraftThesis(number, "", "", "", paragraphs, origin)


TEXT = DraftDeclaration(
    "T",
    (
        thesis(1, paragraph(11), number="0"),
        thesis(2, paragraph(21), paragraph(22)),
        thesis(3, paragraph(31)),
        thesis(4, paragraph(41), number="end"),
    ),
    "headings",
)
THESES = {1: "0", 2: "1", 3: "2", 4: "end"}
PLACES = {11: (1, "1"), 21: (2, "1"), 22: (2, "2"), 31: (3, "1"), 41: (4, "1")}
USED = {thesis_id: [number for home, number in PLACES.values() if home == thesis_id] for thesis_id in THESES}


def numbers(text: DraftDeclaration) -> list[str]:
    made = number_text(text, THESES, PLACES, USED)
    return [f"{t.number}.{p.number}" for t in made.theses for p in t.paragraphs]


def change(index: int, *paragraphs: DraftParagraph) -> DraftDeclaration:
    theses = list(TEXT.theses)
    theses[index] = replace(theses[index], paragraphs=paragraphs)
    return replace(TEXT, theses=tuple(theses))


def test_what_goes_on_keeps_its_number():
    assert numbers(TEXT) == ["0.1", "1.1", "1.2", "2.1", "end.1"]


def test_new_paragraphs_are_lettered_where_they_stand():
    text = change(1, paragraph(), paragraph(21), paragraph(), paragraph(), paragraph(22), paragraph())
    assert numbers(text)[1:7] == ["1.0a", "1.1", "1.1a", "1.1b", "1.2", "1.2a"]


def test_paragraphs_that_change_places_keep_their_numbers():
    assert numbers(change(1, paragraph(22), paragraph(21)))[1:3] == ["1.2", "1.1"]


def test_a_paragraph_that_goes_to_another_thesis_gets_a_number_there():
    theses = list(TEXT.theses)
    theses[1] = replace(theses[1], paragraphs=(paragraph(21),))
    theses[2] = replace(theses[2], paragraphs=(paragraph(22), paragraph(31)))
    assert numbers(replace(TEXT, theses=tuple(theses))) == ["0.1", "1.1", "2.0a", "2.1", "end.1"]


def test_a_new_thesis_is_lettered_too_and_counts_its_own_paragraphs_from_one():
    theses = (*TEXT.theses[:3], thesis(0, paragraph(), paragraph()), TEXT.theses[3])
    assert numbers(replace(TEXT, theses=theses))[4:6] == ["2a.1", "2a.2"]


def test_a_new_thesis_before_the_first_is_zero_a():
    theses = (TEXT.theses[0], thesis(0, paragraph()), *TEXT.theses[1:])
    assert numbers(replace(TEXT, theses=theses))[1] == "0a.1"


def test_the_number_of_what_was_taken_out_stays_unused():
    text = change(1, paragraph(21), paragraph())
    assert numbers(text)[1:3] == ["1.1", "1.1a"]
    used = {**USED, 2: ["1", "2", "1a"]}
    made = number_text(text, THESES, PLACES, used)
    assert [p.number for p in made.theses[1].paragraphs] == ["1", "1b"]

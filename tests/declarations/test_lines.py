"""A paragraph in an edit field: what nobody touched stays exactly what it was."""

from hypothesis import given
from hypothesis import strategies as st

from deliberation.declarations.lines import from_source, to_lines, to_source
from deliberation.sentences import split_sentences
from deliberation.text import normalised

PARTS = [
    ["(3)", 0, ["Jugendhilfe soll", "insbesondere."]],
    ["1.", 1, ["junge Menschen fördern,"]],
    ["a)", 2, ["z. B. in der Schule."]],
    ["", 0, ["Das gilt auch hier."]],
]


def test_an_untouched_paragraph_stays_what_it_was():
    assert from_source(to_source(PARTS), PARTS) == PARTS


def test_only_the_touched_line_is_split_anew():
    source = to_source(PARTS).replace("fördern,", "fördern. Und schützen,")
    parts = from_source(source, PARTS)
    assert parts[0] == PARTS[0]
    assert parts[1] == ["1.", 1, ["junge Menschen fördern.", "Und schützen,"]]
    assert parts[2:] == PARTS[2:]


def test_items_are_indented_and_keep_their_labels():
    assert from_source("Es gilt:\n  1. das eine,\n    a) mit Grund\n  - das andere.") == [
        ["", 0, ["Es gilt:"]],
        ["1.", 1, ["das eine,"]],
        ["a)", 2, ["mit Grund"]],
        ["-", 1, ["das andere."]],
    ]


def test_a_number_that_opens_a_sentence_is_no_label():
    assert from_source("8. Februar war der Tag.") == [["", 0, ["8. Februar war der Tag."]]]


def test_blank_lines_and_tabs_do_no_harm():
    assert from_source("\n\n  eins \t zwei\n\n\tdrei\n") == [["", 1, ["eins zwei"]], ["", 1, ["drei"]]]


def test_nothing_gives_nothing():
    assert from_source(" \n\t\n") == []


words = st.text(st.characters(codec="utf-8", categories=("L", "Nd", "P", "Zs")), max_size=40)
units = st.tuples(st.sampled_from(["", "(1)", "a)", "–"]), st.integers(0, 3), words)


@given(st.lists(units, max_size=6))
def test_whatever_a_wording_says_it_comes_back_from_the_field(found):
    parts = [
        [label, level, split_sentences(normalised(text))]
        for label, level, text in found
        if split_sentences(normalised(text))
    ]
    assert from_source(to_source(parts), parts) == parts
    again = from_source(to_source(parts))
    assert [line.words for line in to_lines(again)] == [line.words for line in to_lines(parts)]

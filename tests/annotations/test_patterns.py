"""What the check before publication points at, and what it leaves in peace."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.annotations import patterns
from deliberation.annotations.patterns import find_hits
from tests.annotations.example_sentences import HARMLESS, TELLING

# What the patterns are made of, so that chance alone comes close to them.
PARTS = [
    "Frau ", "Herr ", "Familie ", "Dr. ", "M.", "Meier", "Lena", "Müller-", " ist ", "war ", "bei ", "ver.di",
    "(12)", "(", ", 9 Jahre alt", "straße ", "Karl-", "weg 3", "0", "171 ", "+49 ", "@", "a.b", "DE12 ",
    "3456 ", "Az. ", "12/", "am ", "3. ", "Mai ", "2011", "geb. ", "mein ", "Klient ", "Depression ",
    "im März ", "\n", " ", "ß", "İ", "*", "–",
]  # fmt: skip


@pytest.mark.parametrize(("text", "found"), TELLING)
def test_points_at_what_could_tell_who_it_is(text, found):
    assert {hit.code: hit.text for hit in find_hits(text)} == found


@pytest.mark.parametrize("text", HARMLESS)
def test_leaves_harmless_sentences_in_peace(text):
    assert find_hits(text) == []


def test_every_kind_of_passage_has_an_example():
    assert {code for _text, found in TELLING for code in found} == set(patterns.CODES)


def test_illness_and_date_count_only_beside_a_person():
    far = "Wir haben lange darüber gesprochen. " * 4
    assert [hit.code for hit in find_hits(f"Frau M. war da. {far} Am 3. Mai war Sucht das Thema.")] == ["address"]
    assert [hit.code for hit in find_hits("Frau M. war da. Am 3. Mai war Sucht das Thema.")] == ["address", "health"]


@given(st.one_of(st.text(max_size=400), st.lists(st.sampled_from(PARTS), max_size=200).map("".join)))
def test_hits_are_passages_in_order_that_do_not_overlap(text):
    hits = find_hits(text)
    assert all(hit.text == text[hit.start : hit.end] != "" for hit in hits)
    assert all(before.end <= after.start for before, after in pairwise(hits))


@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=4).map("".join))
def test_ten_thousand_characters_of_anything_end(part):
    text = (part * 10_000)[:10_000]
    assert all(hit.end <= len(text) for hit in find_hits(text))


def test_no_pattern_repeats_without_bound():
    """Bounded repetition is what keeps the time in proportion to the text."""
    sources = [pattern.pattern for pattern in _all_patterns()]
    assert len(sources) > 10
    for source in sources:
        bare = re.sub(r"\\.|\[(?:\\.|[^\]])*\]", "x", source)
        assert not re.search(r"[*+]|\{\d+,\}", bare), source


def _all_patterns() -> list[re.Pattern[str]]:
    found: list[re.Pattern[str]] = []
    waiting = [value for name, value in vars(patterns).items() if name.startswith("_") and not name.startswith("__")]
    while waiting:
        value = waiting.pop()
        if isinstance(value, re.Pattern):
            found.append(value)
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, tuple):
            waiting.extend(value)
    return found

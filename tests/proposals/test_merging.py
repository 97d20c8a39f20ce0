"""Putting adopted wordings into the text: exactly these sentences, and nothing else."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, DraftThesis, Unit
from deliberation.proposals.merging import Adoption, Colliding, WordsGone, apply_proposals, fits, is_taken_over
from deliberation.proposals.places import Place, collisions, grouped
from tests.proposals.scene import LIST

OTHER = DraftParagraph("2", (Unit("", 0, ("Das gilt.", "Das gilt auch hier.", "Das gilt.")),), 8)
HERE = replace(LIST, origin=7)
TEXT = DraftDeclaration("T", (DraftThesis("1", "Fragen", "", "", (HERE, OTHER), 1),), "headings")


def adoption(wording: str, *sentences: int, of: DraftParagraph = HERE, number: int = 12) -> Adoption:
    return Adoption((number,), Place(of.origin, sentences), of.sentences, wording, f"Nach A-{number}.")


def applied(*chosen: Adoption, to: DraftDeclaration = TEXT) -> tuple[DraftParagraph, DraftParagraph]:
    first, second = apply_proposals(to, chosen).theses[0].paragraphs
    return first, second


def parts(paragraph: DraftParagraph) -> list[tuple[str, int, tuple[str, ...]]]:
    return [(unit.label, unit.level, unit.sentences) for unit in paragraph.units]


def with_first(paragraph: DraftParagraph) -> DraftDeclaration:
    return replace(TEXT, theses=(replace(TEXT.theses[0], paragraphs=(paragraph, OTHER)),))


def test_a_sentence_in_a_list_is_replaced_where_it_stands():
    first, second = applied(adoption("Wem nützt es wirklich? Und wann?", 2))
    assert parts(first) == [
        ("(1)", 0, ("Vor jedem Verfahren stehen Fragen.",)),
        ("a)", 1, ("Wem nützt es wirklich?", "Und wann?", "Wem schadet es?")),
        ("b)", 1, ("Wer zahlt es?",)),
    ]
    assert (first.adopted, first.reason) == ((12,), "Nach A-12.")
    assert second == OTHER


def test_a_line_for_each_list_item_goes_into_its_item():
    first, _second = applied(adoption("Wem nützt es?\nWer zahlt es am Ende?", 2, 3, 4))
    assert parts(first)[1:] == [("a)", 1, ("Wem nützt es?",)), ("b)", 1, ("Wer zahlt es am Ende?",))]


def test_one_wording_for_several_items_stands_in_the_first_and_empty_ones_vanish():
    first, _second = applied(adoption("Wem nützt es, und wer zahlt es?", 3, 4))
    assert parts(first) == [
        ("(1)", 0, ("Vor jedem Verfahren stehen Fragen.",)),
        ("a)", 1, ("Wem nützt es?", "Wem nützt es, und wer zahlt es?")),
    ]


def test_a_whole_paragraph_keeps_its_list():
    wording = "(1) Vor jedem Verfahren stehen drei Fragen.\n  a) Wem nützt es? Wem schadet es?\n  c) Wer entscheidet?"
    first, _second = applied(adoption(wording))
    assert parts(first) == [
        ("(1)", 0, ("Vor jedem Verfahren stehen drei Fragen.",)),
        ("a)", 1, ("Wem nützt es?", "Wem schadet es?")),
        ("c)", 1, ("Wer entscheidet?",)),
    ]


def test_several_proposals_for_different_sentences_go_in_together():
    first, second = applied(
        adoption("Vorher stehen Fragen.", 1),
        adoption("Wer zahlt?", 4, number=13),
        adoption("Neu.", 2, of=OTHER, number=14),
    )
    assert first.sentences == ("Vorher stehen Fragen.", "Wem nützt es?", "Wem schadet es?", "Wer zahlt?")
    assert first.adopted == (12, 13)
    assert second.sentences == ("Das gilt.", "Neu.", "Das gilt.")


@pytest.mark.parametrize("rival", [adoption("Anders.", 2, 3, number=40), adoption("Ganz anders.", number=40)])
def test_two_for_the_same_words_are_refused(rival):
    with pytest.raises(Colliding) as refusal:
        applied(adoption("Wem nützt es wirklich?", 2), rival)
    assert refusal.value.numbers == (12, 40)


def test_words_that_stand_elsewhere_in_the_paragraph_by_now_are_found():
    edited = replace(HERE, units=(Unit("", 0, ("Neu davor.", *HERE.sentences)),))
    first, _second = applied(adoption("Wer zahlt?", 4), to=with_first(edited))
    assert first.sentences == ("Neu davor.", *HERE.sentences[:3], "Wer zahlt?")


def test_words_that_were_changed_by_hand_are_not_replaced_by_guessing():
    edited = replace(HERE, units=(Unit("", 0, ("Vor jedem Verfahren stehen viele Fragen.", *HERE.sentences[1:])),))
    with pytest.raises(WordsGone):
        applied(adoption("Vorher stehen Fragen.", 1), to=with_first(edited))
    with pytest.raises(WordsGone):
        applied(adoption("Ganz anders."), to=with_first(edited))
    assert not fits(edited, adoption("Vorher stehen Fragen.", 1))
    assert fits(edited, adoption("Wem?", 2))


def test_of_identical_sentences_each_keeps_its_turn_and_one_more_stops_it():
    _first, second = applied(adoption("Nur das.", 3, of=OTHER))
    assert second.sentences == ("Das gilt.", "Das gilt auch hier.", "Nur das.")
    more = replace(OTHER, units=(Unit("", 0, ("Das gilt.", *OTHER.sentences)),))
    with pytest.raises(WordsGone):
        apply_proposals(
            replace(TEXT, theses=(replace(TEXT.theses[0], paragraphs=(HERE, more)),)),
            [adoption("Nur das.", 3, of=OTHER)],
        )


def test_a_paragraph_that_was_struck_from_the_draft_takes_nothing():
    without = replace(TEXT, theses=(replace(TEXT.theses[0], paragraphs=(OTHER,)),))
    with pytest.raises(WordsGone):
        apply_proposals(without, [adoption("Wer zahlt?", 4)])


def test_it_can_be_told_whether_a_wording_was_taken_over_word_for_word():
    first, _second = applied(adoption("Wem nützt es?\nWer zahlt es am Ende?", 2, 3, 4))
    assert is_taken_over("Wem nützt es?\nWer zahlt es am Ende?", first)
    assert is_taken_over("a) Wem nützt es?", first)
    assert not is_taken_over("Wem nützt es? Und wer zahlt?", first)


places = st.builds(
    Place, st.integers(1, 2), st.lists(st.integers(1, 5), max_size=3, unique=True).map(sorted).map(tuple)
)


@given(st.dictionaries(st.integers(1, 30), places, max_size=8))
def test_groups_part_what_has_nothing_to_do_with_each_other(found):
    groups = grouped(found)
    assert sorted(n for group in groups for n in group) == sorted(found)
    home = {number: index for index, group in enumerate(groups) for number in group}
    assert all(home[a] == home[b] for a, b in collisions(found))
    for group in groups:
        # Connected: from the first one every other is reached through proposals that meet.
        reached, waiting = set(), [group[0]]
        while waiting:
            one = waiting.pop()
            reached.add(one)
            waiting += [n for n in group if n not in reached and found[n].meets(found[one])]
        assert reached == set(group)


sentences = st.sampled_from(["Das gilt.", "Das gilt auch hier.", "Schutz braucht Zeit.", "Wer zahlt es?", "Niemand."])
units = st.builds(
    Unit, st.sampled_from(["", "a)", "(1)"]), st.integers(0, 2), st.lists(sentences, min_size=1, max_size=3).map(tuple)
)
paragraphs = st.lists(st.lists(units, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3)


@st.composite
def texts_and_choices(draw):
    made = [DraftParagraph(str(n), found, n) for n, found in enumerate(draw(paragraphs), start=1)]
    text = DraftDeclaration("T", (DraftThesis("1", "", "", "", tuple(made), 1),), "headings")
    chosen = []
    for paragraph in made:
        free = list(range(1, len(paragraph.sentences) + 1))
        for _ in range(draw(st.integers(0, 2))):
            numbers = draw(st.lists(st.sampled_from(free), min_size=1, max_size=2, unique=True)) if free else []
            free = [n for n in free if n not in numbers]
            if numbers:
                wording = " ".join(
                    draw(st.lists(st.sampled_from(["Neu.", "Anders als vorher.", "Und?"]), min_size=1, max_size=2))
                )
                chosen.append(adoption(wording, *sorted(numbers), of=paragraph, number=len(chosen) + 1))
    return text, chosen


@given(texts_and_choices())
def test_only_the_chosen_sentences_change(found):
    text, chosen = found
    assume(chosen)
    done = apply_proposals(text, chosen)
    for old, new in zip(text.theses[0].paragraphs, done.theses[0].paragraphs, strict=True):
        own = [one for one in chosen if one.place.paragraph == old.origin]
        expected = []
        for number, sentence in enumerate(old.sentences, start=1):
            hit = next((one for one in own if number in one.place.sentences), None)
            if hit is None:
                expected.append(sentence)
            elif number == hit.place.sentences[0]:
                expected += [
                    f"{part.strip('.?')}{part[-1]}"
                    for part in hit.wording.replace("? ", "?|").replace(". ", ".|").split("|")
                ]
        assert list(new.sentences) == expected
        assert new.adopted == tuple(n for one in own for n in one.numbers)
        if not own:
            assert new == old
        assert all(unit.sentences for unit in new.units)
        labels = [(unit.label, unit.level) for unit in old.units]
        assert all((unit.label, unit.level) in labels for unit in new.units)

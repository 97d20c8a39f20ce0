"""Where words stand in the next edition: sure only what is identical and cannot be mistaken."""

from dataclasses import replace

import pytest
from hypothesis import given

from deliberation.declarations.anchors import Reanchoring
from deliberation.declarations.fates import AnchorState, Fate, Spot, similarity
from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, DraftThesis, Unit
from tests.editions.changing import some_changes, texts

SAME, MOVED, REWORDED, GONE = AnchorState


def to_text(*theses: list[tuple[int, list[str]]]) -> DraftDeclaration:
    """Theses of paragraphs, each with its id and sentences; theses are called 1, 2, …"""
    made = tuple(
        DraftThesis(
            str(number),
            "",
            "",
            "",
            tuple(DraftParagraph("", (Unit("", 0, tuple(s)),), i) for i, s in paragraphs),
            number,
        )
        for number, paragraphs in enumerate(theses, start=1)
    )
    return DraftDeclaration("T", made, "headings")


OLD = to_text(
    [(1, ["Technik folgt der Fachlichkeit.", "Nicht umgekehrt."]), (2, ["Wer plant, fragt die Fachkräfte."])],
    [(3, ["Eine Inobhutnahme ist keine Dienstleistung.", "Sie braucht Menschen."])],
)


def laid_beside(*theses: list[tuple[int, list[str]]]) -> Reanchoring:
    return Reanchoring(OLD, to_text(*theses))


def test_words_that_stayed_are_the_same():
    found = Reanchoring(OLD, OLD)
    assert found.of_sentence(1, 2) == Fate(SAME, 1.0, Spot(0, (2,)))
    assert found.of_paragraph(3) == Fate(SAME, 1.0, Spot(2))
    assert found.of_thesis(2) == Fate(SAME, 1.0)


def test_sentences_that_changed_places_moved():
    found = laid_beside(
        [(1, ["Nicht umgekehrt.", "Technik folgt der Fachlichkeit."]), (2, ["Wer plant, fragt die Fachkräfte."])],
        [(3, ["Eine Inobhutnahme ist keine Dienstleistung.", "Sie braucht Menschen."])],
    )
    states = {found.of_sentence(1, 1).state, found.of_sentence(1, 2).state}
    assert states == {SAME, MOVED}
    assert found.of_paragraph(1).state is REWORDED


def test_a_sentence_that_went_to_another_paragraph_moved():
    found = laid_beside(
        [(1, ["Technik folgt der Fachlichkeit."]), (2, ["Wer plant, fragt die Fachkräfte.", "Nicht umgekehrt."])],
        [(3, ["Eine Inobhutnahme ist keine Dienstleistung.", "Sie braucht Menschen."])],
    )
    assert found.of_sentence(1, 2) == Fate(MOVED, 1.0, Spot(1, (2,)))


def test_several_sentences_are_sure_only_together():
    torn = laid_beside(
        [(1, ["Technik folgt der Fachlichkeit."]), (2, ["Wer plant, fragt die Fachkräfte.", "Nicht umgekehrt."])],
        [(3, ["Eine Inobhutnahme ist keine Dienstleistung.", "Sie braucht Menschen."])],
    )
    assert torn.of_sentences(1, (1, 2)).state is REWORDED
    between = laid_beside(
        [
            (1, ["Technik folgt der Fachlichkeit.", "Immer.", "Nicht umgekehrt."]),
            (2, ["Wer plant, fragt die Fachkräfte."]),
        ],
        [(3, ["Eine Inobhutnahme ist keine Dienstleistung.", "Sie braucht Menschen."])],
    )
    assert between.of_sentences(1, (1, 2)) == Fate(SAME, 1.0, Spot(0, (1, 3)))


def test_a_reworded_sentence_says_how_much_of_it_is_left():
    found = laid_beside(
        [(1, ["Technik folgt immer der Fachlichkeit.", "Nicht umgekehrt."]), (2, ["Wer plant, fragt die Fachkräfte."])],
        [(3, ["Eine Inobhutnahme ist keine Dienstleistung.", "Sie braucht Menschen."])],
    )
    fate = found.of_sentence(1, 1)
    assert (fate.state, fate.spot) == (REWORDED, Spot(0, (1,)))
    assert 0.8 < fate.similarity < 1


def test_a_sentence_with_nothing_like_it_is_gone():
    found = laid_beside(
        [(1, ["Ein neuer Anfang ganz für sich."]), (2, ["Wer plant, fragt die Fachkräfte."])],
        [(3, ["Eine Inobhutnahme ist keine Dienstleistung.", "Sie braucht Menschen."])],
    )
    assert found.of_sentence(1, 2) == Fate(GONE, 0.0)


def test_a_merged_paragraph_is_found_whole_in_the_other():
    found = laid_beside(
        [(1, ["Technik folgt der Fachlichkeit.", "Nicht umgekehrt.", "Wer plant, fragt die Fachkräfte."])],
        [(3, ["Eine Inobhutnahme ist keine Dienstleistung.", "Sie braucht Menschen."])],
    )
    assert found.of_paragraph(2) == Fate(MOVED, 1.0, Spot(0, (3,)))
    assert found.successor(2) == 0


def test_a_paragraph_in_another_thesis_moved_with_all_its_words():
    found = laid_beside(
        [(1, ["Technik folgt der Fachlichkeit.", "Nicht umgekehrt."])],
        [
            (3, ["Eine Inobhutnahme ist keine Dienstleistung.", "Sie braucht Menschen."]),
            (2, ["Wer plant, fragt die Fachkräfte."]),
        ],
    )
    assert found.of_paragraph(2).state is MOVED
    assert found.of_sentence(2, 1).state is MOVED
    assert found.of_paragraph(3).state is SAME


def test_two_alike_sentences_never_swap():
    old = to_text([(1, ["Das Amt prüft den Antrag sofort.", "Das Amt prüft den Antrag sorgfältig."])])
    new = to_text([(1, ["Das Amt prüft den Antrag sorgfältig."])])
    found = Reanchoring(old, new)
    assert found.of_sentence(1, 2).state in (SAME, MOVED)
    assert found.of_sentence(1, 1) == Fate(GONE, 0.0)


def test_nobody_guesses_among_identical_sentences():
    old = to_text([(1, ["Das gilt.", "Eins.", "Das gilt."])], [(2, ["Anderes."])])
    new = to_text([(1, ["Das gilt.", "Eins."])], [(2, ["Anderes."])])
    found = Reanchoring(old, new)
    assert {found.of_sentence(1, 1).state, found.of_sentence(1, 3).state} == {REWORDED}
    elsewhere = to_text([(1, ["Das gilt.", "Eins."])], [(2, ["Anderes.", "Das gilt."])])
    assert Reanchoring(old, elsewhere).of_sentence(1, 3).state is REWORDED


def test_identical_sentences_that_are_all_still_there_keep_their_turn():
    old = to_text([(1, ["Das gilt.", "Eins.", "Das gilt."])])
    new = to_text([(1, ["Vorab.", "Das gilt.", "Eins.", "Das gilt."])])
    found = Reanchoring(old, new)
    assert found.of_sentence(1, 1) == Fate(SAME, 1.0, Spot(0, (2,)))
    assert found.of_sentence(1, 3) == Fate(SAME, 1.0, Spot(0, (4,)))


def test_two_sentences_that_became_one_are_both_reworded():
    old = to_text([(1, ["Schutz braucht erfahrene Menschen.", "Er braucht ausreichend Zeit."])])
    new = to_text([(1, ["Schutz braucht erfahrene Menschen und er braucht ausreichend Zeit."])])
    found = Reanchoring(old, new)
    assert [found.of_sentence(1, n).state for n in (1, 2)] == [REWORDED, REWORDED]


def test_a_heading_belongs_to_the_thesis_as_a_whole():
    renamed = replace(OLD, theses=(replace(OLD.theses[0], heading="Neu"), OLD.theses[1]))
    found = Reanchoring(OLD, renamed)
    assert found.of_thesis(1).state is REWORDED
    assert found.of_thesis(2).state is SAME
    assert found.of_sentence(1, 1).state is SAME


def test_theses_that_changed_places_moved_and_their_sentences_stayed():
    found = Reanchoring(OLD, replace(OLD, theses=OLD.theses[::-1]))
    assert {found.of_thesis(1).state, found.of_thesis(2).state} == {SAME, MOVED}
    assert found.of_sentence(3, 2).state is SAME


def test_similarity_counts_words_in_order():
    assert similarity("a b c", "a b c") == 1
    assert similarity("a b", "c d") == 0
    assert similarity("a b c d", "a b c") == pytest.approx(6 / 7)


@given(texts, some_changes)
def test_whatever_is_done_to_a_text_sure_anchors_point_at_identical_words(old, changes):
    new = old
    for change in changes:
        new = change(new)
    found = Reanchoring(old, new)
    taken = set()
    for paragraph in found.old_paragraphs.values():
        for number, words in enumerate(paragraph.sentences, start=1):
            fate = found.of_sentence(paragraph.origin, number)
            if fate.state in (SAME, MOVED):
                at, place = fate.spot.paragraph, fate.spot.sentences[0]
                assert found.new_paragraphs[at].sentences[place - 1] == words
                assert (at, place) not in taken, "two sentences went into one"
                taken.add((at, place))
            assert (fate.spot is None) == (fate.state is GONE)
            assert 0 <= fate.similarity <= 1
        whole = found.of_paragraph(paragraph.origin)
        if whole.state in (SAME, MOVED):
            sentences = found.new_paragraphs[whole.spot.paragraph].sentences
            wanted = whole.spot.sentences or range(1, len(sentences) + 1)
            assert tuple(sentences[n - 1] for n in wanted) == paragraph.sentences


@given(texts)
def test_a_text_that_did_not_change_keeps_everything(old):
    found = Reanchoring(old, old)
    for paragraph in found.old_paragraphs.values():
        assert found.of_paragraph(paragraph.origin).state is SAME
        assert all(found.of_sentence(paragraph.origin, n).state is SAME for n in range(1, len(paragraph.sentences) + 1))


@given(texts, texts)
def test_two_unrelated_texts_do_not_break_it(old, new):
    found = Reanchoring(old, new)
    for paragraph in found.old_paragraphs.values():
        found.of_paragraph(paragraph.origin)
        found.successor(paragraph.origin)

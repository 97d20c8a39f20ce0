"""What several proposals have in common, word by word."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from deliberation.proposals.shared_words import SharedWords, find_shared

OLD = "Schulungen finden während der Arbeitszeit statt, und es gibt ausreichend Zeit zum Üben."
words = st.sampled_from(["Menschen", "menschen,", "Zeit", "Zeit.", "und", "die", "braucht", "„Schutz“", "–", "nicht"])
texts = st.lists(words, max_size=8).map(" ".join)
changes = st.lists(st.tuples(texts, texts), min_size=2, max_size=4)


def test_words_that_all_strike_and_words_that_all_put_in():
    shared = find_shared(
        [
            (OLD, OLD.replace("ausreichend Zeit zum Üben", "mindestens zwei Tage")),
            (OLD, OLD.replace("ausreichend Zeit zum Üben", "für jede Person mindestens zwei freie Tage")),
        ]
    )
    assert shared == SharedWords(("ausreichend Zeit zum Üben",), ("mindestens zwei", "Tage"))


def test_nothing_in_common_is_said_to_be_nothing():
    shared = find_shared([(OLD, OLD.replace("ausreichend", "viel")), (OLD, OLD.replace("Schulungen", "Kurse"))])
    assert shared.is_nothing


def test_a_word_that_only_moved_or_got_a_comma_is_not_in_common():
    old = "Wer plant, fragt die Fachkräfte."
    new = "Die Fachkräfte fragt, wer plant"
    assert find_shared([(old, new), (old, new)]).is_nothing


def test_a_single_proposal_has_nothing_to_share():
    assert find_shared([(OLD, "Ganz anders.")]).is_nothing


def test_proposals_for_overlapping_sentences_are_compared_too():
    shared = find_shared([("Eins zwei.", "Eins drei."), ("Eins zwei. Vier.", "Drei vier fünf.")])
    assert shared == SharedWords(("zwei",), ("drei",))


def bare(text: str) -> Counter[str]:
    return Counter(w.strip(",.„“–").casefold() for w in text.split() if w.strip(",.„“–"))


def told(phrases: tuple[str, ...]) -> Counter[str]:
    return Counter(word.casefold() for phrase in phrases for word in phrase.split())


@given(changes)
def test_whatever_is_called_common_is_true_of_every_proposal(pairs):
    shared = find_shared(pairs)
    for old, new in pairs:
        lost, won = bare(old) - bare(new), bare(new) - bare(old)
        assert told(shared.removed) <= lost
        assert told(shared.added) <= won


@given(changes)
def test_nothing_that_is_common_is_left_out(pairs):
    shared = find_shared(pairs)
    lost = [bare(old) - bare(new) for old, new in pairs]
    won = [bare(new) - bare(old) for old, new in pairs]
    assert told(shared.removed) == Counter({w: min(c[w] for c in lost) for w in lost[0] if all(c[w] for c in lost)})
    assert told(shared.added) == Counter({w: min(c[w] for c in won) for w in won[0] if all(c[w] for c in won)})


@given(changes)
def test_phrases_stand_together_in_every_text(pairs):
    shared = find_shared(pairs)

    def plain(text: str) -> str:
        return f" {' '.join(w.strip(',.„“–') for w in text.split() if w.strip(',.„“–'))} ".casefold()

    for old, new in pairs:
        assert all(f" {phrase.casefold()} " in plain(old) for phrase in shared.removed)
        assert all(f" {phrase.casefold()} " in plain(new) for phrase in shared.added)

"""What several proposals for one place have in common, word by word. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from deliberation.text import normalised

MARKS = ".,;:!?…()[]{}\"'„“”‚‘’»«›‹–—-*/"
"""What may stand around a word without making it another one."""


def are_same(one: str, other: str) -> bool:
    """Whether two wordings read the same, however they are spaced and broken into lines."""
    return normalised(one).split() == normalised(other).split()


@dataclass(frozen=True)
class SharedWords:
    """Words that all proposals take out, and words that all put in; neighbours that are neighbours in every text
    stand together."""

    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        return not self.removed and not self.added


def find_shared(changes: Sequence[tuple[str, str]]) -> SharedWords:
    """Each change is the present text and the proposed one. A word counts as removed where it stands more often in
    the old text than in the new one, so that a word which only moved, or got a comma, is neither.

    Capital letters at the beginning of a sentence make no other word.
    """
    if len(changes) < 2:
        return SharedWords()
    before = [_words(old) for old, _new in changes]
    after = [_words(new) for _old, new in changes]
    pairs = [(_counted(old), _counted(new)) for old, new in zip(before, after, strict=True)]
    removed = _intersection([old - new for old, new in pairs])
    added = _intersection([new - old for old, new in pairs])
    return SharedWords(_phrases(removed, before), _phrases(added, after))


def _words(text: str) -> list[tuple[str, str]]:
    """Each word as it stands, and as it is compared."""
    bare = [word.strip(MARKS) for word in text.split()]
    return [(word, word.casefold()) for word in bare if any(character.isalnum() for character in word)]


def _counted(words: Sequence[tuple[str, str]]) -> Counter[str]:
    return Counter(key for _word, key in words)


def _intersection(counts: Sequence[Counter[str]]) -> Counter[str]:
    common = counts[0]
    for other in counts[1:]:
        common = common & other
    return common


def _phrases(wanted: Counter[str], texts: Sequence[list[tuple[str, str]]]) -> tuple[str, ...]:
    """The wanted words in the order of the first text."""
    others = [f" {' '.join(key for _word, key in text)} " for text in texts[1:]]
    left = Counter(wanted)
    phrases: list[str] = []
    run: list[tuple[str, str]] = []
    for word, key in [*texts[0], ("", "")]:
        is_wanted = left[key] > 0
        longer = f" {' '.join(k for _w, k in [*run, (word, key)])} "
        if run and not (is_wanted and all(longer in other for other in others)):
            phrases.append(" ".join(w for w, _k in run))
            run = []
        if is_wanted:
            left[key] -= 1
            run.append((word, key))
    return tuple(phrases)

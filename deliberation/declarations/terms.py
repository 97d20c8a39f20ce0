"""Which of the words that are explained occur in a text: whole words, small or large, in every form that was named.

A part between hyphens is a word of its own (KI in KI-System), and hyphens, dots and soft hyphens inside a word change nothing
(Kindes-Wohl is Kindeswohl), so that twins in Leichte Sprache are read too. Nothing is ever put into a text."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

Spellings = tuple[tuple[int, tuple[str, ...]], ...]
"""The id of each term with the forms it is written in."""
Tokens = tuple[str, ...]

_TOKEN = re.compile(r"[^\W_]+|[^\w\s]|_")
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060]")
_INNER = re.compile(r"(?<=\w)[-\u2010\u2011·\u2027](?=\w)")


@dataclass(frozen=True)
class Index:
    """The term of each form, and how long the forms are that begin with a word, the longest first."""

    numbers: Mapping[Tokens, int]
    lengths: Mapping[str, tuple[int, ...]]


def has_word(spelling: str) -> bool:
    """Whether there is a letter or digit to look for."""
    return any(token.isalnum() for token in _tokens(_folded(spelling)))


def to_key(spelling: str) -> Tokens:
    """Two spellings with the same key are found at the same places."""
    return _tokens(_INNER.sub("", _folded(spelling)))


def find_terms(spellings: Spellings, text: str) -> set[int]:
    """The ids of those that occur. At one place the longest form counts: Jugend is not found in Jugend-Amt where both are
    explained. The work grows with the text, not with the number of terms."""
    index = _to_index(spellings)
    words = _folded(text)
    return _find(index, _tokens(words)) | _find(index, _tokens(_INNER.sub("", words)))


def _folded(text: str) -> str:
    return _UNSEEN.sub("", unicodedata.normalize("NFC", text)).casefold()


def _tokens(folded: str) -> Tokens:
    return tuple(_TOKEN.findall(folded))


@lru_cache(maxsize=64)
def _to_index(spellings: Spellings) -> Index:
    numbers: dict[Tokens, int] = {}
    for number, forms in spellings:
        for form in forms:
            for tokens in (_tokens(_folded(form)), to_key(form)):
                if tokens:
                    numbers.setdefault(tokens, number)
    lengths: dict[str, set[int]] = {}
    for tokens in numbers:
        lengths.setdefault(tokens[0], set()).add(len(tokens))
    return Index(numbers, {first: tuple(sorted(some, reverse=True)) for first, some in lengths.items()})


def _find(index: Index, words: Tokens) -> set[int]:
    found, place = set(), 0
    while place < len(words):
        step = 1
        for length in index.lengths.get(words[place], ()):
            number = index.numbers.get(words[place : place + length])
            if number is not None:
                found.add(number)
                step = length
                break
        place += step
    return found

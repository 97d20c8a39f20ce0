"""From a text to the words it is found by: folded, gender forms written out, stemmed by the Snowball rules for German
(https://snowballstem.org/algorithms/german/stemmer.html), and the same for what is searched for."""

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

from deliberation.search.models import WORD_MAX
from deliberation.text import to_plain_text

QUERY_MAX = 200
"""Characters of what is searched for."""
WORDS_MAX = 12
PART_MIN = 4
"""From so many letters on a word is also looked for within longer ones."""

_WORD = re.compile(r"[^\W_]+")
# Kolleg:innen, Kolleg*in, Kolleg_innen, Kolleg·innen, Kolleg/-innen, Kolleg(inn)en, KollegInnen.
_SIGN = re.compile(r"(?<=[^\W\d_])(?:[:*_·]|/-?)(?=in(?:nen)?\b)", re.IGNORECASE)
_BRACKET = re.compile(r"(?<=[^\W\d_])\((inn?|innen|in)\)(?=en\b|\b|\W|$)", re.IGNORECASE)
_INNER = re.compile(r"(?<=[a-zäöüß])I(?=n(?:nen)?\b)")
STOP = frozenset((
    "aber", "alle", "als", "also", "am", "an", "auch", "auf", "aus", "bei", "bin", "bis", "bist", "da", "damit", "dann",
    "das", "dass", "dem", "den", "der", "des", "dich", "die", "dies", "diese", "diesem", "diesen", "dieser", "dieses",
    "dir", "du", "durch", "ein", "eine", "einem", "einen", "einer", "eines", "er", "es", "euch", "für", "gegen", "habe",
    "haben", "hat", "hatte", "ich", "ihm", "ihn", "ihnen", "ihr", "ihre", "ihrem", "ihren", "ihrer", "im", "in", "ins",
    "ist", "ja", "kann", "kein", "keine", "man", "mein", "mich", "mir", "mit", "nach", "nicht", "noch", "nun", "nur", "ob",
    "oder", "ohne", "sehr", "sein", "seine", "sich", "sie", "sind", "so", "soll", "um", "und", "uns", "unser", "unter",
    "vom", "von", "vor", "war", "was", "wegen", "weil", "wenn", "wer", "werden", "wie", "wieder", "wir", "wird", "wo", "zu",
    "zum", "zur", "über", "the", "a", "of", "to", "and", "is", "in", "it", "for", "on", "that", "this", "with", "as", "are",
    "be", "by", "or", "not",
))  # fmt: skip
_local = threading.local()


def fold(text: str) -> str:
    """Gender forms in one word, small letters, ß as ss."""
    text = _INNER.sub("i", unicodedata.normalize("NFC", text))
    return "".join(map(_bare, _BRACKET.sub(r"\1", _SIGN.sub("", text)).casefold()))


@lru_cache(maxsize=10_000)
def _bare(sign: str) -> str:
    """Without accents; umlauts are letters, of which the stemmer knows both ways of writing."""
    if sign.isascii() or sign in "äöü":
        return sign
    return "".join(one for one in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(one))


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A folded word without its endings and accents."""
    if not hasattr(_local, "stemmer"):
        _local.stemmer = Stemmer.Stemmer("german")
    plain = unicodedata.normalize("NFKD", _local.stemmer.stemWord(word))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))[:WORD_MAX]


@lru_cache(maxsize=10_000)
def terms(word: str) -> frozenset[str]:
    """What a folded word is found by: women are found among people of their kind, and by themselves."""
    if word.endswith("innen") and len(word) > 7:
        return frozenset({stem(word[:-3]), stem(word[:-5])})
    if word.endswith("in") and len(word) > 5:
        return frozenset({stem(word), stem(word[:-2])})
    return _stems(word)


def _stems(word: str) -> frozenset[str]:
    """The rules know no plural such as Kitas and Büros."""
    if len(word) > 4 and word[-1] == "s" and word[-2] in "aeiouy":
        return frozenset({stem(word), stem(word[:-1])})
    return frozenset({stem(word)})


def index_terms(source: str) -> frozenset[str]:
    """All that a text with marks is found by."""
    found: set[str] = set()
    for part in source.split("\n\n"):
        for match in _WORD.finditer(fold(to_plain_text(part))):
            if match.group() not in STOP:
                found |= terms(match.group())
    return frozenset(found - {""})


@dataclass(frozen=True)
class Sought:
    """One word that is searched for: any of `terms`, or a longer word that has one of `parts` in it."""

    terms: frozenset[str]
    parts: frozenset[str]

    def is_in(self, word: str) -> bool:
        """Whether a folded word of a text is meant."""
        own = terms(word)
        return bool(own & self.terms) or any(part in one for part in self.parts for one in own)


def to_sought(query: str) -> tuple[Sought, ...]:
    """The words of a query, each once. Empty if there is none but such as stand everywhere."""
    found: dict[frozenset[str], Sought] = {}
    for match in _WORD.finditer(fold(query[:QUERY_MAX])):
        word = match.group()
        if word in STOP or len(found) >= WORDS_MAX:
            continue
        own = terms(word) if word.endswith("innen") else _stems(word)
        own -= {""}
        if own:
            found[own] = Sought(own, frozenset(one for one in own if len(one) >= PART_MIN))
    return tuple(found.values())


@lru_cache(maxsize=1000)
def find_in(source: str, sought: tuple[Sought, ...]) -> tuple[tuple[bool, str], ...]:
    """As `snippet` of a text in which all stands that was searched for, else nothing. The newest are found again and again."""
    return tuple(snippet(source, sought)) if holds(source, sought) else ()


def holds(source: str, sought: tuple[Sought, ...]) -> bool:
    """Whether all that was searched for stands in a text."""
    there = index_terms(source)
    return all(one.terms & there or any(part in word for part in one.parts for word in there) for one in sought)


@lru_cache(maxsize=10_000)
def _folded(written: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(fold(written)))


def _places(text: str, sought: tuple[Sought, ...]) -> Iterator[tuple[int, int]]:
    """Where the words of a plain text stand that were searched for. A form such as Kolleg:innen is one word."""
    for match in re.finditer(r"[^\W_]+(?:(?:[:*_·]|/-?)in(?:nen)?\b|\((?:inn?|innen|in)\)(?:en)?)?", text, re.IGNORECASE):
        if any(one.is_in(word) for one in sought for word in _folded(match.group())):
            yield match.start(), match.end()


def snippet(source: str, sought: tuple[Sought, ...], length: int = 240) -> list[tuple[bool, str]]:
    """Some words around the first hit, in pieces: whether each was searched for."""
    text = " ".join(part for part in (to_plain_text(one) for one in source.split("\n\n")) if part)
    places = list(_places(text, sought))
    first = places[0][0] if places else 0
    start = 0 if first < length * 2 // 3 else text.rfind(" ", 0, max(0, first - length // 3)) + 1
    end = len(text) if len(text) - start <= length else max(text.rfind(" ", start, start + length), start + 1)
    pieces: list[tuple[bool, str]] = [(False, "… ")] if start else []
    at = start
    for begin, stop in places:
        if begin < at or stop > end:
            continue
        pieces += [(False, text[at:begin]), (True, text[begin:stop])]
        at = stop
    pieces.append((False, text[at:end] + (" …" if end < len(text) else "")))
    return [piece for piece in pieces if piece[1]]

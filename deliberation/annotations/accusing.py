"""Finds employers, providers and firms that stand by name beside an accusation."""

import re
from collections.abc import Iterable, Iterator

from deliberation.annotations import expressions, wordlists
from deliberation.annotations.naming import words_of

_REACH = 120
"""Characters between a name and an accusation that make the two belong together."""
_LONGEST = 100
"""Characters of an institution's name that are compared."""
_PHRASES = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, wordlists.ACCUSING_PHRASES))})(?!\w)", re.IGNORECASE)
_BEFORE = 30
_AFTER = 60


def find_accused(text: str, employers: Iterable[str] = ()) -> list[tuple[int, int]]:
    """Where the names stand. In general terms ("our employer lies") nobody is accused."""
    accusations = _accusations(text)
    if not accusations:
        return []
    return [
        (start, end)
        for start, end in _institutions(text, employers)
        if any(first - _REACH <= end and start <= last + _REACH for first, last in accusations)
    ]


def _accusations(text: str) -> list[tuple[int, int]]:
    found = [(start, end) for word, start, end in words_of(text) if word in wordlists.ACCUSATIONS]
    found += [match.span() for match in _PHRASES.finditer(text)]
    return sorted((start, end) for start, end in found if not _is_opposed(text, start, end))


def _is_opposed(text: str, start: int, end: int) -> bool:
    """Whether somebody speaks against it: "gegen Mobbing", "kein Betrug", "Mobbing vorbeugen"."""
    return bool(
        expressions.AGAINST.search(text[max(start - _BEFORE, 0) : start])
        or expressions.AVOIDED.match(text[end : end + _AFTER])
    )


def _institutions(text: str, employers: Iterable[str]) -> Iterator[tuple[int, int]]:
    yield from _by_own_name(text, employers)
    for match in expressions.COMPANY.finditer(text):
        yield match.span()
    # Every word with a capital may be the institution, so they are looked at one by one.
    for match in expressions.CERTAIN_INSTITUTION.finditer(text):
        if wordlists.ends_in(match["kind"], wordlists.INSTITUTIONS, 4) and _is_proper(match["name"]):
            yield match.start(), match.end("name")
    for match in expressions.LOWER_INSTITUTION.finditer(text):
        if match["kind"] in wordlists.INSTITUTIONS and not wordlists.is_noun(match["name"].capitalize()):
            yield match.span()


def _is_proper(name: str) -> bool:
    bare = name.rstrip(".")
    # Houses and valleys are called by compounds as well: Haus Talblick.
    return bare in wordlists.PLACES or not (
        wordlists.is_noun(bare, with_compounds=False) or wordlists.is_function_word(bare) or wordlists.is_person(bare)
    )


def _by_own_name(text: str, employers: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Known names, and those of the declaration, whatever their capitals and white space."""
    words = list(words_of(text))
    known = {tuple(name.split()) for name in wordlists.EMPLOYERS}
    known |= {tuple(re.findall(r"\w[\w'’-]{0,60}", name[:_LONGEST].lower())) for name in employers}
    firsts: dict[str, list[tuple[str, ...]]] = {}
    for name in known - {()}:
        firsts.setdefault(name[0].rstrip("*")[:3], []).append(name)
    for place, (word, start, _end) in enumerate(words):
        for name in firsts.get(word.lower()[:3], ()):
            some = words[place : place + len(name)]
            if len(some) == len(name) and all(_is(word, part) for (word, _, _), part in zip(some, name, strict=True)):
                yield start, _with_place(text, some[-1][2])


def _is(word: str, part: str) -> bool:
    lower = word.lower()
    return lower.startswith(part[:-1]) if part.endswith("*") else lower == part


def _with_place(text: str, end: int) -> int:
    """The end of the name with the place behind it: Caritas Neustadt."""
    place = expressions.PLACE_BEHIND.match(text, end)
    return place.end() if place and _is_proper(place[1]) else end

"""Finds people by their names, word for word: names stand beside each other, and patterns that eat words miss them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deliberation.annotations import expressions, wordlists

_WORD = re.compile(r"\w[\w'’-]{0,60}")
_CAPITALISED = re.compile(r"[^\W\d_a-zß-öø-ÿ][^\W\d_]{1,30}(?:[-'’][^\W\d_]{1,30}){0,2}")
_PARTICLES = wordlists.words(
    """
    von van de der den del da di dos el al ben bin ibn zu vom la le
    """
)
_ACADEMIC = frozenset({"Dr", "Prof"})
_BEFORE_PLACES = frozenset({"in", "aus", "nach", "im"})
# How adjectives with a capital end.
_ADJECTIVES = ("en", "er", "es", "em", "ische", "liche", "ige", "ale", "ierte", "ende", "ste")
_CALLED = frozenset({"heißt", "heisst", "hieß", "namens"})
_CERTAIN = wordlists.words(
    """
    der die den dem des unser unsere unseren unserem mein meine meinen meinem
    """
)
_DESCRIBED = wordlists.words(
    """
    kleine kleinen kleiner alte alten alter junge jungen junger arme armen armer liebe lieben
    """
)
_GAP = 3
_OFFICE_BEFORE = 5
"""Words before a name among which a public office makes it the name of somebody known."""

_FEMININE = (
    "in", "tochter", "mutter", "oma", "frau", "schwester", "tante", "nichte", "leitung", "kraft", "liche", "vorgesetzte",
    "betreute", "bildende",
)  # fmt: skip
_IN_GENERAL = wordlists.words(
    """
    chef chefin kollege kollegin kollegen fall gast kunde kundin kunden frau mann typ azubi
    """
)
_OF_ALL = wordlists.words("frau mann fall gast typ herrn")


@dataclass(frozen=True)
class Named:
    """Where a name stands, with the title before it if `is_role`."""

    start: int
    end: int
    is_role: bool = False


@dataclass(frozen=True)
class _Word:
    text: str
    start: int
    end: int


def find_names(text: str) -> tuple[list[Named], list[tuple[int, int]]]:
    """First names with a family name and job titles with a name; and the first names that stand alone."""
    words = [_Word(match[0].rstrip("-'’"), match.start(), match.end()) for match in _WORD.finditer(text)]
    named: list[Named] = []
    alone: list[tuple[int, int]] = []
    passed = 0
    for place, word in enumerate(words):
        if place < passed:
            continue
        if last := _known_person(text, words, place):
            passed = last
        elif last := _full_name(text, words, place):
            if not _is_in_office(words, place):
                named.append(Named(word.start, words[last - 1].end))
            passed = last
        elif last := _title_with_name(text, words, place):
            named.append(Named(word.start, words[last - 1].end, is_role=True))
            passed = last
        elif last := _only_first_name(text, words, place):
            named.append(Named(word.start, words[last - 1].end))
            passed = last
        elif wordlists.is_first_name(word.text):
            alone.append((word.start, word.end))
    return named, alone


def _touch(text: str, left: _Word, right: _Word) -> bool:
    """Nothing but a little white space between two words."""
    between = text[left.end : right.start]
    return len(between) <= _GAP and between.isspace()


def _known_person(text: str, words: Sequence[_Word], place: int) -> int:
    """The place behind somebody who is quoted or invented, 0 for everybody else."""
    for count in (3, 2):
        some = words[place : place + count]
        if len(some) == count and " ".join(word.text for word in some) in wordlists.PUBLIC_PEOPLE:
            return place + count
    return 0


def _full_name(text: str, words: Sequence[_Word], place: int) -> int:
    """The place behind first and family name, 0 if there are none."""
    word, after = words[place], place + 1
    knows_first = wordlists.is_first_name(word.text)
    if not knows_first and not _could_be_first(word.text):
        return 0
    if knows_first and word.text.islower():
        return _lower_family(text, words, place)
    while (
        knows_first
        and after < min(len(words) - 1, place + 3)
        and _touch(text, words[after - 1], words[after])
        and (words[after].text in _PARTICLES or wordlists.is_first_name(words[after].text))
        and _touch(text, words[after], words[after + 1])
        and _is_family(words[after + 1].text)
    ):
        after += 1
    if after >= len(words) or not _touch(text, words[after - 1], words[after]):
        return 0
    family = words[after].text
    if knows_first:
        return after + 1 if _is_family(family) else 0
    if wordlists.is_family_name(family) and family not in wordlists.NOUNS:
        return after + 1
    return after + 1 if _are_unknown(words, place) else 0


def _are_unknown(words: Sequence[_Word], place: int) -> bool:
    """Whether two words that no list knows look like a name; places and projects do too, what is before them tells."""
    first, family = words[place].text, words[place + 1].text
    before = words[place - 1].text if place else ""
    return (
        min(len(first), len(family)) > 3
        and first[1:].islower()
        and family[1:].islower()
        and not first.endswith(_ADJECTIVES)
        and _could_be_first(family)
        and before.lower() not in _BEFORE_PLACES
        and not wordlists.is_noun(before)
    )


def _could_be_first(word: str) -> bool:
    return bool(_CAPITALISED.fullmatch(word)) and not (
        wordlists.is_function_word(word)
        or wordlists.is_noun(word)
        or wordlists.is_person(word)
        or wordlists.is_office(word)
        or wordlists.is_family_name(word)
        or wordlists.is_institution(word)
    )


def _lower_family(text: str, words: Sequence[_Word], place: int) -> int:
    if place + 1 >= len(words) or not _touch(text, words[place], words[place + 1]):
        return 0
    family = words[place + 1].text
    return place + 2 if wordlists.is_lower_family_name(family) and not wordlists.is_function_word(family) else 0


def _is_family(word: str) -> bool:
    if word[:3].lower() in ("al-", "el-") and len(word) > 4:
        return True
    return (
        bool(_CAPITALISED.fullmatch(word))
        and word not in wordlists.PLACEHOLDERS
        and not wordlists.is_noun(word)
        and not wordlists.is_function_word(word)
        and (wordlists.is_family_name(word) or not (wordlists.is_person(word) or wordlists.is_office(word)))
    )


def _title_with_name(text: str, words: Sequence[_Word], place: int) -> int:
    """The place behind "Teamleiterin Krause" or "Chef, der Dietmar", 0 if there is no such thing."""
    title = words[place]
    if not title.text[0].isupper() or not wordlists.is_role(title.text) or place + 1 >= len(words):
        return 0
    following = words[place + 1]
    later = words[place + 2] if place + 2 < len(words) else None
    if _touch(text, title, following):
        is_between = following.text in _CALLED or (
            following.text in _ACADEMIC and text[following.end : following.end + 1] == "."
        )
        if is_between and later and later.start - following.end <= _GAP and _is_family(later.text):
            return place + 3
        # A colleague's family name is too often any noun.
        if title.text.startswith("Kolleg") and not (
            wordlists.is_first_name(following.text)
            or wordlists.is_family_name(following.text)
            or wordlists.sounds_like_family(following.text)
        ):
            return 0
        return place + 2 if following.text[0].isupper() and _is_family(following.text) else 0
    between = text[title.end : following.start]
    if between.strip() == "," and len(between) <= _GAP:
        last = place + 2 if following.text in ("der", "die", "unser", "unsere") else place + 1
        if last < len(words) and words[last].text[0].isupper() and _is_listed(words[last].text):
            return last + 1
    return 0


def _only_first_name(text: str, words: Sequence[_Word], place: int) -> int:
    """The place behind a first name that stands for a certain person: "der Mustafa", "Kevins Mutter", "Yasemin aus"."""
    word = words[place]
    following = words[place + 1 : place + 3]
    if not following or not _touch(text, word, following[0]):
        return 0
    after = following[0].text
    if word.text.lower() in _CERTAIN:
        if wordlists.is_first_name(after) and not wordlists.is_noun(after):
            return place + 2
        is_described = after in _DESCRIBED and len(following) > 1 and _touch(text, *following)
        return place + 3 if is_described and wordlists.is_first_name(following[1].text) else 0
    if wordlists.is_person(word.text) and after[0].isupper() and wordlists.is_first_name(after):
        # "Klient Ahmad"; with a family name behind it the name alone is the passage.
        return 0 if wordlists.is_noun(after) or _full_name(text, words, place + 1) else place + 2
    if word.text in _CALLED and wordlists.is_first_name(after):
        return place + 2
    if word.text.endswith("s") and wordlists.is_first_name(word.text[:-1]) and wordlists.is_person(after):
        return place + 2
    if after == "aus" and word.text[0].isupper() and wordlists.is_first_name(word.text):
        return place + 1
    return 0


def _is_listed(word: str) -> bool:
    return wordlists.is_first_name(word) or (wordlists.is_family_name(word) and word not in wordlists.NOUNS)


def _is_in_office(words: Sequence[_Word], place: int) -> bool:
    return any(wordlists.is_office(word.text) for word in words[max(place - _OFFICE_BEFORE, 0) : place])


def words_of(text: str) -> Iterator[tuple[str, int, int]]:
    """Every word with its place, for lists of words."""
    for match in _WORD.finditer(text):
        yield match[0], match.start(), match.end()


def own_cases(text: str) -> Iterator[tuple[int, int]]:
    """Certain people without a name: no passage by itself, but a date or an illness beside them is one."""
    for match in expressions.OWN_CASE.finditer(text):
        if match["one"] or (match["whom"] and wordlists.is_person(match["whom"])):
            yield match.span()
        elif own := match["own"]:
            plural_article = match["ending"] == "e"
            if wordlists.is_person(own) and (not plural_article or own.lower().endswith(_FEMININE)):
                yield match.span()
    for match in expressions.LOWER_CASE.finditer(text):
        if match["one"] or match["ending"] != "e" or match["own"].endswith(_FEMININE):
            yield match.span()
    for pattern in (expressions.MET_CASE, expressions.AGED_CASE):
        yield from (match.span() for match in pattern.finditer(text))


def spans_of_one(text: str) -> Iterator[tuple[int, int]]:
    """Speaks of people in general as often as of one; only a date makes it a certain one."""
    for match in expressions.ONE_CASE.finditer(text):
        if match["who"].lower() in wordlists.PERSONS - _IN_GENERAL:
            yield match.span()


def one_said_to_be(text: str) -> list[tuple[int, int]]:
    """ "Die Kollegin ist", "das Kind hat": what follows at once is said of a certain one."""
    return [
        match.span()
        for match in expressions.ONE_CASE.finditer(text)
        if match[0][:1] in "dD"
        and match["who"].lower() in wordlists.PERSONS - _OF_ALL
        and expressions.IS_ONE_CASE.match(text, match.end())
    ]

"""Finds passages that could make somebody recognisable. A fixed list for German text: it points, it never decides.

Pure and local. Every repetition in a pattern is bounded, so the time grows with the length of the text and no faster.
The patterns stand in expressions.py, the words they ask for in the files of pattern_words/.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deliberation.annotations import expressions, wordlists
from deliberation.annotations.accusing import find_accused
from deliberation.annotations.expressions import Late
from deliberation.annotations.naming import find_names, one_said_to_be, own_cases, spans_of_one, words_of

NEAR = 90
"""Characters between a person and a date or an illness that make the two belong together."""

_SAID = 40
"""Characters in which an illness is said of somebody who is called no more than "the client"."""
_BESIDE = 25
"""Characters between an age and the person it is told of."""
_CITED = 120
"""Characters before a file number among which a court makes it a published one."""

ADDRESS_NAME = "address"
FULL_NAME = "name"
NAME_INITIAL = "initial"
NAME_AGE = "age"
ROLE_NAME = "role"
STREET = "street"
PHONE = "phone"
MAIL = "mail"
IBAN = "iban"
FILE_NUMBER = "file_number"
BIRTH_DATE = "birth"
DATE_PERSON = "date"
UNION_PERSON = "union"
HEALTH_PERSON = "health"
EMPLOYER = "employer"


@dataclass(frozen=True)
class Hit:
    """A passage: `text` is what stands from `start` to `end` of the text searched."""

    code: str
    text: str
    start: int
    end: int


def find_hits(text: str, employers: Iterable[str] = ()) -> list[Hit]:
    """All passages in order, none overlapping another; the longer one wins.

    A first name alone counts where it means a certain person ("der Mustafa"), an employer where it is accused.
    `employers` are names of institutions that count as employers besides the known ones, whatever their capitals.
    """
    own = [hit for code, pattern in _ALONE for hit in _matches(code, pattern, text) if _counts(hit, text)]
    names, first_names = find_names(text)
    own += [_hit(ROLE_NAME if name.is_role else FULL_NAME, text, name.start, name.end) for name in names]
    named = [(hit.start, hit.end) for hit in own if hit.code in _PEOPLE]
    cases = sorted(own_cases(text))
    certain = sorted([*named, *first_names, *cases])
    one = sorted([*certain, *spans_of_one(text)])
    beside = [
        *_near(_matches(NAME_AGE, expressions.AGE_OF_ONE, text), cases, _BESIDE),
        *_near(_matches(DATE_PERSON, expressions.DATE, text), one),
        *_near(_matches(UNION_PERSON, expressions.MEMBERSHIP, text), certain),
        *_near(_illnesses(text), certain),
        *_near(_illnesses(text), one_said_to_be(text), _SAID),
    ]
    accused = [_hit(EMPLOYER, text, start, end) for start, end in find_accused(text, employers)]
    return _without_overlaps([*own, *beside, *accused])


def _hit(code: str, text: str, start: int, end: int) -> Hit:
    return Hit(code, text[start:end], start, end)


def _matches(code: str, pattern: Late | re.Pattern[str], text: str) -> Iterator[Hit]:
    return (_hit(code, text, *match.span()) for match in pattern.finditer(text))


def _counts(hit: Hit, text: str) -> bool:
    """Whether a match is more than ordinary German: every noun looks like a name."""
    words = [word for word in re.findall(r"[\w-]{2,60}", hit.text) if word not in ("Dr", "Prof")]
    match hit.code:
        case "address":
            return _is_addressed(hit, words, text)
        case "age":
            return _has_age(hit, words, text)
        case "street":
            return words[0].lower() not in wordlists.NO_STREETS
        case "initial":
            return _is_shortened(words, text[max(hit.start - 4, 0) : hit.start])
        case "union":
            return words[0] in wordlists.FIRST_NAMES or words[0] in ("Frau", "Herr")
        case "file_number":
            return _is_own_number(hit, text)
        case "phone":
            # Hotlines are there to be passed on.
            return not expressions.HOTLINE.match(hit.text.lstrip("+"))
    return True


def _is_addressed(hit: Hit, words: list[str], text: str) -> bool:
    # "Kollegin Frau Reuter": the nearer form counts.
    nearer = len(words) > 1 and words[1] in ("Frau", "Herr", "Herrn", "Fr", "Hr")
    form, *rest = words[1:] if nearer else words
    name = rest[0] if rest else ""
    if form.startswith(("Kolleg", "Schwester", "Bruder", "Tante", "Onkel", "Oma", "Opa")):
        is_listed = not name or wordlists.is_first_name(name) or wordlists.is_family_name(name)
        return is_listed or (form in ("Kollege", "Kollegin") and wordlists.sounds_like_family(name))
    if form[0].isupper():
        return not name or not (
            wordlists.is_noun(name)
            or wordlists.is_office(name)
            or name in wordlists.PLACEHOLDERS
            or wordlists.is_function_word(name)
        )
    if not name:
        return form != "familie" and not _follows_article(hit, text)
    if wordlists.is_lower_family_name(name) and not wordlists.is_function_word(name):
        return True
    return not (
        wordlists.is_function_word(name)
        or wordlists.is_lower_noun(name)
        or _follows_article(hit, text)
        or len(name) < 4
    )


def _follows_article(hit: Hit, text: str) -> bool:
    """Whether "frau" is somebody in general: eine, die, jede frau."""
    before = text[max(hit.start - 12, 0) : hit.start].split()
    return bool(before) and before[-1].lower() in _ARTICLES


def _has_age(hit: Hit, words: list[str], text: str) -> bool:
    if "jährige" in hit.text:
        last = words[-1]
        return wordlists.is_first_name(last) or (len(last) < 2 and hit.text[-1] == ".") or hit.text[-2:-1].isupper()
    first = words[0] if words else ""
    if hit.text[1:2] == ".":
        # "z. B. (12)" is no person.
        return not text[max(hit.start - 3, 0) : hit.start].strip().endswith(("z.", "u.", "d.", "i."))
    if first[0].islower():
        return wordlists.is_first_name(first)
    if wordlists.is_first_name(first) or first in wordlists.FIRST_NAMES:
        return True
    if "Jahren" in hit.text:
        return first.lower() in _RELATIVES or wordlists.is_first_name(first)
    if first.lower() in _RELATIVES and hit.text[len(first) :].lstrip()[:1] in ("(", ","):
        return True
    if re.search(r"\b(?:ist|war|wird|wurde)\b", hit.text):
        return False
    return not (
        first in wordlists.NOUNS
        or first in wordlists.COUNTED
        or wordlists.is_noun(first)
        or wordlists.is_function_word(first)
        or wordlists.is_person(first)
    )


def _is_shortened(words: list[str], before: str) -> bool:
    """Jonas B., Klientin M. R., K. Müller."""
    if not words:
        return False
    first = words[0]
    if wordlists.is_first_name(first):
        return True
    if first[0].islower():
        return False
    return first.lower() in _INITIALLED or (
        wordlists.is_family_name(first) and first not in wordlists.NOUNS and not before.strip().endswith((".", "/"))
    )


def _is_own_number(hit: Hit, text: str) -> bool:
    """A published judgment is a source, not a case of one's own."""
    if expressions.COURT.search(text[max(0, hit.start - _CITED) : hit.end + _CITED // 4]):
        return False
    if expressions.FILE_NUMBER.fullmatch(hit.text):
        return True
    number = re.sub(r"^\D{0,60}", "", hit.text)
    digits = sum(sign.isdigit() for sign in number)
    if re.fullmatch(r"(?:19|20)\d\d(?:[/-]\d{2,4})?", number):
        return False
    return digits >= 5 or (digits >= 3 and not number.isdigit())


def _illnesses(text: str) -> Iterator[Hit]:
    yield from (
        _hit(HEALTH_PERSON, text, start, end) for word, start, end in words_of(text) if word in wordlists.HEALTH
    )
    yield from _matches(HEALTH_PERSON, expressions.ILLNESS_SAID, text)


def _near(hits: Iterable[Hit], people: list[tuple[int, int]], reach: int = NEAR) -> Iterator[Hit]:
    """Those of the hits that stand close to a person."""
    for hit in hits:
        place = bisect_left(people, (hit.start, hit.end))
        neighbours = people[max(place - 1, 0) : place + 1]
        if any(start - reach <= hit.end and hit.start <= end + reach for start, end in neighbours):
            yield hit


def _without_overlaps(hits: Iterable[Hit]) -> list[Hit]:
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda found: (found.start, -found.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
        elif hit.end - hit.start > kept[-1].end - kept[-1].start:
            kept[-1] = hit
    return kept


_ALONE = (
    (ADDRESS_NAME, expressions.ADDRESS),
    (ADDRESS_NAME, expressions.LOWER_ADDRESS),
    (NAME_INITIAL, expressions.INITIAL),
    (NAME_AGE, expressions.AGE),
    (STREET, expressions.STREET),
    (PHONE, expressions.PHONE),
    (MAIL, expressions.MAIL),
    (IBAN, expressions.IBAN),
    (FILE_NUMBER, expressions.FILE_NUMBER),
    (FILE_NUMBER, expressions.WEAK_NUMBER),
    (BIRTH_DATE, expressions.BIRTH),
    (UNION_PERSON, expressions.UNION_PERSON),
)
_PEOPLE = {ADDRESS_NAME, FULL_NAME, NAME_INITIAL, NAME_AGE, ROLE_NAME, BIRTH_DATE}
_ARTICLES = wordlists.words(
    """
    eine einer einem die der den dem diese dieser jede jeder keine keiner welche ne meine
    """
)
_INITIALLED = wordlists.words(
    """
    klient klientin klienten bewohner bewohnerin patient patientin schüler schülerin fall kind mündel mutter vater
    kollege kollegin junge mädchen familie akte
    """
)
_RELATIVES = wordlists.words(
    """
    kind mann mutter vater mutti junge mädchen frau klient klientin bewohner bewohnerin schüler schülerin patient
    patientin tochter sohn schwester bruder oma opa jugendliche jugendlicher kollege kollegin baby säugling enkel
    enkelin herr nachbar nachbarin großmutter großvater mündel pflegekind
    """
)

CODES = (*dict(_ALONE), FULL_NAME, ROLE_NAME, DATE_PERSON, HEALTH_PERSON, EMPLOYER)
"""All kinds of passages that can be found."""

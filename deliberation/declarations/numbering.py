"""Numbers of a next edition: what was printed stays true, what is new gets a letter, and none is given twice.

Inserted after 3.2 is 3.2a, between 3.2 and 3.2a is 3.2aa, before 3.1 is 3.0a; a new thesis after 3 is 3a.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from string import ascii_lowercase

from deliberation.declarations.importing import CLOSING, PREAMBLE, DraftDeclaration, DraftThesis

START = "0"
NUMBER_MAX = 20
"""Characters a number can have; so many letters are never reached by hand."""


def number_text(
    text: DraftDeclaration,
    thesis_numbers: Mapping[int, str],
    paragraph_places: Mapping[int, tuple[int, str]],
    used: Mapping[int, Iterable[str]],
    used_theses: Iterable[str] = (),
) -> DraftDeclaration:
    """Give every thesis and paragraph its number.

    `thesis_numbers` says which number a thesis has for ever, by id; `paragraph_places` where a paragraph was last:
    thesis id and number. `used` are all numbers ever given in a thesis, `used_theses` all numbers of theses ever
    given. What continues in its thesis keeps its number; what moved to another thesis gets a new one there.
    """
    kept = [_kept_thesis(thesis, thesis_numbers) for thesis in text.theses]
    numbers = _filled(kept, {*used_theses, *thesis_numbers.values()})
    theses = []
    for thesis, number in zip(text.theses, numbers, strict=True):
        own = [_kept_paragraph(thesis, one.origin, paragraph_places) for one in thesis.paragraphs]
        found = _filled(own, set(used.get(thesis.origin, ())))
        paragraphs = tuple(replace(one, number=n) for one, n in zip(thesis.paragraphs, found, strict=True))
        theses.append(replace(thesis, number=number, paragraphs=paragraphs))
    return replace(text, theses=tuple(theses))


def _kept_thesis(thesis: DraftThesis, numbers: Mapping[int, str]) -> str:
    if thesis.origin:
        return numbers[thesis.origin]
    return thesis.number if thesis.number in (PREAMBLE, CLOSING) else ""


def _kept_paragraph(thesis: DraftThesis, origin: int, places: Mapping[int, tuple[int, str]]) -> str:
    home, number = places.get(origin, (0, ""))
    return number if origin and home == thesis.origin else ""


def _filled(numbers: list[str], used: set[str]) -> list[str]:
    """The list with its gaps filled. In a thesis that has no number yet counting begins with 1."""
    if not any(number and number not in (PREAMBLE, CLOSING) for number in numbers) and not used:
        return _counted(numbers)
    taken = {number.lower() for number in (*used, *numbers) if number}
    filled: list[str] = []
    before = START
    for index, number in enumerate(numbers):
        if not number:
            number = inserted_after(before, _next_number(numbers, index), taken)
            taken.add(number.lower())
        if number not in (PREAMBLE, CLOSING):
            before = number
        filled.append(number)
    return filled


def _counted(numbers: list[str]) -> list[str]:
    counted, count = [], 0
    for number in numbers:
        count += not number
        counted.append(number or str(count))
    return counted


def _next_number(numbers: list[str], index: int) -> str:
    return next((number for number in numbers[index + 1 :] if number), "")


def inserted_after(before: str, after: str, taken: set[str]) -> str:
    """A number between two neighbours that nobody has: 2 and 3 give 2a, 2 and 2a give 2aa, 2a and 3 give 2b.

    `after` may be empty; `taken` is in small letters.
    """
    stem = before.rstrip(ascii_lowercase)
    letters = before[len(stem) :]
    if letters and not after.startswith(stem + _following(letters)):
        for candidate in _from(letters):
            number = stem + candidate
            if number not in taken and number != after:
                return number
    inside = "a" if letters or not after.startswith(before + "a") else "aa"
    for candidate in _from(inside, first=True):
        number = before + candidate
        if number not in taken:
            return number
    raise AssertionError("letters never run out")


def _following(letters: str) -> str:
    head, last = letters[:-1], letters[-1]
    return head + (ascii_lowercase[ascii_lowercase.index(last) + 1] if last != "z" else "za")


def _from(letters: str, first: bool = False) -> Iterable[str]:
    """The letters that follow, without end: a, b, … z, za, zb."""
    if not first:
        letters = _following(letters)
    while True:
        yield letters
        letters = _following(letters)

"""Numbers of theses and paragraphs: counted, unless the organiser gives a thesis a number of its own."""

import re
from collections.abc import Mapping
from dataclasses import replace

from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, DraftThesis
from deliberation.declarations.preview.parts import Edit, Place, is_edge

# With a digit or as a Roman numeral, so that no number reads like a fixed address (`text`, `results`).
NUMBER_PATTERN = re.compile(r"(?=[A-Za-z]*[0-9])(?!0+$)[A-Za-z0-9]{1,8}|[IVXLC]{1,7}")


def to_editable(draft: DraftDeclaration) -> DraftDeclaration:
    """The draft of an import with its counted numbers taken off."""
    return replace(draft, theses=tuple(_uncounted(thesis) for thesis in draft.theses))


def _uncounted(thesis: DraftThesis) -> DraftThesis:
    paragraphs = tuple(replace(paragraph, number="") for paragraph in thesis.paragraphs)
    return replace(thesis, number=thesis.number if is_edge(thesis) else "", paragraphs=paragraphs)


def numbered(draft: DraftDeclaration) -> DraftDeclaration:
    """The draft with all numbers. Counting goes on behind the highest number so far: 3, 3a, 4; 3, 7, 8."""
    own = {thesis.number.casefold() for thesis in draft.theses}
    theses, highest = [], 0
    for thesis in draft.theses:
        number = thesis.number
        if not number:
            highest += 1
            while str(highest) in own:
                highest += 1
            number = str(highest)
        elif not is_edge(thesis) and (digits := re.match("[0-9]+", number)):
            highest = max(highest, int(digits[0]))
        theses.append(replace(thesis, number=number, paragraphs=_counted(thesis.paragraphs)))
    return replace(draft, theses=tuple(theses))


def _counted(paragraphs: tuple[DraftParagraph, ...]) -> tuple[DraftParagraph, ...]:
    return tuple(replace(one, number=str(count)) for count, one in enumerate(paragraphs, start=1))


def count_numbered(draft: DraftDeclaration) -> int:
    return sum(not is_edge(thesis) for thesis in draft.theses)


def renumber(draft: DraftDeclaration, wanted: Mapping[int, str]) -> tuple[DraftDeclaration, dict[int, str]]:
    """Give theses numbers of their own; an empty one is counted again. What cannot be is left as it was
    and named: `invalid`, or `taken` by another own number or by a thesis further up.
    """
    theses, errors = list(draft.theses), {}
    shown = [thesis.number.casefold() for thesis in numbered(draft).theses]
    kept = {thesis.number.casefold() for i, thesis in enumerate(theses) if i not in wanted and thesis.number}
    for index, number in sorted(wanted.items()):
        key = number.casefold()
        if is_edge(theses[index]):
            continue
        if number and not NUMBER_PATTERN.fullmatch(number):
            errors[index] = "invalid"
        elif number and (key in kept or any(key == shown[i] for i in range(index) if i not in wanted)):
            errors[index] = "taken"
        else:
            theses[index] = replace(theses[index], number=number)
            kept.add(key)
    return replace(draft, theses=tuple(theses)), errors


def count_anew(draft: DraftDeclaration, place: Place) -> Edit:
    """Drop all own numbers."""
    theses = tuple(thesis if is_edge(thesis) else replace(thesis, number="") for thesis in draft.theses)
    return Edit(replace(draft, theses=theses), place)

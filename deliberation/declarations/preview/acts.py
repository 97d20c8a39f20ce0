"""All acts by name, whether they make sense at a place, and doing them."""

from collections.abc import Callable

from deliberation.declarations.importing import DraftDeclaration
from deliberation.declarations.preview import paragraphs, theses
from deliberation.declarations.preview.parts import ActRefused, Edit, Place

Act = Callable[[DraftDeclaration, Place], Edit]

THESIS_ACTS: dict[str, Act] = {
    "thesis-up": theses.move_thesis_up,
    "thesis-down": theses.move_thesis_down,
    "thesis-merge": theses.merge_thesis,
    "thesis-preamble": theses.to_preamble,
    "thesis-closing": theses.to_closing,
    "thesis-count": theses.to_thesis,
    "thesis-omit": theses.leave_out_thesis,
}
PARAGRAPH_ACTS: dict[str, Act] = {
    "paragraph-up": paragraphs.move_paragraph_up,
    "paragraph-down": paragraphs.move_paragraph_down,
    "paragraph-merge": paragraphs.merge_paragraph,
    "paragraph-split": paragraphs.split_paragraph,
    "paragraph-thesis": theses.split_thesis,
    "paragraph-heading": paragraphs.to_heading,
    "paragraph-omit": paragraphs.leave_out_paragraph,
}


def perform(draft: DraftDeclaration, act: str, place: Place) -> Edit:
    """Do what `act` names. Raises ActRefused where it makes no sense and where there is no such place."""
    if not _exists(draft, act, place):
        raise ActRefused
    return {**THESIS_ACTS, **PARAGRAPH_ACTS}[act](draft, place)


def _exists(draft: DraftDeclaration, act: str, place: Place) -> bool:
    if not 0 <= place.thesis < len(draft.theses):
        return False
    if act in THESIS_ACTS:
        return True
    return act in PARAGRAPH_ACTS and 0 <= place.paragraph < len(draft.theses[place.thesis].paragraphs)


def offered(draft: DraftDeclaration, place: Place) -> frozenset[str]:
    """The acts that would not be refused at this place."""
    found = set()
    for name, act in (PARAGRAPH_ACTS if place.paragraph >= 0 else THESIS_ACTS).items():
        try:
            act(draft, place)
        except ActRefused:
            continue
        found.add(name)
    return frozenset(found)

"""Acts on whole theses: headings, order, joining and dividing, and what stands outside the count."""

from collections.abc import Mapping
from dataclasses import replace

from deliberation.declarations.importing import CLOSING, PREAMBLE, DraftDeclaration, DraftThesis
from deliberation.declarations.models import HEADING_MAX
from deliberation.declarations.preview.numbers import count_numbered
from deliberation.declarations.preview.parts import Edit, Place, as_paragraphs, is_edge, need, put


def rename_theses(draft: DraftDeclaration, headings: Mapping[int, str]) -> DraftDeclaration:
    """Give theses other headings. One with nothing below it keeps its old one rather than none."""
    theses = list(draft.theses)
    for index, heading in headings.items():
        words = " ".join(heading.split())[:HEADING_MAX]
        if words or theses[index].paragraphs:
            theses[index] = replace(theses[index], heading=words)
    return replace(draft, theses=tuple(theses))


def rename_group(draft: DraftDeclaration, first: int, name: str) -> DraftDeclaration:
    """Give a run of theses under one common heading another one; without a name it is gone."""
    theses, old = list(draft.theses), draft.theses[first].group
    for index in range(first, len(theses)):
        if theses[index].group != old:
            break
        theses[index] = replace(theses[index], group=" ".join(name.split())[:HEADING_MAX])
    return replace(draft, theses=tuple(theses))


def move_thesis_up(draft: DraftDeclaration, place: Place) -> Edit:
    """Let a thesis change places with the one before; preamble and closing part stay where they are."""
    index = place.thesis
    need(index > 0)
    before, thesis = draft.theses[index - 1 : index + 1]
    need(not is_edge(before) and not is_edge(thesis))
    return Edit(put(draft, index - 1, index + 1, thesis, before), Place(index - 1))


def move_thesis_down(draft: DraftDeclaration, place: Place) -> Edit:
    """The same the other way."""
    need(place.thesis + 1 < len(draft.theses))
    return Edit(move_thesis_up(draft, Place(place.thesis + 1)).draft, Place(place.thesis + 1))


def merge_thesis(draft: DraftDeclaration, place: Place) -> Edit:
    """Join a thesis to the one before, which keeps number and heading; the second heading becomes a paragraph."""
    index = place.thesis
    need(index > 0)
    before, thesis = draft.theses[index - 1 : index + 1]
    paragraphs = before.paragraphs + as_paragraphs(thesis) + thesis.paragraphs
    where = Place(index - 1, min(len(before.paragraphs), len(paragraphs) - 1))
    return Edit(put(draft, index - 1, index + 1, replace(before, paragraphs=paragraphs)), where)


def split_thesis(draft: DraftDeclaration, place: Place) -> Edit:
    """Begin a new thesis, without a heading so far, at this paragraph. A closing part stays at the end."""
    index, at = place.thesis, place.paragraph
    thesis = draft.theses[index]
    need(0 < at < len(thesis.paragraphs))
    is_closing = thesis.number == CLOSING
    first = replace(thesis, number="" if is_closing else thesis.number, paragraphs=thesis.paragraphs[:at])
    second = DraftThesis(CLOSING if is_closing else "", "", thesis.group, "", thesis.paragraphs[at:])
    return Edit(put(draft, index, index + 1, first, second), Place(index + 1))


def to_preamble(draft: DraftDeclaration, place: Place) -> Edit:
    """Take the first thesis out of the count and put it before all others."""
    return _to_edge(draft, place, 0, PREAMBLE)


def to_closing(draft: DraftDeclaration, place: Place) -> Edit:
    """Take the last thesis out of the count and put it behind all others."""
    return _to_edge(draft, place, len(draft.theses) - 1, CLOSING)


def _to_edge(draft: DraftDeclaration, place: Place, where: int, number: str) -> Edit:
    thesis = draft.theses[place.thesis]
    need(place.thesis == where and not is_edge(thesis) and count_numbered(draft) > 1)
    return Edit(put(draft, where, where + 1, replace(thesis, number=number)), place)


def to_thesis(draft: DraftDeclaration, place: Place) -> Edit:
    """Make the preamble or the closing part a numbered thesis."""
    thesis = draft.theses[place.thesis]
    need(is_edge(thesis))
    return Edit(put(draft, place.thesis, place.thesis + 1, replace(thesis, number="")), place)


def leave_out_thesis(draft: DraftDeclaration, place: Place) -> Edit:
    """Drop a heading under which nothing stands."""
    need(not draft.theses[place.thesis].paragraphs and len(draft.theses) > 1)
    return Edit(put(draft, place.thesis, place.thesis + 1), Place(min(place.thesis, len(draft.theses) - 2)))

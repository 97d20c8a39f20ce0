"""Acts on paragraphs: order, joining and dividing, becoming a heading, and being left out."""

from dataclasses import replace

from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, Unit
from deliberation.declarations.models import HEADING_MAX
from deliberation.declarations.preview.parts import (
    Edit,
    Place,
    as_paragraphs,
    exchange,
    is_empty,
    need,
    put,
    running_text,
)
from deliberation.declarations.preview.theses import split_thesis
from deliberation.sentences import split_sentences


def move_paragraph_up(draft: DraftDeclaration, place: Place) -> Edit:
    """Let a paragraph change places with the one before; the first of a thesis goes to the thesis before."""
    index, at = place.thesis, place.paragraph
    thesis = draft.theses[index]
    if at > 0:
        before, moved = thesis.paragraphs[at - 1 : at + 1]
        return Edit(exchange(draft, index, at - 1, at + 1, moved, before), Place(index, at - 1))
    need(index > 0)
    above = draft.theses[index - 1]
    longer = replace(above, paragraphs=(*above.paragraphs, thesis.paragraphs[0]))
    shorter = replace(thesis, paragraphs=thesis.paragraphs[1:])
    where = Place(index - 1, len(above.paragraphs))
    return Edit(put(draft, index - 1, index + 1, longer, shorter), where)


def move_paragraph_down(draft: DraftDeclaration, place: Place) -> Edit:
    """The same the other way."""
    index, at = place.thesis, place.paragraph
    thesis = draft.theses[index]
    if at + 1 < len(thesis.paragraphs):
        moved, after = thesis.paragraphs[at : at + 2]
        return Edit(exchange(draft, index, at, at + 2, after, moved), Place(index, at + 1))
    need(index + 1 < len(draft.theses))
    below = draft.theses[index + 1]
    shorter = replace(thesis, paragraphs=thesis.paragraphs[:-1])
    longer = replace(below, paragraphs=(thesis.paragraphs[-1], *below.paragraphs))
    where = Place(index + (not is_empty(shorter)), 0)
    return Edit(put(draft, index, index + 2, shorter, longer), where)


def merge_paragraph(draft: DraftDeclaration, place: Place) -> Edit:
    """Join a paragraph to the one before; a sentence that was torn between the two is whole again."""
    index, at = place.thesis, place.paragraph
    need(at > 0)
    before, after = draft.theses[index].paragraphs[at - 1 : at + 1]
    joined = replace(
        before,
        number="",
        units=_joined(before.units, after.units),
        # The one that is printed first goes on; a new one takes on the identity of the old one it is joined with.
        origin=before.origin or after.origin,
        reason=before.reason or after.reason,
        adopted=tuple(dict.fromkeys((*before.adopted, *after.adopted))),
    )
    return Edit(exchange(draft, index, at - 1, at + 1, joined), Place(index, at - 1))


def _joined(before: tuple[Unit, ...], after: tuple[Unit, ...]) -> tuple[Unit, ...]:
    last, first = before[-1], after[0]
    if first.label or first.level or not (last.sentences and first.sentences):
        return before + after
    seam = split_sentences(f"{last.sentences[-1]} {first.sentences[0]}")
    if last.level and len(seam) > 1:
        return before + after
    whole = replace(last, sentences=(*last.sentences[:-1], *seam, *first.sentences[1:]))
    return (*before[:-1], whole, *after[1:])


def split_paragraph(draft: DraftDeclaration, place: Place) -> Edit:
    """Begin a new paragraph at a sentence; list items that follow go along."""
    index, at = place.thesis, place.paragraph
    first, second = _cut(draft.theses[index].paragraphs[at].units, place.sentence)
    need(bool(first and second))
    whole = draft.theses[index].paragraphs[at]
    halves = replace(whole, number="", units=first), DraftParagraph("", second)
    return Edit(exchange(draft, index, at, at + 1, *halves), Place(index, at + 1))


def _cut(units: tuple[Unit, ...], sentence: int) -> tuple[tuple[Unit, ...], tuple[Unit, ...]]:
    """The units before a sentence, and those from it on, moved out as far as the first of them."""
    passed = 0
    for index, unit in enumerate(units):
        inside = sentence - passed
        if 0 <= inside < len(unit.sentences):
            head = (replace(unit, sentences=unit.sentences[:inside]),) if inside else ()
            rest = replace(unit, label="" if inside else unit.label, sentences=unit.sentences[inside:])
            tail = tuple(replace(one, level=max(0, one.level - unit.level)) for one in units[index + 1 :])
            return units[:index] + head, (replace(rest, level=0), *tail)
        passed += len(unit.sentences)
    return units, ()


def to_heading(draft: DraftDeclaration, place: Place) -> Edit:
    """Make a paragraph the heading: of its thesis, whose old heading takes its place, or of a new thesis
    that begins there.
    """
    if place.paragraph > 0:
        opened = split_thesis(draft, place)
        return to_heading(opened.draft, Place(opened.place.thesis, 0))
    thesis = draft.theses[place.thesis]
    text = running_text(thesis.paragraphs[0])
    need(0 < len(text) <= HEADING_MAX)
    paragraphs = as_paragraphs(thesis) + thesis.paragraphs[1:]
    renamed = replace(thesis, heading=text, label="", paragraphs=paragraphs)
    return Edit(put(draft, place.thesis, place.thesis + 1, renamed), Place(place.thesis))


def leave_out_paragraph(draft: DraftDeclaration, place: Place) -> Edit:
    """Do not take over a paragraph: page furniture, a table of contents."""
    index, at = place.thesis, place.paragraph
    thesis = draft.theses[index]
    shorter = replace(thesis, paragraphs=thesis.paragraphs[:at] + thesis.paragraphs[at + 1 :])
    need(not is_empty(shorter) or len(draft.theses) > 1)
    if is_empty(shorter):
        return Edit(put(draft, index, index + 1), Place(min(index, len(draft.theses) - 2)))
    where = min(at, len(shorter.paragraphs) - 1)
    return Edit(put(draft, index, index + 1, shorter), Place(index, where))

"""What all acts on a draft share: where something stands, what came of an act, and taking parts of a draft
out and in.
"""

from dataclasses import dataclass, replace

from deliberation.declarations.importing import (
    CLOSING,
    PREAMBLE,
    DraftDeclaration,
    DraftParagraph,
    DraftThesis,
    Unit,
)
from deliberation.sentences import split_sentences

EDGES = (PREAMBLE, CLOSING)


class ActRefused(Exception):
    """The act does not make sense at this place: the first thesis cannot go up."""


@dataclass(frozen=True)
class Place:
    """A thesis, a paragraph in it, or a sentence of that; all counted from 0, as they stand in the draft."""

    thesis: int
    paragraph: int = -1
    sentence: int = -1


@dataclass(frozen=True)
class Edit:
    """What came of an act, and where the thing acted on is now."""

    draft: DraftDeclaration
    place: Place


def is_edge(thesis: DraftThesis) -> bool:
    """Whether it is the preamble or the closing part, which stand outside the count."""
    return thesis.number in EDGES


def need(condition: bool) -> None:
    if not condition:
        raise ActRefused


def is_empty(thesis: DraftThesis) -> bool:
    return not thesis.heading and not thesis.paragraphs


def put(draft: DraftDeclaration, start: int, stop: int, *theses: DraftThesis) -> DraftDeclaration:
    """Put theses in place of others; one that has become empty vanishes."""
    kept = tuple(thesis for thesis in theses if not is_empty(thesis))
    return replace(draft, theses=draft.theses[:start] + kept + draft.theses[stop:])


def exchange(
    draft: DraftDeclaration, index: int, start: int, stop: int, *paragraphs: DraftParagraph
) -> DraftDeclaration:
    thesis = draft.theses[index]
    new = thesis.paragraphs[:start] + paragraphs + thesis.paragraphs[stop:]
    return put(draft, index, index + 1, replace(thesis, paragraphs=new))


def as_paragraphs(thesis: DraftThesis) -> tuple[DraftParagraph, ...]:
    """The heading of a thesis as running text, if it has one."""
    if not thesis.heading:
        return ()
    return (DraftParagraph("", (Unit(thesis.label, 0, tuple(split_sentences(thesis.heading))),)),)


def running_text(paragraph: DraftParagraph) -> str:
    return " ".join(" ".join((unit.label, *unit.sentences)).strip() for unit in paragraph.units)

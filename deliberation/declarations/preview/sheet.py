"""A draft as the organiser sees it: a page of theses and paragraphs, each with the acts that fit there."""

from dataclasses import dataclass

from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, DraftThesis
from deliberation.declarations.preview.acts import offered
from deliberation.declarations.preview.numbers import count_numbered, numbered
from deliberation.declarations.preview.parts import Place, is_edge

PAGE_SIZE = 20


@dataclass(frozen=True)
class ParagraphRow:
    """A paragraph with its position ("3-2", counted from 1) and what can be done with it."""

    position: str
    paragraph: DraftParagraph
    acts: frozenset[str]

    @property
    def cuts(self) -> list[tuple[int, str]]:
        """The sentences before which it can be divided, with their numbers."""
        return list(enumerate(self.paragraph.sentences, start=1))[1:]


@dataclass(frozen=True)
class ThesisRow:
    """A thesis with its position ("3", counted from 1) and what can be done with it."""

    position: str
    thesis: DraftThesis
    is_edge: bool
    opens_group: bool
    acts: frozenset[str]
    paragraphs: tuple[ParagraphRow, ...]


@dataclass(frozen=True)
class Sheet:
    """One page of the theses, and how much there is in all."""

    theses: tuple[ThesisRow, ...]
    page: int
    pages: int
    count_theses: int
    count_paragraphs: int
    count_sentences: int
    has_own_numbers: bool
    shape: str


def page_of(place: Place) -> int:
    """The page, counted from 1, on which something stands."""
    return max(place.thesis, 0) // PAGE_SIZE + 1


def to_sheet(draft: DraftDeclaration, page: int) -> Sheet:
    """Lay out one page; a page that does not exist is the nearest one that does."""
    shown = numbered(draft).theses
    pages = max(1, -(-len(shown) // PAGE_SIZE))
    page = min(max(page, 1), pages)
    on_page = range(len(shown))[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    paragraphs = [paragraph for thesis in shown for paragraph in thesis.paragraphs]
    return Sheet(
        theses=tuple(_row(draft, shown, index) for index in on_page),
        page=page,
        pages=pages,
        count_theses=count_numbered(draft),
        count_paragraphs=len(paragraphs),
        count_sentences=sum(len(paragraph.sentences) for paragraph in paragraphs),
        has_own_numbers=any(thesis.number and not is_edge(thesis) for thesis in draft.theses),
        shape=draft.shape,
    )


def _row(draft: DraftDeclaration, shown: tuple[DraftThesis, ...], index: int) -> ThesisRow:
    thesis = shown[index]
    above = shown[index - 1].group if index else ""
    return ThesisRow(
        position=str(index + 1),
        thesis=thesis,
        is_edge=is_edge(thesis),
        opens_group=bool(thesis.group) and thesis.group != above,
        acts=offered(draft, Place(index)),
        paragraphs=tuple(
            ParagraphRow(f"{index + 1}-{at + 1}", paragraph, offered(draft, Place(index, at)))
            for at, paragraph in enumerate(thesis.paragraphs)
        ),
    )

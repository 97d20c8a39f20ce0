"""The first page of a document, as a picture and as words, before somebody takes the file away."""

from collections.abc import Iterator
from dataclasses import dataclass

from deliberation.results.documents import pdf
from deliberation.results.documents.fitting import to_document
from deliberation.results.documents.model import (
    Bars,
    Block,
    Bullets,
    Callout,
    Document,
    Entry,
    Figures,
    Heading,
    Paragraph,
    plain,
)
from deliberation.results.summary import Summary

LINES_MAX = 24
"""About what stands on a first page."""


@dataclass(frozen=True)
class Preview:
    """The picture is drawn when it is asked for: the words come at once."""

    document: Document

    @property
    def picture(self) -> bytes:
        """A PNG file. Typesetting takes a moment."""
        return pdf.first_page(self.document)

    @property
    def lines(self) -> list[str]:
        """How the document begins, in words."""
        found = [line for block in self.document.blocks for line in _lines(block)]
        return [self.document.kicker, self.document.title, self.document.state, *found[:LINES_MAX]]


def to_preview(summary: Summary) -> Preview:
    """Without the annex, which changes nothing on the first page but takes long to set."""
    return Preview(to_document(summary, with_annex=False))


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield block.text
        case Paragraph() | Callout():
            yield plain(block.line)
        case Bullets():
            yield from map(plain, block.items)
        case Entry():
            yield from (*block.quote, plain(block.line))
        case Figures():
            yield from (f"{name}: {number}" for name, number in block.pairs)
        case Bars():
            yield from (row.spoken or f"{row.name}: {row.words}" for row in block.rows)

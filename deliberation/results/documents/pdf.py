"""A document as PDF/UA-1, and its first page as a picture."""

from typing import Any

from deliberation.results import typesetting
from deliberation.results.documents.glyphs import drawable, typeset
from deliberation.results.documents.model import Document, to_data

TEMPLATE = "document.typ"
PREVIEW_DPI = 110.0


def write(document: Document) -> bytes:
    """The same document gives the same bytes."""
    return typeset(TEMPLATE, to_data(document), document.day)


def count_pages(document: Document, spare: int = 0) -> int:
    """How many pages it has when `spare` millimetres at the end stay empty."""
    return typesetting.count_pages(TEMPLATE, {**_data(document), "spare": spare})


def first_page(document: Document) -> bytes:
    """A PNG file of what somebody sees who opens the PDF."""
    return typesetting.to_pictures(TEMPLATE, _data(document), document.day, PREVIEW_DPI)[0]


def _data(document: Document) -> dict[str, Any]:
    return drawable(to_data(document))

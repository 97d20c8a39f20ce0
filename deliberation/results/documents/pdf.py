"""A document as PDF/UA-1, and its first page as a picture."""

from typing import Any

from deliberation.results import typesetting
from deliberation.results.documents.glyphs import INSTEAD, drawable, without_refused
from deliberation.results.documents.model import Document, to_data

TEMPLATE = "document.typ"
PREVIEW_DPI = 110.0
TRIES = 12


def write(document: Document) -> bytes:
    """The same document gives the same bytes."""
    data = _data(document)
    for _try in range(TRIES):
        try:
            return typesetting.to_pdf(TEMPLATE, _noted(data, document), document.day)
        except RuntimeError as error:
            fewer = without_refused(data, str(error))
            if fewer is None:
                raise
            data = fewer
    return typesetting.to_pdf(TEMPLATE, _noted(data, document), document.day)


def count_pages(document: Document, spare: int = 0) -> int:
    """How many pages it has when `spare` millimetres at the end stay empty."""
    return typesetting.count_pages(TEMPLATE, {**_data(document), "spare": spare})


def first_page(document: Document) -> bytes:
    """A PNG file of what somebody sees who opens the PDF."""
    return typesetting.to_pictures(TEMPLATE, _data(document), document.day, PREVIEW_DPI)[0]


def _data(document: Document) -> dict[str, Any]:
    return drawable(to_data(document))


def _noted(data: dict[str, Any], document: Document) -> dict[str, Any]:
    """With a note about squares if there are any."""
    return {**data, "note": document.missing if INSTEAD in str(data["blocks"]) else ""}

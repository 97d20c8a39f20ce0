"""Bars of stances as pictures, for files whose programs do not draw them."""

from collections.abc import Iterable

from deliberation.results import typesetting
from deliberation.results.documents.model import Bars, Document

TEMPLATE = "bar_pictures.typ"
DPI = 220.0
WIDTH_MM, HEIGHT_MM = 80, 5.4
"""As the template has them."""
Shares = tuple[tuple[str, int], ...]


def bar_pictures(document: Document) -> dict[Shares, bytes]:
    """A PNG file for each different bar in the document, in the order in which they appear."""
    found = list(dict.fromkeys(row.shares for bars in _bars(document) for row in bars.rows if row.shares))
    if not found:
        return {}
    data = {"title": document.title, "bars": found}
    return dict(zip(found, typesetting.to_pictures(TEMPLATE, data, document.day, DPI), strict=True))


def picture_name(shares: Shares) -> str:
    """`60-30-10-0.png`: the same bar has the same name in every file."""
    return f"{'-'.join(str(percent) for _key, percent in shares)}.png"


def _bars(document: Document) -> Iterable[Bars]:
    return (block for block in document.blocks if isinstance(block, Bars))

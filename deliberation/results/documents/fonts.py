"""The fonts that travel inside a document: it looks as it was made, and breaks its pages there, whatever is installed."""

from dataclasses import dataclass
from functools import cache

from deliberation.results.typesetting import FONTS

SANS, SERIF = "Atkinson Hyperlegible Next", "Literata"
INSTEAD = {SANS: "Calibri", SERIF: "Georgia"}
"""For programs that do not read fonts inside files."""


@dataclass(frozen=True)
class Font:
    """One weight of a family; `file` is the name inside the document."""

    family: str
    is_bold: bool
    file: str
    content: bytes


@cache
def fonts() -> tuple[Font, ...]:
    return tuple(
        Font(family, is_bold, f"{stem}-{weight}.ttf", (FONTS / f"{stem}-{weight}.ttf").read_bytes())
        for family, stem in ((SANS, "atkinson-hyperlegible-next"), (SERIF, "literata"))
        for is_bold, weight in ((False, "regular"), (True, "bold"))
    )

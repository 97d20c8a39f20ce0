"""Fonts inside a Word file: their first bytes are mixed with a key that stands beside them (ECMA-376, part 4, 17.8.1)."""

import uuid
from functools import cache

from deliberation.results.documents.fonts import INSTEAD, Font, fonts
from deliberation.results.documents.marks import HEAD
from deliberation.results.documents.word.styles import W

R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MIXED = 32
_FAMILIES = {"Calibri": "swiss", "Georgia": "roman"}


@cache
def font_parts() -> dict[str, bytes]:
    """The files, by their place in the package."""
    return {f"word/fonts/{_name(font)}": _mixed(font) for font in fonts()}


def font_targets() -> list[tuple[str, str]]:
    """(id, file) of each for the relations of the table."""
    return [(_id(font), f"fonts/{_name(font)}") for font in fonts()]


def font_table() -> str:
    """`word/fontTable.xml`."""
    families = dict.fromkeys(font.family for font in fonts())
    found = "".join(_family(family, [font for font in fonts() if font.family == family]) for family in families)
    return f'{HEAD}<w:fonts xmlns:w="{W}" xmlns:r="{R}">{found}</w:fonts>'


def _family(family: str, weights: list[Font]) -> str:
    other = INSTEAD[family]
    embedded = "".join(
        f'<w:embed{"Bold" if font.is_bold else "Regular"} r:id="{_id(font)}" w:fontKey="{_key(font)}"/>'
        for font in weights
    )
    return (
        f'<w:font w:name="{family}"><w:altName w:val="{other}"/><w:charset w:val="00"/><w:family w:val="{_FAMILIES[other]}"/>'
        f'<w:pitch w:val="variable"/>{embedded}</w:font>'
    )


def _name(font: Font) -> str:
    return font.file.replace(".ttf", ".odttf")


def _id(font: Font) -> str:
    return f"rId_{font.file.removesuffix('.ttf')}"


def _key(font: Font) -> str:
    """Always the same for the same font, so that the same document has the same bytes."""
    return "{" + str(uuid.uuid5(uuid.NAMESPACE_DNS, font.file)).upper() + "}"


def _mixed(font: Font) -> bytes:
    key = bytes.fromhex(_key(font).strip("{}").replace("-", ""))[::-1]
    head = bytes(one ^ key[place % len(key)] for place, one in enumerate(font.content[:_MIXED]))
    return head + font.content[_MIXED:]

"""Writing XML by hand: what every part of a zipped document needs."""

import io
import zipfile
from collections.abc import Mapping

from markupsafe import escape

from deliberation.results.redline.words import fit

ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""The first that the format knows: when a file was made is said by its day alone."""
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
LANGUAGES = {"de": "de-DE", "en": "en-GB"}
SIGNS = {"carry": "■", "change": "■", "unclear": "■", "against": "▨"}
"""In the key to bars; the last has a hatch, as its bar does."""
COLOURS = {"carry": "1A468D", "change": "5F8BCB", "unclear": "858F8A", "against": "AE4F0C"}
INK, INK_2, PEN, SUNKEN, EDGE, EDGE_STRONG = "17211D", "404D47", "1A468D", "E9EDE7", "CBD3CD", "5F6D66"
COLUMN_MM = 166
"""Of a page in A4 between its margins of 22 mm."""


def safe(text: str) -> str:
    """Words as XML may contain them; as an attribute too."""
    return str(escape(fit(text)))


def full_language(language: str) -> str:
    """`de-DE`: spelling programs want a country."""
    return LANGUAGES.get(language, language)


def zipped(parts: Mapping[str, str | bytes], stored: str = "") -> bytes:
    """The parts in their order. The same parts give the same bytes. `stored` is not compressed: some formats look there."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_STORED if name == stored else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return target.getvalue()

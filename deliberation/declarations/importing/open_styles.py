"""Styles and list numbering of OpenDocument."""

from dataclasses import dataclass, field
from typing import Any

from deliberation.declarations.importing.labels import format_number

TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
XML = "{http://www.w3.org/XML/1998/namespace}"


@dataclass(frozen=True)
class LevelStyle:
    """How one level of a list writes its label; no `format` means bullets."""

    bullet: bool = False
    format: str = "1"
    prefix: str = ""
    suffix: str = ""
    start: int = 1
    shown: int = 1


@dataclass(frozen=True)
class TextStyle:
    """What matters of a paragraph or character style, inherited values included."""

    bold: bool = False
    hidden: bool = False
    title: bool = False
    list_style: str = ""


@dataclass
class Styles:
    """All styles of a file by name, automatic ones first."""

    lists: dict[str, dict[int, LevelStyle]] = field(default_factory=dict)
    outline: dict[int, LevelStyle] = field(default_factory=dict)
    _nodes: dict[tuple[str, str], Any] = field(default_factory=dict)
    _texts: dict[tuple[str, str], TextStyle] = field(default_factory=dict)

    def add(self, root: Any) -> None:
        """Take the styles of `content.xml` or `styles.xml`; what is known already stays."""
        if root is None:
            return
        for node in root.iter(TEXT + "list-style"):
            self.lists.setdefault(node.get(STYLE + "name", ""), _levels(node))
        for node in root.iter(TEXT + "outline-style"):
            self.outline = self.outline or _levels(node)
        for node in root.iter(STYLE + "style"):
            self._nodes.setdefault((node.get(STYLE + "family", ""), node.get(STYLE + "name", "")), node)

    def text(self, family: str, name: str | None) -> TextStyle:
        """The style of a family ("paragraph", "text") by name; an unknown one has no properties."""
        chain = []
        key = (family, name or "")
        while key in self._nodes and key not in self._texts and key not in chain:
            chain.append(key)
            key = (family, self._nodes[key].get(STYLE + "parent-style-name", ""))
        base = self._texts.get(key, TextStyle())
        for one in reversed(chain):
            base = self._texts[one] = _text_style(self._nodes[one], one[1], base)
        return base


def _text_style(node: Any, name: str, base: TextStyle) -> TextStyle:
    properties = node.find(STYLE + "text-properties")
    weight = properties.get(FO + "font-weight") if properties is not None else None
    display = properties.get(TEXT + "display") if properties is not None else None
    return TextStyle(
        base.bold if weight is None else weight in ("bold", "600", "700", "800", "900"),
        base.hidden if display is None else display == "none",
        base.title or name == "Title",
        node.get(STYLE + "list-style-name", base.list_style),
    )


def _levels(node: Any) -> dict[int, LevelStyle]:
    return {integer(level.get(TEXT + "level"), 1): _level(level) for level in node if level.get(TEXT + "level")}


def _level(node: Any) -> LevelStyle:
    if node.tag in (TEXT + "list-level-style-bullet", TEXT + "list-level-style-image"):
        return LevelStyle(bullet=True)
    return LevelStyle(
        False,
        node.get(STYLE + "num-format", "") or "",
        node.get(STYLE + "num-prefix", "") or "",
        node.get(STYLE + "num-suffix", "") or "",
        integer(node.get(TEXT + "start-value"), 1),
        integer(node.get(TEXT + "display-levels"), 1),
    )


def write_label(levels: dict[int, LevelStyle], values: dict[int, int], level: int) -> str:
    """The label of an item on a level (1 is the outermost), with the numbers above it where the style shows
    them.
    """
    here = levels.get(level, LevelStyle(suffix="."))
    if here.bullet:
        return "•"
    if not here.format:
        return (here.prefix + here.suffix).strip()
    numbers = []
    for one in range(max(1, level - here.shown + 1), level + 1):
        style = levels.get(one, here)
        if style.format and not style.bullet:
            numbers.append(format_number(values.get(one, style.start), style.format))
    return (here.prefix + ".".join(numbers) + here.suffix).strip()


def integer(word: str | None, default: int) -> int:
    """A number between 0 and a million that a file names, or the default."""
    try:
        return min(max(int(word or ""), 0), 1_000_000)
    except ValueError:
        return default

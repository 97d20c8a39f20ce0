"""Styles of Word: which are headings, bold, hidden, numbered or part of a table of contents."""

import re
from dataclasses import dataclass
from typing import Any

from deliberation.declarations.importing.word_numbering import W, is_on, value_of

_HEADING = re.compile(r"(?:heading|überschrift) ([1-9])")


@dataclass(frozen=True)
class Style:
    """What matters of a style, inherited values included. `outline` is the level of a heading, 0 for the
    title.
    """

    outline: int | None = None
    num_id: str | None = None
    num_level: int | None = None
    bold: bool = False
    hidden: bool = False
    contents: bool = False


def read_styles(root: Any) -> dict[str, Style]:
    """All styles by their id; `word/styles.xml` may be missing."""
    nodes = {} if root is None else {node.get(W + "styleId", ""): node for node in root.iterfind(W + "style")}
    styles: dict[str, Style] = {}
    for name in nodes:
        _resolve(name, nodes, styles)
    return styles


def _resolve(name: str, nodes: dict[str, Any], styles: dict[str, Style]) -> None:
    """Work out a style after the ones that it is based on; a circle ends where it closes."""
    chain = []
    while name in nodes and name not in styles and name not in chain:
        chain.append(name)
        name = value_of(nodes[name], "basedOn") or ""
    base = styles.get(name, Style())
    for one in reversed(chain):
        base = styles[one] = _own(nodes[one], base)


def _own(node: Any, base: Style) -> Style:
    name = (value_of(node, "name") or "").lower()
    paragraph, run = node.find(W + "pPr"), node.find(W + "rPr")
    numbering = paragraph.find(W + "numPr") if paragraph is not None else None
    level = value_of(numbering, "ilvl")
    bold, hidden = is_on(run, "b"), is_on(run, "vanish")
    return Style(
        _outline(name, value_of(paragraph, "outlineLvl"), base.outline),
        value_of(numbering, "numId") or base.num_id,
        int(level) if level and level.isdecimal() else base.num_level,
        base.bold if bold is None else bold,
        base.hidden if hidden is None else hidden,
        bool(re.match(r"toc \d|toc heading|table of figures|verzeichnis \d", name)) or base.contents,
    )


def _outline(name: str, level: str | None, inherited: int | None) -> int | None:
    if name in ("title", "titel"):
        return 0
    if found := _HEADING.fullmatch(name):
        return int(found[1])
    if level and level.isdecimal():
        return int(level) + 1 if int(level) < 9 else None
    return None if name in ("subtitle", "untertitel") else inherited

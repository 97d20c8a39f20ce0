"""HTML by lxml's forgiving parser: headings, paragraphs, lists and tables; scripts, menus and hidden parts
stay out.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from lxml import etree  # type: ignore[attr-defined]

from deliberation.declarations.importing.blocks import Block, Collector, Document, Inline, names
from deliberation.declarations.importing.labels import format_number
from deliberation.declarations.importing.refusals import ImportRefused

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = names(
    """
    address article aside blockquote body caption center dd details dialog
    div dl dt fieldset figcaption figure
    footer header hgroup hr html li main ol p pre section summary table tbody td tfoot th thead tr ul
    """
)
_SKIPPED = names("script style template noscript iframe object embed svg canvas video audio map title link meta base")
_MENUS = names("nav form button select textarea input")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_NOTE_CLASS = re.compile(r"\bfootnotes?(?:-ref|-back)?\b|\bsdfootnote|\bendnotes?\b", re.IGNORECASE)


def read_html(text: str) -> Document:
    """Read an HTML page. Document types with entities of their own are refused."""
    if "<!entity" in text[:200_000].lower():
        raise ImportRefused("entities")
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ImportRefused("damaged") from error
    if root is None:
        raise ImportRefused("empty")
    out = Collector(title=root.findtext(".//title") or "")
    walk = _Walk(out)
    walk.element(root)
    walk.flush()
    return out.document()


@dataclass
class _List:
    list_id: int
    value: int | None
    style: str = "1"
    step: int = 1
    label: str = ""
    current: int | None = None
    fresh: bool = False


@dataclass
class _Walk:
    """Goes through the tree, collects running text and hands it on as a block at every edge of a block
    element.
    """

    out: Collector
    line: Inline = field(default_factory=Inline)
    lists: list[_List] = field(default_factory=list)
    heading: int = 0
    bold: int = 0
    count: int = 0

    def element(self, node: Any) -> None:
        """Take an element with everything in it, without the text behind it."""
        tag = node.tag if isinstance(node.tag, str) else ""
        if not tag or tag in _SKIPPED or self._leave_out(node, tag):
            return
        if tag == "br":
            self.line.add(" ")
        elif tag == "img":
            self.out.leave_out("images")
        elif tag in _HEADINGS:
            self._heading(node, _HEADINGS[tag])
        elif tag in ("ol", "ul", "menu"):
            self._list(node, tag)
        elif tag == "tr":
            self._row(node)
        elif tag in _BLOCKS:
            self._block(node, tag)
        else:
            self._inline(node, tag)

    def flush(self) -> None:
        """End the running paragraph."""
        text, strong = self.line.take()
        if not text:
            return
        if self.heading:
            self.out.add(Block("heading", text, self.heading))
        elif self.lists and self.lists[-1].fresh:
            here = self.lists[-1]
            here.fresh = False
            self.out.add(Block("item", text, len(self.lists) - 1, here.label, here.current, here.list_id, strong))
        else:
            list_id = self.lists[-1].list_id if self.lists else 0
            self.out.add(Block("paragraph", text, len(self.lists), list_id=list_id, strong=strong))

    def _leave_out(self, node: Any, tag: str) -> bool:
        style = node.get("style") or ""
        classes = f"{node.get('class') or ''} {node.get('role') or ''}".replace("doc-noteref", "footnote-ref").replace(
            "doc-", ""
        )
        reason = ""
        if tag in _MENUS:
            reason = "navigation"
        elif node.get("hidden") is not None or _HIDDEN.search(style):
            reason = "hidden"
        elif tag == "del":
            reason = "deletions"
        elif _NOTE_CLASS.search(classes) and tag not in ("body", "html", "main", "article"):
            reason = "footnotes" if tag in ("a", "sup", "span") else "silent"
        if reason and reason != "silent":
            self.out.leave_out(reason)
        return bool(reason)

    def _children(self, node: Any) -> None:
        if node.text:
            self.line.add(node.text, self.bold > 0)
        for child in node:
            self.element(child)
            if child.tail:
                self.line.add(child.tail, self.bold > 0)

    def _heading(self, node: Any, level: int) -> None:
        self.flush()
        self.heading = level
        self._children(node)
        self.flush()
        self.heading = 0

    def _block(self, node: Any, tag: str) -> None:
        self.flush()
        if tag == "table":
            self.out.leave_out("tables")
        if tag == "li" and self.lists:
            self._item(node)
        else:
            self._children(node)
        self.flush()

    def _list(self, node: Any, tag: str) -> None:
        self.flush()
        self.count += 1
        start = _number(node.get("start"))
        self.lists.append(
            _List(self.count, (1 if start is None else start) if tag == "ol" else None, node.get("type") or "1")
        )
        if tag == "ol" and node.get("reversed") is not None:
            self.lists[-1].step = -1
            self.lists[-1].value = start if start is not None else sum(1 for child in node if child.tag == "li")
        self._children(node)
        self.flush()
        self.lists.pop()

    def _item(self, node: Any) -> None:
        here = self.lists[-1]
        here.fresh, here.label, here.current = True, "•", None
        if here.value is not None:
            own = _number(node.get("value"))
            here.current = here.value = here.value if own is None else own
            here.label = format_number(here.value, node.get("type") or here.style) + "."
            here.value += here.step
        self._children(node)
        self.flush()
        here.fresh = False

    def _row(self, node: Any) -> None:
        self.flush()
        cells = []
        for cell in node:
            if cell.tag in ("td", "th"):
                inner = _Walk(Collector())
                inner._children(cell)
                inner.flush()
                cells.append(" ".join(f"{block.label} {block.text}".strip() for block in inner.out.blocks))
                self.out.left_out.update(inner.out.left_out)
        self.line.add(" | ".join(cell for cell in cells if cell))
        self.flush()

    def _inline(self, node: Any, tag: str) -> None:
        bold = tag in ("b", "strong") or bool(_BOLD.search(node.get("style") or ""))
        before = len(self.line.parts)
        self.bold += bold
        self._children(node)
        self.bold -= bold
        if tag == "a" and node.get("href") and len(self.line.parts) >= before:
            self.line.add_link(before, node.get("href"))


def _number(word: str | None) -> int | None:
    word = (word or "").strip()
    return int(word) if re.fullmatch(r"-?\d{1,6}", word) else None

"""ODT, read from its XML with lxml, because odfdo does not know the automatic numbers that a reader sees.

Tracked insertions are in the running text, deletions are kept elsewhere in the file and stay out, and so do
comments, hidden
text, footnotes, headers and footers.
"""

from dataclasses import dataclass, field
from typing import Any

from deliberation.declarations.importing.archive import Archive
from deliberation.declarations.importing.blocks import Block, Collector, Document, Inline
from deliberation.declarations.importing.open_styles import TEXT, XML, LevelStyle, Styles, integer, write_label
from deliberation.declarations.importing.refusals import ImportRefused

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_DC_TITLE = ".//{http://purl.org/dc/elements/1.1/}title"
_CONTENTS = frozenset(
    TEXT + tag
    for tag in (
        "table-of-content",
        "illustration-index",
        "table-index",
        "alphabetical-index",
        "user-index",
        "object-index",
    )
)
_SILENT = frozenset(
    [
        TEXT + tag
        for tag in (
            "sequence-decls",
            "variable-decls",
            "user-field-decls",
            "soft-page-break",
            "ruby-text",
            "bookmark",
        )
    ]
    + [_OFFICE + "forms", _OFFICE + "annotation-end"]
)
_HIDDEN = frozenset((TEXT + "hidden-text", TEXT + "hidden-paragraph"))


def read_odt(archive: Archive) -> Document:
    """Read an OpenDocument text; encrypted files and macros have been refused before."""
    root = archive.xml("content.xml")
    body = None if root is None else root.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise ImportRefused("damaged")
    styles = Styles()
    styles.add(root)
    styles.add(archive.xml("styles.xml"))
    meta = archive.xml("meta.xml")
    out = Collector(title="" if meta is None else meta.findtext(_DC_TITLE) or "")
    _Walk(out, styles).children(body)
    return out.document()


@dataclass
class _List:
    """An open list. Nested lists share the counters of the outermost one, level by level."""

    name: str
    list_id: int
    values: dict[int, int]
    waiting: int | None = None  # the start of the next item, when the file sets one
    fresh: bool = False


@dataclass
class _Walk:
    out: Collector
    styles: Styles
    line: Inline = field(default_factory=Inline)
    lists: list[_List] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)
    count: int = 0
    last: dict[str, dict[int, int]] = field(default_factory=dict)  # style of a list → its last counters
    named: dict[str, dict[int, int]] = field(default_factory=dict)  # xml:id of a list → its counters
    outline: dict[int, int] = field(default_factory=dict)

    def children(self, node: Any) -> None:
        """Take the paragraphs, lists, tables and sections inside an element."""
        for child in node:
            tag = child.tag
            if tag in (TEXT + "p", TEXT + "h"):
                self._paragraph(child)
            elif tag == TEXT + "list":
                self._list(child)
            elif tag == TEXT + "tracked-changes":
                self._changes(child)
            elif tag in _CONTENTS:
                self.out.left_out["contents"] = 1
            elif tag == TEXT + "section" and child.get(TEXT + "display") == "none":
                self.out.leave_out("hidden")
            elif tag == _TABLE + "table":
                self._table(child)
            elif tag not in _SILENT and isinstance(tag, str):
                self._other(child)

    def _other(self, node: Any) -> None:
        if node.tag == _DRAW + "frame":
            self._frame(node)
            self._open_boxes()
        else:
            self.children(node)

    def _changes(self, node: Any) -> None:
        for region in node.iterfind(TEXT + "changed-region"):
            for change in region:
                kind = change.tag.rpartition("}")[2]
                self.out.leave_out({"insertion": "insertions", "deletion": "deletions"}.get(kind, "silent"))
        self.out.left_out.pop("silent", None)

    def _paragraph(self, node: Any) -> None:
        style = self.styles.text("paragraph", node.get(TEXT + "style-name"))
        self._inline(node, style.bold)
        text, strong = self.line.take()
        if text and style.hidden:
            self.out.leave_out("hidden")
        elif text and (node.tag == TEXT + "h" or style.title):
            self._heading(node, text, style.title and node.tag != TEXT + "h")
        elif text:
            self._emit(text, strong)
        self._open_boxes()

    def _open_boxes(self) -> None:
        boxes, self.boxes = self.boxes, []
        for box in boxes:
            self.children(box)

    def _heading(self, node: Any, text: str, is_title: bool) -> None:
        level = integer(node.get(TEXT + "outline-level"), 1) if not is_title else 0
        label = ""
        if self.lists and self.lists[-1].fresh:
            label = self._next_label()[0]
        elif not is_title and node.get(TEXT + "is-list-header") != "true":
            label = self._outline_label(node, level)
        self.out.add(Block("heading", text, level, label))

    def _outline_label(self, node: Any, level: int) -> str:
        style = self.styles.outline.get(level)
        if style is None or style.bullet or not style.format:
            return ""
        start = node.get(TEXT + "start-value") if node.get(TEXT + "restart-numbering") == "true" else None
        following = self.outline.get(level, style.start - 1) + 1
        self.outline[level] = integer(start, following)
        self.outline = {one: value for one, value in self.outline.items() if one <= level}
        return write_label(self.styles.outline, self.outline, level)

    def _emit(self, text: str, strong: int) -> None:
        depth = len(self.lists)
        if not depth:
            self.out.add(Block("paragraph", text, strong=strong))
            return
        here = self.lists[-1]
        label, value = self._next_label() if here.fresh else ("", None)
        if label:
            self.out.add(Block("item", text, depth - 1, label, value, here.list_id, strong))
        else:
            self.out.add(Block("paragraph", text, depth, list_id=here.list_id, strong=strong))

    def _next_label(self) -> tuple[str, int | None]:
        here, level = self.lists[-1], len(self.lists)
        here.fresh = False
        levels = self.styles.lists.get(here.name, {})
        style = levels.get(level, LevelStyle(suffix="."))
        value = here.values.get(level, style.start - 1) + 1 if here.waiting is None else here.waiting
        here.waiting = None
        here.values[level] = value
        for deeper in [one for one in here.values if one > level]:
            del here.values[deeper]
        return write_label(levels, here.values, level), None if style.bullet else value

    def _list(self, node: Any) -> None:
        name = node.get(TEXT + "style-name") or (self.lists[-1].name if self.lists else "")
        self.count += 1
        values = self._counters(node, name)
        self.lists.append(_List(name, self.count, values))
        for item in node:
            if item.tag not in (TEXT + "list-item", TEXT + "list-header"):
                continue
            here = self.lists[-1]
            here.fresh = item.tag == TEXT + "list-item"
            start = item.get(TEXT + "start-value")
            here.waiting = int(start) if start and start.isdecimal() else None
            self.children(item)
        self.lists.pop()
        if not self.lists:
            self.last[name] = values
        if known := node.get(XML + "id"):
            self.named[known] = values

    def _counters(self, node: Any, name: str) -> dict[int, int]:
        if self.lists:
            return self.lists[-1].values
        followed = node.get(TEXT + "continue-list")
        if followed in self.named:
            return self.named[followed]
        return self.last.get(name, {}) if node.get(TEXT + "continue-numbering") == "true" else {}

    def _inline(self, node: Any, bold: bool) -> None:
        if node.text:
            self.line.add(node.text, bold)
        for child in node:
            self._piece(child, bold)
            if child.tail:
                self.line.add(child.tail, bold)

    def _piece(self, node: Any, bold: bool) -> None:
        tag = node.tag
        if tag in (TEXT + "s", TEXT + "tab", TEXT + "line-break"):
            self.line.add(" ")
        elif tag == TEXT + "note":
            self.out.leave_out("footnotes")
        elif tag == _OFFICE + "annotation":
            self.out.leave_out("comments")
        elif tag in _HIDDEN or (tag == TEXT + "conditional-text" and node.get(TEXT + "current-value") == "false"):
            self.out.leave_out("hidden")
        elif tag.startswith(_DRAW):
            self._frame(node)
        elif tag == TEXT + "a":
            before = len(self.line.parts)
            self._inline(node, bold)
            self.line.add_link(before, node.get(_HREF) or "")
        elif tag == TEXT + "span":
            style = self.styles.text("text", node.get(TEXT + "style-name"))
            if style.hidden:
                self.out.leave_out("hidden")
            else:
                self._inline(node, bold or style.bold)
        elif tag not in _SILENT:
            self._inline(node, bold)

    def _frame(self, node: Any) -> None:
        boxes = [
            box
            for box in node.iter(_DRAW + "text-box")
            if not any(up.tag == _DRAW + "text-box" for up in box.iterancestors())
        ]
        self.boxes.extend(boxes)
        if not boxes and (node.tag == _DRAW + "frame" or node.find(f".//{_DRAW}image") is not None):
            self.out.leave_out("images")

    def _table(self, node: Any) -> None:
        self.out.leave_out("tables")
        for row in node.iter(_TABLE + "table-row"):
            if next(row.iterancestors(_TABLE + "table")) is not node:
                continue
            cells = []
            for cell in row.iterfind(_TABLE + "table-cell"):
                inner = _Walk(Collector(), self.styles)
                inner.children(cell)
                cells.append(" ".join(f"{block.label} {block.text}".strip() for block in inner.out.blocks))
                self.out.left_out.update(inner.out.left_out)
            self.out.add(Block("paragraph", " | ".join(cell for cell in cells if cell)))

"""DOCX, read from its XML with lxml, because python-docx and mammoth do not know the automatic numbers that a
reader sees.

Tracked insertions are taken, deletions not. Comments, hidden text, footnotes, headers and footers stay out.
"""

from dataclasses import dataclass, field
from typing import Any

from deliberation.declarations.importing.archive import Archive
from deliberation.declarations.importing.blocks import Block, Collector, Document, Inline
from deliberation.declarations.importing.refusals import ImportRefused
from deliberation.declarations.importing.word_numbering import Numbering, W, is_on, value_of
from deliberation.declarations.importing.word_styles import Style, read_styles

_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_DROPPED = {W + "del": "deletions", W + "moveFrom": "deletions"}
_NOTES = {
    W + "footnoteReference": "footnotes",
    W + "endnoteReference": "footnotes",
    W + "commentReference": "comments",
}
_BLANKS = frozenset((W + "tab", W + "ptab", W + "br", W + "cr"))
_ENTERED = frozenset(
    [
        W + tag
        for tag in (
            "ins",
            "moveTo",
            "smartTag",
            "sdt",
            "sdtContent",
            "fldSimple",
            "customXml",
            "dir",
            "bdo",
            "ruby",
            "rubyBase",
        )
    ]
    + [_M + "oMath", _M + "oMathPara", _MC + "AlternateContent", _MC + "Choice"]
)


def read_docx(archive: Archive) -> Document:
    """Read a Word file; macros have been refused before."""
    part = _main_part(archive)
    root = archive.xml(part)
    if root is None:
        raise ImportRefused("damaged")
    body = root.find(W + "body")
    if body is None:
        raise ImportRefused("damaged")
    folder = part.rpartition("/")[0]
    out = Collector()
    core = archive.xml("docProps/core.xml")
    out.title = "" if core is None else core.findtext("{http://purl.org/dc/elements/1.1/}title") or ""
    styles = read_styles(archive.xml(f"{folder}/styles.xml"))
    numbering = Numbering.parse(archive.xml(f"{folder}/numbering.xml"))
    links = _links(archive.xml(f"{folder}/_rels/{part.rpartition('/')[2]}.rels"))
    _Walk(out, styles, numbering, links).children(body)
    return out.document()


def _main_part(archive: Archive) -> str:
    rels = archive.xml("_rels/.rels")
    for node in [] if rels is None else rels:
        if (
            str(node.get("Type", "")).endswith("/officeDocument")
            and str(node.get("Target", "")).lstrip("/") in archive.names
        ):
            return str(node.get("Target")).lstrip("/")
    return "word/document.xml"


def _links(rels: Any) -> dict[str, str]:
    return (
        {}
        if rels is None
        else {node.get("Id", ""): node.get("Target", "") for node in rels if node.get("TargetMode") == "External"}
    )


@dataclass
class _Walk:
    out: Collector
    styles: dict[str, Style]
    numbering: Numbering
    links: dict[str, str]
    line: Inline = field(default_factory=Inline)
    boxes: list[Any] = field(default_factory=list)
    field_depth: list[bool] = field(default_factory=list)  # per open field: are we still in its instruction?
    held: Any = None

    def children(self, node: Any) -> None:
        """Take the paragraphs and tables inside a body, text box or content control."""
        for child in node:
            if child.tag == W + "p":
                self._paragraph(child)
            elif child.tag == W + "tbl":
                self._table(child)
            elif child.tag == W + "sdt" and _is_contents(child):
                self.out.leave_out("contents")
            elif child.tag in _DROPPED:
                self.out.leave_out(_DROPPED[child.tag])
            elif child.tag in _ENTERED:
                self.children(child)

    def _paragraph(self, node: Any) -> None:
        """A paragraph whose mark was deleted runs on into the next one."""
        properties = node.find(W + "pPr")
        mark = properties.find(W + "rPr") if properties is not None else None
        self._runs(node, self._style(properties).bold)
        if mark is not None and (mark.find(W + "del") is not None or mark.find(W + "moveFrom") is not None):
            self.held = properties if self.held is None else self.held
            return
        properties, self.held = (properties if self.held is None else self.held), None
        text, strong = self.line.take()
        self._emit(properties, text, strong)
        boxes, self.boxes = self.boxes, []
        for box in boxes:
            self.children(box)

    def _emit(self, properties: Any, text: str, strong: int) -> None:
        style = self._style(properties)
        if not text:
            return
        if style.contents:
            self.out.left_out["contents"] = 1
            return
        if style.hidden:
            self.out.leave_out("hidden")
            return
        own = value_of(properties, "outlineLvl")
        outline = int(own) + 1 if own and own.isdecimal() and int(own) < 9 else style.outline
        num_id, level = self._number(properties, style)
        label = self.numbering.next_label(num_id, level) if num_id else None
        if outline is not None:
            self.out.add(Block("heading", text, outline, label[0] if label else ""))
        elif label and label[0]:
            self.out.add(
                Block("item", text, level, label[0], label[1], int(num_id) if num_id.isdecimal() else 0, strong)
            )
        else:
            self.out.add(Block("paragraph", text, level + 1 if label else 0, strong=strong))

    def _style(self, properties: Any) -> Style:
        return self.styles.get(value_of(properties, "pStyle") or "", Style())

    def _number(self, properties: Any, style: Style) -> tuple[str, int]:
        own = properties.find(W + "numPr") if properties is not None else None
        num_id = value_of(own, "numId") or style.num_id or ""
        if num_id in ("", "0"):
            return "", 0
        level = value_of(own, "ilvl")
        if level and level.isdecimal():
            return num_id, min(int(level), 8)
        by_style = self.numbering.level_of_style(num_id, value_of(properties, "pStyle") or "")
        return num_id, by_style if by_style is not None else style.num_level or 0

    def _runs(self, node: Any, bold: bool) -> None:
        for child in node:
            tag = child.tag
            if tag == W + "r":
                self._run(child, bold)
            elif tag == W + "hyperlink":
                before = len(self.line.parts)
                self._runs(child, bold)
                self.line.add_link(before, self.links.get(child.get(_R + "id", ""), ""))
            elif tag in _DROPPED:
                self.out.leave_out(_DROPPED[tag])
            elif tag in _ENTERED:
                self.out.leave_out("insertions", int(tag in (W + "ins", W + "moveTo")))
                self._runs(child, bold)
            elif tag == _M + "r":
                self.line.add("".join(child.itertext(_M + "t")), bold)

    def _run(self, node: Any, bold: bool) -> None:
        properties = node.find(W + "rPr")
        style = self.styles.get(value_of(properties, "rStyle") or "", Style())
        hidden = is_on(properties, "vanish")
        if style.hidden if hidden is None else hidden:
            self.out.leave_out("hidden", int(any(child.tag == W + "t" for child in node)))
            return
        own = is_on(properties, "b")
        bold = (bold or style.bold) if own is None else own
        for child in node:
            self._piece(child, bold)

    def _piece(self, node: Any, bold: bool) -> None:
        tag = node.tag
        if tag == W + "fldChar":
            self._field(node.get(W + "fldCharType"))
        elif any(self.field_depth):
            return
        elif tag == W + "t":
            self.line.add(node.text or "", bold)
        elif tag in _BLANKS:
            self.line.add(" ")
        elif tag == W + "noBreakHyphen":
            self.line.add("-", bold)
        elif tag == W + "sym":
            self.line.add("•" if node.get(W + "char", "").upper().startswith("F0") else "", bold)
        elif tag in _NOTES:
            self.out.leave_out(_NOTES[tag])
        elif tag in (W + "drawing", W + "pict", W + "object"):
            self._drawing(node)
        elif tag == _MC + "AlternateContent":
            for choice in node.iterfind(_MC + "Choice"):
                self._drawing(choice)
                break

    def _field(self, kind: str | None) -> None:
        if kind == "begin":
            self.field_depth.append(True)
        elif kind == "separate" and self.field_depth:
            self.field_depth[-1] = False
        elif kind == "end" and self.field_depth:
            self.field_depth.pop()

    def _drawing(self, node: Any) -> None:
        boxes = [
            box
            for box in node.iter(W + "txbxContent")
            if not any(up.tag == W + "txbxContent" for up in box.iterancestors())
        ]
        self.boxes.extend(boxes)
        if not boxes:
            self.out.leave_out("images")

    def _table(self, node: Any) -> None:
        self.out.leave_out("tables")
        for row in node.iter(W + "tr"):
            if any(up is not node and up.tag == W + "tbl" for up in _until(row, node)):
                continue
            cells = []
            for cell in row.iter(W + "tc"):
                if any(up.tag == W + "tc" for up in _until(cell, row)):
                    continue
                inner = _Walk(Collector(), self.styles, self.numbering, self.links)
                inner.children(cell)
                cells.append(" ".join(f"{block.label} {block.text}".strip() for block in inner.out.blocks))
                self.out.left_out.update(inner.out.left_out)
            self.out.add(Block("paragraph", " | ".join(cell for cell in cells if cell)))


def _until(node: Any, top: Any) -> Any:
    """The elements around a node, up to and without `top`."""
    for up in node.iterancestors():
        if up is top:
            return
        yield up


def _is_contents(node: Any) -> bool:
    gallery = node.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    return gallery is not None and gallery.get(W + "val") == "Table of Contents"

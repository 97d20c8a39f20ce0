"""Markdown (CommonMark with tables) by markdown-it-py; its token stream keeps the numbers of lists as they
were typed.
"""

import html
import re
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from deliberation.declarations.importing.blocks import MAX_HEADINGS, Block, Collector, Document, Inline
from deliberation.declarations.importing.refusals import ImportRefused

_FRONT_MATTER = re.compile(r"---[ \t]*\n(?:[\w-]+:.*\n(?:[ \t]+.*\n|\n)*)+(?:---|\.\.\.)[ \t]*(?:\n|$)")
_FRONT_TITLE = re.compile(r"^title:[ \t]*(.+(?:\n[ \t]+.+)*)", re.IGNORECASE | re.MULTILINE)
_FOOTNOTE_TEXT = re.compile(r"^\[\^[^\]\n]{1,80}\]:.*\n?(?:(?: {4}|\t).*\n?)*", re.MULTILINE)
_FOOTNOTE_MARK = re.compile(r"\[\^[^\]\s]{1,80}\]")
_DEFINITION = re.compile(r"\n:[ \t]+")
_TAG = re.compile(r"<[^<>]*>")
_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)


def read_markdown(text: str) -> Document:
    """Read Markdown. Raw HTML in it counts as text without its tags."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    out = Collector()
    front = _FRONT_MATTER.match(text)
    if front:
        text = text[front.end() :]
        out.leave_out("front_matter")
        title = _FRONT_TITLE.search(front[0])
        out.title = title[1].strip().strip("\"'") if title else ""
    if sum(1 for line in text.split("\n") if line.startswith("#")) > MAX_HEADINGS:
        raise ImportRefused("too_many_headings")
    text, notes = _FOOTNOTE_TEXT.subn("", text)
    out.leave_out("footnotes", notes)
    text = _DEFINITION.sub(": ", _FOOTNOTE_MARK.sub("", text))
    parser = MarkdownIt("commonmark", {"maxNesting": 60}).enable(["table", "strikethrough"])
    _Walk(out).run(parser.parse(text))
    return out.document()


@dataclass
class _List:
    """An open list: its number in the document, the next value (None for bullets) and the item that waits for
    its text.
    """

    list_id: int
    value: int | None
    mark: str = ""
    fresh: bool = False


@dataclass
class _Walk:
    out: Collector
    lists: list[_List] = field(default_factory=list)
    count: int = 0
    heading: int = 0
    cells: list[str] | None = None

    def run(self, tokens: list[Token]) -> None:
        for token in tokens:
            self._take(token)

    def _take(self, token: Token) -> None:
        kind = token.type
        if kind in ("ordered_list_open", "bullet_list_open"):
            self.count += 1
            start = int(token.attrs.get("start", 1)) if kind == "ordered_list_open" else None
            self.lists.append(_List(self.count, start))
        elif kind in ("ordered_list_close", "bullet_list_close"):
            self.lists.pop()
        elif kind == "list_item_open":
            self.lists[-1].mark, self.lists[-1].fresh = token.markup, True
        elif kind == "list_item_close":
            self._advance()
        elif kind == "heading_open":
            self.heading = int(token.tag[1:])
        elif kind in ("inline", "code_block", "fence", "html_block"):
            self._text(token)
        else:
            self._table(kind)

    def _table(self, kind: str) -> None:
        if kind == "table_open":
            self.out.leave_out("tables")
        elif kind == "tr_open":
            self.cells = []
        elif kind == "tr_close" and self.cells is not None:
            row, self.cells = " | ".join(cell for cell in self.cells if cell), None
            self._paragraph(row, 0)

    def _text(self, token: Token) -> None:
        line = Inline()
        if token.type == "inline":
            self._inline(token.children or [], line)
        elif token.type == "html_block":
            line.add(html.unescape(_TAG.sub(" ", _COMMENT.sub("", token.content))))
        else:
            line.add(token.content)
        text, strong = line.take()
        if self.cells is not None:
            self.cells.append(text)
        elif self.heading and token.type == "inline":
            self.out.add(Block("heading", text, self.heading))
            self.heading = 0
        else:
            self._paragraph(text, strong)

    def _paragraph(self, text: str, strong: int) -> None:
        if not self.lists or not text:
            self.out.add(Block("paragraph", text, strong=strong))
            return
        here = self.lists[-1]
        depth = len(self.lists)
        if not here.fresh:
            self.out.add(Block("paragraph", text, depth, list_id=here.list_id, strong=strong))
            return
        here.fresh = False
        label = "•" if here.value is None else f"{here.value}{here.mark}"
        self.out.add(Block("item", text, depth - 1, label, here.value, here.list_id, strong))

    def _advance(self) -> None:
        here = self.lists[-1]
        here.fresh = False
        if here.value is not None:
            here.value += 1

    def _inline(self, tokens: list[Token], line: Inline) -> None:
        bold = 0
        links: list[tuple[int, str]] = []
        for token in tokens:
            kind = token.type
            if kind in ("text", "code_inline"):
                line.add(token.content, bold > 0)
            elif kind in ("softbreak", "hardbreak") or (
                kind == "html_inline" and token.content.lower().startswith("<br")
            ):
                line.add(" ")
            elif kind in ("strong_open", "strong_close"):
                bold += token.nesting
            elif kind == "image":
                self.out.leave_out("images")
            elif kind == "link_open":
                links.append((len(line.parts), str(token.attrs.get("href", ""))))
            elif kind == "link_close" and links:
                line.add_link(*links.pop())

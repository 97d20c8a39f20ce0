"""Plain text: paragraphs by blank lines, marks and line lengths; headings by what they look like."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from deliberation.declarations.importing.blocks import Block, Collector, Document
from deliberation.declarations.importing.hyphens import join_lines
from deliberation.declarations.importing.labels import Sequences, find_labels

_RULE = re.compile(r"(=+|-+|\*+|_+|~+|#+)[ \t]*")
_NARROW = 60  # nobody wraps text at fewer columns
_WRAPPED = 120  # where most lines are longer, a line is a paragraph


@dataclass
class _Line:
    text: str
    indent: int


def read_text(text: str) -> Document:
    """Read plain text."""
    out = Collector()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n").expandtabs(4).split("\n")
    width = _usual_width(lines)
    last = Sequences()
    for group in _groups(lines):
        for level, piece in _pieces(group, width, last):
            text = join_lines(line.text for line in piece)
            if level:
                out.add(Block("heading", text, level))
            else:
                out.add(Block("paragraph", text, indent=piece[0].indent))
    return out.document()


def _usual_width(lines: list[str]) -> int:
    lengths = sorted(len(line.strip()) for line in lines if line.strip())
    return max(lengths[len(lengths) * 9 // 10] if lengths else 0, _NARROW)


def _groups(lines: list[str]) -> Iterator[list[_Line]]:
    """The runs of lines between blank lines."""
    group: list[_Line] = []
    for raw in lines:
        text = raw.strip()
        if text:
            group.append(_Line(text, len(raw) - len(raw.lstrip())))
        elif group:
            yield group
            group = []
    if group:
        yield group


def _pieces(group: list[_Line], width: int, last: Sequences) -> Iterator[tuple[int, list[_Line]]]:
    """Cut a run of lines into paragraphs (level 0) and underlined headings."""
    piece: list[_Line] = []
    for index, line in enumerate(group):
        if _RULE.fullmatch(line.text) and len(line.text) > 2:
            if len(piece) == 1 and index == 1 and line.text[0] in "=-~":
                yield (1 if line.text[0] == "=" else 2), piece
                piece = []
            continue
        if piece and (_begins_item(line, last) or _was_short(piece[-1], line, width)):
            yield 0, piece
            piece = []
        if not piece:
            last.take(line.text)
        piece.append(line)
    if piece:
        yield 0, piece


def _begins_item(line: _Line, last: Sequences) -> bool:
    """Say whether a line in the middle of a run opens an item: "8. Februar" only does after a 7th."""
    return any(last.expects(label) for label in find_labels(line.text))


def _was_short(before: _Line, line: _Line, width: int) -> bool:
    """Say whether the line before ended early enough that the break was meant."""
    if width > _WRAPPED:
        return True
    first_word = line.text.split(" ", 1)[0]
    return before.indent + len(before.text) + 1 + len(first_word) < width * 0.7

"""Typed marks: paragraphs that begin with "(1)", "1.", "a)" or "•" become items with that label.

A mark that could be something else ("8. Februar", "A. Müller", "– und dann") counts only with a neighbour in
the sequence.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from deliberation.declarations.importing.blocks import Block, clean
from deliberation.declarations.importing.labels import Label, find_labels, style_of

_SURE = frozenset({"(1)", "(a)", "1)", "a)", "•"})
_OPEN_LISTS = 6  # so many lists can be waiting to be counted on
_SLACK = 1.5  # indents closer than this are the same, in columns


def find_marks(blocks: Sequence[Block]) -> list[Block]:
    """Turn paragraphs with a typed mark into items, nested by their indent or by the item they continue."""
    labels = _choose(blocks)
    nesting = _Nesting()
    found: list[Block] = []
    for index, block in enumerate(blocks):
        label = labels.get(index)
        if label is None:
            found.append(nesting.follow(block))
        else:
            found.append(nesting.open(block, label))
    return found


def _choose(blocks: Sequence[Block]) -> dict[int, Label]:
    """For each paragraph with a mark the reading that fits into a sequence."""
    readings = {index: find_labels(block.text) for index, block in enumerate(blocks) if block.kind == "paragraph"}
    dashes = Counter(label.style for labels in readings.values() for label in labels)
    open_lists: dict[str, list[tuple[int, int]]] = {}  # style → values and places of the last labels
    chosen: dict[int, Label] = {}
    for index, label in ((index, label) for index, labels in readings.items() for label in labels):
        known = open_lists.setdefault(label.style, [])
        before = max((place for place, one in enumerate(known) if one[0] == label.value - 1), default=None)
        if label.style in _SURE or (label.style == "-" and dashes["-"] > 1):
            chosen.setdefault(index, label)
        elif label.style != "-" and before is not None:
            chosen.setdefault(index, label)
            earlier = known[before][1]
            chosen.setdefault(earlier, next(one for one in readings[earlier] if one.style == label.style))
        if before is not None:
            del known[before:]
        known.append((label.value, index))
        del known[:-_OPEN_LISTS]
    return chosen


@dataclass
class _Nesting:
    """Which items are open, from the outermost in; knows the level and the list of the next one."""

    lists: int = 1_000_000
    stack: list[tuple[float, int, str, int, int]] = field(default_factory=list)  # indent, depth, style, value, list

    def follow(self, block: Block) -> Block:
        """Let a block without mark pass: it continues an open item when it is indented further than the
        label.
        """
        if block.kind == "heading" or (block.kind == "paragraph" and not block.level and not block.indent):
            self.stack.clear()
        elif block.kind == "paragraph" and not block.level:
            self._close(block.indent - _SLACK, 0)
            return replace(block, level=len(self.stack))
        return block

    def open(self, block: Block, label: Label) -> Block:
        """Make the block an item."""
        style = style_of(label.text)
        self._close(block.indent + _SLACK, block.level)
        level = max(block.level, self._depth(block.indent))
        list_id = self._list_of(block, style, label.value)
        self.stack.append((block.indent, block.level, style, label.value, list_id))
        text = clean(label.rest)
        strong = max(0, block.strong - (len(block.text) - len(text)))
        value = label.value or None
        return replace(
            block,
            kind="item",
            text=text,
            label=label.text,
            value=value,
            level=level,
            list_id=list_id,
            strong=strong,
        )

    def _depth(self, indent: float) -> int:
        """How many steps of indent are open to the left of a label."""
        depth, before = 0, indent
        for one in reversed([one for one, *_ in self.stack]):
            if one < before - _SLACK:
                depth, before = depth + 1, one
        return depth

    def _close(self, indent: float, depth: int) -> None:
        while self.stack and (self.stack[-1][0] > indent or self.stack[-1][1] > depth) and self.stack[-1][1] >= depth:
            self.stack.pop()

    def _list_of(self, block: Block, style: str, value: int) -> int:
        for place in range(len(self.stack) - 1, -1, -1):
            _, depth, known, last, list_id = self.stack[place]
            if known == style and depth == block.level and (value == last + 1 or not value):
                del self.stack[place:]
                return list_id
        self.lists += 1
        return self.lists

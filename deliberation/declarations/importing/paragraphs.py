"""Paragraphs of one thesis from its blocks: what stands alone, and which list items are units of the
paragraph before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from deliberation.declarations.importing.blocks import Block
from deliberation.declarations.importing.draft import DraftParagraph, Unit
from deliberation.declarations.importing.labels import style_of
from deliberation.sentences import split_sentences


@dataclass
class _Counted:
    """A list that is being followed: which one, how it writes its labels, and its last number."""

    list_id: int
    style: str
    last: int


@dataclass
class _Builder:
    paragraphs: list[list[Unit]] = field(default_factory=list)
    outer: _Counted | None = None
    inner: _Counted | None = None
    listed: bool = False  # the last block was an item inside a paragraph
    shift: int = 1  # added to the level of an item to get the level of its unit

    def take(self, block: Block) -> None:
        if block.kind == "item":
            self._item(block)
        elif block.level and self.paragraphs and (block.level > 1 or self.shift):
            self.paragraphs[-1].append(_unit(block, block.level - 1 + self.shift, ""))
        elif self._resumes(block):
            self.paragraphs[-1].append(_unit(block, 0, ""))
            self.inner, self.listed = None, False
        else:
            self._open(block, block.label)
            if not block.level:
                self.inner, self.shift = None, 1

    def _resumes(self, block: Block) -> bool:
        """Say whether text behind a list goes on with the paragraph that the list is in.

        It does when it begins small, and in laws, where "(1)" opens a paragraph and only "(2)" opens the next.
        """
        if not self.listed or block.level or block.label:
            return False
        if block.text[0].islower() or self.outer is None:
            return block.text[0].islower()
        return self.outer.style == "(1)" or (self.inner is not None and self.outer.last > 0)

    def _item(self, block: Block) -> None:
        counted = _Counted(block.list_id, style_of(block.label), block.value or 0)
        if not self.paragraphs or (block.level == 0 and self._is_paragraph(counted)):
            self._open(block, block.label)
            self.outer, self.inner, self.shift = counted, None, 0
            return
        if block.level == 0:
            self.inner, self.shift = counted, 1
        self.listed = True
        self.paragraphs[-1].append(_unit(block, max(1, block.level + self.shift), block.label))

    def _is_paragraph(self, item: _Counted) -> bool:
        """Say whether an item of the outermost level is a paragraph of its own and not a unit of the one
        before.
        """
        if item.style == "(1)":
            return True
        if self.outer is None:
            return False
        if item.list_id == self.outer.list_id:
            return True
        if self.inner is not None and item.list_id == self.inner.list_id:
            return False
        return item.style == self.outer.style and item.last > 1 and item.last == self.outer.last + 1

    def _open(self, block: Block, label: str) -> None:
        self.listed = False
        self.paragraphs.append([_unit(block, 0, label)])


def _unit(block: Block, level: int, label: str) -> Unit:
    return Unit(label, level, tuple(split_sentences(block.text)))


def build_paragraphs(blocks: Iterable[Block]) -> tuple[DraftParagraph, ...]:
    """Number the paragraphs of a thesis from 1. A list that starts again belongs to the one before it."""
    builder = _Builder()
    for block in blocks:
        builder.take(block)
    return tuple(DraftParagraph(str(number), tuple(units)) for number, units in enumerate(builder.paragraphs, start=1))

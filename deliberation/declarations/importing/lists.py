"""The list whose items are the theses: finding it, and cutting the text into what is before, inside and after
it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from deliberation.declarations.importing.blocks import Block
from deliberation.declarations.importing.labels import style_of

_MAX_LEAD = 120
_LEAD_END = " .:–—-"


@dataclass
class ListItem:
    """One item as a thesis: its label, a heading if there is one, the headings above and everything in it."""

    label: str
    heading: str = ""
    above: tuple[str, ...] = ()
    blocks: list[Block] = field(default_factory=list)


@dataclass
class ListPart:
    """All items of the list."""

    items: list[ListItem]

    def all_blocks(self) -> Iterator[Block]:
        """Every block in every item."""
        for item in self.items:
            yield from item.blocks


@dataclass
class _Family:
    """Items that count on from one another, across paragraphs and headings in between."""

    list_id: int
    style: str
    last: int
    places: list[int]
    size: int = 0


def find_theses(blocks: Sequence[Block]) -> list[int]:
    """The places of the items that are most likely the theses: the list with most text, numbered ones before
    others.
    """
    families: list[_Family] = []
    after_heading = False
    for place, block in enumerate(blocks):
        after_heading = block.kind == "heading" or (after_heading and block.kind == "paragraph")
        if block.kind == "item" and block.level == 0:
            _join(families, place, block, after_heading)
            after_heading = False
        elif families and block.level and block.kind != "heading":
            families[-1].size += len(block.text)
    families = [family for family in families if len(family.places) > 1]
    best = max(
        families,
        key=lambda family: (family.size * (2 if family.last else 1), -family.places[0]),
        default=None,
    )
    return best.places if best else []


def _join(families: list[_Family], place: int, block: Block, after_heading: bool) -> None:
    style, value = style_of(block.label), block.value or 0
    for index, family in enumerate(reversed(families)):
        same_list = family.list_id == block.list_id
        counts_on = (
            family.style == style and value == family.last + 1 and value > 1 and not _is_shadowed(families, block)
        )
        bullets_on = family.style == style and not value and not family.last and after_heading
        if same_list or counts_on or bullets_on:
            family.places.append(place)
            family.last, family.list_id = value, block.list_id
            family.size += len(block.text)
            return
        if index > 20:
            break
    families.append(_Family(block.list_id, style, value, [place], len(block.text)))


def _is_shadowed(families: list[_Family], block: Block) -> bool:
    """Say whether the very list of the item is known, so that it cannot count on another one."""
    return any(family.list_id == block.list_id for family in families[-21:])


def split_list(blocks: Sequence[Block], places: list[int]) -> tuple[list[Block], ListPart, list[Block]]:
    """What is before the list, its items, and what is after it."""
    start = places[0]
    while start > 0 and _leads(blocks[start - 1], blocks[start]):
        start -= 1
    end = _end(blocks, places)
    cutter = _Cutter(set(places))
    for place in range(start, end):
        cutter.take(place, blocks[place])
    return list(blocks[:start]), ListPart([_with_heading(item) for item in cutter.items]), list(blocks[end:])


def _leads(heading: Block, following: Block) -> bool:
    """Say whether a heading stands above what follows it directly."""
    return heading.kind == "heading" and (following.kind != "heading" or heading.level < following.level)


def _end(blocks: Sequence[Block], places: list[int]) -> int:
    """Where the last item ends: with its own items, and with as many paragraphs as every other item has."""
    own = min((_paragraphs_behind(blocks, place) for place in places[:-1]), default=0)
    end = places[-1] + 1
    while end < len(blocks):
        block = blocks[end]
        if block.kind == "paragraph" and not block.level:
            if not own:
                break
            own -= 1
        elif block.kind == "heading":
            break
        end += 1
    return end


def _paragraphs_behind(blocks: Sequence[Block], place: int) -> int:
    count = 0
    for block in blocks[place + 1 :]:
        if block.kind != "paragraph" or block.level:
            break
        count += 1
    return count


@dataclass
class _Cutter:
    """Hands every block to its item; what stands between a heading and an item waits for the item."""

    places: set[int]
    items: list[ListItem] = field(default_factory=list)
    path: list[Block] = field(default_factory=list)
    pending: list[Block] = field(default_factory=list)

    def take(self, place: int, block: Block) -> None:
        if place in self.places:
            waiting = self._settle()
            above = tuple(printed(heading) for heading in self.path)
            label = "" if waiting else block.label
            text = replace(_as_text(block), label=block.label if waiting else "")
            self.items.append(ListItem(label, "", above, [*waiting, text]))
        elif self.pending or block.kind == "heading":
            self.pending.append(block)
        else:
            self.items[-1].blocks.append(_lifted(block))

    def _settle(self) -> list[Block]:
        """Make the last headings before an item its path; what was before them goes to the item before."""
        headings = [index for index, block in enumerate(self.pending) if block.kind == "heading"]
        if not headings:
            return []
        last = first = headings[-1]
        while first > 0 and _leads(self.pending[first - 1], self.pending[first]):
            first -= 1
        if self.items:
            self.items[-1].blocks.extend(as_paragraph(block) for block in self.pending[:first])
        for heading in self.pending[first : last + 1]:
            self.path = [*(one for one in self.path if one.level < heading.level), heading]
        waiting = self.pending[last + 1 :]
        self.pending = []
        return waiting


def printed(heading: Block) -> str:
    """A heading with its automatic number, as a reader sees it."""
    return f"{heading.label} {heading.text}".strip()


def as_paragraph(block: Block) -> Block:
    """A heading that finds no place as one becomes a paragraph, so that nothing is lost."""
    return Block("paragraph", printed(block)) if block.kind == "heading" else block


def _as_text(block: Block) -> Block:
    return replace(block, kind="paragraph", level=0, label="", value=None, list_id=0)


def _lifted(block: Block) -> Block:
    """A block inside an item, one level further out, because the item itself is the thesis now."""
    return replace(block, level=max(0, block.level - 1))


def _with_heading(item: ListItem) -> ListItem:
    """A short bold beginning, or a short first line with more text behind it, is the heading."""
    if not item.label:  # something else comes first
        return item
    first = item.blocks[0]
    lead = first.text[: first.strong].strip()
    if 0 < len(lead) <= _MAX_LEAD and first.strong < len(first.text):
        rest = re.sub(r"^[\s.:–—-]+", "", first.text[first.strong :])
        if rest:
            shorter = replace(first, text=rest, strong=0)
            return replace(item, heading=lead.rstrip(_LEAD_END), blocks=[shorter, *item.blocks[1:]])
    alone = len(item.blocks) > 1 and item.blocks[1].kind == "paragraph" and len(first.text) <= _MAX_LEAD
    if alone and (first.strong >= len(first.text) or not re.search(r"[.,;:!?…]$", first.text)):
        return replace(item, heading=first.text.rstrip(_LEAD_END), blocks=item.blocks[1:])
    return item

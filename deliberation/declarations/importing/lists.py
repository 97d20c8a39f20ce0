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
            family.style == style
            and value == family.last + 1
            and value > 1
            and not _is_shadowed(families, index, block)
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


def _is_shadowed(families: list[_Family], index: int, block: Block) -> bool:
    """Say whether the very list of the item is known, so that it cannot count on another one."""
    return any(family.list_id == block.list_id for family in families[-21:])


def split_list(blocks: Sequence[Block], places: list[int]) -> tuple[list[Block], ListPart, list[Block]]:
    """What is before the list, its items, and what is after it."""
    start = places[0]
    while start > 0 and blocks[start - 1].kind == "heading":
        start -= 1
    end = places[-1] + 1
    while end < len(blocks) and (
        blocks[end].kind == "item" or (blocks[end].kind == "paragraph" and blocks[end].level)
    ):
        end += 1
    items: list[ListItem] = []
    path: list[tuple[int, str]] = []
    waiting: list[Block] = []
    opened = set(places)
    headed = True
    for place in range(start, end):
        block = blocks[place]
        if block.kind == "heading":
            path = [
                *(one for one in path if one[0] < block.level),
                (block.level, f"{block.label} {block.text}".strip()),
            ]
            headed = True
        elif place in opened:
            items.append(
                ListItem(block.label, "", tuple(text for _, text in path), [*waiting, _as_text(block)])
            )
            waiting, headed = [], False
        elif headed:
            waiting.append(block)
        else:
            items[-1].blocks.append(_lifted(block))
    return list(blocks[:start]), ListPart([_with_heading(item) for item in items]), list(blocks[end:])


def _as_text(block: Block) -> Block:
    return replace(block, kind="paragraph", level=0, label="", value=None, list_id=0)


def _lifted(block: Block) -> Block:
    """A block inside an item, one level further out, because the item itself is the thesis now."""
    return replace(block, level=max(0, block.level - 1))


def _with_heading(item: ListItem) -> ListItem:
    """A short bold beginning, or a short first line with more text behind it, is the heading."""
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

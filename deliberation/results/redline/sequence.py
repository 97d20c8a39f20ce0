"""Both texts as one sequence of headings and paragraphs, from which each can be read in its own order.

Pure. What moved stands in it twice, deleted where it was and inserted where it is: Word has no other way to put it
back when somebody refuses the change.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deliberation.declarations.changes import Changes, ChangeState, ParagraphChange, ThesisChange


@dataclass(frozen=True)
class Block:
    """The heading of a thesis, or one of its paragraphs as it stands in `Changes`. Each is one object, compared by
    identity, since two paragraphs may read the same."""

    thesis: ThesisChange
    paragraph: ParagraphChange | None = None

    @property
    def is_displaced(self) -> bool:
        paragraph = self.paragraph
        return paragraph is not None and (paragraph.state is ChangeState.MOVED or paragraph.is_reordered)


@dataclass(frozen=True)
class Placed:
    """A block in one place. `kind`: `kept` stands there in both texts, `deleted` in the old, `inserted` in the new."""

    kind: str
    block: Block


def sequence(changes: Changes) -> list[Placed]:
    """The new text with everything that is gone or moved away in the place where it stood.

    Raises ValueError for changes that do not say where an old paragraph stood: its words would be lost.
    """
    headings = [Block(thesis) for thesis in changes.theses]
    paragraphs = [[Block(thesis, paragraph) for paragraph in thesis.paragraphs] for thesis in changes.theses]
    old = _old_order(headings, paragraphs)
    new = _new_order(headings, paragraphs)
    standing = {id(block): i for i, block in enumerate(_flat(headings, paragraphs))}
    placed: list[Placed] = []
    before = after = 0
    for i, j in [*_anchors(old, new), (len(old), len(new))]:
        placed += _side_by_side(old[before:i], new[after:j], standing)
        placed += [Placed("kept", block) for block in old[i : i + 1]]
        before, after = i + 1, j + 1
    return placed


def _flat(headings: Sequence[Block], paragraphs: Sequence[Sequence[Block]]) -> list[Block]:
    return [block for heading, held in zip(headings, paragraphs, strict=True) for block in (heading, *held)]


def _side_by_side(old: Sequence[Block], new: Sequence[Block], standing: Mapping[int, int]) -> list[Placed]:
    """What is only in the old and only in the new text between two blocks that stayed, as `Changes` mixes them: a new
    paragraph does not slip behind the deleted heading that follows it."""
    placed: list[Placed] = []
    waiting = list(new)
    for block in old:
        while waiting and not block.is_displaced and standing[id(waiting[0])] < standing[id(block)]:
            placed.append(Placed("inserted", waiting.pop(0)))
        placed.append(Placed("deleted", block))
    return placed + [Placed("inserted", block) for block in waiting]


def _old_order(headings: Sequence[Block], paragraphs: Sequence[Sequence[Block]]) -> list[Block]:
    old_headings = sorted(
        (block for block in headings if block.thesis.old_number), key=lambda block: block.thesis.old_position
    )
    inside: dict[str, list[tuple[int, Block]]] = {block.thesis.old_number: [] for block in old_headings}
    for block in (block for blocks in paragraphs for block in blocks):
        paragraph = block.paragraph
        if paragraph is None or paragraph.state is ChangeState.NEW:
            continue
        stood = paragraph.old_thesis or block.thesis.old_number
        if paragraph.old_position < 0 or stood not in inside:
            raise ValueError(f"where did paragraph {paragraph.old_number} stand? {paragraph.old_position}, {stood!r}")
        inside[stood].append((paragraph.old_position, block))
    order: list[Block] = []
    for heading in old_headings:
        held = sorted(inside[heading.thesis.old_number], key=lambda pair: pair[0])
        order += [heading, *(block for _position, block in held)]
    return order


def _new_order(headings: Sequence[Block], paragraphs: Sequence[Sequence[Block]]) -> list[Block]:
    order: list[Block] = []
    for heading, blocks in zip(headings, paragraphs, strict=True):
        held = [block for block in blocks if block.paragraph and block.paragraph.state is not ChangeState.GONE]
        if heading.thesis.new_number:
            order += [heading, *held]
        elif held:
            raise ValueError(f"thesis {heading.thesis.old_number} is gone and still holds paragraphs")
    return order


def _anchors(old: Sequence[Block], new: Sequence[Block]) -> list[tuple[int, int]]:
    """Places in both orders of what stayed: the longest run without what `Changes` calls moved.

    It is looked for and not believed, because theses can change places with their paragraphs.
    """
    places = {id(block): i for i, block in enumerate(old) if not block.is_displaced}
    return longest_rising([(places[id(block)], j) for j, block in enumerate(new) if id(block) in places])


def longest_rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """As many pairs as possible whose first numbers rise; the second ones do already."""
    ends: list[int] = []
    last: list[int] = []
    previous: list[int] = []
    for index, (first, _second) in enumerate(pairs):
        length = bisect_left(ends, first)
        previous.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [first]
        last[length : length + 1] = [index]
    found = []
    index = last[-1] if last else -1
    while index >= 0:
        found.append(pairs[index])
        index = previous[index]
    return found[::-1]

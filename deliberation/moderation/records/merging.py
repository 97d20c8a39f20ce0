"""Small numbers: the one rule for what may be printed of a row of counts.

Nobody may find out a number from 1 to 4, neither by looking nor by subtracting, though she knows the total, every number
printed and this rule. So neighbours are counted together until their sum is at least five; what is left at the end
joins its left neighbour, and a row that is smaller altogether has no number. A zero may stand: it says nothing about
anybody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

LEAST = 5

Key = TypeVar("Key")


@dataclass(frozen=True)
class Merged(Generic[Key]):
    """One printed number, and the neighbours it counts together; None: fewer than LEAST, but not none."""

    keys: tuple[Key, ...]
    count: int | None


def merge_small(cells: Iterable[tuple[Key, int]]) -> tuple[Merged[Key], ...]:
    """A row of counts in a fixed order as it may be printed.

    The order must not depend on the counts. Why nothing can be found out: before a group is closed its sums are 1 to 4
    and can be shifted between its cells; the printed sum, at least five, fits all of these. `test_figures` tries it.
    """
    closed: list[Merged[Key]] = []
    keys: tuple[Key, ...] = ()
    count = 0
    for key, number in cells:
        keys, count = (*keys, key), count + number
        if count == 0 or count >= LEAST:
            closed.append(Merged(keys, count))
            keys, count = (), 0
    while keys and closed and count < LEAST:
        last = closed.pop()
        keys, count = last.keys + keys, (last.count or 0) + count
    if keys:
        closed.append(Merged(keys, count if count >= LEAST else None))
    return tuple(closed)


def total_of(row: Iterable[Merged[Key]]) -> int | None:
    """The total as it may be printed: None for fewer than LEAST, but not none."""
    counts = [merged.count for merged in row]
    return None if None in counts else sum(count or 0 for count in counts)

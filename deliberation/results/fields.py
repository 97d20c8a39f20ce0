"""Agreement by field of work: the one rule for what may be printed of it. Pure: counts in, printed rows out.

Whoever adds, subtracts, chooses, waits or knows this rule cannot tell that a cell has fewer than five people. Printed is the
share that carries a thesis as it is, in tens of per cent and without a number beside it, of fields in which at least five
people do and at least five do not. The rest, which is all other fields and whoever named none, is always at least five and
five, too; else the smallest of the printed fields joins it. It is printed for the whole deliberation alone, and changes only
when in each printed field and in the rest at least five on either side are new, so that newcomers are as safe as everybody.
`test_fields` plays somebody who tries.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from deliberation.moderation.records.merging import LEAST
from deliberation.results.models import Field

FRESH = 10
"""So many more or fewer people named a field before that is told anew."""
ROUGH = 10
"""Shares in steps of so many per cent, from one step to a hundred less one."""
REST = None
"""Whoever named no field, and all fields that are not printed."""


@dataclass(frozen=True)
class Side:
    """How many carry something as it is, and how many do not."""

    carry: int = 0
    other: int = 0

    @property
    def n(self) -> int:
        return self.carry + self.other

    @property
    def is_safe(self) -> bool:
        """Whether nobody is alone on either side."""
        return min(self.carry, self.other) >= LEAST

    def __add__(self, more: "Side") -> "Side":
        return Side(self.carry + more.carry, self.other + more.other)

    def __sub__(self, less: "Side") -> "Side":
        return Side(self.carry - less.carry, self.other - less.other)


Counts = Mapping[Field | None, Side]
"""By field; those of no field under REST."""
Row = tuple[Field, int]
"""A field and the share that carries, in per cent."""
Key = TypeVar("Key")


@dataclass(frozen=True)
class Printed:
    """What is printed about one place, and the counts behind it, which nobody sees: of each printed field and of REST."""

    rows: tuple[Row, ...]
    parts: Counts


def to_printed(counts: Counts, before: Printed | None = None) -> Printed:
    """What may be printed now; `before` itself while too few are new. A field that was printed stays."""
    stays: Collection[Field | None] = ()
    if before is not None:
        stays = [field for field in before.parts if field is not REST]
        now = _parts(counts, stays)
        if not all((now[field] - side).is_safe for field, side in before.parts.items()):
            return before
    fields = [field for field in Field if field in stays or counts.get(field, Side()).is_safe]
    while not _parts(counts, fields)[REST].is_safe and (others := [field for field in fields if field not in stays]):
        fields.remove(min(others, key=lambda field: (counts[field].n, list(Field).index(field))))
    return Printed(tuple((field, _share(counts[field])) for field in fields), _parts(counts, fields))


def _parts(counts: Counts, fields: Collection[Field | None]) -> dict[Field | None, Side]:
    found: dict[Field | None, Side] = {field: counts.get(field, Side()) for field in fields}
    found[REST] = sum((side for field, side in counts.items() if field not in found), Side())
    return found


def _share(side: Side) -> int:
    percent = (200 * side.carry + ROUGH * side.n) // (2 * ROUGH * side.n) * ROUGH
    return min(max(percent, ROUGH), 100 - ROUGH)


def to_people(counts: Mapping[Field, int]) -> tuple[tuple[tuple[Field, ...], int], ...]:
    """How many people named which field, in steps of five; fields with few or none are told together with neighbours."""
    return in_fives((field, counts.get(field, 0)) for field in Field)


def in_fives(cells: Iterable[tuple[Key, int]]) -> tuple[tuple[tuple[Key, ...], int], ...]:
    """Counts of people in a fixed order, in steps of five: neighbours are told together until they are five, also where
    there is nobody. Empty for fewer altogether."""
    closed: list[tuple[tuple[Key, ...], int]] = []
    keys: tuple[Key, ...] = ()
    count = 0
    for key, number in cells:
        keys, count = (*keys, key), count + number
        if count >= LEAST:
            closed.append((keys, count))
            keys, count = (), 0
    if keys and closed:
        before, most = closed.pop()
        closed.append((before + keys, most + count))
    return tuple((keys, count - count % LEAST) for keys, count in closed)


def are_others(total: int, before: int | None) -> bool:
    """Whether it is worth telling anew how many named which field: for the first time, or when enough came or went."""
    return before is None or abs(total - before) >= FRESH

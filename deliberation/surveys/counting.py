"""What came of each question, and of two together. Pure: sheets in, figures out.

Every question has four numbers that sum to everybody who handed in: `answered`, `declined` (“Keine Angabe”), `missing`
(asked, nothing said) and `unasked` (branching led past it).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import fmean, quantiles
from typing import Any

from deliberation.annotations.tallies import percentages
from deliberation.surveys.branching import asked
from deliberation.surveys.models import STEPS, UNABLE, Item, ItemKind

LEAST = 5
"""People behind a picture of a question, and behind each cell of a table of two questions."""
CLASSES = 5
SINGLE_CLASSES = 11
"""Numbers in so few different ones stand for themselves; else they are counted in CLASSES ranges."""


@dataclass(frozen=True)
class Figures:
    """What was counted about one question. `counts` by key: options, steps of the scale, or classes of numbers."""

    answered: int = 0
    declined: int = 0
    missing: int = 0
    unasked: int = 0
    # Of those who answered: how many cannot judge it (scale).
    unable: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    # Brought in without counts: percentages by key.
    percents: dict[str, float] = field(default_factory=dict)
    mean: float | None = None
    # Lower quartile, median, upper quartile (method “inclusive”, Hyndman and Fan type 7).
    quartiles: tuple[float, ...] = ()

    @property
    def n(self) -> int:
        """Those whose answers make the picture."""
        return self.answered - self.unable

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> "Figures":
        return cls(**{**stored, "quartiles": tuple(stored.get("quartiles", ()))})


def count(items: Sequence[Item], sheets: Iterable[Mapping[str, Any]]) -> dict[int, Figures]:
    """Figures of each question by its id, from the answers of everybody who handed in."""
    questions = [item for item in items if not item.is_section]
    tallies = {item.id: _Tally(item) for item in questions}
    for answers in sheets:
        reached = {item.id for item in asked(items, answers)}
        for item in questions:
            tallies[item.id].add(item.id in reached, answers)
    return {number: tally.to_figures() for number, tally in tallies.items()}


class _Tally:
    def __init__(self, item: Item) -> None:
        self.item, self.key = item, str(item.id)
        self.answered = self.declined = self.missing = self.unasked = self.unable = 0
        self.counts = dict.fromkeys(keys_of(item), 0)
        self.numbers: list[float] = []

    def add(self, is_asked: bool, answers: Mapping[str, Any]) -> None:
        if not is_asked:
            self.unasked += 1
        elif self.key not in answers:
            self.missing += 1
        elif (answer := answers[self.key]) is None:
            self.declined += 1
        else:
            self.answered += 1
            self._count(answer)

    def _count(self, answer: Any) -> None:
        if self.item.kind is ItemKind.NUMBER:
            self.numbers.append(answer)
            self.counts[class_of(self.item, answer)] += 1
        elif self.item.kind is ItemKind.SCALE and answer == UNABLE:
            self.unable += 1
        elif self.item.is_closed:
            for key in answer if isinstance(answer, list) else [answer]:
                self.counts[str(key)] += 1

    def to_figures(self) -> Figures:
        return Figures(
            answered=self.answered, declined=self.declined, missing=self.missing, unasked=self.unasked,
            unable=self.unable, counts=self.counts,
            mean=round(fmean(self.numbers), 2) if self.numbers else None,
            quartiles=_quartiles(self.numbers),
        )  # fmt: skip


def _quartiles(numbers: Sequence[float]) -> tuple[float, ...]:
    if len(numbers) < LEAST:
        return ()
    return tuple(round(value, 2) for value in quantiles(numbers, n=4, method="inclusive"))


def keys_of(item: Item) -> list[str]:
    """What answers are counted under, in the order in which they are shown."""
    if item.kind is ItemKind.SCALE:
        return [str(step) for step in STEPS]
    if item.kind is ItemKind.NUMBER:
        return [f"{low}-{high}" for low, high in classes_of(item)]
    return [str(key) for key, _words in item.options]


def classes_of(item: Item) -> list[tuple[int, int]]:
    """The ranges that numbers are counted in, both ends included."""
    low, high = item.low or 0, item.high or 0
    if high - low < SINGLE_CLASSES:
        return [(number, number) for number in range(low, high + 1)]
    width = -(-(high - low + 1) // CLASSES)
    return [(start, min(start + width - 1, high)) for start in range(low, high + 1, width)]


def class_of(item: Item, number: float) -> str:
    """The class of a number; what lies between two whole numbers belongs to the lower one."""
    low, high = next(one for one in reversed(classes_of(item)) if number >= one[0])
    return f"{low}-{high}"


def shares_of(item: Item, figures: Figures) -> list[tuple[str, int | None, float]]:
    """(key, count, percent) of a question, in the order of its answers. Of several answers each has its own percentage of
    those who answered; else they sum to 100."""
    if figures.percents:
        return [(key, None, figures.percents.get(key, 0)) for key in keys_of(item)]
    counts = [figures.counts.get(key, 0) for key in keys_of(item)]
    is_several = item.kind is ItemKind.MULTIPLE
    percents = [_rounded(100 * one, figures.n) for one in counts] if is_several else percentages(counts)
    return list(zip(keys_of(item), counts, percents, strict=True))


def _rounded(part: int, whole: int) -> int:
    """Half up, in whole numbers."""
    return (2 * part + whole) // (2 * whole) if whole else 0


@dataclass(frozen=True)
class Cross:
    """Two questions together: `cells[row][column]`. `is_shown` is whether nobody could be found out by it."""

    rows: list[str]
    columns: list[str]
    cells: list[list[int]]
    is_shown: bool


def cross(one: Item, other: Item, sheets: Iterable[Mapping[str, Any]]) -> Cross:
    """How answers to two questions go together; both with one answer each.

    Shown only where at least LEAST people are behind every cell. Whoever answered only one of the two counts as a cell of
    her own, too, that may also be empty: else the difference to the single figures would tell of few."""
    rows, columns = keys_of(one), keys_of(other)
    cells = {(row, column): 0 for row in [*rows, ""] for column in [*columns, ""]}
    for answers in sheets:
        cells[_key(one, rows, answers), _key(other, columns, answers)] += 1
    inner = [[cells[row, column] for column in columns] for row in rows]
    rest = [cells[row, ""] for row in rows] + [cells["", column] for column in columns]
    is_shown = all(count >= LEAST for line in inner for count in line) and all(count == 0 or count >= LEAST for count in rest)
    return Cross(rows, columns, inner, is_shown)


def _key(item: Item, keys: Sequence[str], answers: Mapping[str, Any]) -> str:
    """Nothing for whoever gave no answer that makes the picture."""
    answer = answers.get(str(item.id))
    key = "" if answer is None else str(answer)
    return key if key in keys else ""

"""Counts of what this process does, for whoever watches the machine; over all workers where there are several.

A count is declared where its module is imported (`hits = metrics.counter("name_total", "What it counts.", result="hit")`) and
goes up by `hits.add()`. Its labels are a few words that stand in the code: never a person, a path or a text. Workers write into
rows of their own in memory that all share, so none waits for another, and what a worker counted stays when it goes.
"""

import mmap
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite, isnan
from threading import Lock
from typing import TypeAlias

COUNTER, GAUGE, HISTOGRAM = "counter", "gauge", "histogram"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


@dataclass(frozen=True)
class Family:
    """One name of the answer, what it means, and its samples: label to value, then the value."""

    name: str
    kind: str
    words: str
    samples: Iterable[tuple[Mapping[str, str], float]]


class DeclaredTooLate(Exception):
    """The workers have been started: each would put it into another place."""


Row: TypeAlias = "array[float] | memoryview[float]"


class _Table:
    """Where everything is counted: a row of this process, and the rows of all once they are shared."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.families: dict[str, tuple[str, str]] = {}
        self.places: dict[tuple[str, tuple[tuple[str, str], ...]], int] = {}
        self.row: Row = array("d")
        self.rows: list[Row] = [self.row]
        self.owners: list[int] = [0]
        self.is_shared = False

    def place(self, name: str, kind: str, words: str, labels: dict[str, str]) -> int:
        key = (name, tuple(sorted(labels.items())))
        if key not in self.places:
            if self.is_shared or not isinstance(self.row, array):
                raise DeclaredTooLate(name)
            self.families.setdefault(name, (kind, words))
            self.places[key] = len(self.places)
            self.row.append(0.0)
        return self.places[key]


_table = _Table()


class Cell:
    """One number that goes up, or up and down."""

    def __init__(self, place: int) -> None:
        self._place = place

    def add(self, value: float = 1.0) -> None:
        with _table.lock:
            _table.row[self._place] += value

    def set(self, value: float) -> None:
        _table.row[self._place] = value

    @property
    def value(self) -> float:
        """Of this process alone."""
        return _table.row[self._place]


class Histogram:
    """How many took at most so long, and how long all of them took together."""

    def __init__(self, name: str, words: str, labels: dict[str, str]) -> None:
        edges = [*(f"{second:g}" for second in SECONDS), "+Inf"]
        self._places = [_table.place(name, HISTOGRAM, words, {**labels, "le": edge}) for edge in edges]
        self._sum = _table.place(f"{name}_sum", "", "", labels)

    def observe(self, seconds: float) -> None:
        place = self._places[bisect_left(SECONDS, seconds)]
        with _table.lock:
            _table.row[place] += 1
            _table.row[self._sum] += seconds


def counter(name: str, words: str, **labels: str) -> Cell:
    """What only goes up; the same name and labels are the same count."""
    return Cell(_table.place(name, COUNTER, words, labels))


def gauge(name: str, words: str, **labels: str) -> Cell:
    """What goes up and down; over several workers it is the sum."""
    return Cell(_table.place(name, GAUGE, words, labels))


def histogram(name: str, words: str, **labels: str) -> Histogram:
    return Histogram(name, words, labels)


def share(rows: int) -> None:
    """Before the workers are started: from now on each counts in the row that it takes, and nothing more can be declared."""
    width = len(_table.row)
    memory = memoryview(mmap.mmap(-1, max(1, rows * width * 8))).cast("d")
    _table.rows = [memory[width * number : width * (number + 1)] for number in range(rows)]
    _table.owners, _table.is_shared = [0] * rows, True


def claim() -> int | None:
    """In the process that starts the workers: a row that nobody has; None if there is none left."""
    free = [number for number, owner in enumerate(_table.owners) if not owner]
    if not free:
        return None
    _table.owners[free[0]] = 1
    return free[0]


def take(number: int | None) -> None:
    """In a worker: count in this row; without one what it counts is not told."""
    _table.row = array("d", [0.0] * len(_table.row)) if number is None else _table.rows[number]


def give_back(number: int | None) -> None:
    """In the process that starts the workers: one has gone. What it counted stays; what it was doing it does no more."""
    if number is None:
        return
    _table.owners[number] = 0
    for (name, _labels), place in _table.places.items():
        if _kind(name) == GAUGE:
            _table.rows[number][place] = 0.0


def load() -> Iterator[Family]:
    """Everything that was declared, summed over the rows."""
    for name, (kind, words) in _table.families.items():
        if kind == HISTOGRAM:
            yield Family(name, kind, words, list(_buckets(name)))
        elif kind:
            found = [(dict(labels), place) for (other, labels), place in _table.places.items() if other == name]
            yield Family(name, kind, words, [(labels, _sum(place)) for labels, place in found])


def each(name: str) -> list[float]:
    """What each row says of a number without labels."""
    place = _table.places[name, ()]
    return [row[place] for row in _table.rows]


def render(families: Iterable[Family]) -> str:
    """The text format of Prometheus, version 0.0.4."""
    lines: list[str] = []
    for family in families:
        lines += [f"# HELP {family.name} {family.words}", f"# TYPE {family.name} {family.kind}"]
        lines += [_line(family, labels, value) for labels, value in family.samples]
    return "\n".join([*lines, ""])


def _line(family: Family, labels: Mapping[str, str], value: float) -> str:
    labels = dict(labels)
    ending = labels.pop("_", "")
    told = ",".join(f'{name}="{word}"' for name, word in labels.items())
    where = f"{family.name}{ending}{{{told}}}" if told else f"{family.name}{ending}"
    return f"{where} {_written(value)}"


def _written(value: float) -> str:
    if not isfinite(value):
        return "NaN" if isnan(value) else "+Inf" if value > 0 else "-Inf"
    return f"{value:.6f}" if value % 1 else f"{value:.0f}"


def _kind(name: str) -> str:
    return _table.families[name][0]


def _sum(place: int) -> float:
    return sum(row[place] for row in _table.rows)


def _buckets(name: str) -> Iterator[tuple[dict[str, str], float]]:
    """Each bound tells of everything below it, as its readers expect."""
    seen: dict[tuple[tuple[str, str], ...], float] = {}
    for (found, labels), place in _table.places.items():
        rest = tuple(pair for pair in labels if pair[0] != "le")
        if found == name:
            seen[rest] = seen.get(rest, 0.0) + _sum(place)
            yield {"_": "_bucket", **dict(rest), "le": dict(labels)["le"]}, seen[rest]
    for rest, count in seen.items():
        yield {"_": "_sum", **dict(rest)}, _sum(_table.places[f"{name}_sum", rest])
        yield {"_": "_count", **dict(rest)}, count

"""What came of each goal, and how it is printed: a line for each figure, with the goal and whether it was met."""

import os
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from deliberation.sqlite import driver as sqlite3
from deliberation.sqlite import journal_mode

HEAD = ("#", "work", "median", "spread", "beside it", "ratio", "goal", "")
NAMES = {
    "p1": "a page for anonymous readers, beside bare Flask and the peers",
    "p2": "the same unchanged (304)",
    "p3": "the same signed in",
    "p4": "first view after a change",
    "p5": "durable writes, eight people",
    "p6": "growth from 10 000 to 1 000 000 annotations",
    "p7": "first view over the wire",
    "p8": "memory of a worker",
    "p9": "a conference hall",
    "p10": "exports",
    "p11": "start",
    "p12": "PostgreSQL beside SQLite",
}


@dataclass(frozen=True)
class Row:
    """One figure, measured several times. `is_met` None: only told, no goal hangs on it."""

    goal: str
    work: str
    values: Sequence[float]
    unit: str
    beside: str = ""
    ratio: str = ""
    wanted: str = ""
    is_met: bool | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.values) if self.values else float("nan")

    def cells(self) -> tuple[str, ...]:
        spread = f"{number(min(self.values))}–{number(max(self.values))}" if len(self.values) > 1 else ""
        verdict = {True: "met", False: "**not met**", None: ""}[self.is_met]
        median = f"{number(self.median)} {self.unit}" if self.values else ""
        return (self.goal.upper(), self.work, median, spread, self.beside, self.ratio, self.wanted, verdict)


def number(value: float) -> str:
    """Three digits that say something, thousands apart."""
    if value != value or abs(value) >= 100 or value == int(value):
        return "–" if value != value else f"{value:,.0f}".replace(",", " ")
    return f"{value:.{1 if abs(value) >= 10 else 2 if abs(value) >= 0.1 or not value else 3}f}"


def spread(values: Sequence[float], unit: str) -> str:
    """As the cells of a row, for what stands beside it."""
    return f"{number(statistics.median(values))} {unit} ({number(min(values))}–{number(max(values))})"


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Of each round its own: what the machine did meanwhile met both."""
    return [own / other for own, other in zip(ours, theirs, strict=True)]


def compared(row: Row, ours: Sequence[float], theirs: Sequence[float], least: float) -> Row:
    """The row with the ratio of ours to theirs, which is to be at least so much."""
    found = ratios(ours, theirs)
    middle = statistics.median(found)
    words = f"{number(middle)} ({number(min(found))}–{number(max(found))})"
    return replace(row, ratio=words, wanted=f"≥ {least}", is_met=middle >= least)


def heading() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    one, five, _fifteen = os.getloadavg()
    return (
        f"{datetime.now():%Y-%m-%d %H:%M}, {os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB, Python "
        f"{sys.version.split()[0]}, SQLite {sqlite3.sqlite_version} ({journal_mode()}), load before: {one:.1f} (1 min), "
        f"{five:.1f} (5 min)"
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def table(rows: Sequence[Row]) -> str:
    """In Markdown."""
    lines = [HEAD, ("---", "---", "---:", "---", "---", "---:", "---", "---"), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def verdicts(rows: Sequence[Row]) -> str:
    """Each goal is met when every figure of it is."""
    lines = []
    for goal in dict.fromkeys(row.goal for row in rows):
        asked = [row.is_met for row in rows if row.goal == goal and row.is_met is not None]
        words = "not measured" if not asked else "met" if all(asked) else f"**not met** ({asked.count(False)} of {len(asked)})"
        lines.append((goal.upper(), NAMES[goal], words))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [("#", "goal", "verdict"), ("---",) * 3, *lines])

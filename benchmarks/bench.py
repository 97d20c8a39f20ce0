"""What every goal is measured with: the crowd, how long and how often, and turns that meet the same moments."""

import os
import statistics
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from crowd import Ask, Crowd, Load, Report
from places import Shape

READERS = 4


@dataclass
class Turns:
    """The reports of one load, a round each."""

    reports: list[Report] = field(default_factory=list)

    @property
    def rates(self) -> list[float]:
        return [report.rate for report in self.reports]

    @property
    def middles(self) -> list[float]:
        """Median times in milliseconds."""
        return [report.at(0.5) for report in self.reports]

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def tail(self) -> float:
        return statistics.median(report.at(0.99) for report in self.reports)

    @property
    def share(self) -> float:
        """Of all cores, what the crowd itself needed."""
        used = sum(report.cpu for report in self.reports)
        return used / sum(report.seconds for report in self.reports) / (os.cpu_count() or 1)


@dataclass
class Bench:
    crowd: Crowd
    seconds: float
    rounds: int
    is_quick: bool
    small: Shape
    large: Shape

    def take_turns(self, loads: Mapping[str, Load]) -> dict[str, Turns]:
        """A B A B: what else the machine does meets all alike. An answer that is not as wanted ends the measurement."""
        turns = {name: Turns() for name in loads}
        for name, load in loads.items():
            self._drive(name, Load(load.port, load.people, min(0.2, load.seconds), load.every, load.most))
        for _round in range(self.rounds):
            for name, load in loads.items():
                turns[name].reports.append(self._drive(name, load))
        return turns

    def _drive(self, name: str, load: Load) -> Report:
        report = self.crowd.drive(load)
        if report.errors or not report.times:
            raise RuntimeError(f"{name}: {dict(report.errors) or 'nothing was answered'}")
        return report

    def readers(self, port: int, ask: Ask, count: int = READERS, seconds: float = 0.0) -> Load:
        """Some people who ask for one page again and again, without any pause."""
        return Load(port, ((ask,),) * count, seconds or self.seconds)


def say(words: str) -> None:
    """Progress, not part of what is printed."""
    print(words, file=sys.stderr, flush=True)

"""What a ballot says: counts of the marks 0 to 10, and which wording meets the least resistance. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from deliberation.annotations.tallies import STEP, is_due
from deliberation.proposals.models import MARKS


@dataclass(frozen=True)
class Result:
    """The marks that one wording got; never fewer than five."""

    counts: tuple[int, ...]

    @property
    def n(self) -> int:
        return sum(self.counts)

    @property
    def mean(self) -> float:
        """Mean resistance, rounded to one decimal as it is shown."""
        return round(sum(mark * count for mark, count in enumerate(self.counts)) / self.n, 1)


def to_result(counts: Sequence[int]) -> Result | None:
    """None below five: too few to show without showing what single people think."""
    return Result(tuple(counts)) if sum(counts) >= STEP else None


def next_shown(counts: Sequence[int], shown: Sequence[int]) -> list[int]:
    """What is public after a mark was given: the state at the last multiple of five people."""
    return list(counts) if is_due(sum(counts), sum(shown)) else list(shown)


def no_marks() -> list[int]:
    return [0] * MARKS


def least(results: Sequence[Result | None]) -> list[int]:
    """Indexes of the wordings with the lowest mean as shown; none while one of them has no result."""
    known = [result.mean for result in results if result is not None]
    if not known or len(known) < len(results):
        return []
    return [index for index, mean in enumerate(known) if mean == min(known)]

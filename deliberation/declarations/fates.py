"""What can happen to words when a text changes, and how alike two texts are."""

from dataclasses import dataclass
from enum import Enum

from rapidfuzz.distance import Indel

ALMOST = 0.999
"""What was reworded is never called identical, however small the change."""


class AnchorState(Enum):
    SAME = "same"
    MOVED = "moved"
    REWORDED = "reworded"
    GONE = "gone"


@dataclass(frozen=True)
class Spot:
    """Sentences of a paragraph in the new text: `paragraph` is its index over the whole text, `sentences` count from
    1; none means the whole paragraph."""

    paragraph: int
    sentences: tuple[int, ...] = ()


@dataclass(frozen=True)
class Fate:
    """What happened to some words: how much of them is still there (0 to 1), and where, if anywhere."""

    state: AnchorState
    similarity: float
    spot: Spot | None = None


LOST = Fate(AnchorState.GONE, 0.0)


def reworded(share: float, spot: Spot | None = None) -> Fate:
    return Fate(AnchorState.REWORDED, min(share, ALMOST), spot)


def similarity(old: str, new: str) -> float:
    """How many words two texts share in order: 1 for identical words, 0 for none (twice the longest common
    subsequence by the number of words)."""
    return float(Indel.normalized_similarity(old.split(), new.split()))

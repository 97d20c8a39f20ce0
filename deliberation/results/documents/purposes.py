"""How long a document for each purpose may be, and how much of everything it shows."""

from dataclasses import dataclass, replace

from deliberation.results.filters import Annex, Purpose
from deliberation.results.summary import Summary

STEPS = 10
"""How often a document is shortened at most, until it fits."""
FEW = 3
WORDS_MIN, LEAD_MIN, THESES_MIN = 90, 160, 3


@dataclass(frozen=True)
class Limits:
    """How many annotations a list shows, decisions with their reason, theses with a bar, theses looked at one by one;
    how many characters of an annotation and of what the text is about."""

    listed: int
    decided: int
    theses: int
    details: int
    words: int
    lead: int

    def tightened(self) -> "Limits":
        """A little of everything less."""
        return replace(
            self,
            listed=max(1, self.listed - 1),
            decided=max(0, self.decided - 1),
            theses=max(THESES_MIN, self.theses - max(1, self.theses // 8)),
            details=max(0, self.details - max(1, self.details // 6)),
            words=max(WORDS_MIN, self.words * 7 // 8),
            lead=max(LEAD_MIN, self.lead * 7 // 8),
        )

    def loosened(self, name: str, full: "Limits") -> "Limits":
        """A little more of one of them, at most what `full` has."""
        now = int(getattr(self, name))
        more = now * 8 // 7 + 1 if name == "words" else now + 1
        return replace(self, **{name: min(more, int(getattr(full, name)))})

    def without_decisions(self) -> "Limits":
        """For a part that an annex repeats in full."""
        return replace(self, decided=FEW)


@dataclass(frozen=True)
class Shape:
    """`pages` is the limit of the part before the annex; None: as many as it takes."""

    limits: Limits
    pages: int | None
    has_annex: bool


SHAPES = {
    Purpose.CONFERENCE: Shape(Limits(listed=7, decided=8, theses=30, details=12, words=320, lead=700), 8, False),
    Purpose.COUNCIL: Shape(Limits(listed=4, decided=4, theses=12, details=0, words=220, lead=420), 2, False),
    Purpose.COMMITTEE: Shape(Limits(listed=5, decided=10_000, theses=200, details=0, words=260, lead=700), None, True),
    Purpose.PRESS: Shape(Limits(listed=2, decided=0, theses=7, details=0, words=170, lead=320), 1, False),
    Purpose.DATA: Shape(Limits(listed=10, decided=10_000, theses=10_000, details=0, words=200, lead=700), None, True),
}
USUAL = Purpose.CONFERENCE


def purpose_of(summary: Summary) -> Purpose:
    return summary.filters.purpose or USUAL


def has_annex(summary: Summary) -> bool:
    """As asked for, else as the purpose has it."""
    asked = summary.filters.annex
    return SHAPES[purpose_of(summary)].has_annex if asked is None else asked is Annex.WITH

"""The list behind each figure of the results: found in the same summary, so it is exactly as long as the figure says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from deliberation.annotations.models import OutcomeValue
from deliberation.annotations.tallies import STEP, StanceCounts
from deliberation.results.items import Item
from deliberation.results.summary import ParagraphResult, Summary, ThesisResult
from deliberation.results.timeline import start_of

PAGE = 50
"""Entries on one page of a list."""


class Of(StrEnum):
    """What a list holds."""

    CONTRIBUTIONS = "contributions"
    ANNOTATIONS = "annotations"
    REPLIES = "replies"
    VOTES = "votes"
    STANCES = "stances"
    AGREED = "agreed"
    DISPUTED = "disputed"
    UNANSWERED = "unanswered"
    OUTCOME = "outcome"
    DECIDED = "decided"
    COLUMN = "column"
    QUOTING = "quoting"
    SHORT = "short"
    LATE = "late"


TEAM = frozenset({Of.QUOTING, Of.SHORT, Of.LATE})
"""Of these lists only the team has the figure; what is in them everybody may read anyway."""


@dataclass(frozen=True)
class Place:
    """A thesis as a whole, or a paragraph of it."""

    thesis: ThesisResult
    paragraph: ParagraphResult | None

    @property
    def stances(self) -> StanceCounts:
        return (self.paragraph or self.thesis).stances


@dataclass(frozen=True)
class Listed:
    """`items` in their order; `places` instead where stances are listed. `outcome` or `column` say which one it is."""

    of: Of
    items: Sequence[Item] = ()
    places: Sequence[Place] = ()
    outcome: OutcomeValue | None = None
    column: date | None = None

    @property
    def count(self) -> int:
        return len(self.items) + len(self.places)

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PAGE))

    def first_of(self, number: int) -> int:
        """The number of the first entry of a page."""
        return (number - 1) * PAGE + 1

    def page(self, number: int) -> Sequence[Item | Place]:
        """The entries of a page, counted from 1."""
        entries: list[Item | Place] = [*self.items, *self.places]
        return entries[(number - 1) * PAGE : number * PAGE]


class NoSuchList(Exception):
    """The address names a list that does not exist."""


def to_list(summary: Summary, values: Mapping[str, str]) -> Listed:
    """The list an address asks for: `of`, and `outcome` or `column` where there are several. Raises NoSuchList."""
    try:
        of = Of(values.get("of", Of.CONTRIBUTIONS.value))
        if of is Of.OUTCOME:
            wanted = OutcomeValue(values.get("outcome", ""))
            return Listed(of, [item for item in summary.visible if item.outcome is wanted], outcome=wanted)
        if of is Of.COLUMN:
            return _column(summary, date.fromisoformat(values.get("column", "")))
    except ValueError:
        raise NoSuchList from None
    if of is Of.STANCES:
        return Listed(of, places=places_of(summary))
    return Listed(of, _items(summary, of))


def _items(summary: Summary, of: Of) -> Sequence[Item]:
    match of:
        case Of.ANNOTATIONS:
            return [item for item in summary.visible if not item.is_reply]
        case Of.REPLIES:
            return [item for item in summary.visible if item.is_reply]
        case Of.VOTES:
            return [item for item in summary.visible if item.votes.n]
        case Of.AGREED:
            return summary.agreed
        case Of.DISPUTED:
            return summary.disputed
        case Of.UNANSWERED:
            return summary.unanswered
        case Of.DECIDED:
            return summary.decided
        case _:
            return summary.visible


def _column(summary: Summary, start: date) -> Listed:
    """What was written in one column of the chart."""
    timeline = summary.timeline
    if timeline is None or start not in dict(timeline.columns):
        raise NoSuchList
    span = timeline.span
    found = [item for item in summary.visible if item.created and start_of(item.created, span) == start]
    return Listed(Of.COLUMN, found, column=start)


def places_of(summary: Summary) -> Sequence[Place]:
    """Every place on which stances are published, in the order of the text."""
    places = [Place(thesis, one) for thesis in summary.theses for one in (None, *thesis.paragraphs)]
    return [one for one in places if one.stances.n >= STEP]

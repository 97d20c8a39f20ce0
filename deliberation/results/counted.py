"""What is said of annotations as a whole, counted while they pass by, so that there may be any number of them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from deliberation.annotations.models import Kind, OutcomeValue, Status
from deliberation.annotations.ordering import dispute, wilson
from deliberation.annotations.outcomes import DECIDED
from deliberation.annotations.tallies import PERCENT_FROM, STEP, VoteCounts
from deliberation.results.items import Item

OUTCOMES = (*DECIDED, OutcomeValue.IN_REVIEW, OutcomeValue.RECEIVED)
"""In the order in which they are counted for readers: what has an end comes first."""
MINORITY = 0.25
"""Share of the smaller side from which an annotation is called disputed."""


class Counted:
    """Figures and lists of the annotations that are shown. Where `with_words` is not wanted, those in the lists keep
    numbers, places and votes alone: of 100 000 annotations a good part can stand in one."""

    def __init__(self, answered: frozenset[int], with_words: bool = True) -> None:
        """`answered`: numbers of annotations that have an answer."""
        self._answered, self._with_words = answered, with_words
        self.shown = self.replies = self.votes = 0
        self.contributions: Counter[tuple[str, str | None]] = Counter()
        self.days: Counter[date] = Counter()
        self._kinds: Counter[Kind | None] = Counter()
        self._outcomes: Counter[OutcomeValue] = Counter()
        self._agreed: list[Item] = []
        self._disputed: list[Item] = []
        self._unanswered: list[Item] = []
        self._decided: list[Item] = []

    def watch(self, items: Iterable[Item]) -> Iterator[Item]:
        """The same items, counted."""
        for item in items:
            if item.status is Status.VISIBLE:
                self._count(item)
            yield item

    def _count(self, item: Item) -> None:
        votes = item.votes
        count = votes.agree + votes.disagree + votes.passes
        self.shown += 1
        self.replies += item.parent is not None
        self.votes += count
        self.contributions[item.thesis, item.paragraph] += 1
        self._kinds[item.kind] += 1
        if item.created:
            self.days[item.created] += 1
        if item.outcome:
            self._outcomes[item.outcome] += 1
        lists = []
        if count >= STEP:
            if votes.agree > votes.disagree:
                lists.append(self._agreed)
            if is_disputed(votes):
                lists.append(self._disputed)
        if item.kind is Kind.QUESTION and item.number not in self._answered:
            lists.append(self._unanswered)
        if item.outcome in DECIDED:
            lists.append(self._decided)
        if lists:
            kept = item if self._with_words else item._replace(body="", quote="", wording="", responses=(), target=None)
            for found in lists:
                found.append(kept)

    @property
    def agreed(self) -> tuple[Item, ...]:
        """What more people see the same way than differently, by the Wilson lower bound of published votes."""
        return tuple(sorted(self._agreed, key=lambda item: (-wilson(item.votes), item.number)))

    @property
    def disputed(self) -> tuple[Item, ...]:
        """Where at least a quarter differs, by evenness and number of published votes, from ten votes on."""
        return tuple(sorted(self._disputed, key=lambda item: (-dispute(item.votes), item.number)))

    @property
    def unanswered(self) -> tuple[Item, ...]:
        """Questions that nobody has answered, the oldest first."""
        return tuple(sorted(self._unanswered, key=lambda item: item.number))

    @property
    def decided(self) -> tuple[Item, ...]:
        """Those with an end, the latest first."""
        return tuple(sorted(self._decided, key=lambda item: (item.outcome_day or date.min, item.number), reverse=True))

    @property
    def kinds(self) -> tuple[tuple[Kind, int], ...]:
        return tuple((kind, self._kinds[kind]) for kind in Kind)

    @property
    def outcomes(self) -> tuple[tuple[OutcomeValue, int], ...]:
        return tuple((value, self._outcomes[value]) for value in OUTCOMES)


def is_disputed(votes: VoteCounts) -> bool:
    """Whether enough people say something, and enough of them the other."""
    sides = (votes.agree, votes.disagree)
    return votes.n >= PERCENT_FROM and sum(sides) > 0 and min(sides) / sum(sides) >= MINORITY

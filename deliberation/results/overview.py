"""The summary as the results page shows it, of any number of annotations: what is said of all of them is counted in the database,
and only those that stand on the page are read. File and page count the same (`counted`); a test compares them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import String, cast, exists, func, select, tuple_
from sqlalchemy.orm import aliased

from deliberation.annotations.models import Annotation, Kind, Outcome, OutcomeValue, Response, Status, public_outcome
from deliberation.annotations.ordering import dispute, wilson
from deliberation.annotations.outcomes import DECIDED, latest_outcome
from deliberation.annotations.tallies import STEP, VoteCounts
from deliberation.annotations.threads import may_be_passed_on
from deliberation.clock import to_day
from deliberation.database import db
from deliberation.declarations.models import Declaration, Paragraph, Thesis
from deliberation.permissions import Permission, Person, require
from deliberation.results.counted import OUTCOMES, is_disputed
from deliberation.results.filters import Filters
from deliberation.results.items import Item
from deliberation.results.loading import load_some
from deliberation.results.selecting import select_counts, select_matching
from deliberation.results.summary import Summary, Text, summarise, to_summary

LIST_MAX = 5
"""Entries of a list, where not all are asked for."""
Votes = tuple[int, int, int]


@dataclass
class Overview:
    """As `Counted`, but that the lists are cut. `lengths`: how long each would be."""

    shown: int = 0
    replies: int = 0
    votes: int = 0
    contributions: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    days: Counter[date] = field(default_factory=Counter)
    kinds: Sequence[tuple[Kind, int]] = ()
    outcomes: Sequence[tuple[OutcomeValue, int]] = ()
    agreed: tuple[Item, ...] = ()
    disputed: tuple[Item, ...] = ()
    unanswered: tuple[Item, ...] = ()
    decided: tuple[Item, ...] = ()
    lengths: Mapping[str, int] = field(default_factory=dict)


def summarise_for_page(
    person: Person,
    declaration: Declaration,
    filters: Filters | None = None,
    site: str = "",
    stances_of: int | None = None,
    everything: str = "",
) -> tuple[Summary, Mapping[str, int]]:
    """The summary without its items and with short lists, and how long these are. `everything` names the one that is wanted in
    full. At most twenty queries, whatever the size; of a record, which has groups and rounds of its own, all of it is read."""
    require(person, Permission.READ, declaration)
    if declaration.imported is not None:
        whole = summarise(person, declaration, filters, site, stances_of)
        lists = {"agreed": whole.agreed, "disputed": whole.disputed, "unanswered": whole.unanswered, "outcomes": whole.decided}
        return whole, {name: len(found) for name, found in lists.items()}
    text = Text.of(declaration, filters or Filters(), stances_of)
    found = _Finding(declaration, text).overview(everything)

    def find(numbers: Sequence[int]) -> Sequence[Item]:
        return load_some(declaration, text.filters, text.editions, text.placed_in, numbers)

    return to_summary(declaration, text, site, found, (), find), found.lengths


class _Finding:
    """The questions to the database, each about all annotations that match."""

    def __init__(self, declaration: Declaration, text: Text) -> None:
        self.declaration, self.text = declaration, text
        self.numbers = {edition.id: edition.number for edition in text.editions}
        self.public = may_be_passed_on(declaration)

    def overview(self, everything: str) -> Overview:
        found = Overview(days=self.days())
        self.count(found)
        lists = {**self.by_votes(everything), "unanswered": self.unanswered(), "outcomes": self.decided()}
        found.lengths = {name: length for name, (length, _numbers) in lists.items()}
        cut = {name: _cut(numbers, name == everything) for name, (_length, numbers) in lists.items()}
        wanted = sorted({number for numbers in cut.values() for number in numbers})
        items = {
            item.number: item
            for item in load_some(self.declaration, self.text.filters, self.text.editions, self.text.placed_in, wanted)
        }

        def named(name: str) -> tuple[Item, ...]:
            return tuple(items[number] for number in cut[name] if number in items)

        found.agreed, found.disputed = named("agreed"), named("disputed")
        found.unanswered, found.decided = named("unanswered"), named("outcomes")
        return found

    def matching(self, *columns: Any) -> Any:
        found = select_matching(self.declaration, self.text.filters, self.numbers, self.text.placed_in, *columns)
        return found.where(self.public)

    def count(self, found: Overview) -> None:
        """Kinds, outcomes, votes, and how many there are at each place."""
        theses, paragraphs = self._places()
        kinds: Counter[Kind | None] = Counter()
        outcomes: Counter[OutcomeValue] = Counter()
        query = select_counts(self.declaration, self.text.filters, self.numbers, self.text.placed_in)
        for thesis, paragraph, kind, outcome, count, votes in db.session.execute(query):
            found.shown += count
            found.replies += 0 if kind else count
            found.votes += int(votes or 0)
            place = (theses.get(thesis, thesis), paragraphs.get(paragraph, paragraph))
            found.contributions[place] += count
            kinds[kind] += count
            if became := public_outcome(kind, outcome):
                outcomes[became] += count
        found.kinds = tuple((kind, kinds[kind]) for kind in Kind)
        found.outcomes = tuple((value, outcomes[value]) for value in OUTCOMES)

    def _places(self) -> tuple[Mapping[Any, str], Mapping[Any, str]]:
        """Present numbers of theses and paragraphs, by id. None where annotations stand where they were written: that has
        its numbers with it."""
        if self.text.filters.edition is not None:
            return {}, {}
        here = Thesis.declaration_id == self.declaration.id
        theses = db.session.execute(select(Thesis.id, Thesis.number).where(here))
        of_theses = select(Paragraph.id, Paragraph.number).join(Thesis, Thesis.id == Paragraph.thesis_id).where(here)
        return {key: number for key, number in theses}, {key: number for key, number in db.session.execute(of_theses)}  # noqa: C416

    def days(self) -> Counter[date]:
        """By hours in UTC, of which each lies in one day of Berlin."""
        hour = func.substr(cast(Annotation.created_at, String), 1, 13)
        days: Counter[date] = Counter()
        for name, count in db.session.execute(self.matching(hour, func.count()).group_by(hour)):
            days[to_day(datetime.strptime(name, "%Y-%m-%d %H").replace(tzinfo=UTC))] += count
        return days

    def by_votes(self, everything: str) -> dict[str, tuple[int, Sequence[int]]]:
        """Most share their counts with many others: these are put in order, then those that have the first of them are found."""
        votes = (Annotation.shown_agree, Annotation.shown_disagree, Annotation.shown_pass)
        grouped = self.matching(*votes, func.count()).where(sum(votes[1:], votes[0]) >= STEP).group_by(*votes)
        counts = {(agree, disagree, passes): count for agree, disagree, passes, count in db.session.execute(grouped)}
        agreed = [one for one in counts if one[0] > one[1]]
        disputed = [one for one in counts if is_disputed(VoteCounts(*one))]
        ranks = {
            "agreed": sorted(agreed, key=lambda one: -wilson(VoteCounts(*one))),
            "disputed": sorted(disputed, key=lambda one: -dispute(VoteCounts(*one))),
        }
        scores = {"agreed": wilson, "disputed": dispute}
        first = {
            name: _first(ranked, counts, scores[name], None if name == everything else LIST_MAX) for name, ranked in ranks.items()
        }
        wanted = {one for some in first.values() for one in some}
        found: list[tuple[int, Votes]] = []
        if wanted:
            query = self.matching(Annotation.number, *votes).where(tuple_(*votes).in_(sorted(wanted)))
            found = [(number, (agree, disagree, passes)) for number, agree, disagree, passes in db.session.execute(query)]

        def ordered(name: str) -> list[int]:
            chosen, score = set(first[name]), scores[name]
            numbers = [(-score(VoteCounts(*counted)), number) for number, counted in found if counted in chosen]
            return [number for _score, number in sorted(numbers)]

        return {name: (sum(counts[one] for one in ranked), ordered(name)) for name, ranked in ranks.items()}

    def unanswered(self) -> tuple[int, Sequence[int]]:
        """Questions without a visible reply or a response, whatever the filters say of these; the oldest first."""
        reply = aliased(Annotation)
        replies = select(reply.number).where(reply.root_id == Annotation.number, reply.status == Status.VISIBLE)
        query = self.matching(Annotation.number).where(
            Annotation.kind == Kind.QUESTION,
            ~replies.correlate(Annotation).exists(),
            ~exists().where(Response.annotation_id == Annotation.number).correlate(Annotation),
        )
        numbers = sorted(db.session.scalars(query))
        return len(numbers), numbers

    def decided(self) -> tuple[int, Sequence[int]]:
        """Those with an end, the latest day first."""
        query = self.matching(Annotation.number, Outcome.decided_at).join(Outcome, Outcome.id == latest_outcome())
        rows = db.session.execute(query.where(Annotation.outcome.in_(DECIDED)))
        found = sorted(((to_day(at), number) for number, at in rows), reverse=True)
        return len(found), [number for _day, number in found]


def _first(ranked: Sequence[Votes], counts: Mapping[Votes, int], score: Any, most: int | None) -> Sequence[Votes]:
    """As many as it takes to have `most` annotations, and all that are worth the same as the last."""
    found: list[Votes] = []
    have = 0
    for one in ranked:
        if most is not None and have >= most and score(VoteCounts(*one)) < score(VoteCounts(*found[-1])):
            break
        found.append(one)
        have += counts[one]
    return found


def _cut(numbers: Sequence[int], is_whole: bool) -> Sequence[int]:
    return numbers if is_whole else numbers[:LIST_MAX]

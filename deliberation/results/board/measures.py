"""How well people talk with each other, as the team sees it: questions with figures, never a score of a person (ux A8).

What is counted about people is told in steps of five and not below; what is counted about contributions that everybody can
read is told as it is. Each figure that has a list behind it is as long as that list."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import select

from deliberation.annotations.models import Annotation, Kind, Response, Status
from deliberation.annotations.outcomes import DECIDED
from deliberation.annotations.tallies import PERCENT_FROM, STEP
from deliberation.clock import monday_of, now, to_day, today
from deliberation.database import db
from deliberation.declarations.models import Declaration
from deliberation.moderation.records.by_kind import OfKinds, load_by_kind
from deliberation.moderation.records.counts import Column
from deliberation.moderation.records.figures import Figures, load_figures
from deliberation.permissions import Permission, Person, require
from deliberation.results.board.listing import Listed, Of, Place, places_of
from deliberation.results.fields import in_fives
from deliberation.results.items import Item
from deliberation.results.summary import Summary, summarise
from deliberation.sentences import split_sentences
from deliberation.text import to_plain_text

ANSWER_HOURS, ANSWER_GOAL = 72, 80
"""First contributions shall have an answer within so many hours, so many per cent of them."""
UNCLEAR = 20
"""Per cent of stances "unclear" beyond which words are to be written anew first."""
MOST_ACTIVE, LEAST_WRITERS = 5, 20
"""The share of the most active is told only among so many who wrote: in fewer, one would know who is meant."""
ROUGH = 5
REASONED = (Kind.OBJECTION, Kind.PROPOSAL)
_NUMBER = re.compile(r"\bA-\d+\b")


@dataclass(frozen=True)
class Part:
    """So many of so many contributions."""

    part: int
    of: int

    @property
    def percent(self) -> int | None:
        """None for fewer than five: that is no share."""
        return round(100 * self.part / self.of) if self.of >= STEP else None


@dataclass(frozen=True)
class Unclear:
    """Words that many do not understand; per cent of the stances on them."""

    place: Place
    percent: int


@dataclass(frozen=True)
class Board:
    """`answered` in steps of five per cent, of those who have been waiting long enough; `late` are first contributions
    without an answer in time. `concentration` is the share of the most active, None where it would name people.
    `newcomers` by weeks, in steps of five. `days` until a proposal had an outcome, the median."""

    summary: Summary
    answered: int | None
    late: Sequence[Item]
    oldest_days: int | None
    replies: Part
    quoting: Part
    reasoned: Part
    practice: Sequence[tuple[str, int]]
    concentration: int | None
    newcomers: Sequence[tuple[tuple[date, ...], int]]
    unclear: Sequence[Unclear]
    decided: Part
    days: int | None
    moderation: Figures
    by_kind: Mapping[Column, tuple[OfKinds, ...]]

    @property
    def reaches_goal(self) -> bool:
        return self.answered is not None and self.answered >= ANSWER_GOAL


@dataclass(frozen=True)
class _Written:
    """When somebody wrote what, and when somebody else answered first."""

    number: int
    author: int | None
    at: datetime
    answered: datetime | None


def load_board(person: Person, declaration: Declaration, site: str = "") -> Board:
    """Everything at this moment, of the whole deliberation. Twenty queries more than the summary."""
    require(person, Permission.SEE_BOARD, declaration)
    summary = summarise(person, declaration, site=site)
    shown, written = summary.visible, _load_written(declaration)
    first = _first_of_each(written)
    in_time, late = _split(first)
    old = len(in_time) + len(late)
    proposals = [item for item in shown if item.kind is Kind.PROPOSAL]
    year = today().year
    return Board(
        summary=summary,
        answered=_roughly(len(in_time), old) if old >= STEP else None,
        late=[item for item in shown if item.number in late],
        oldest_days=max(((summary.day - one.created).days for one in summary.unanswered if one.created), default=None),
        replies=Part(summary.figures.replies, summary.figures.contributions),
        quoting=Part(len(quoting(shown)), len(shown)),
        reasoned=Part(len(_reasoned(shown)) - len(short(shown)), len(_reasoned(shown))),
        practice=_practice(summary),
        concentration=_concentration(Counter(one.author for one in written if one.author is not None)),
        newcomers=_newcomers([to_day(one.at) for one in first]),
        unclear=_unclear(summary),
        decided=Part(sum(item.outcome in DECIDED for item in proposals), len(proposals)),
        days=_median_days(proposals),
        moderation=load_figures(declaration, year),
        by_kind=load_by_kind(declaration, year),
    )


def team_list(person: Person, declaration: Declaration, of: Of, summary: Summary) -> Listed:
    """The list behind a figure of the board."""
    require(person, Permission.SEE_BOARD, declaration)
    match of:
        case Of.QUOTING:
            return Listed(of, quoting(summary.visible))
        case Of.SHORT:
            return Listed(of, short(summary.visible))
        case _:
            _in_time, late = _split(_first_of_each(_load_written(declaration)))
            return Listed(of, [item for item in summary.visible if item.number in late])


def quoting(items: Iterable[Item]) -> list[Item]:
    """What takes up words of the text, or names another contribution."""
    return [item for item in items if item.quote or _NUMBER.search(item.body)]


def short(items: Iterable[Item]) -> list[Item]:
    """Objections and proposals that say why in one sentence at most."""
    return [item for item in _reasoned(items) if len(split_sentences(to_plain_text(item.body))) < 2]


def _reasoned(items: Iterable[Item]) -> list[Item]:
    return [item for item in items if item.kind in REASONED]


def _practice(summary: Summary) -> list[tuple[str, int]]:
    counts = Counter(item.thesis for item in summary.visible if item.kind is Kind.PRACTICE)
    return [(thesis.number, counts[thesis.number]) for thesis in summary.theses if thesis.is_numbered]


def _load_written(declaration: Declaration) -> list[_Written]:
    """Everything that is shown, in order. Two queries. Times stay in here."""
    where = Annotation.declaration_id == declaration.id, Annotation.status == Status.VISIBLE
    columns = Annotation.number, Annotation.author_id, Annotation.created_at, Annotation.parent_id, Annotation.root_id
    rows = db.session.execute(select(*columns).where(*where).order_by(Annotation.number)).all()
    responses = select(Response.annotation_id, Response.created_at).join(
        Annotation, Annotation.number == Response.annotation_id
    )
    answers: dict[int, list[datetime]] = defaultdict(list)
    for number, at in db.session.execute(responses.where(*where)):
        answers[number].append(at)
    authors = {row.number: row.author_id for row in rows}
    for row in rows:
        for number in {row.parent_id, row.root_id} - {None}:
            if authors.get(number) != row.author_id:
                answers[number].append(row.created_at)
    return [_Written(row.number, row.author_id, row.created_at, min(answers[row.number], default=None)) for row in rows]


def _first_of_each(written: Iterable[_Written]) -> list[_Written]:
    first: dict[int, _Written] = {}
    for one in written:
        if one.author is not None:
            first.setdefault(one.author, one)
    return list(first.values())


def _split(first: Iterable[_Written]) -> tuple[set[int], set[int]]:
    """What was answered in time, and what was not; what still has time is neither."""
    limit = timedelta(hours=ANSWER_HOURS)
    in_time = {one.number for one in first if one.answered is not None and one.answered - one.at <= limit}
    return in_time, {one.number for one in first if one.number not in in_time and now() - one.at >= limit}


def _roughly(part: int, of: int) -> int:
    return round(100 * part / of / ROUGH) * ROUGH


def _concentration(counts: Counter[Any]) -> int | None:
    if len(counts) < LEAST_WRITERS:
        return None
    return _roughly(sum(many for _who, many in counts.most_common(MOST_ACTIVE)), counts.total())


def _newcomers(days: Sequence[date]) -> tuple[tuple[tuple[date, ...], int], ...]:
    counts = Counter(monday_of(day) for day in days)
    if not counts:
        return ()
    first, last = min(counts), max(counts)
    weeks = [first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1)]
    return in_fives((week, counts[week]) for week in weeks)


def _unclear(summary: Summary) -> list[Unclear]:
    found = [
        Unclear(place, -(-100 * place.stances.unclear // place.stances.n))
        for place in places_of(summary)
        if place.stances.n >= PERCENT_FROM and 100 * place.stances.unclear > UNCLEAR * place.stances.n
    ]
    return sorted(found, key=lambda one: -one.percent)


def _median_days(items: Iterable[Item]) -> int | None:
    """From five on."""
    days = [
        (item.outcome_day - item.created).days
        for item in items
        if item.outcome in DECIDED and item.outcome_day and item.created
    ]
    return round(median(days)) if len(days) >= STEP else None

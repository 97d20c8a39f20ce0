"""What waits for an outcome, what is being looked at and what is decided, with the figures above it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload

from deliberation.annotations.models import EXPECTS_OUTCOME, Annotation, Kind, Outcome, OutcomeValue, Status
from deliberation.annotations.outcomes import DECIDED, latest_outcome
from deliberation.annotations.tallies import VoteCounts, vote_counts
from deliberation.database import db
from deliberation.declarations.editions import load_editions
from deliberation.declarations.models import Declaration, Edition, Thesis
from deliberation.permissions import Permission, Person, require
from deliberation.proposals.cosigning import load_cosignatures

PAGE = 50
SECONDS_A_DAY = 24 * 60 * 60
Group = tuple[int, Kind | None, OutcomeValue, int]
"""Thesis id, kind and outcome of contributions, and how many there are."""


class Tab(Enum):
    """The piles, in the order of the work."""

    OPEN = "open"
    REVIEW = "review"
    DECIDED = "decided"


@dataclass(frozen=True)
class Wish:
    """What the address asks for; `tab` None: the first pile with something in it."""

    tab: Tab | None = None
    thesis: Thesis | None = None
    kind: Kind | None = None
    start: int = 0


@dataclass(frozen=True)
class Row:
    """One contribution with what was said about it last, and how many signed it too."""

    annotation: Annotation
    outcome: Outcome | None
    signatures: int

    @property
    def votes(self) -> VoteCounts:
        """As they are published."""
        return vote_counts(self.annotation)


@dataclass(frozen=True)
class OutcomeFigures:
    """Contributions in public that expect an outcome or have one, by what became of them. `days` is the median time
    from writing to the first decision; None without any."""

    by_value: Mapping[OutcomeValue, int]
    days: int | None

    @property
    def total(self) -> int:
        return sum(self.by_value.values())

    @property
    def decided(self) -> int:
        return sum(self.by_value[value] for value in DECIDED)

    @property
    def percent(self) -> int:
        """Whole percent that are decided, rounded down: 100 means all of them."""
        return 100 * self.decided // self.total if self.total else 0


@dataclass(frozen=True)
class Worklist:
    """One pile, a page of it, as an organiser sees it. `editions` are those that an outcome can name, newest first."""

    declaration: Declaration
    wish: Wish
    tab: Tab
    counts: Mapping[Tab, int]
    figures: OutcomeFigures
    rows: Sequence[Row]
    start: int
    editions: Sequence[Edition]
    edition_number: int

    @property
    def total(self) -> int:
        """Of the pile, with the filters."""
        return self.counts[self.tab]

    @property
    def next_start(self) -> int | None:
        """Where the list goes on."""
        end = self.start + len(self.rows)
        return end if end < self.total else None

    @property
    def is_filtered(self) -> bool:
        return self.wish.thesis is not None or self.wish.kind is not None


def load_worklist(organiser: Person, declaration: Declaration, wish: Wish) -> Worklist:
    """A pile, the oldest contribution first, what is decided with the latest decision first. Five queries."""
    require(organiser, Permission.SEE_OUTCOMES, declaration)
    groups = _load_groups(declaration)
    counts = _count(groups, wish)
    tab = wish.tab or next((one for one in Tab if counts[one]), Tab.OPEN)
    start = wish.start if 0 <= wish.start < counts[tab] else 0
    editions = load_editions(declaration)
    return Worklist(
        declaration=declaration,
        wish=wish,
        tab=tab,
        counts=counts,
        figures=OutcomeFigures(_by_value(groups), _median_days(declaration)),
        rows=_load_rows(declaration, tab, wish, start),
        start=start,
        editions=[one for one in editions if one.number > 1],
        edition_number=editions[0].number,
    )


def load_chosen(declaration: Declaration, numbers: Sequence[int]) -> list[Annotation]:
    """Those of these annotations that belong to the declaration; one query."""
    query = (
        select(Annotation)
        .options(joinedload(Annotation.declaration))
        .where(Annotation.number.in_(numbers), Annotation.declaration_id == declaration.id)
    )
    return list(db.session.scalars(query))


def _in_public(declaration: Declaration) -> ColumnElement[bool]:
    """Top-level annotations that everybody sees and that expect an outcome or have one."""
    expected = or_(Annotation.kind.in_(EXPECTS_OUTCOME), Annotation.outcome.is_not(None))
    return and_(
        Annotation.declaration_id == declaration.id,
        Annotation.parent_id.is_(None),
        Annotation.status == Status.VISIBLE,
        expected,
    )


def _load_groups(declaration: Declaration) -> list[Group]:
    columns = (Annotation.thesis_id, Annotation.kind, Annotation.outcome)
    query = select(*columns, func.count()).where(_in_public(declaration)).group_by(*columns)
    return [
        (thesis, kind, outcome or OutcomeValue.RECEIVED, count)
        for thesis, kind, outcome, count in db.session.execute(query)
    ]


def _by_value(groups: Sequence[Group]) -> dict[OutcomeValue, int]:
    return {
        value: sum(count for _thesis, _kind, outcome, count in groups if outcome is value) for value in OutcomeValue
    }


def _count(groups: Sequence[Group], wish: Wish) -> dict[Tab, int]:
    counts = dict.fromkeys(Tab, 0)
    for thesis, kind, outcome, count in groups:
        is_wanted = wish.thesis is None or thesis == wish.thesis.id
        if is_wanted and wish.kind in (None, kind):
            counts[_tab_of(outcome)] += count
    return counts


def _tab_of(outcome: OutcomeValue) -> Tab:
    if outcome is OutcomeValue.RECEIVED:
        return Tab.OPEN
    return Tab.REVIEW if outcome is OutcomeValue.IN_REVIEW else Tab.DECIDED


def _is_in(tab: Tab) -> ColumnElement[bool]:
    match tab:
        case Tab.OPEN:
            return or_(Annotation.outcome.is_(None), Annotation.outcome == OutcomeValue.RECEIVED)
        case Tab.REVIEW:
            return Annotation.outcome == OutcomeValue.IN_REVIEW
        case Tab.DECIDED:
            return Annotation.outcome.in_(DECIDED)


def _load_rows(declaration: Declaration, tab: Tab, wish: Wish, start: int) -> list[Row]:
    """Two queries: the annotations with their outcomes, and the signatures under proposals."""
    conditions = [_in_public(declaration), _is_in(tab)]
    if wish.thesis is not None:
        conditions.append(Annotation.thesis_id == wish.thesis.id)
    if wish.kind is not None:
        conditions.append(Annotation.kind == wish.kind)
    order: Any = Outcome.id.desc() if tab is Tab.DECIDED else Annotation.number
    query = (
        select(Annotation, Outcome)
        .outerjoin(Outcome, Outcome.id == latest_outcome())
        .options(joinedload(Annotation.thesis), joinedload(Annotation.paragraph))
        .where(*conditions)
        .order_by(order)
        .offset(start)
        .limit(PAGE)
    )
    found = db.session.execute(query).all()
    signed = count_signatures([annotation.number for annotation, _outcome in found if annotation.is_proposal])
    return [Row(annotation, outcome, signed[annotation.number]) for annotation, outcome in found]


def count_signatures(numbers: Sequence[int]) -> Counter[int]:
    """How many signed each of these proposals as it stands now; one query."""
    found = load_cosignatures(numbers)
    return Counter({number: sum(one.counts for one in signatures) for number, signatures in found.items()})


def _median_days(declaration: Declaration) -> int | None:
    decided_at = func.min(Outcome.decided_at)
    query = (
        select(Annotation.created_at, decided_at)
        .join(Outcome, Outcome.annotation_id == Annotation.number)
        .where(_in_public(declaration), Annotation.outcome.in_(DECIDED), Outcome.value.in_(DECIDED))
        .group_by(Annotation.number, Annotation.created_at)
    )
    waited = [(at - written).total_seconds() / SECONDS_A_DAY for written, at in db.session.execute(query)]
    return round(median(waited)) if waited else None

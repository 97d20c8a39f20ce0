"""The opinion groups as they are kept: when they are out of date, and what everybody may see of them, so coarse that nobody
is found in them. How they are found say `groups` and `grouping`, which load numpy and are loaded by the job alone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import prod
from typing import Any

from sqlalchemy import func, select

from deliberation.annotations.models import Annotation, Status, Vote
from deliberation.annotations.tallies import STEP
from deliberation.database import db
from deliberation.declarations.models import Declaration
from deliberation.permissions import Activity
from deliberation.results.items import Item as Annotated
from deliberation.results.models import OpinionGroups

LEAST_PEOPLE, LEAST_VOTES, LEAST_GROUP = 60, 7, 15
"""Below that there are no groups (ux A4): people with enough votes, votes of each, people in each group."""
EVERY = timedelta(days=1)
"""While people vote. Once they do not any more, it is computed anew as soon as anything is another."""
LEAST_SEEN = 10
"""Of each group so many must have voted on a contribution before it is named."""
CONNECTS, DIVIDES = 0.6, 0.35
"""The share of each group that agrees, at least; how far the groups are apart, at least."""
LIST_MAX, KNOWN_MAX = 5, 3
ROUGH = 5
"""Shares are told in steps of so many per cent, and beyond 10 and 90 not at all."""


@dataclass(frozen=True)
class Counts:
    """How one group voted on one contribution. `seen` are the votes, passes among them."""

    agree: int
    disagree: int
    seen: int

    @property
    def share(self) -> float:
        """Of those who voted, who agree; one half where nobody did."""
        return (self.agree + 1) / (self.seen + 2)

    @property
    def share_against(self) -> float:
        return (self.disagree + 1) / (self.seen + 2)


@dataclass(frozen=True)
class Item:
    """One contribution, as the groups see it."""

    item: int
    groups: tuple[Counts, ...]

    @property
    def connects(self) -> float:
        """Group-aware consensus: the chance that one person of each group, taken at random, all agree."""
        return prod(counts.share for counts in self.groups)

    @property
    def divides(self) -> float:
        """How far the groups are apart, between 0 and 1."""
        shares = [counts.share for counts in self.groups]
        return max(shares) - min(shares)


@dataclass(frozen=True)
class Share:
    """Of a group, about so many per cent agree; `is_most` and `is_few`: more than 90, fewer than 10."""

    percent: int

    @property
    def is_most(self) -> bool:
        return self.percent > 90

    @property
    def is_few(self) -> bool:
        return self.percent < 10


@dataclass(frozen=True)
class Shared:
    """A contribution with the share of each group."""

    item: Annotated
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class Known:
    """What a group says (or contradicts) clearly more often than the others. `more` tests that against the others, `most`
    that more than half of the group do: standard deviations, to a tenth."""

    shared: Shared
    is_agreement: bool
    more: float
    most: float


@dataclass(frozen=True)
class GroupsView:
    """What everybody may see: `sizes` in steps of five, the largest first. Without sizes there are no groups yet. `known`:
    for each group what it is known by, the most telling first."""

    sizes: tuple[int, ...] = ()
    connects: tuple[Shared, ...] = ()
    divides: tuple[Shared, ...] = ()
    known: tuple[tuple[Known, ...], ...] = ()

    @property
    def letters(self) -> str:
        return "ABC"[: len(self.sizes)]


NO_GROUPS = GroupsView()


def find_stale(moment: datetime) -> list[int]:
    """Declarations whose groups are to be computed anew. Three queries; votes are counted only where that matters now."""
    kept = {one.declaration_id: one for one in db.session.scalars(select(OpinionGroups))}
    due = [
        one.id
        for one in db.session.scalars(select(Declaration))
        if one.id not in kept or not one.allows(Activity.VOTE) or kept[one.id].computed_at <= moment - EVERY
    ]
    return [
        number for number, mark in load_marks(due).items() if number not in kept or kept[number].votes != mark
    ]


def load_marks(declaration_ids: Sequence[int]) -> Mapping[int, str]:
    """What the votes of each declaration are known by."""
    counted = func.count(Vote.id), func.count(func.distinct(Vote.annotation_id)), func.max(Vote.cast_at)
    query = (
        select(Annotation.declaration_id, *counted)
        .join(Annotation, Annotation.number == Vote.annotation_id)
        .where(Annotation.status == Status.VISIBLE, Annotation.declaration_id.in_(declaration_ids))
        .group_by(Annotation.declaration_id)
    )
    return {number: f"{votes} {items} {last:%Y%m%dT%H%M%S.%f}" for number, votes, items, last in db.session.execute(query)}


def load_groups(declaration: Declaration, find: Callable[[Sequence[int]], Iterable[Annotated]]) -> GroupsView:
    """What is known of the groups, about those of the contributions that are shown now, of which `find` finds at least those
    with these numbers. One query; none for a record, which brought them along."""
    if declaration.imported is not None:
        return _brought(declaration.imported.get("groups") or {}, find(()))
    kept = db.session.scalars(
        select(OpinionGroups).where(OpinionGroups.declaration_id == declaration.id)
    ).one_or_none()
    if kept is None or not kept.sizes:
        return NO_GROUPS
    counted = {number: Item(number, tuple(Counts(*one) for one in counts)) for number, counts in kept.items}
    seen = [number for number, one in counted.items() if is_seen(one)]
    by_number = {item.number: item for item in find(seen) if item.is_visible and item.number in counted}
    items = [counted[number] for number in seen if number in by_number]
    return GroupsView(
        tuple(round(size / STEP) * STEP for size in kept.sizes),
        tuple(_shared(one, by_number) for one in connecting(items)),
        tuple(_shared(one, by_number) for one in dividing(items)),
        _known(kept, {one.item: _shared(one, by_number) for one in items}),
    )


def _brought(groups: Mapping[str, Any], annotated: Iterable[Annotated]) -> GroupsView:
    """As an archive says it: votes of its own a record has none."""
    by_number = {item.number: item for item in annotated if item.is_visible}

    def shared(given: Iterable[Mapping[str, Any]]) -> tuple[Shared, ...]:
        return tuple(
            Shared(by_number[one["annotation"]], tuple(Share(percent) for percent in one["shares"]))
            for one in given
            if one["annotation"] in by_number
        )

    known = (
        tuple(
            Known(found[0], bool(one["is_agreement"]), float(one["more"]), float(one["most"]))
            for one in group
            if (found := shared([one]))
        )
        for group in groups.get("known") or ()
    )
    sizes = tuple(groups.get("sizes") or ())
    return GroupsView(sizes, shared(groups.get("connects") or ()), shared(groups.get("divides") or ()), tuple(known))


def connecting(items: Iterable[Item]) -> list[Item]:
    """What most of each group carry, the most likely to be carried by all first."""
    found = [one for one in items if is_seen(one) and min(c.share for c in one.groups) >= CONNECTS]
    return sorted(found, key=lambda one: (-one.connects, one.item))[:LIST_MAX]


def dividing(items: Iterable[Item]) -> list[Item]:
    """Where the groups are far apart, the farthest first."""
    found = [one for one in items if is_seen(one) and one.divides >= DIVIDES]
    return sorted(found, key=lambda one: (-one.divides, one.item))[:LIST_MAX]


def is_seen(item: Item) -> bool:
    """Whether enough of each group voted on it."""
    return min(c.seen for c in item.groups) >= LEAST_SEEN


def _known(kept: OpinionGroups, shared: Mapping[int, Shared]) -> tuple[tuple[Known, ...], ...]:
    """Of contributions that may be named at all."""
    found: list[list[Known]] = [[] for _size in kept.sizes]
    for place, number, is_agreement, more, most in kept.typical or ():
        if number in shared and len(found[place]) < KNOWN_MAX:
            found[place].append(Known(shared[number], is_agreement, round(more, 1), round(most, 1)))
    return tuple(tuple(one) for one in found)


def _shared(one: Item, by_number: Mapping[int, Annotated]) -> Shared:
    return Shared(by_number[one.item], tuple(_share(counts) for counts in one.groups))


def _share(counts: Counts) -> Share:
    """In steps, never with the number of votes beside it: from both together single votes could be told."""
    percent = round(100 * counts.agree / counts.seen / ROUGH) * ROUGH
    return Share(95 if percent > 90 else 5 if percent < 10 else percent)

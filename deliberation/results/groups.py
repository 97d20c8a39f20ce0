"""Opinion groups: who votes alike, what each group carries, what connects the groups and what divides them.

The steps of Polis (Small et al. 2021, "Polis: Scaling deliberation by mapping high dimensional opinion spaces"; its source
`math/src/polismath`), with votes that were not cast filled in by the mean of the contribution: principal components,
k-means, and tests of proportions. Pure: takes a table of votes and knows no database; the same table gives the same groups.
Whose group it is leaves this module for the export alone, where people have numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deliberation.annotations.tallies import STEP
from deliberation.results.opinions import LEAST_GROUP, LEAST_PEOPLE, LEAST_VOTES, Counts, Item

NUMBERS = (2, 3)
"""How many groups are tried."""
COMPONENTS = 2
STARTS, ROUNDS, SEED = 20, 100, 7
SILHOUETTE_MAX = 2000
"""Of so many people at most the fit is measured: it takes the distance of each to each."""
SURE = 1.2816
"""Of a one-sided test at 90 %."""
AGREE, DISAGREE, PASS = 1.0, -1.0, 0.0

Table = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Votes:
    """One row for each person, one column for each contribution: AGREE, DISAGREE, PASS, or nan for none."""

    people: Sequence[int]
    items: Sequence[int]
    table: Table


@dataclass(frozen=True)
class Typical:
    """That a group agrees (or disagrees) with a contribution more often than the others: `test` of both proportions, and
    `alone` whether more than half of the group do, in standard deviations; `weight` for the order."""

    item: int
    is_agreement: bool
    share: float
    ratio: float
    test: float
    alone: float
    weight: float


@dataclass(frozen=True)
class Grouping:
    """The largest group first. `labels` by the row of each person: -1 for whoever voted too little. `fit` is the mean
    silhouette, between -1 and 1."""

    labels: Labels
    sizes: tuple[int, ...]
    items: tuple[Item, ...]
    fit: float

    def typical(self, group: int, most: int = 5) -> list[Typical]:
        """What this group says and the others do not, the most telling first."""
        found = [one for item in self.items if (one := _typical(item, group)) is not None]
        return sorted(found, key=lambda one: (-one.weight, one.item))[:most]


def core(votes: Votes) -> Votes:
    """Those who voted enough, on contributions with enough votes of theirs to be told of. Of what is left nothing else would
    be left out: whoever has no more than this finds the same groups."""
    seen = ~np.isnan(votes.table)
    least = min(LEAST_VOTES, len(votes.items))
    rows, columns = np.ones(seen.shape[0], dtype=bool), np.ones(seen.shape[1], dtype=bool)
    while True:
        held = rows.sum(), columns.sum()
        rows &= seen[:, columns].sum(axis=1) >= max(1, least)
        columns &= seen[rows].sum(axis=0) >= STEP
        if (rows.sum(), columns.sum()) == held:
            break
    people = [one for one, stays in zip(votes.people, rows, strict=True) if stays]
    items = [one for one, stays in zip(votes.items, columns, strict=True) if stays]
    return Votes(people, items, votes.table[rows][:, columns])


def in_order(table: Table) -> Labels:
    """The rows in the order of what they say. So who stands where says nothing else, and the groups are the same in whichever
    order the rows came."""
    if not table.size:
        return np.arange(len(table))
    return np.lexsort(np.where(np.isnan(table), 2.0, table).T[::-1])


def group(votes: Votes) -> Grouping | None:
    """The groups, or None where there are too few votes or nobody stands apart. The order of the people makes no difference."""
    seen = ~np.isnan(votes.table)
    least = min(LEAST_VOTES, len(votes.items))
    rows = np.flatnonzero(seen.sum(axis=1) >= least)
    rows = rows[in_order(votes.table[rows])]
    if len(rows) < LEAST_PEOPLE or len(votes.items) < COMPONENTS:
        return None
    places = _project(votes.table[rows])
    best: tuple[float, Labels] | None = None
    for number in NUMBERS:
        labels = _k_means(places, number)
        if np.bincount(labels, minlength=number).min() < LEAST_GROUP:
            continue
        fit = _silhouette(places, labels)
        if best is None or fit > best[0]:
            best = fit, labels
    if best is None:
        return None
    fit, labels = best
    ordered = _by_size(labels)
    everybody = np.full(len(votes.people), -1, dtype=np.int64)
    everybody[rows] = ordered
    sizes = tuple(int(size) for size in np.bincount(ordered))
    return Grouping(everybody, sizes, _count(votes, everybody, len(sizes)), fit)


def _project(table: Table) -> Table:
    """Where people stand on the two axes that tell most of them apart. What somebody did not vote on is taken as the mean
    of those who did, so that it draws nobody anywhere."""
    known = ~np.isnan(table)
    total = np.where(known, table, 0.0).sum(axis=0)
    mean = total / np.maximum(known.sum(axis=0), 1)
    centred = np.where(known, table - mean, 0.0)
    _left, _scale, axes = np.linalg.svd(centred, full_matrices=False)
    # The sign of an axis is arbitrary: its largest part shall be positive.
    axes = axes[:COMPONENTS]
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])
    projected: Table = centred @ (axes * signs[:, None]).T
    return projected


def _k_means(places: Table, number: int) -> Labels:
    """The best of several starts (k-means++), each with the same random numbers every time."""
    random = np.random.default_rng(SEED)
    best: tuple[float, Labels] | None = None
    for _start in range(STARTS):
        centres = _first_centres(places, number, random)
        labels = _nearest(places, centres)
        for _round in range(ROUNDS):
            moved = np.array([
                places[labels == one].mean(axis=0) if (labels == one).any() else centres[one] for one in range(number)
            ])  # fmt: skip
            if np.allclose(moved, centres):
                break
            centres, labels = moved, _nearest(places, moved)
        spread = float(((places - centres[labels]) ** 2).sum())
        if best is None or spread < best[0]:
            best = spread, labels
    assert best is not None
    return best[1]


def _first_centres(places: Table, number: int, random: np.random.Generator) -> Table:
    centres = [places[random.integers(len(places))]]
    while len(centres) < number:
        far = _squares(places, np.array(centres)).min(axis=1)
        chances = far / far.sum() if far.sum() > 0 else None
        centres.append(places[random.choice(len(places), p=chances)])
    return np.array(centres)


def _nearest(places: Table, centres: Table) -> Labels:
    return _squares(places, centres).argmin(axis=1)


def _squares(places: Table, centres: Table) -> Table:
    """Squared distances, a column for each centre."""
    distances: Table = ((places[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    return distances


def _silhouette(places: Table, labels: Labels) -> float:
    """How much closer people stand to their own group than to the next one, on average."""
    if len(places) > SILHOUETTE_MAX:
        some = np.random.default_rng(SEED).choice(len(places), SILHOUETTE_MAX, replace=False)
        places, labels = places[some], labels[some]
    distances = np.sqrt(_squares(places, places))
    numbers = np.unique(labels)
    if len(numbers) < 2:
        return -1.0
    sums = np.array([distances[:, labels == one].sum(axis=1) for one in numbers])
    sizes = np.array([(labels == one).sum() for one in numbers])
    own = np.searchsorted(numbers, labels)
    here = np.arange(len(labels))
    inside = sums[own, here] / np.maximum(sizes[own] - 1, 1)
    means = sums / sizes[:, None]
    means[own, here] = np.inf
    outside = means.min(axis=0)
    fits = np.where(sizes[own] > 1, (outside - inside) / np.maximum(np.maximum(inside, outside), 1e-12), 0.0)
    return float(fits.mean())


def _by_size(labels: Labels) -> Labels:
    """The largest group is the first; of two as large, the one with the first person."""
    numbers = sorted(np.unique(labels), key=lambda one: (-int((labels == one).sum()), int(np.argmax(labels == one))))
    ordered: Labels = np.array([numbers.index(one) for one in labels], dtype=np.int64)
    return ordered


def _count(votes: Votes, labels: Labels, number: int) -> tuple[Item, ...]:
    tables = [votes.table[labels == one] for one in range(number)]
    agree = [(table == AGREE).sum(axis=0) for table in tables]
    disagree = [(table == DISAGREE).sum(axis=0) for table in tables]
    seen = [(~np.isnan(table)).sum(axis=0) for table in tables]
    return tuple(
        Item(
            item,
            tuple(Counts(int(agree[g][place]), int(disagree[g][place]), int(seen[g][place])) for g in range(number)),
        )
        for place, item in enumerate(votes.items)
    )


def _typical(item: Item, own: int) -> Typical | None:
    inside = item.groups[own]
    others = [counts for place, counts in enumerate(item.groups) if place != own]
    outside = Counts(sum(c.agree for c in others), sum(c.disagree for c in others), sum(c.seen for c in others))
    sides = (
        (True, inside.agree, outside.agree, inside.share, outside.share),
        (False, inside.disagree, outside.disagree, inside.share_against, outside.share_against),
    )
    best: Typical | None = None
    for is_agreement, here, there, share, share_there in sides:
        one = _one_proportion(here, inside.seen)
        two = _two_proportions(here, inside.seen, there, outside.seen)
        if one < SURE or two < SURE:
            continue
        ratio = share / share_there
        typical = Typical(item.item, is_agreement, share, ratio, two, one, ratio * two * share * one)
        if best is None or typical.weight > best.weight:
            best = typical
    return best


def _one_proportion(count: int, of: int) -> float:
    """Whether more than half say so, in standard deviations (Polis: `prop-test`)."""
    return float(2 * np.sqrt(of + 1) * ((count + 1) / (of + 1) - 0.5))


def _two_proportions(count: int, of: int, other: int, of_others: int) -> float:
    """Whether more here than there say so, in standard deviations (Polis: `two-prop-test`)."""
    count, of, other, of_others = count + 1, of + 1, other + 1, of_others + 1
    together = (count + other) / (of + of_others)
    if together >= 1:
        return 0.0
    return float((count / of - other / of_others) / np.sqrt(together * (1 - together) * (1 / of + 1 / of_others)))

"""Opinion groups: found where there are any, the same every time, and those that Polis published for a real deliberation."""

import gzip
from math import comb
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliberation.results import groups
from deliberation.results.groups import AGREE, DISAGREE, PASS, Votes, group
from deliberation.results.opinions import LEAST_GROUP, LEAST_PEOPLE, Counts, Item

KLIMARAT = Path(__file__).parent.parent / "data" / "klimarat" / "groups.txt.gz"
CAST = {"+": AGREE, "-": DISAGREE, "0": PASS, ".": np.nan}


def planted(sizes, items=40, noise=0.1, seen=0.7, seed=1):
    """Camps that mostly vote alike, each on its own pattern."""
    random = np.random.default_rng(seed)
    patterns = random.choice([AGREE, DISAGREE], size=(len(sizes), items))
    camps = np.repeat(np.arange(len(sizes)), sizes)
    table = np.where(random.random((len(camps), items)) < noise, -patterns[camps], patterns[camps])
    return Votes(range(len(camps)), range(items), np.where(random.random(table.shape) < seen, table, np.nan)), camps


def rand_index(one, other):
    """Adjusted Rand index (Hubert and Arabie 1985): 1 for the same groups, 0 for chance."""
    table = np.array([[np.sum((one == a) & (other == b)) for b in np.unique(other)] for a in np.unique(one)])
    both = sum(comb(int(count), 2) for count in table.ravel())
    rows, columns = (sum(comb(int(count), 2) for count in table.sum(axis=axis)) for axis in (1, 0))
    chance = rows * columns / comb(len(one), 2)
    return (both - chance) / ((rows + columns) / 2 - chance)


class TestFinding:
    @pytest.mark.parametrize("sizes", [(60, 40), (50, 30, 25)])
    def test_camps_that_are_there(self, sizes):
        votes, camps = planted(sizes)
        found = group(votes)
        assert found.sizes == pytest.approx(sizes, abs=2)
        assert rand_index(found.labels, camps) > 0.95
        assert found.fit > 0.5

    def test_largest_is_the_first(self):
        votes, camps = planted((30, 70))
        found = group(votes)
        assert found.sizes == (70, 30)
        assert set(found.labels[camps == 0]) == {1}

    @settings(max_examples=10, deadline=None)
    @given(st.integers(0, 10_000))
    def test_order_of_people_and_contributions_does_not_matter(self, seed):
        votes, _camps = planted((60, 40))
        random = np.random.default_rng(seed)
        rows, columns = random.permutation(100), random.permutation(40)
        found, mixed = group(votes), group(Votes(rows.tolist(), columns.tolist(), votes.table[rows][:, columns]))
        assert mixed.sizes == found.sizes
        assert (mixed.labels == found.labels[rows]).all()

    def test_same_votes_give_the_same_groups(self):
        votes, _camps = planted((40, 40, 40), noise=0.35)
        one, other = group(votes), group(votes)
        assert (one.labels == other.labels).all()
        assert one.items == other.items


class TestTooLittle:
    def test_people_are_too_few(self):
        assert group(planted((LEAST_PEOPLE - 20, 19))[0]) is None
        assert group(planted((LEAST_PEOPLE - 20, 20))[0]) is not None

    def test_votes_are_too_few(self):
        votes, _camps = planted((60, 40), items=20, seen=0.2)
        assert group(votes) is None

    def test_camp_is_too_small_to_be_named(self):
        votes, _camps = planted((90, LEAST_GROUP - 3), noise=0)
        found = group(votes)
        assert found is None or min(found.sizes) >= LEAST_GROUP

    def test_nobody_voted(self):
        assert group(Votes(range(100), range(20), np.full((100, 20), np.nan))) is None
        assert group(Votes([], [], np.zeros((0, 0)))) is None

    def test_everybody_votes_the_same(self):
        found = group(Votes(range(100), range(20), np.full((100, 20), AGREE)))
        assert found is None or found.fit <= 0

    def test_whoever_voted_too_little_is_in_no_group(self):
        votes, _camps = planted((60, 40))
        votes.table[5, :] = np.nan
        votes.table[5, :6] = AGREE
        assert group(votes).labels[5] == -1


class TestSayings:
    def test_group_is_known_by_what_it_says_and_others_do_not(self):
        item = Item(1, (Counts(40, 5, 50), Counts(3, 30, 40)))
        found = groups.Grouping(np.zeros(0, dtype=np.int64), (50, 40), (item,), 0.5)
        [own] = found.typical(0)
        assert own.is_agreement
        assert own.share == pytest.approx(41 / 52)
        [other] = found.typical(1)
        assert not other.is_agreement

    def test_what_all_say_is_typical_of_none_and_connects(self):
        item = Item(1, (Counts(45, 2, 50), Counts(38, 1, 40)))
        found = groups.Grouping(np.zeros(0, dtype=np.int64), (50, 40), (item,), 0.5)
        assert found.typical(0) == found.typical(1) == []
        assert item.connects == pytest.approx(46 / 52 * 39 / 42)
        assert item.divides < 0.05

    def test_proportions_are_those_of_polis(self):
        """Worked by hand from the formulas of `polismath/math/stats.clj`."""
        assert groups._one_proportion(9, 9) == pytest.approx(2 * 10**0.5 * 0.5)
        assert groups._two_proportions(19, 29, 9, 29) == pytest.approx((20 / 30 - 10 / 30) / (0.5 * 0.5 * (2 / 30)) ** 0.5)
        assert groups._two_proportions(9, 9, 9, 9) == 0


def test_groups_of_a_real_deliberation_are_those_that_polis_published():
    """Klimarat, 2022: over everybody with at least seven votes on statements that were let in."""
    lines = gzip.decompress(KLIMARAT.read_bytes()).decode().splitlines()
    items = [int(number) for number in lines[0].split()[1:]]
    people = [line.split(" ") for line in lines[1:]]
    published = np.array([-1 if mark == "-" else int(mark) for mark, _votes in people])
    found = group(Votes(range(len(people)), items, np.array([[CAST[vote] for vote in votes] for _mark, votes in people])))
    both = (published >= 0) & (found.labels >= 0)
    index = rand_index(found.labels[both], published[both])
    print(f"\nklimarat: {both.sum()} people, groups of {found.sizes}, adjusted Rand index {index:.3f}")
    assert both.sum() == (found.labels >= 0).sum() == 827
    assert index >= 0.90

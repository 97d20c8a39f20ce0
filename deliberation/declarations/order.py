"""What kept its order between two states of a text, and what did not."""

from bisect import bisect_left
from collections.abc import Sequence

from deliberation.declarations.importing import DraftDeclaration


def find_reordered(old: DraftDeclaration, new: DraftDeclaration) -> frozenset[int]:
    """Paragraphs that are in another thesis now, or in another order among those that stayed in theirs."""
    homes = {one.origin: thesis.origin for thesis in old.theses for one in thesis.paragraphs}
    elsewhere = {
        one.origin
        for thesis in new.theses
        for one in thesis.paragraphs
        if one.origin and homes.get(one.origin) != thesis.origin
    }
    before = {thesis.origin: [one.origin for one in thesis.paragraphs] for thesis in old.theses}
    for thesis in new.theses:
        after = [one.origin for one in thesis.paragraphs if one.origin not in elsewhere]
        elsewhere |= out_of_order(before.get(thesis.origin, []), after)
    return frozenset(elsewhere)


def out_of_order(before: Sequence[int], after: Sequence[int]) -> set[int]:
    places = {one: place for place, one in enumerate(before) if one}
    kept = [one for one in after if one in places]
    stayed = longest_rising([places[one] for one in kept])
    return {one for one in kept if places[one] not in stayed}


def longest_rising(places: Sequence[int]) -> set[int]:
    """The longest run of different numbers that rises (patience sorting)."""
    tops: list[int] = []
    piles: list[int] = []
    below: dict[int, int | None] = {}
    for place in places:
        pile = bisect_left(tops, place)
        below[place] = piles[pile - 1] if pile else None
        if pile == len(tops):
            tops.append(place)
            piles.append(place)
        else:
            tops[pile] = piles[pile] = place
    run: set[int] = set()
    at: int | None = piles[-1] if piles else None
    while at is not None:
        run.add(at)
        at = below[at]
    return run

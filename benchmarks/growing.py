"""P6: how long pages take in a small and in a large database, one reader alone."""

import statistics
from collections.abc import Iterator
from dataclasses import replace

from asking import GUEST
from bench import Bench
from crowd import Ask
from filling import SLUG
from goals import Row, number, ratios, spread
from places import Shape
from sites import GROWN, THESIS, Site, open_site

GROWTH = 1.3


def pages(site: Site) -> dict[str, Ask]:
    """The five of the goal; where a kept page could answer, also as somebody sees it for whom it is made."""
    often, _sometimes, seldom = site.filled.queries
    return {
        "thesis page, guest": GUEST.get(THESIS),
        "thesis page, signed in": site.reader.get(THESIS),
        "open paragraph, guest": GUEST.get(GROWN),
        "open paragraph, signed in": site.reader.get(GROWN),
        "queue": site.moderator.get(f"/d/{SLUG}/moderation"),
        "search, a frequent word": GUEST.get(f"/d/{SLUG}/search?q={often}"),
        "search, a rare word": GUEST.get(f"/d/{SLUG}/search?q={seldom}"),
        "what's new": site.reader.get(f"/d/{SLUG}/new?since={site.filled.since}"),
    }


def others(site: Site) -> dict[str, Ask]:
    """Not in the goal."""
    return {
        "landing page, guest": GUEST.get(f"/d/{SLUG}"),
        "whole text, guest": GUEST.get(f"/d/{SLUG}/text"),
        "results, guest": GUEST.get(f"/d/{SLUG}/results"),
    }


def measure(bench: Bench) -> Iterator[Row]:
    yield from _grow(bench, bench.small, bench.large, is_goal=True)
    if not bench.is_quick:
        deep = [replace(shape, is_deep=True) for shape in (bench.small, bench.large)]
        yield from _grow(bench, *deep, is_goal=False)


def _grow(bench: Bench, small: Shape, large: Shape, is_goal: bool) -> Iterator[Row]:
    words = "" if is_goal else "all on 200 paragraphs: "
    with open_site(small) as little, open_site(large) as big:
        sides = [{**pages(site), **others(site)} for site in (little, big)]
        for name in sides[0]:
            loads = {
                "small": bench.readers(little.port, sides[0][name], 1),
                "large": bench.readers(big.port, sides[1][name], 1),
            }
            turns = bench.take_turns(loads)
            found = ratios(turns["large"].middles, turns["small"].middles)
            growth = statistics.median(found)
            row = Row(
                "p6", f"{words}{name}, {number(large.annotations)}", turns["large"].middles, "ms",
                f"{number(small.annotations)}: {spread(turns['small'].middles, 'ms')}",
                f"{number(growth)} ({number(min(found))}–{number(max(found))})",
            )  # fmt: skip
            if is_goal and name in pages(little):
                row = replace(row, wanted=f"≤ {GROWTH}", is_met=growth <= GROWTH)
            yield row

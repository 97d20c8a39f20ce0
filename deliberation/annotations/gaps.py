"""Pages of a text that are kept with gaps (`parts.page`): on what ground they stand, and what counts fill them."""

from typing import Any

from deliberation import parts
from deliberation.annotations import glance
from deliberation.annotations.counts import Counts, News


def find_ground(slug: str) -> glance.Ground | None:
    """Of a declaration what rights and addresses ask, kept from one page to the next."""
    found: glance.Ground | None = parts.settled(("ground", slug), lambda: glance.load_ground(slug))
    return found


def say_count(gap: str, counts: Counts, news: News | None) -> Any:
    """What stands in a gap of a page that is kept (`parts.page`): of a thesis, or of one of its places, 0 for it as a whole."""
    what, *numbers = gap.split("-")
    match what, [int(number) for number in numbers]:
        case "toc", [thesis]:
            return parts.in_words("count_mark", counts.of_thesis(thesis))
        case "count", [thesis, place]:
            return parts.in_words("count_words", counts.of_place(thesis, place), not place)
        case "total", [thesis, place]:
            return counts.of_place(thesis, place).total
        case "total_words", [thesis, place]:
            return parts.in_words("total_words", counts.of_place(thesis, place).total)
        case "news" | "since" as one, []:
            return parts.in_words(f"{one}_words", news)
    raise LookupError(gap)

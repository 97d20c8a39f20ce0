"""In which order conversations stand: fair by default, and as the reader wants."""

import hashlib
import math
from collections.abc import Callable, Iterable
from datetime import date
from enum import Enum
from typing import Any

from deliberation.annotations.models import Kind
from deliberation.annotations.tallies import PERCENT_FROM, VoteCounts, vote_counts
from deliberation.annotations.threads import Entry

Z = 1.96
"""Normal quantile of the Wilson interval (95 %)."""
DECKS = 8


class Order(Enum):
    """How threads are put in order; part of the address."""

    MIXED = "mixed"
    NEWEST = "newest"
    AGREED = "agreed"
    DISPUTED = "disputed"
    UNANSWERED = "unanswered"
    OLDEST = "oldest"


def deck(person: Any, day: date) -> str:
    """Which of a day's mixed orders a reader gets. Drawn anew each day for everybody; guests share one of their own. There are
    only so many, so that readers share pages as well."""
    if not person.is_signed_in:
        return "guest"
    return f"deck-{hashlib.blake2b(f'{person.id}:{day.isoformat()}'.encode(), digest_size=1).digest()[0] % DECKS}"


def in_order(threads: Iterable[Entry], order: Order, deck: str, day: date) -> list[Entry]:
    """Sort threads. `deck` and `day` make the mixed order fair: random, but stable for one reader on one day."""
    return sorted(threads, key=_key(order, deck, day))


def _key(order: Order, deck: str, day: date) -> Callable[[Entry], Any]:
    match order:
        case Order.MIXED:
            return lambda entry: (not entry.has_summary, not entry.is_new, _dice(entry, deck, day))
        case Order.NEWEST:
            return lambda entry: (-entry.last_activity.timestamp(), -entry.annotation.number)
        case Order.AGREED:
            return lambda entry: (-wilson(vote_counts(entry.annotation)), _dice(entry, deck, day))
        case Order.DISPUTED:
            return lambda entry: (-dispute(vote_counts(entry.annotation)), _dice(entry, deck, day))
        case Order.UNANSWERED:
            return lambda entry: (
                entry.is_answered,
                entry.annotation.kind is not Kind.QUESTION,
                entry.annotation.number,
            )
        case Order.OLDEST:
            return lambda entry: entry.annotation.number


def _dice(entry: Entry, deck: str, day: date) -> bytes:
    seed = f"{entry.annotation.number}:{deck}:{day.isoformat()}".encode()
    return hashlib.blake2b(seed, digest_size=8).digest()


def wilson(counts: VoteCounts) -> float:
    """Lower bound of the share of agreement among agree and disagree (E. B. Wilson, JASA 22, 1927); 0 to 1."""
    n = counts.agree + counts.disagree
    if n == 0:
        return 0.0
    share = counts.agree / n
    spread = Z * math.sqrt((share * (1 - share) + Z * Z / (4 * n)) / n)
    # With no agreement at all the difference is nothing but the rounding of floats.
    return max(0.0, (share + Z * Z / (2 * n) - spread) / (1 + Z * Z / n))


def dispute(counts: VoteCounts) -> float:
    """How evenly and by how many an annotation is contested; 0 below ten votes."""
    n = counts.agree + counts.disagree
    if counts.n < PERCENT_FROM or n == 0:
        return 0.0
    return min(counts.agree, counts.disagree) / n * math.log2(1 + n)

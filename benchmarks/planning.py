"""What is written into a measured database, one step after the other and the same every time: who writes what where, who
replies to whom, how people vote. `writers.py` lets the verbs do it, or writes the same rows in bulk."""

import random
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from places import REPLIES, Place, Shape

from deliberation.annotations.models import Kind, StanceValue, VoteValue

KINDS = tuple(Kind)
WEIGHTS = (30, 15, 20, 12, 15, 8)
VOTES = (0, 0, 1, 3, 7)
HELD = 0.01
STANCES = 40
CLIENTS = 8
"""People who write and people who vote while it is measured; the voters have written nothing themselves, and nobody's votes
are theirs."""
DAYS = 60


@dataclass(frozen=True)
class Step:
    """One annotation with the votes on it. `author` and voters count from 0 within the declaration, `at` is the share of the
    time that is over, `text` the number of the words."""

    number: int
    place: Place
    author: int
    text: int
    kind: Kind | None
    root: int | None
    at: float
    is_held: bool
    votes: tuple[tuple[int, VoteValue], ...]


def steps(shape: Shape, people: int, texts: int) -> Iterator[Step]:
    """`people`: how many may write in each declaration, the last of them excepted, who vote while it is measured."""
    chance = random.Random(42)
    threads: dict[Place, array[int]] = {}
    counts: dict[Place, int] = {}
    writers = people - CLIENTS
    values = tuple(VoteValue)
    for number, place in enumerate(shape.places(), start=1):
        here = threads.setdefault(place, array("i"))
        counts[place] = count = counts.get(place, -1) + 1
        root = _root(here, place, count, chance)
        kind = None if root else chance.choices(KINDS, WEIGHTS)[0]
        is_held = place.threads is None and root is None and chance.random() < HELD
        author = number % writers
        if not (root or is_held):
            here.append(number)
        cast = 0 if is_held else chance.choice(VOTES)
        voters = [voter for voter in chance.sample(range(writers), cast) if voter != author]
        votes = tuple((voter, chance.choices(values, (5, 3, 2))[0]) for voter in voters)
        yield Step(number, place, author, chance.randrange(texts), kind, root, number / shape.annotations, is_held, votes)


def _root(here: "array[int]", place: Place, count: int, chance: random.Random) -> int | None:
    """The conversation that this one belongs to, if it opens none."""
    if place.threads is not None:
        return None if count < place.threads else here[count % place.threads]
    return chance.choice(here) if here and chance.random() < REPLIES else None


def stances(people: int, chance: random.Random) -> list[tuple[int, StanceValue]]:
    """Who takes which stance on one paragraph."""
    holders = chance.sample(range(people - CLIENTS), min(STANCES, people - CLIENTS))
    return [(holder, chance.choices(tuple(StanceValue), (5, 3, 1, 1))[0]) for holder in holders]

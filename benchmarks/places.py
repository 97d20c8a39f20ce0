"""Where the annotations of a measured database stand. Nothing here knows a database.

The first thesis is the same in every size: 20 paragraphs, 200 annotations, a fifth of them at the first paragraph. The second
has one paragraph with 200 and one with 1 000 annotations that a page shows whole. Everything else is what grows:

- *wide*: more people write on more text. Each paragraph gets about 200 annotations, a thesis has 20 paragraphs, a declaration
  25 theses (500 paragraphs; the German child and youth welfare act has 460), and beyond 100 000 there are more declarations;
- *deep*: everybody writes on the same 200 paragraphs of one declaration, which is harder and hardly ever so.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

PER_THESIS = 20
PER_PARAGRAPH = 200
THESES_MAX = 25
DEEP_THESES = 10
REPLIES = 0.35
READ, LONG = 200, 1000
"""Annotations of the thesis that is read, and at the longest paragraph."""
THREADS = 100
"""As many conversations as one page shows (`annotations.reading.THREADS_MAX`)."""


@dataclass(frozen=True)
class Place:
    """A paragraph, counted from 0 among the declarations, theses and paragraphs. `threads`: how many conversations there are at
    most; what comes later replies to them in turn. None: about a third replies, by chance."""

    declaration: int
    thesis: int
    paragraph: int
    threads: int | None = None


@dataclass(frozen=True)
class Shape:
    """`spread_over`: only what is spread evenly over so many theses of one declaration (`publishing.py`)."""

    annotations: int
    is_deep: bool = False
    spread_over: int = 0

    @property
    def name(self) -> str:
        return f"{'deep' if self.is_deep else 'wide'}-{self.annotations}"

    @property
    def theses(self) -> list[int]:
        """How many theses each declaration has."""
        if self.spread_over:
            return [self.spread_over]
        if self.is_deep:
            return [2 + DEEP_THESES]
        wanted = max(1, round(self.annotations / (PER_THESIS * PER_PARAGRAPH)))
        counts = [min(THESES_MAX, wanted - start) for start in range(0, wanted, THESES_MAX)]
        return [2 + counts[0], *counts[1:]]

    def places(self) -> Iterator[Place]:
        """One for each annotation, in the order of writing; what does not grow is spread over the whole time."""
        chance = random.Random(7)
        first = 0 if self.spread_over else 2
        fixed = _fixed(chance)[: self.annotations] if first else []
        every = max(1, self.annotations // max(1, len(fixed)))
        counts = self.theses
        grown = [(number, thesis) for number, count in enumerate(counts) for thesis in range(0 if number else first, count)]
        given = 0
        for number in range(self.annotations):
            if number % every == 0 and given < len(fixed):
                given += 1
                yield fixed[given - 1]
            else:
                yield Place(*chance.choice(grown), chance.randrange(PER_THESIS))


def _fixed(chance: random.Random) -> list[Place]:
    read = [Place(0, 0, 0 if n % 5 == 0 else chance.randrange(PER_THESIS)) for n in range(READ)]
    shown = [Place(0, 1, 0, THREADS)] * READ + [Place(0, 1, 1, THREADS)] * LONG
    both = read + shown
    chance.shuffle(both)
    return both

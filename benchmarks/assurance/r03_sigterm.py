"""R03: SIGTERM while eight people post, twenty times, on both databases."""

import time

from benchmarks.assurance import Measured
from benchmarks.assurance.live import ENGINES, live
from tests import builders
from tests.serving.test_ending import Load, _missing, sessions_of

ROUNDS, CLIENTS, STOPPED = 20, 8, 10.0


def measure() -> list[Measured]:
    return [_on(engine) for engine in ENGINES]


def _on(engine: str) -> Measured:
    with live(engine) as here:
        cast = builders.cast()
        sessions = sessions_of(here.app, cast, CLIENTS)
        stored: set[str] = set()
        slowest, left, odd = 0.0, 0, 0
        for _round in range(ROUNDS):
            site = here.serve()
            with Load(site, cast.declaration.slug, sessions) as load:
                told = time.monotonic()
                status = site.stop()
                slowest = max(slowest, time.monotonic() - told)
            stored |= load.stored
            left += sum(began < told for began, _ended, _error in load.unanswered)
            odd += len(load.odd) + bool(status)
        lost = len(_missing(stored))
    words = (
        f"{engine}, {ROUNDS} rounds, {CLIENTS} people, {len(stored)} acknowledged: {lost} lost, {left} requests that had begun "
        f"left unanswered, {odd} errors, stopped after at most {slowest:.1f} s"
    )
    return Measured("R03", words, not (lost or left or odd) and slowest <= STOPPED)

"""R02: one worker is killed while eight people post, twenty times, on both databases."""

import os
import signal
import time

from benchmarks.assurance import Measured
from benchmarks.assurance.live import ENGINES, live
from tests import builders
from tests.serving.site import Site
from tests.serving.test_ending import Load, _missing, sessions_of

ROUNDS, CLIENTS, NEXT = 20, 8, 2.0


def measure() -> list[Measured]:
    return [_on(engine) for engine in ENGINES]


def _on(engine: str) -> Measured:
    with live(engine) as here:
        cast = builders.cast()
        sessions, site = sessions_of(here.app, cast, CLIENTS), here.serve()
        stored: set[str] = set()
        slowest, odd, unanswered = 0.0, 0, 0
        for _round in range(ROUNDS):
            with Load(site, cast.declaration.slug, sessions) as load:
                os.kill(site.workers()[0], signal.SIGKILL)
                slowest = max(slowest, _next(site))
                before = len(load.stored)
                while len(load.stored) < before + CLIENTS and not load.odd:
                    time.sleep(0.01)
            stored |= load.stored
            odd, unanswered = odd + len(load.odd), unanswered + len(load.unanswered)
        lost = len(_missing(stored))
    words = (
        f"{engine}, {ROUNDS} rounds, {CLIENTS} people, {len(stored)} acknowledged: {lost} lost, next request after at most "
        f"{slowest:.2f} s, {unanswered} cut off, {odd} answered with an error"
    )
    return Measured("R02", words, not lost and not odd and slowest <= NEXT)


def _next(site: Site) -> float:
    began = time.monotonic()
    while True:
        try:
            if site.get("/healthz")[0] == 200:
                return time.monotonic() - began
        except OSError:
            time.sleep(0.01)

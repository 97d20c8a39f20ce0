"""P8: memory of a worker while it answers a hundred thousand requests of all kinds."""

import time
from collections.abc import Iterator

from bench import Bench, say
from crowd import Load
from goals import Row, number
from mixing import deeds
from sites import open_site

REQUESTS, QUICK_REQUESTS, STEPS = 100_000, 5_000, 10
PEOPLE = 8
MOST_MB, GROWTH = 130, 1.05
LONGEST, QUICK_LONGEST = 1200, 75
"""Seconds after which it ends, however many requests there were."""


def measure(bench: Bench) -> Iterator[Row]:
    wanted = QUICK_REQUESTS if bench.is_quick else REQUESTS
    longest = QUICK_LONGEST if bench.is_quick else LONGEST
    with open_site(bench.small) as site:
        people = site.people(site.filled.crowd[:PEOPLE])
        first, began, done, steps = site.server.megabytes(), time.monotonic(), 0, []
        for step in range(STEPS):
            plans = deeds(site, people, wanted // STEPS // PEOPLE + 1, step)
            asks = tuple(tuple(deed.ask for deed in plan) for plan in plans)
            left = (longest - (time.monotonic() - began)) / (STEPS - step)
            report = bench.crowd.drive(Load(site.port, asks, left, most=wanted // STEPS))
            if report.errors:
                raise RuntimeError(f"mixed requests: {dict(report.errors)}")
            done += len(report.times)
            steps.append(site.server.megabytes())
            say(f"{done} requests, {steps[-1]:.0f} MB")
    told = ", ".join(f"{one:.0f}" for one in steps)
    row = f"after {number(done)} mixed requests ({number(first)} MB before; in ten steps {told})"
    yield Row("p8", row, (steps[-1],), "MB", wanted=f"≤ {MOST_MB} MB", is_met=steps[-1] <= MOST_MB)
    growth = steps[-1] / steps[STEPS // 2 - 1]
    yield Row(
        "p8", "… growth in the second half", (), "", ratio=number(growth), wanted=f"flat: ≤ {GROWTH}", is_met=growth <= GROWTH
    )
    if done < wanted * 0.99:
        yield Row("p8", f"… ended after {longest} s with {number(done)} of {number(wanted)} requests", (), "", is_met=False)

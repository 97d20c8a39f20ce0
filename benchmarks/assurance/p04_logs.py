"""P04: a thousand mixed requests full of secrets and more than twenty faults; what the real server wrote is searched."""

from benchmarks.assurance import Measured
from benchmarks.assurance.live import ENGINES, live
from deliberation.counters import FILE
from tests import builders
from tests.security import logbook
from tests.security.logbook import Visit
from tests.security.stage import sign_in

REQUESTS, FAULTS = 1000, 20


def measure() -> list[Measured]:
    return [_measure(engine) for engine in ENGINES]


def _measure(engine: str) -> Measured:
    with live(engine) as here:
        cast = builders.cast()
        number = builders.annotate(cast.ada, cast.declaration).number
        known = sign_in(here.app, cast.ben)
        site = here.serve(DELIBERATION_RATELIMIT_ENABLED="1", DELIBERATION_LOG_LEVEL="DEBUG")
        visit, requests, faults = Visit(site, known, number=number), 0, 0
        while requests < REQUESTS:
            requests += visit.come(requests)
        logbook.plant_faults()
        while faults < FAULTS:
            requests += visit.come(requests)
            faults += sum(status >= 500 for status in visit.statuses)
        logbook.take_out_faults()
        if engine == "sqlite":
            (site.errors.parent / FILE).write_bytes(b"damaged" * 1000)
            requests += visit.come(requests)
        found, lines = visit.repeated(), len(site.errors.read_text().splitlines())
    words = (
        f"{engine}: {requests} requests with {len(visit.said)} secrets, {faults} faults forced in the database, {lines} lines "
        f"written: {len(found)} secrets in them {found[:3] or ''}"
    )
    return Measured("P04", words, not found and lines > requests / 2)

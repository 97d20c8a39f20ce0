"""S22 and S32: bodies beyond measure and requests that can be read in two ways, sent to the real server one by one."""

import re
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.assurance import Measured
from tests.serving.site import Site
from tests.serving.test_odd_requests import BEYOND_MEASURE, SECOND, TWO_WAYS

SLOWEST, MEMORY = 1.0, 50.0


def measure() -> list[Measured]:
    with TemporaryDirectory(prefix="deliberation-s22-") as folder:
        site = Site(Path(folder), "serve", "--no-jobs", DELIBERATION_RATELIMIT_ENABLED="0")
        try:
            return [_beyond_measure(site), _two_ways(site)]
        finally:
            site.stop()


def _beyond_measure(site: Site) -> Measured:
    site.get("/login")
    before, took, odd = site.megabytes(), {}, []
    for name, send in BEYOND_MEASURE.items():
        began = time.monotonic()
        heard = send(site)
        took[name] = time.monotonic() - began
        statuses = re.findall(rb"HTTP/1\.[01] (\d+)", heard)
        odd += [] if statuses in ([b"400"], [b"413"], [b"431"]) else [f"{name}: {heard[:60]!r}"]
    grown, slowest = site.megabytes() - before, max(took, key=lambda name: took[name])
    words = (
        f"{len(took)} bodies: {len(odd)} not refused {odd or ''}, slowest answer {took[slowest]:.2f} s ({slowest}, sending "
        f"included), worker +{grown:.0f} MB at most"
    )
    return Measured("S22", words, not odd and took[slowest] <= SLOWEST and grown <= MEMORY)


def _two_ways(site: Site) -> Measured:
    answers = {name: site.say(request + SECOND) for name, request in TWO_WAYS.items()}
    taken = [name for name, heard in answers.items() if not re.match(rb"HTTP/1\.[01] (400|501) ", heard)]
    smuggled = [name for name, heard in answers.items() if heard.count(b"HTTP/1.") > 1]
    words = f"{len(answers)} requests: {len(taken)} taken {taken or ''}, {len(smuggled)} followed by a second {smuggled or ''}"
    return Measured("S32", words, not taken and not smuggled)

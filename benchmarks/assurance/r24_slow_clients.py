"""R24: two hundred slow clients of each kind, with as many descriptors as usual and with 64."""

import resource
import socket
import time
from contextlib import ExitStack, suppress

from benchmarks.assurance import Measured
from benchmarks.assurance.live import live
from tests.serving.site import Browser, Site
from tests.serving.test_slow_clients import SLOW, Drip

COUNT, PAGE, PAGES = 200, 2.0, ("/", "/login", "/healthz")
LATEST = 75.0
"""Header and text together may take 40 s; then everybody slow has been dropped."""


def measure() -> list[Measured]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    del soft
    return [_with(0), _with(64)]


def _with(descriptors: int) -> Measured:
    slowest: dict[str, float] = {}
    with live("sqlite") as here:
        site = here.serve("--no-jobs", descriptors=descriptors)
        site.get("/")
        for what, beginning in SLOW.items():
            with ExitStack() as stack:
                clients = Drip(stack, site.connect, COUNT, beginning).sockets
                slowest[what] = _slowest_page(site, 5)
                if what == "a header":
                    dropped = _dropped_after(clients)
        slowest["all of them, and readers who take nothing"] = _all_kinds(site)
        slowest["afterwards"] = _slowest_page(site, 1)
        errors = [line for line in site.errors.read_text().splitlines() if "ERROR" in line or "Traceback" in line]
    worst = max(slowest.values())
    kinds = ", ".join(f"{what} {seconds:.2f} s" for what, seconds in slowest.items())
    words = (
        f"{COUNT} slow clients, ulimit -n {descriptors or 'as usual'}: slowest other page {worst:.2f} s ({kinds}); "
        f"the last dripping header was dropped after {dropped:.0f} s; {len(errors)} errors logged {errors[:2] or ''}"
    )
    return Measured("R24", words, worst <= PAGE and dropped <= LATEST and not errors)


def _slowest_page(site: Site, seconds: float) -> float:
    """Of somebody who comes anew each time."""
    slowest, end = 0.0, time.monotonic() + seconds
    while time.monotonic() < end:
        for path in PAGES:
            began = time.monotonic()
            browser = Browser(site.port)
            assert browser.get(path).status == 200
            browser.close()
            slowest = max(slowest, time.monotonic() - began)
    return slowest


def _dropped_after(clients: list[socket.socket]) -> float:
    """Until the server has hung up on everybody, or it takes too long."""
    began, left = time.monotonic(), list(clients)
    while left and time.monotonic() - began < LATEST + 1:
        time.sleep(0.2)
        left = [one for one in left if not _is_hung_up(one)]
    return time.monotonic() - began


def _is_hung_up(client: socket.socket) -> bool:
    try:
        return client.recv(1000) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _all_kinds(site: Site) -> float:
    with ExitStack() as stack:
        for beginning in SLOW.values():
            Drip(stack, site.connect, COUNT, beginning)
        for _number in range(COUNT):
            reader = stack.enter_context(site.connect())
            with suppress(OSError):
                reader.sendall(b"GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return _slowest_page(site, 10)

"""People who sign in by password at the same moment, and how much memory that takes."""

import time
from dataclasses import dataclass
from threading import Event, Thread

from deliberation.accounts.passwords import hash_password
from deliberation.clock import now
from tests import builders
from tests.serving.site import Browser, Site, all_at_once

PEOPLE = 32
MEGABYTES = 350
PASSWORD = "vier Wörter ohne Zusammenhang"


@dataclass(frozen=True)
class Rush:
    """What came back: the states, after how long the last one, and by how much the server had grown meanwhile."""

    states: list[int]
    seconds: float
    megabytes: float


def make_people() -> None:
    """Every second one has an account: without one it costs the same."""
    for number in range(0, PEOPLE, 2):
        builders.make_user(f"person{number}", password_hash=hash_password(PASSWORD), confirmed_at=now())


def rush(site: Site) -> Rush:
    """All of them at once, each from a browser of her own."""
    browsers = [Browser(site.port) for _number in range(PEOPLE)]
    tokens = [browser.token("/login") for browser in browsers]

    def sign_in(number: int) -> int:
        email = f"person{number}@example.org"
        fields = {"csrf_token": tokens[number], "email": email, "password": PASSWORD}
        return browsers[number].post("/login", fields).status

    watch, begun = Watch(site), time.monotonic()
    try:
        states = all_at_once([lambda n=n: sign_in(n) for n in range(PEOPLE)])  # type: ignore[misc]
        return Rush(states, time.monotonic() - begun, watch.stop())
    finally:
        watch.stop()
        for browser in browsers:
            browser.close()


class Watch:
    """How much more memory all processes of the server take than when this began, each shared page counted once."""

    def __init__(self, site: Site) -> None:
        self._site, self._ended = site, Event()
        self._before = self._most = self._megabytes()
        self._thread = Thread(target=self._look)
        self._thread.start()

    def stop(self) -> float:
        self._ended.set()
        self._thread.join()
        return self._most - self._before

    def _look(self) -> None:
        while not self._ended.wait(0.02):
            self._most = max(self._most, self._megabytes())

    def _megabytes(self) -> float:
        return sum(_proportional(pid) for pid in (self._site.process.pid, *self._site.workers())) / 1024


def _proportional(pid: int) -> int:
    with open(f"/proc/{pid}/smaps_rollup") as maps:
        return next(int(line.split()[1]) for line in maps if line.startswith("Pss:"))

"""R01: the whole server is killed under load, again and again; what it acknowledged is there, once.

`ROUNDS=20` in the environment does fewer than the two hundred.
"""

import os
import random
import signal
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.assurance import Measured
from benchmarks.assurance.live import live
from deliberation.sqlite import driver as sqlite3
from tests import builders
from tests.security.stage import sign_in
from tests.serving.site import Browser, Site

CLIENTS, READY = 8, 5.0


def measure() -> Measured:
    """Eight people post and vote; 30 to 400 ms after the first answer the process group gets SIGKILL."""
    rounds, chance = int(os.environ.get("ROUNDS", "200")), random.Random(1)
    posts, votes, slowest = set[str](), dict[int, tuple[str, set[str]]](), 0.0
    acknowledged = 0
    with live("sqlite") as here:
        cast = builders.cast()
        target = builders.annotate(cast.otto, cast.declaration, "1.1").number
        people = [builders.make_member(cast.declaration) for _number in range(CLIENTS)]
        voters = [person.membership_in(cast.declaration.id).id for person in people]
        file = Path(here.app.instance_path) / "test.sqlite3"
        site = here.serve("--no-jobs")
        sessions = [_Session(site, sign_in(here.app, person), number) for number, person in enumerate(people)]
        for number in range(rounds):
            if number:
                began = time.monotonic()
                site = here.serve("--no-jobs")
                slowest = max(slowest, time.monotonic() - began)
            threads = [threading.Thread(target=each.go_on, args=(site.port, target)) for each in sessions]
            for thread in threads:
                thread.start()
            _wait_for_more(sessions)
            time.sleep(chance.uniform(0.03, 0.4))
            for pid in [*site.workers(), site.process.pid]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            site.process.wait()
            for thread in threads:
                thread.join()
        acknowledged = sum(each.acknowledged for each in sessions)
        for each, voter in zip(sessions, voters, strict=True):
            posts |= each.posted
            votes[voter] = each.vote, each.unknown
        found, whole = _look(file)
        lost = [words for words in posts if found[words] == 0]
        doubled = [words for words in found if words.startswith("R01 ") and found[words] > 1]
        wrong = _wrong_votes(file, votes)
    words = (
        f"{rounds} kills, {acknowledged} acknowledged: {len(lost)} lost, {len(doubled)} doubled, {wrong} votes wrong, "
        f"integrity {whole}, ready again after at most {slowest:.1f} s"
    )
    is_kept = not lost and not doubled and not wrong and whole == "ok"
    return Measured("R01", words, is_kept and acknowledged >= rounds and slowest <= READY)


def _wait_for_more(sessions: list["_Session"]) -> None:
    """Until the first act of this round was answered: a server that has just started takes its time over that one."""
    before, end = sum(each.acknowledged for each in sessions), time.monotonic() + 10
    while sum(each.acknowledged for each in sessions) == before and time.monotonic() < end:
        time.sleep(0.005)


class _Session:
    """One person who goes on, whatever happens to the server. What was not answered may be stored or not."""

    def __init__(self, site: Site, cookie: str, number: int) -> None:
        browser = Browser(site.port, cookie)
        self._token = browser.token("/d/erklaerung/3/1/annotations")
        self._cookies = dict(browser._cookies)
        self._number, self._count = number, 0
        self.posted: set[str] = set()
        self.vote, self.unknown, self.acknowledged = "", set[str](), 0

    def go_on(self, port: int, target: int) -> None:
        browser = Browser(port)
        browser._cookies = dict(self._cookies)
        with suppress(OSError, ConnectionError, ValueError, Exception):
            while True:
                self._count += 1
                words = f"R01 {self._number} {self._count}"
                fields: dict[str, Any] = {
                    "csrf_token": self._token, "kind": "practice", "body": words, "action": "send", "checked": "1",
                    "form_key": words,
                }  # fmt: skip
                if browser.post("/d/erklaerung/3/1/annotations", fields).status == 303:
                    self.posted.add(words)
                    self.acknowledged += 1
                value = ("agree", "disagree")[self._count % 2]
                self.unknown.add(value)
                if browser.post(f"/a/{target}/vote", {"csrf_token": self._token, "vote": value}).status == 303:
                    self.vote, self.unknown = value, set()
                    self.acknowledged += 1


def _look(file: Path) -> tuple[Counter[str], str]:
    with sqlite3.connect(file) as connection:
        found = Counter(words for (words,) in connection.execute("SELECT body FROM annotation"))
        [(whole,)] = connection.execute("PRAGMA integrity_check")
    return found, whole


def _wrong_votes(file: Path, expected: dict[int, tuple[str, set[str]]]) -> int:
    with sqlite3.connect(file) as connection:
        stored = dict(connection.execute("SELECT voter_id, value FROM vote").fetchall())
    return sum(stored.get(voter, "") not in {last} | unknown for voter, (last, unknown) in expected.items())

"""A long, mixed load on the production server, and whether its memory stays flat: `python benchmarks/soaking.py --minutes 60`.

People read (85 of 100 acts, half of them signed in), vote (10) and post (5) at a steady pace; now and then somebody signs in, and
a file is made. Each minute prints what the workers hold and how long answers took; the end says whether it grew.
"""

import argparse
import itertools
import logging
import os
import random
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from browsing import Browser
from filling import PASSWORD, SLUG
from places import PER_THESIS, Shape
from servers import Process
from sites import Site, open_site
from words import bodies

from deliberation.accounts.models import find_user_by_email
from deliberation.database import db, set_reading
from deliberation.declarations.actions import grant_role
from deliberation.declarations.models import find_declaration
from deliberation.permissions import Role

PEOPLE = 8
SAMPLE_SECONDS = 5.0
SIGN_IN_SECONDS = 15.0
EXPORT_SECONDS = 45.0
FLAT_SHARE = 0.03
FLAT_MEGABYTES = 4.0
"""Grown by less than either over the second half is flat: the pool of the allocator breathes by that much."""
JUDGED_MINUTES = 10.0
"""Before, threads, pools and caches are still filling."""
FORMATS = ("csv", "json", "md")


@dataclass
class Score:
    """What happened since the last minute began."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    milliseconds: list[float] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)

    def note(self, name: str, milliseconds: float, fault: str) -> None:
        with self.lock:
            self.milliseconds.append(milliseconds)
            if fault:
                self.faults[f"{name}: {fault}"] = self.faults.get(f"{name}: {fault}", 0) + 1

    def take(self) -> tuple[list[float], dict[str, int]]:
        with self.lock:
            found = sorted(self.milliseconds), dict(self.faults)
            self.milliseconds.clear()
            self.faults.clear()
            return found


@dataclass(frozen=True)
class Held:
    """What the workers hold at one moment."""

    at: float
    pids: tuple[int, ...]
    megabytes: tuple[float, ...]
    descriptors: int
    threads: int


class Person(threading.Thread):
    """Does one act after the other, at her share of the pace, and stops for nothing."""

    def __init__(self, number: int, site: Site, score: Score, pause: float, end: float) -> None:
        super().__init__(daemon=True)
        filled, server = site.filled, site.server
        self.server, self.filled, self.theses = server, filled, site.shape.theses[0]
        self.score, self.pause, self.until = score, pause, end
        self.chance = random.Random(number)
        self.guest = Browser(server.port)
        self.voter = Browser(server.port).sign_in(filled.voters[number % len(filled.voters)], PASSWORD)
        self.writer = Browser(server.port).sign_in(filled.writers[number % len(filled.writers)], PASSWORD)
        self.place = f"/d/{SLUG}/1/{number % 18 + 2}"
        self.votes, self.posts = self.voter.token(self.place), self.writer.token(f"{self.place}/annotations")
        # With her second factor, which a file asks for.
        self.organiser = Browser(server.port, site.moderator.cookie)
        self.texts = itertools.cycle(bodies())
        self.sign_in_at = time.monotonic() + self.chance.uniform(0, SIGN_IN_SECONDS * PEOPLE)
        self.export_at = time.monotonic() + self.chance.uniform(0, EXPORT_SECONDS * PEOPLE)

    def run(self) -> None:
        while (at := time.monotonic()) < self.until:
            name, act = self._next(at)
            began = time.perf_counter()
            try:
                fault = act()
            except Exception as error:
                fault = type(error).__name__
            self.score.note(name, (time.perf_counter() - began) * 1000, fault)
            time.sleep(self.chance.expovariate(1 / self.pause))

    def _next(self, at: float) -> tuple[str, Callable[[], str]]:
        if at > self.sign_in_at:
            self.sign_in_at = at + SIGN_IN_SECONDS * PEOPLE
            return "sign in", self._sign_in
        if at > self.export_at:
            self.export_at = at + EXPORT_SECONDS * PEOPLE
            return "export", self._export
        draw = self.chance.random()
        return ("read", self._read) if draw < 0.85 else ("vote", self._vote) if draw < 0.95 else ("post", self._post)

    def _read(self) -> str:
        number = self.chance.randint(1, self.filled.annotations)
        thesis, paragraph = self.chance.randint(1, self.theses), self.chance.randint(1, PER_THESIS)
        path = self.chance.choice((
            f"/d/{SLUG}", f"/d/{SLUG}/{thesis}", f"/d/{SLUG}/{thesis}/{paragraph}", f"/d/{SLUG}/{thesis}/{paragraph}",
            f"/d/{SLUG}/results", f"/a/{number}", "/",
        ))  # fmt: skip
        browser = self.guest if self.chance.random() < 0.5 else self.voter
        return _expect(browser.get(path).status, 200, *((404,) if number in self.filled.unseen else ()), 303)

    def _vote(self) -> str:
        number = self.chance.randint(1, self.filled.annotations)
        if number in self.filled.unseen:
            return ""
        value = self.chance.choice(("agree", "disagree", "pass"))
        answer = self.voter.post(f"/a/{number}/vote", {"csrf_token": self.votes, "vote": value, "next": self.place})
        return _expect(answer.status, 303)

    def _post(self) -> str:
        fields = {"kind": "practice", "body": next(self.texts), "sentence": "1", "action": "send"}
        key = {"csrf_token": self.posts, "form_key": uuid.uuid4().hex}
        return _expect(self.writer.post(f"{self.place}/annotations", {**fields, **key}).status, 303)

    def _sign_in(self) -> str:
        Browser(self.server.port).sign_in(self.chance.choice(self.filled.writers), PASSWORD)
        return ""

    def _export(self) -> str:
        # A long one becomes a job, and leads to its page.
        path = f"/d/{SLUG}/export.{self.chance.choice(FORMATS)}?thesis=1"
        return _expect(self.organiser.get(path).status, 200, 303)


def main() -> None:
    options = _read_options()
    logging.disable(logging.WARNING)
    with open_site(Shape(options.annotations)) as site:
        _let_export(site)
        held = soak(site, options.minutes * 60, options.rate)
    print(f"\n{verdict(held)}")


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60, help="how long; 2 for a look")
    parser.add_argument("--rate", type=float, default=30, help="acts a second, of all people together")
    parser.add_argument("--annotations", type=int, default=10_000, help="in the database when it begins")
    return parser.parse_args()


def _let_export(site: Site) -> None:
    """Files are a matter of the organisers; the moderator becomes one."""
    with site.app.app_context():
        set_reading(False)
        moderator, declaration = find_user_by_email(site.filled.moderator), find_declaration(SLUG)
        if moderator is None or declaration is None:
            raise RuntimeError("this database was filled by another program")
        grant_role(moderator, Role.ORGANISER, declaration)
        db.session.commit()


def soak(site: Site, seconds: float, rate: float) -> list[Held]:
    """Let people act for so long, and print a line each minute. What was held, every few seconds."""
    score, began = Score(), time.monotonic()
    people = [Person(number, site, score, PEOPLE / rate, began + seconds) for number in range(PEOPLE)]
    print("| minute | acts/s | p50 ms | p99 ms | slowest | faults | MB of each worker | descriptors | threads |")
    print("|---:|---:|---:|---:|---:|---|---|---:|---:|", flush=True)
    for person in people:
        person.start()
    held, spoken = [], time.monotonic()
    while time.monotonic() < began + seconds:
        time.sleep(min(SAMPLE_SECONDS, max(0.1, began + seconds - time.monotonic())))
        held.append(_look(site.server))
        if time.monotonic() - spoken >= 60 or time.monotonic() >= began + seconds:
            _say(score, held[-1], time.monotonic() - spoken, (time.monotonic() - began) / 60)
            spoken = time.monotonic()
    for person in people:
        person.join(30)
    return held


def _expect(status: int, *fine: int) -> str:
    return "" if status in fine else str(status)


def _look(server: Process) -> Held:
    pids = tuple(server.workers())
    page = os.sysconf("SC_PAGE_SIZE")
    megabytes = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page / 2**20 for pid in pids]
    descriptors = sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in pids)
    threads = sum(len(os.listdir(f"/proc/{pid}/task")) for pid in pids)
    return Held(time.monotonic(), pids, tuple(megabytes), descriptors, threads)


def _say(score: Score, held: Held, seconds: float, minute: float) -> None:
    taken, faults = score.take()
    if not taken:
        return
    p50, p99 = (taken[int(share * (len(taken) - 1))] for share in (0.5, 0.99))
    memory = " + ".join(f"{one:.0f}" for one in held.megabytes)
    told = ", ".join(f"{count} × {fault}" for fault, count in sorted(faults.items())) or "0"
    print(
        f"| {minute:.0f} | {len(taken) / seconds:.1f} | {p50:.1f} | {p99:.1f} | {taken[-1]:.0f} | {told} | {memory} "
        f"| {held.descriptors} | {held.threads} |",
        flush=True,
    )


def verdict(held: Sequence[Held]) -> str:
    """Of the second half: the line through the memory of all workers, and what it means."""
    late = held[len(held) // 2 :]
    if len({one.pids for one in late}) > 1:
        return "A worker was started anew in the second half: **not steady**, whatever its memory does."
    if len(late) < 3:
        return "Too short to say anything."
    at, sums = [one.at / 3600 for one in late], [sum(one.megabytes) for one in late]
    slope = statistics.linear_regression(at, sums).slope
    grown = slope * (at[-1] - at[0])
    is_flat = grown < max(FLAT_MEGABYTES, FLAT_SHARE * statistics.mean(sums))
    minutes = (at[-1] - at[0]) * 60
    word = "too short to judge" if minutes < JUDGED_MINUTES else "flat" if is_flat else "growing"
    return (
        f"Memory in the last {minutes:.0f} minutes: {statistics.mean(sums):.0f} MB on average, {slope:+.1f} MB an hour, "
        f"{grown:+.1f} MB in that time: **{word}**. "
        f"Descriptors {late[0].descriptors} → {late[-1].descriptors}, threads {late[0].threads} → {late[-1].threads}."
    )


if __name__ == "__main__":
    main()

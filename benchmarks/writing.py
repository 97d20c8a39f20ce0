"""P5: eight people post and vote through the whole stack at once, beside plain durable inserts into SQLite. Everything that was
answered as done is looked for afterwards."""

import itertools
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from asking import Person
from bench import Bench
from crowd import Ask, Load, Report
from filling import SLUG
from goals import Row, compared, spread
from kept import working_folder
from planning import CLIENTS
from sites import Site, open_site
from sqlalchemy import select
from words import texts

from deliberation.accounts.models import find_user_by_email
from deliberation.annotations.models import Annotation, Vote
from deliberation.database import BUSY_TIMEOUT_MS, db
from deliberation.sqlite import driver as sqlite3
from deliberation.sqlite import journal_mode

SPREAD = 7919
"""A prime: steps of it come to every annotation."""
POSTING, VOTING = "annotations", "votes"
LEAST = {POSTING: 0.15, VOTING: 0.25}
MOST = 400
"""Requests that are prepared for one person and one run."""
TABLE = """
    CREATE TABLE annotation (id INTEGER PRIMARY KEY AUTOINCREMENT, author INTEGER, form_key TEXT, body TEXT, body_html TEXT);
    CREATE UNIQUE INDEX once ON annotation (author, form_key);
    CREATE TABLE vote (id INTEGER PRIMARY KEY, annotation INTEGER, voter INTEGER, value TEXT, cast_at TEXT);
    CREATE UNIQUE INDEX one ON vote (annotation, voter);
"""


class Writers:
    """The people who write or vote on a site, and what was answered as done."""

    def __init__(self, site: Site, work: str) -> None:
        self.site, self.work = site, work
        self.emails = site.filled.writers if work == POSTING else site.filled.voters
        self._people = site.people(self.emails)
        make = self._posts if work == POSTING else self._votes
        self._turns = [make(person, number) for number, person in enumerate(self._people)]
        self._sent: list[list[str]] = []
        self.confirmed: list[set[str]] = [set() for _person in self._people]

    def load(self, seconds: float) -> Load:
        """What each sends in the next run; to be followed by `note`."""
        taken = [[next(turns) for _ask in range(MOST)] for turns in self._turns]
        self._sent = [[key for key, _ask in asks] for asks in taken]
        return Load(self.site.port, tuple(tuple(ask for _key, ask in asks) for asks in taken), seconds)

    def note(self, report: Report) -> None:
        if report.errors:
            raise RuntimeError(f"{self.work}: {dict(report.errors)}")
        if max(map(len, report.done)) > MOST:
            raise RuntimeError("too few requests were prepared")
        for done, keys, confirmed in zip(report.done, self._sent, self.confirmed, strict=True):
            confirmed.update(keys[turn] for turn in done)

    def _posts(self, person: Person, number: int) -> Iterator[tuple[str, Ask]]:
        path = f"/d/{SLUG}/1/{number + 2}/annotations"
        for body in itertools.cycle(texts()):
            key = uuid.uuid4().hex
            fields = [("kind", "practice"), ("body", body), ("sentence", "1"), ("action", "send"), ("form_key", key)]
            yield key, person.post(path, fields, b"sent=")

    def _votes(self, person: Person, number: int) -> Iterator[tuple[str, Ask]]:
        """Every visible annotation in turn, spread over the table; then again with another value."""
        unseen, count = set(self.site.filled.unseen), self.site.filled.annotations
        for value in itertools.cycle(("agree", "disagree", "pass")):
            for turn in range(count):
                one = (turn * SPREAD + number * 997) % count + 1
                if one not in unseen:
                    fields = [("vote", value), ("next", f"/d/{SLUG}/1/1")]
                    yield str(one), person.post(f"/a/{one}/vote", fields, b"#a-%d" % one)

    def count_lost(self) -> int:
        """What was answered as done and is not in the database."""
        with self.site.app.app_context():
            lost = 0
            for email, confirmed in zip(self.emails, self.confirmed, strict=True):
                user = find_user_by_email(email)
                own = [one.id for one in user.memberships] if user else []
                query = select(Annotation.form_key).where(Annotation.author_id.in_(own))
                if self.work == VOTING:
                    query = select(Vote.annotation_id).where(Vote.voter_id.in_(own))
                lost += len(confirmed - {str(key) for key in db.session.scalars(query)})
            db.session.remove()
            db.engine.dispose()
        return lost


def measure(bench: Bench) -> Iterator[Row]:
    """Ours and raw in turn, on the same disk."""
    with open_site(bench.small) as site, working_folder() as folder:
        raw = _raw_database(folder / "raw.sqlite3")
        numbers = itertools.count(1)
        for work, insert in ((VOTING, _raw_vote), (POSTING, _raw_annotation)):
            writers, ours, theirs = Writers(site, work), [], []
            for round_ in range(1 + bench.rounds):
                rate = _raw_rate(raw, insert, numbers, bench.seconds)
                report = bench.crowd.drive(writers.load(bench.seconds))
                writers.note(report)
                if round_:
                    theirs.append(rate)
                    ours.append(report)
            rates, lost = [one.rate for one in ours], writers.count_lost()
            row = Row("p5", f"{work}, {CLIENTS} people", rates, "per s", f"raw SQLite {spread(theirs, 'per s')}")
            yield compared(row, rates, theirs, LEAST[work])
            yield Row("p5", f"… p99 of {work}", [one.at(0.99) for one in ours], "ms")
            confirmed = sum(map(len, writers.confirmed))
            yield Row("p5", f"… {confirmed} {work} confirmed, {lost} of them lost", (), "", wanted="0 lost", is_met=not lost)


def _raw_database(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", f"journal_mode={journal_mode()}", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.executescript(TABLE)
    return connection


def _raw_rate(
    connection: sqlite3.Connection, insert: Callable[[sqlite3.Connection, int], None], numbers: Iterator[int], seconds: float
) -> float:
    """Plain inserts a second, one durable commit each, one after the other."""
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        connection.execute("BEGIN IMMEDIATE")
        insert(connection, next(numbers))
        connection.execute("COMMIT")
        count += 1
    return count / (time.perf_counter() - began)


def _raw_annotation(connection: sqlite3.Connection, number: int) -> None:
    body = texts()[number % len(texts())]
    row = (number % CLIENTS, uuid.uuid4().hex, body, f"<p>{body}</p>")
    connection.execute("INSERT INTO annotation (author, form_key, body, body_html) VALUES (?, ?, ?, ?)", row)


def _raw_vote(connection: sqlite3.Connection, number: int) -> None:
    row = (number, number % CLIENTS, "agree", "2026-01-01 00:00:00.000000")
    connection.execute("INSERT INTO vote (annotation, voter, value, cast_at) VALUES (?, ?, ?, ?)", row)

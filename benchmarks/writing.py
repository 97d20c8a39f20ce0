"""Posting and voting as browsers do it, beside plain durable inserts into SQLite."""

import itertools
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from browsing import Browser, Run, load, median_run
from filling import CLIENTS, PASSWORD, SLUG, Filled
from reading import Site
from words import bodies

from deliberation.database import BUSY_TIMEOUT_MS, journal_mode

SPREAD = 7919
"""A prime: steps of it come to every annotation."""
TABLE = """
    CREATE TABLE annotation (id INTEGER PRIMARY KEY AUTOINCREMENT, author INTEGER, form_key TEXT, body TEXT, body_html TEXT);
    CREATE UNIQUE INDEX once ON annotation (author, form_key);
    CREATE TABLE vote (id INTEGER PRIMARY KEY, annotation INTEGER, voter INTEGER, value TEXT, cast_at TEXT);
    CREATE UNIQUE INDEX one ON vote (annotation, voter);
"""


@dataclass
class WriteMeasure:
    name: str
    site: Site
    runs: list[Run] = field(default_factory=list)
    raw_runs: list[Run] = field(default_factory=list)
    # Everything that was answered as done, each row once.
    confirmed: set[str] = field(default_factory=set)

    @property
    def result(self) -> Run:
        return median_run(self.runs)

    @property
    def ratio(self) -> float:
        return self.result.rate / median_run(self.raw_runs).rate


def measure_writing(sites: list[Site], folder: Path, seconds: float, rounds: int) -> list[WriteMeasure]:
    """Plain inserts and ours in turn. Eight people write or vote at once; everything answered 303 must be there."""
    raw = _raw_database(folder / "raw.sqlite3")
    measures = []
    for name, make, insert in (("posting", _writer, _raw_annotation), ("voting", _voter, _raw_vote)):
        ours = [WriteMeasure(name, site) for site in sites]
        turns = [(one, [make(one, number) for number in range(CLIENTS)]) for one in ours]
        numbers = itertools.count(1)
        before = [_count_rows(site, name) for site in sites]
        for _round in range(rounds):
            for one, acts in turns:
                # One thread, opened there: sqlite3 connections stay in theirs.
                one.raw_runs.append(load([_inserting(raw, insert, numbers)], seconds))
                one.runs.append(load(acts, seconds))
        for (one, _acts), rows in zip(turns, before, strict=True):
            _nothing_is_lost(one, _count_rows(one.site, name) - rows)
        measures += [one for one, _acts in turns]
    return measures


def _writer(one: WriteMeasure, number: int) -> Callable[[], None]:
    site = one.site
    browser = Browser(site.server.port).sign_in(site.filled.writers[number], PASSWORD)
    address = f"/d/{SLUG}/1/{number + 2}/annotations"
    token = browser.token(address)
    texts = itertools.cycle(bodies())

    def post() -> None:
        key = uuid.uuid4().hex
        fields = {"kind": "practice", "body": next(texts), "sentence": "1", "action": "send"}
        answer = browser.post(address, {**fields, "csrf_token": token, "form_key": key})
        if answer.status != 303 or "sent=" not in (answer.headers["Location"] or ""):
            raise RuntimeError(f"posting: {answer.status} {answer.headers['Location']}")
        one.confirmed.add(key)

    return post


def _voter(one: WriteMeasure, number: int) -> Callable[[], None]:
    site = one.site
    browser = Browser(site.server.port).sign_in(site.filled.voters[number], PASSWORD)
    back = f"/d/{SLUG}/1/1"
    token = browser.token(back)
    turns = _ballots(site.filled, number)

    def vote() -> None:
        annotation, value = next(turns)
        fields = {"csrf_token": token, "vote": value, "next": back}
        answer = browser.post(f"/a/{annotation}/vote", fields)
        if answer.status != 303 or f"#a-{annotation}" not in (answer.headers["Location"] or ""):
            raise RuntimeError(f"voting on {annotation}: {answer.status} {answer.headers['Location']}")
        one.confirmed.add(f"{number} on {annotation}")

    return vote


def _ballots(filled: Filled, number: int) -> Iterator[tuple[int, str]]:
    """Every visible annotation in turn, spread over the table; then again with another value."""
    for value in itertools.cycle(("agree", "disagree", "pass")):
        for turn in range(filled.annotations):
            annotation = (turn * SPREAD + number * 997) % filled.annotations + 1
            if annotation not in filled.unseen:
                yield annotation, value


def _raw_database(path: Path) -> Path:
    with sqlite3.connect(path) as connection:
        connection.executescript(f"PRAGMA journal_mode={journal_mode()};{TABLE}")
    return path


def _inserting(
    path: Path, insert: Callable[[sqlite3.Connection, int], None], numbers: "itertools.count[int]"
) -> Callable[[], None]:
    kept: list[sqlite3.Connection] = []

    def once() -> None:
        if not kept:
            kept.append(sqlite3.connect(path, isolation_level=None))
            for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", f"journal_mode={journal_mode()}", "synchronous=FULL"):
                kept[0].execute(f"PRAGMA {pragma}")
            kept[0].execute("PRAGMA secure_delete=ON")
        kept[0].execute("BEGIN IMMEDIATE")
        insert(kept[0], next(numbers))
        kept[0].execute("COMMIT")

    return once


def _raw_annotation(connection: sqlite3.Connection, number: int) -> None:
    body = bodies()[number % len(bodies())]
    row = (number % 8, uuid.uuid4().hex, body, f"<p>{body}</p>")
    connection.execute("INSERT INTO annotation (author, form_key, body, body_html) VALUES (?, ?, ?, ?)", row)


def _raw_vote(connection: sqlite3.Connection, number: int) -> None:
    row = (number, number % 8, "agree", "2026-01-01 00:00:00.000000")
    connection.execute("INSERT INTO vote (annotation, voter, value, cast_at) VALUES (?, ?, ?, ?)", row)


def _count_rows(site: Site, name: str) -> int:
    table = {"posting": "annotation", "voting": "vote"}[name]
    path = Path(site.app.instance_path) / "deliberation.sqlite3"
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        connection.close()


def _nothing_is_lost(one: WriteMeasure, arrived: int) -> None:
    """What was answered as done is in the database."""
    if arrived < len(one.confirmed):
        raise RuntimeError(f"{one.name}: {len(one.confirmed)} were confirmed and {arrived} arrived")

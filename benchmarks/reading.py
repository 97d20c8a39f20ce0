"""Pages under load, each beside a bare Flask view that returns the same bytes."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from browsing import Answer, Browser, Run, load, median_run
from filling import PASSWORD, SLUG, Filled
from flask import Flask
from servers import Process
from sqlalchemy import event

from deliberation.accounts.models import find_user_by_email
from deliberation.database import db

SLOW = 0.4
"""Seconds from which on a page is asked for by one client only, so that one run ends in a reasonable time."""
READER = "reader"
MODERATOR = "moderator"
PAGES = (
    ("thesis page, guest", f"/d/{SLUG}/1", ""),
    ("thesis page, signed in", f"/d/{SLUG}/1", READER),
    ("open paragraph, guest", f"/d/{SLUG}/1/1", ""),
    ("open paragraph, signed in", f"/d/{SLUG}/1/1", READER),
    ("landing page", f"/d/{SLUG}", ""),
    ("whole text", f"/d/{SLUG}/text", ""),
    ("one conversation", "/a/1", ""),
    ("what is new, signed in", f"/d/{SLUG}/new", READER),
    ("results", f"/d/{SLUG}/results", ""),
    ("queue, moderator", f"/d/{SLUG}/moderation", MODERATOR),
)


@dataclass
class Site:
    """A filled instance with its running server."""

    name: str
    app: Flask
    filled: Filled
    server: Process

    def browser(self, who: str = "") -> Browser:
        browser = Browser(self.server.port)
        return browser.sign_in(self.email(who), PASSWORD) if who else browser

    def email(self, who: str) -> str:
        return self.filled.moderator if who == MODERATOR else self.filled.voters[0]


@dataclass
class Measure:
    """One page of one site. `bytes` is the body over the wire, `queries` SELECTs only."""

    page: str
    site: Site
    path: str
    who: str
    bytes: int
    seconds: float
    queries: int
    record: str
    runs: list[Run] = field(default_factory=list)
    bare_runs: list[Run] = field(default_factory=list)

    @property
    def result(self) -> Run:
        return median_run(self.runs)

    @property
    def ratio(self) -> float:
        return self.result.rate / median_run(self.bare_runs).rate


def record(site: Site, folder: Path) -> list[Measure]:
    """Ask for every page (after a first time that warms it up) and keep the bytes for the bare view."""
    measures = []
    for number, (page, path, who) in enumerate(PAGES):
        browser = site.browser(who)
        expect(browser.get(path), 200)
        answer, seconds = _alone(browser, path)
        name = f"{site.filled.annotations}-{number}" + (".gz" if answer.headers.get("Content-Encoding") else "")
        (folder / name).write_bytes(answer.body)
        queries = count_selects(site, path, who)
        measures.append(Measure(page, site, path, who, len(answer.body), seconds, queries, name))
    return measures


def _alone(browser: Browser, path: str) -> tuple[Answer, float]:
    """The page and the median time of five views with nobody else there."""
    times = []
    for _view in range(5):
        began = time.perf_counter()
        answer = expect(browser.get(path), 200)
        times.append(time.perf_counter() - began)
    return answer, statistics.median(times)


def expect(answer: Answer, status: int) -> Answer:
    if answer.status != status:
        raise RuntimeError(f"{answer.status} instead of {status}")
    return answer


def measure(measures: list[Measure], bare: Process, clients: int, seconds: float, rounds: int) -> None:
    """A B A B: bare view and page of each site in turn, so that what else the machine does meets all alike."""
    for page in dict.fromkeys(one.page for one in measures):
        turns = [(one, *_acts(one, bare, clients)) for one in measures if one.page == page]
        for _round in range(rounds):
            for one, ours, theirs in turns:
                one.bare_runs.append(load(theirs, seconds))
                one.runs.append(load(ours, seconds))


def _acts(one: Measure, bare: Process, clients: int) -> tuple[list[Callable[[], None]], list[Callable[[], None]]]:
    count = 1 if one.seconds > SLOW else clients

    def asking(browser: Browser, path: str) -> Callable[[], None]:
        def ask() -> None:
            expect(browser.get(path), 200)

        return ask

    ours = [asking(one.site.browser(one.who), one.path) for _client in range(count)]
    return ours, [asking(Browser(bare.port), f"/{one.record}") for _client in range(count)]


def count_selects(site: Site, path: str, who: str) -> int:
    """SELECTs of one page view, asked of the application itself in this process."""
    client = site.app.test_client()
    if who:
        with site.app.app_context():
            person = find_user_by_email(site.email(who))
            identity = person.get_id() if person else ""
        with client.session_transaction() as session:
            session["_user_id"] = identity
    with site.app.app_context(), _counting(db.engine) as statements:
        client.get(path, headers={"Accept-Language": "de"})
    return len(statements)


@contextmanager
def _counting(engine: Any) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith(("SELECT", "WITH")):
            found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)

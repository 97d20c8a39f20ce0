"""Ending and dying under load: what was answered is there, what was asked before is answered, and it goes on."""

import itertools
import os
import signal
import threading
import time
from collections.abc import Callable
from http.client import HTTPException
from typing import Any

from flask import Flask
from sqlalchemy import select

from deliberation.annotations.models import Annotation
from deliberation.database import db
from tests import builders
from tests.builders import Cast
from tests.security.stage import sign_in
from tests.serving.site import PATIENCE, Browser, Site

WRITERS = 4
ROUNDS = 2
"""Twenty in `make assurance ONLY="r02 r03"`."""


class Load:
    """People who post one contribution after the other until they are told to stop, and what they were told."""

    def __init__(self, site: Site, slug: str, sessions: list[str]) -> None:
        self.site, self.slug = site, slug
        self.stored: set[str] = set()
        self.unanswered: list[tuple[float, float, str]] = []
        self.odd: list[Any] = []
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=pair) for pair in enumerate(sessions)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        while len(self.stored) < WRITERS:
            assert not self.odd, self.odd
            time.sleep(0.01)
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _write(self, number: int, session: str) -> None:
        page = f"/d/{self.slug}/3/1/annotations"
        browser, token = Browser(self.site.port, session), ""
        for count in itertools.count():
            if self._ended.is_set():
                break
            key = f"{os.urandom(8).hex()}-{number}-{count}"
            fields = {"kind": "practice", "body": f"Beitrag {key}.", "action": "send", "checked": "1", "form_key": key}
            began = time.monotonic()
            try:
                token = token or browser.token(page)
                answer = browser.post(page, {**fields, "csrf_token": token})
            except (OSError, HTTPException) as error:
                # Hung up before or in the middle of the answer, or nobody there.
                self.unanswered.append((began, time.monotonic(), repr(error)))
                browser.close()
                time.sleep(0.02)
                continue
            if answer.status == 303:
                self.stored.add(key)
            else:
                self.odd.append(answer)
        browser.close()


def sessions_of(app: Flask, cast: Cast, count: int = WRITERS) -> list[str]:
    return [sign_in(app, builders.make_member(cast.declaration, f"writer{number}")) for number in range(count)]


def _missing(stored: set[str]) -> set[str]:
    """Of what was answered as stored: what is not there exactly once."""
    db.session.rollback()
    found = list(db.session.scalars(select(Annotation.form_key)))
    assert len(found) == len(set(found))
    return stored - set(found)


def test_a_worker_that_is_killed_loses_nothing_and_the_next_one_goes_on(
    app: Flask, cast: Cast, serve: Callable[..., Site]
) -> None:
    sessions = sessions_of(app, cast)
    site, stored = serve(), set()
    for _round in range(ROUNDS):
        with Load(site, cast.declaration.slug, sessions) as load:
            [victim, *others] = site.workers()
            os.kill(victim, signal.SIGKILL)
            before = len(load.stored)
            assert site.get("/healthz")[0] == 200
            _wait_until(lambda load=load, before=before: len(load.stored) > before + WRITERS)  # type: ignore[misc]
            assert victim not in site.workers()
            assert len(site.workers()) == len(others) + 1
        assert not load.odd
        stored |= load.stored
    assert not _missing(stored)


def test_sigterm_lets_what_is_under_way_be_answered_and_loses_nothing(
    app: Flask, cast: Cast, serve: Callable[..., Site]
) -> None:
    sessions, site = sessions_of(app, cast), serve()
    with Load(site, cast.declaration.slug, sessions) as load:
        told = time.monotonic()
        assert site.stop() == 0
    # Whoever had asked before was answered.
    assert [one for one in load.unanswered if one[0] < told] == []
    assert not load.odd
    assert "Traceback" not in site.errors.read_text()
    assert not _missing(load.stored)


def _wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_slow_clients_do_not_keep_the_server_from_going(serve: Callable[..., Site]) -> None:
    site = serve()
    beginnings = (b"", b"GET / HTTP/1.1\r\n", b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n")
    slow = [(site.connect(), beginning) for beginning in beginnings for _number in range(20)]
    for connection, beginning in slow:
        connection.sendall(beginning)
    assert site.stop() == 0
    for connection, _beginning in slow:
        connection.close()

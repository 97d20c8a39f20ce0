"""The production server as it is started: it answers, does its jobs once per database, and goes cleanly."""

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from deliberation.database import db
from deliberation.jobs import FileLock, Jobs, Lock, ServerLock
from deliberation.notifications.actions import queue_mail
from deliberation.serving import AddressTaken, Server
from tests.serving.site import PATIENCE, PROGRAM, Site


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Any]:
    sites: list[Site] = []

    def make(*words: str, **settings: str) -> Site:
        sites.append(Site(tmp_path, *words, **settings))
        return sites[-1]

    yield make
    for site in sites:
        site.stop()


def test_empty_site_prints_the_way_in_and_a_site_with_an_operator_does_not(start: Any, tmp_path: Path) -> None:
    site = start("serve")
    [link] = re.findall(r"http://127\.0\.0\.1:\d+(/operator/first/\S+)", site.said)
    status, page = site.get(link)
    assert status == 200
    assert "Die Seite in Betrieb nehmen" in page
    assert site.stop() == 0
    for path in tmp_path.glob("*.sqlite3*"):
        assert link.rpartition("/")[2].encode() not in path.read_bytes()
    made = subprocess.run(
        [*PROGRAM, "user", "create", "opa@example.org", "--pseudonym", "Weide 27", "--operator"],
        env={**os.environ, "DELIBERATION_INSTANCE": str(tmp_path)}, check=True, capture_output=True,
    )  # fmt: skip
    assert made.returncode == 0
    again = start("serve")
    assert "/operator/first/" not in again.said
    assert again.get(link)[0] == 303 or "Anmelden" in again.get(link)[1]
    assert again.stop() == 0


def test_demo_starts_with_one_command_and_keeps_what_was_written(start: Any, tmp_path: Path) -> None:
    site = start("demo")
    for email in ("teilnahme", "moderation", "organisation", "betrieb"):
        assert f"{email}@example.org" in site.said
    assert str(tmp_path / "mail") in site.said
    assert site.get("/healthz")[0] == 200
    status, page = site.get("/d/musterstadt")
    assert status == 200
    assert "Musterstädter Erklärung" in page
    # A connection that never says anything must not stand in the way of going.
    with socket.create_connection(("127.0.0.1", site.port)):
        assert site.stop() == 0
    again = start("demo")
    assert "angelegt" not in again.said
    assert again.get("/d/musterstadt/2")[0] == 200
    assert again.stop() == 0
    assert "Traceback" not in again.errors.read_text()


def test_taken_port_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [*PROGRAM, "serve", "--port", port],
            env={**os.environ, "DELIBERATION_INSTANCE": str(tmp_path)},
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Fehler: Auf 127.0.0.1:{port} läuft schon etwas.")
    assert len(done.stderr.splitlines()) == 1


def test_taken_port_is_known_before_anything_starts(made_app: Flask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(AddressTaken):
        Server(made_app, "127.0.0.1", taken.getsockname()[1])


def test_jobs_send_what_is_due(app: Flask) -> None:
    queue_mail("ada@example.org", "test", "no_account", {}, "de")
    db.session.commit()
    jobs = Jobs(app)
    assert jobs.run_once()
    jobs.lock.release()
    assert list(Path(app.instance_path, "mail").glob("*.eml"))


def test_one_process_per_database_does_the_jobs(app: Flask, tmp_path: Path) -> None:
    def make() -> Lock:
        return ServerLock() if db.engine.dialect.name == "postgresql" else FileLock(tmp_path)

    first, second = make(), make()
    assert first.take()
    assert not second.take()
    assert first.take()
    first.release()
    assert second.take()
    second.release()


def test_a_failing_job_is_logged_without_words_and_tried_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("could not write to ada@example.org")

    jobs = Jobs(app)
    with monkeypatch.context() as broken:
        broken.setattr("deliberation.notifications.mailer.send_due_mail", fail)
        assert not jobs.run_once()
    assert "RuntimeError" in caplog.text
    assert "ada@example.org" not in caplog.text
    assert jobs.run_once()
    jobs.lock.release()

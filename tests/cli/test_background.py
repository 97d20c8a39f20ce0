"""The work in the background from the command line: once, or until it is told to end; and what comes back."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.jobs import FileLock, pull_due_digests
from deliberation.notifications.actions import queue_mail
from deliberation.notifications.bounces import sender_of
from deliberation.notifications.models import Bounce, Mail
from tests import builders
from tests.notifications.test_bounces import report

Run = Callable[..., Any]


def test_digests_that_are_due_leave(app: Flask, run: Run) -> None:
    cast = builders.cast()
    for person in (cast.ada, cast.ben):
        person.confirmed_at = now()
    db.session.commit()
    pull_due_digests("de")
    builders.annotate(cast.ada, cast.declaration)
    with frozen_at(now() + timedelta(days=8)):
        result = run("digest")
    assert result.exit_code == 0, result.output
    assert "versendet" in result.stdout
    templates = db.session.scalars(select(Mail.template).where(Mail.sent_at.is_not(None))).all()
    assert "digest" in templates


def test_what_is_due_is_done_once(app: Flask, run: Run) -> None:
    queue_mail("ada@example.org", "test", "no_account", {}, "de")
    result = run("jobs", "run-once")
    assert result.exit_code == 0, result.output
    assert db.session.scalars(select(Mail.sent_at)).one() is not None


@pytest.mark.any_engine
def test_only_one_process_does_it(app: Flask, refused: Callable[..., str]) -> None:
    if not app.config["DATABASE_URL"].startswith("sqlite"):
        pytest.fail("runs on the first of the engines, which is SQLite")
    lock = FileLock(Path(app.instance_path))
    assert lock.take()
    try:
        assert "Ein anderer Prozess" in refused("jobs", "run-once")
    finally:
        lock.release()


@pytest.mark.any_engine
def test_the_worker_sends_and_ends_when_told(tmp_path: Path) -> None:
    environment = {**os.environ, "DELIBERATION_INSTANCE": str(tmp_path), "DELIBERATION_RATELIMIT_ENABLED": "0"}
    code = "from deliberation.cli import main; main()"
    line = [sys.executable, "-c", code, "worker"]
    with subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        assert "läuft" in worker.stdout.readline()
        time.sleep(2)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0


def test_a_report_that_comes_back_is_noted(
    app: Flask, run: Run, refused: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "BOUNCE_ADDRESS", "zurueck@beratung.example")
    mail = Mail("ada@example.org", {}, cause="c", template="sign_in", sent_at=now())
    db.session.add(mail)
    db.session.commit()
    file = tmp_path / "report.eml"
    file.write_bytes(report(sender_of(mail.id)))
    assert run("mail", "bounce", file).stdout.strip() == "Vermerkt: 5.1.1."
    assert db.session.scalars(select(Bounce.failed_days)).one() == 1
    assert "kein Bericht" in refused("mail", "bounce", stdin="Hallo")

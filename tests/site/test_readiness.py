"""The self-check says what is missing for running a site, in words that help; a site that is only tried out is left in peace."""

import os
import resource
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.site import readiness, runs
from deliberation.site.health import Finding
from deliberation.site.models import JobRun
from tests import builders

PUBLIC = {"IS_PRODUCTION": True, "TRUSTED_PROXIES": 1, "SECOND_FACTOR": "required", "REDIS_URL": ""}

Look = Callable[..., dict[str, Finding]]


@pytest.fixture
def look(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Look:
    monkeypatch.delenv("DELIBERATION_SECRET_KEY", raising=False)

    def examine(instance: Path = tmp_path, **settings: Any) -> dict[str, Finding]:
        config = {**app.config, **PUBLIC, "MAIL_URL": f"file://{tmp_path}", **settings}
        return {finding.about: finding for finding in readiness.examine(config, instance)}

    return examine


@pytest.fixture
def mail_server() -> Iterator[str]:
    """Greets, offers nothing, and says goodbye."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            connection, _address = listening.accept()
            with connection, connection.makefile("rwb", buffering=0) as line:
                line.write(b"220 here\r\n")
                while words := line.readline():
                    line.write(b"250 here\r\n" if words[:4].upper() in (b"EHLO", b"HELO") else b"221 bye\r\n")

        threading.Thread(target=greet, daemon=True).start()
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}"


def test_site_that_is_tried_out_is_asked_for_nothing_it_need_not_have(look: Look) -> None:
    found = look(IS_PRODUCTION=False)
    assert not {"Letzte Sicherung", "Mailversand", "Webserver davor", "Arbeit im Hintergrund"} & set(found)
    assert all(finding.is_fine for finding in found.values())


def test_fresh_public_site_is_told_what_is_missing(look: Look) -> None:
    found = look(TRUSTED_PROXIES=0, SECOND_FACTOR="optional")
    missing = {about for about, finding in found.items() if not finding.is_fine}
    assert missing == {"Webserver davor", "Mailversand", "Arbeit im Hintergrund", "Letzte Sicherung"}
    assert {about for about, finding in found.items() if finding.is_hint} >= {"Zurückspielen geprobt", "Zweiter Faktor"}
    assert all(finding.advice for finding in found.values() if finding.is_hint or not finding.is_fine)


def test_site_that_is_cared_for_passes(look: Look, mail_server: str) -> None:
    for name in (runs.ROUND, runs.BACKUP, runs.REHEARSAL):
        runs.note_run(name)
    found = look(MAIL_URL=mail_server)
    assert [finding for finding in found.values() if finding.is_hint or not finding.is_fine] == []


def test_what_is_too_long_ago_is_told(look: Look) -> None:
    with frozen_at(now() - timedelta(days=8)):
        for name in (runs.ROUND, runs.BACKUP):
            runs.note_run(name)
    found = look()
    assert not found["Letzte Sicherung"].is_fine
    assert not found["Arbeit im Hintergrund"].is_fine
    runs.note_run(runs.ROUND, error="OperationalError")
    assert "OperationalError" in look()["Arbeit im Hintergrund"].words


def test_mail_server_that_is_away_is_told_without_its_password(look: Look) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    finding = look(MAIL_URL=f"smtp://ada:geheim@127.0.0.1:{port}")["Mailserver"]
    assert not finding.is_fine
    assert "127.0.0.1 ConnectionRefusedError" in finding.words
    assert "geheim" not in repr(finding)


def test_redis_that_is_away_is_told_without_its_password(look: Look) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    finding = look(REDIS_URL=f"redis://:geheim@127.0.0.1:{port}/0")["Redis"]
    assert (finding.is_fine, finding.words) == (False, "127.0.0.1 ConnectionError")


def test_files_that_others_can_read_are_named(look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "keys" / "secret"
    secret.parent.mkdir(mode=0o755)
    secret.write_text("x" * 40)
    secret.chmod(0o644)
    tmp_path.chmod(0o755)
    (tmp_path / "config.py").write_text("")
    (tmp_path / "config.py").chmod(0o644)
    monkeypatch.setenv("DELIBERATION_SECRET_KEY_FILE", str(secret))
    finding = look()["Dateien, die andere lesen können"]
    assert not finding.is_fine
    assert set(finding.words.split()) >= {str(secret), str(tmp_path / "config.py")}
    # In a folder that nobody else can enter it does not matter.
    tmp_path.chmod(0o700)
    secret.parent.chmod(0o700)
    assert str(tmp_path / "config.py") not in look()["Dateien, die andere lesen können"].words
    assert str(secret) not in look()["Dateien, die andere lesen können"].words


def test_drive_of_another_machine_is_no_place_for_a_database_file(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    far = tmp_path / "far away"
    where = str(far).replace(" ", "\\040")
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nserver:/x {where} nfs4 rw 0 0\n")
    assert readiness._kind_of_drive(far / "site.sqlite3", mounts).startswith(readiness.FAR_AWAY)
    assert readiness._kind_of_drive(tmp_path / "site.sqlite3", mounts) == "ext4"
    assert readiness._kind_of_drive(tmp_path / "site.sqlite3", tmp_path / "none") == ""


def test_clock_that_is_behind_what_the_site_wrote_is_told(look: Look) -> None:
    if db.engine.dialect.name == "postgresql":
        with frozen_at(now() - timedelta(minutes=2)):
            assert not look()["Uhr"].is_fine
        return
    db.session.add(JobRun(name=runs.ROUND, at=now() + timedelta(minutes=2)))
    db.session.flush()
    assert not look()["Uhr"].is_fine


def test_little_room_and_few_files_are_told(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "free_bytes", lambda _folder: 100_000_000)
    monkeypatch.setattr(resource, "getrlimit", lambda _what: (1024, 1024))
    found = look(IS_PRODUCTION=False)
    assert (found["Freier Platz"].is_fine, found["Freier Platz"].words) == (False, "0.1 GB")
    assert found["Offene Dateien"].is_hint


def test_secret_in_the_environment_is_mentioned(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Schlüssel" not in look()
    monkeypatch.setenv("DELIBERATION_SECRET_KEY", "x" * 40)
    assert look()["Schlüssel"].is_hint
    assert os.environ["DELIBERATION_SECRET_KEY"] not in repr(look())


def test_page_of_the_operator_asks_no_other_machine(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "reach", lambda *_what: pytest.fail("a page must not wait"))
    monkeypatch.setitem(client.application.config, "IS_PRODUCTION", True)
    page = client.sign_in(builders.make_user("opa", is_operator=True)).get("/operator/health")
    assert page.status_code == 200
    assert "Letzte Sicherung" in page.text
    assert "deliberation backup ORDNER" in page.text

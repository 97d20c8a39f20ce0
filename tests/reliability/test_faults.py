"""Locked, read-only, damaged, gone: what can be served is served, the rest says so and comes back by itself."""

import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from deliberation import create_app, database, schema
from deliberation.accounts import sessions
from deliberation.annotations.models import Stance
from deliberation.database import db, set_reading
from deliberation.sqlite import driver as sqlite3
from deliberation.web import TOKEN
from tests import builders
from tests.security.stage import make_cookie

SETTINGS = {"SECRET_KEY": "a secret that is long enough for the tests", "LOG_LEVEL": "ERROR", "RATELIMIT_ENABLED": False}


class House:
    """A site in a file of its own, and ada, who is signed in."""

    def __init__(self, folder: Path) -> None:
        self.app = create_app({"INSTANCE": str(folder), "BASE_URL": "http://localhost", **SETTINGS})
        self.app.config.update(WTF_CSRF_ENABLED=False)
        self.file = folder / "deliberation.sqlite3"
        with self.app.app_context():
            schema.bring_up_to_date()
            set_reading(False)
            cast = builders.cast()
            builders.annotate(cast.ada, cast.declaration)
            token = sessions.begin(cast.ada)
            db.session.commit()
            self.cookie = make_cookie(self.app, {TOKEN: token, "_fresh": True})
            self.close()

    def close(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def ask(self, method: str, path: str, data=None, signed_in: bool = True):
        headers = {"Cookie": f"session={self.cookie}"} if signed_in else {}
        return self.app.test_client(use_cookies=False).open(path, method=method, data=data, headers=headers)

    def post(self, words: str = "Was mir wichtig ist."):
        return self.ask(
            "POST", "/d/erklaerung/3/1/annotations", {"kind": "practice", "body": words, "action": "send", "form_key": words}
        )


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 400)
    house = House(tmp_path / "site")
    yield house
    house.close()


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Somebody else writes and does not come to an end."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_while_somebody_else_writes_pages_come_and_writes_say_so_and_keep_the_text(house):
    with locked(house.file):
        began = time.monotonic()
        for signed_in in (False, True):
            assert house.ask("GET", "/d/erklaerung/3/1", signed_in=signed_in).status_code == 200
        assert time.monotonic() - began < 5
        answer = house.post()
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert "Es wurde nichts gespeichert." in answer.text
        assert "Was mir wichtig ist." in answer.text
        assert house.ask("GET", "/readyz").status_code == 503
        assert house.ask("GET", "/healthz").status_code == 200
    assert house.post().status_code == 303
    assert house.ask("GET", "/readyz").status_code == 200


def test_mark_of_a_visit_is_left_by_a_later_view(house):
    with locked(house.file):
        assert house.ask("GET", "/d/erklaerung").status_code == 200
    assert house.ask("GET", "/d/erklaerung").status_code == 200
    with house.app.app_context():
        from deliberation.annotations.models import Visit

        assert db.session.scalars(select(Visit)).all()


def test_database_that_has_gone_is_not_made_anew(house):
    aside = house.file.with_name("aside")
    house.close()
    house.file.rename(aside)
    for path in ("/d/erklaerung", "/readyz", "/d/erklaerung/3/1"):
        answer = house.ask("GET", path)
        assert answer.status_code == 503, path
        assert "Traceback" not in answer.text
        assert str(house.file) not in answer.text
    assert house.post().status_code == 503
    assert not house.file.exists()
    aside.rename(house.file)
    assert house.ask("GET", "/d/erklaerung").status_code == 200
    assert house.post().status_code == 303


@pytest.mark.parametrize("how", ["header", "page", "cut"])
def test_damaged_database_is_told_and_never_overwritten(house, how):
    house.close()
    whole = house.file.read_bytes()
    if how == "header":
        broken = b"kein Kopf mehr  " + whole[16:]
    elif how == "page":
        # The first page, which says where everything is.
        broken = whole[:100] + bytes(3996) + whole[4096:]
    else:
        broken = whole[: len(whole) // 3]
    house.file.write_bytes(broken)
    answers = [house.ask("GET", "/d/erklaerung/3/1"), house.ask("GET", "/a/1"), house.post()]
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert answers[-1].status_code == 503
    assert not any("Traceback" in answer.text or "malformed" in answer.text for answer in answers)
    house.close()
    assert house.file.read_bytes() == broken
    house.file.write_bytes(whole)
    assert house.post().status_code == 303


def test_database_that_cannot_be_written_is_still_read(house, monkeypatch):
    house.close()
    if os.geteuid() == 0:
        # Nothing is read-only for root but what SQLite itself takes for it.
        plain = database.sqlite_opener

        def read_only():
            connection = plain(house.file)()
            connection.execute("PRAGMA query_only=ON")
            return connection

        with house.app.app_context():
            db.engine.dispose()
            monkeypatch.setattr(db.engine.pool, "_creator", lambda *_record: read_only())
    else:
        house.file.chmod(0o400)
    assert house.ask("GET", "/d/erklaerung/3/1").status_code == 200
    answer = house.post()
    assert answer.status_code == 503
    assert "Was mir wichtig ist." in answer.text


def test_full_disk_is_told_and_forgotten_once_there_is_room(house, monkeypatch):
    import shutil
    from collections import namedtuple

    Usage = namedtuple("Usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(1, 1, 0))
    answer = house.ask("GET", "/readyz")
    assert answer.status_code == 503
    assert answer.text == "disk full\n"
    monkeypatch.undo()
    assert house.ask("GET", "/readyz").status_code == 200


def test_refused_commit_stores_nothing(house):
    with locked(house.file):
        assert house.ask("POST", "/d/erklaerung/3/1/stance", {"stance": "carry"}).status_code == 503
    with house.app.app_context():
        assert db.session.scalars(select(Stance)).all() == []

"""Readers that never pause keep nobody of another process from writing (SQLite in rollback mode), and writers come in turn."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from deliberation import sqlite
from deliberation.database import reading_only, set_reading
from deliberation.turnstile import Line, Turnstile

WRITER = """
import sqlalchemy as sa, sys
import deliberation.database, deliberation.sqlite
deliberation.sqlite.wal_is_safe = lambda version: False
engine = sa.create_engine(sys.argv[1])
with engine.begin() as connection:
    connection.execute(sa.text("INSERT INTO word VALUES ('written')"))
"""


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sqlite, "wal_is_safe", lambda _version: False)
    address = f"sqlite:///{tmp_path / 'words.sqlite3'}"
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE word (text)"))
    engine.dispose()
    return address


def test_a_writer_of_another_process_gets_through_readers_that_never_pause(url):
    """Each of four threads begins to read before the others have ended: there is always somebody inside."""
    engine, ended = sa.create_engine(url, pool_size=8), threading.Event()

    def read_on() -> None:
        with reading_only():
            while not ended.is_set():
                with engine.connect() as connection:
                    connection.execute(sa.text("SELECT count(*) FROM word")).all()
                    time.sleep(0.02)

    readers = [threading.Thread(target=read_on) for _ in range(4)]
    for number, reader in enumerate(readers):
        time.sleep(0.005 * number)
        reader.start()
    try:
        done = subprocess.run(
            [sys.executable, "-c", WRITER, url], capture_output=True, text=True, timeout=60, check=False
        )
    finally:
        ended.set()
        for reader in readers:
            reader.join()
    assert done.returncode == 0, done.stderr
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM word")) == 1
    engine.dispose()


def test_who_waits_too_long_goes_on_without_it(tmp_path, monkeypatch):
    monkeypatch.setattr("deliberation.turnstile.PATIENCE", 0.05)
    stuck, reader, writer = (Turnstile(tmp_path / "x.sqlite3") for _ in range(3))
    stuck.hold()
    reader.pass_through()
    writer.hold()
    writer.release()
    stuck.release()
    writer.hold()
    for one in (stuck, reader, writer):
        one.close()


def test_each_connection_has_a_lock_of_its_own_and_leaves_none_behind(url, tmp_path):
    engine = sa.create_engine(url)
    for _ in range(20):
        with engine.begin() as connection:
            connection.execute(sa.text("INSERT INTO word VALUES ('x')"))
        with reading_only(), engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT count(*) FROM word"))
    engine.dispose()
    open_files = [path.resolve() for path in Path("/proc/self/fd").iterdir() if path.exists()]
    assert not [path for path in open_files if path.name.endswith("-turn") and path.parent == tmp_path]


def _stand_in(line: Line, done: list[int], number: int) -> threading.Thread:
    """Somebody who waits in the line; returns once she does."""

    def wait() -> None:
        assert line.take(20)
        done.append(number)
        line.leave()

    thread = threading.Thread(target=wait)
    thread.start()
    while len(line._waiting) < number and thread.is_alive():
        time.sleep(0.001)
    return thread


def test_writers_come_in_the_order_in_which_they_asked(tmp_path):
    line, done = Line(tmp_path / "x.sqlite3"), []
    assert line.take(0)
    waiting = [_stand_in(line, done, number) for number in range(1, 6)]
    line.leave()
    for thread in waiting:
        thread.join()
    assert done == [1, 2, 3, 4, 5]
    assert line.take(0)


def test_whoever_waited_too_long_leaves_the_line_and_keeps_nobody_behind_waiting(tmp_path):
    line, done = Line(tmp_path / "x.sqlite3"), []
    assert line.take(0)
    assert not line.take(0.01)
    behind = _stand_in(line, done, 1)
    line.leave()
    behind.join()
    assert done == [1]


def test_processes_take_turns(tmp_path):
    """Each line stands for a process: one that always has writers waiting lets the other one in between two of them."""
    busy, other = Line(tmp_path / "x.sqlite3"), Line(tmp_path / "x.sqlite3")
    assert busy.take(1)
    assert not other.take(0.01)
    came, done = [], threading.Event()

    def write_on() -> None:
        while not done.is_set():
            assert busy.take(20)
            came.append("busy")
            time.sleep(0.005)
            busy.leave()

    writers = [threading.Thread(target=write_on) for _ in range(3)]
    for one in writers:
        one.start()
    busy.leave()
    for _ in range(5):
        before = len(came)
        assert other.take(20)
        assert len(came) - before <= 3
        other.leave()
    done.set()
    for one in writers:
        one.join()


def test_who_wants_to_write_while_somebody_else_does_is_told_so_in_time(url, monkeypatch):
    monkeypatch.setattr("deliberation.database.BUSY_TIMEOUT_MS", 20)
    set_reading(False)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO word VALUES ('first')"))
        with pytest.raises(sa.exc.OperationalError, match="locked"), engine.begin():
            pass
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO word VALUES ('second')"))
    engine.dispose()

"""The write-ahead log of a busy site does not grow for ever."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from deliberation import database, sqlite
from deliberation.connecting import engine_options
from deliberation.database import reading_only, set_reading
from deliberation.sqlite import journal_mode


@pytest.fixture
def file_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sa.Engine]:
    monkeypatch.setattr(sqlite, "LOG_BYTES", 100_000)
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 200)
    set_reading(False)
    url = f"sqlite:///{tmp_path / 'words.sqlite3'}"
    engine = sa.create_engine(url, **engine_options(url))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE word (text)"))
    yield engine
    engine.dispose()


def log_bytes(engine: sa.Engine) -> int:
    log = Path(f"{engine.url.database}-wal")
    return log.stat().st_size if log.exists() else 0


def write(engine: sa.Engine, count: int = 100) -> None:
    for _time in range(count):
        with engine.begin() as connection:
            connection.execute(sa.text("INSERT INTO word VALUES (:words)"), {"words": "x" * 3000})


def test_a_long_log_is_emptied_and_nothing_is_lost(file_engine: sa.Engine) -> None:
    write(file_engine)
    is_long = log_bytes(file_engine) > 100_000
    assert is_long == (journal_mode() == "WAL")
    sqlite.shorten_log(file_engine)
    assert log_bytes(file_engine) == 0
    with file_engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM word")) == 100


def test_a_short_log_is_left_alone(file_engine: sa.Engine) -> None:
    write(file_engine, 3)
    before = log_bytes(file_engine)
    sqlite.shorten_log(file_engine)
    assert log_bytes(file_engine) == before


def test_while_somebody_reads_on_it_is_tried_later(file_engine: sa.Engine) -> None:
    if journal_mode() != "WAL":
        # Nobody writes beside whoever reads.
        return
    write(file_engine, 1)
    with reading_only(), file_engine.connect() as reader:
        assert reader.scalar(sa.text("SELECT count(*) FROM word")) == 1
        set_reading(False)
        write(file_engine)
        began = time.monotonic()
        sqlite.shorten_log(file_engine)
        assert time.monotonic() - began < 5
        assert reader.scalar(sa.text("SELECT count(*) FROM word")) == 1
    sqlite.shorten_log(file_engine)
    assert log_bytes(file_engine) == 0

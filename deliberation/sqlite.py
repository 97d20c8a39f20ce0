"""The SQLite that the program uses: the one that comes with it, or where there is none for the machine Python's own, which many
systems have in a state with the WAL-reset bug (`wal_is_safe`).

Whoever opens the database of the site takes this one: two copies of SQLite in one process do not see each other's locks, and
closing a file in one of them lets go those of the other (https://www.sqlite.org/howtocorrupt.html)."""

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

if TYPE_CHECKING:
    driver = sqlite3
else:
    try:
        from pysqlite3 import dbapi2 as driver
    except ImportError:
        driver = sqlite3


LOG_BYTES = 32 * 2**20


class Dialect(SQLiteDialect_pysqlite):
    """SQLAlchemy's, with our driver."""

    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> Any:
        return driver


registry.register("sqlite", "deliberation.sqlite", "Dialect")


def wal_is_safe(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite is free of the WAL-reset bug: 3.51.3, 3.50.7, 3.44.6 and later of those lines."""
    fixed_lines = {(3, 44): 6, (3, 50): 7, (3, 51): 3}
    line = version[:2]
    if line in fixed_lines:
        return version[2] >= fixed_lines[line]
    return line > (3, 51)


def journal_mode() -> str:
    return "WAL" if wal_is_safe(driver.sqlite_version_info) else "TRUNCATE"


def empty_log(connection: Any) -> bool:
    """Bring everything from the write-ahead log into the file and cut the log off; False if somebody still reads from it.
    `connection`: of the driver."""
    [busy, *_pages] = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def shorten_log(engine: Engine) -> None:
    """Empty the log where it has become long: it begins anew only at a moment when nobody reads, and in a full hall there is
    none. Whoever wants to write waits meanwhile, until those who read now have ended."""
    log = Path(f"{engine.url.database}-wal")
    if engine.dialect.name != "sqlite" or not log.exists() or log.stat().st_size < LOG_BYTES:
        return
    connection = engine.raw_connection()
    try:
        empty_log(connection)
    except driver.OperationalError:
        # Somebody holds the file for long: the next round tries again.
        return
    finally:
        connection.close()

"""Counts behind the rate limits, kept where every process finds them and a restart does not lose them.

On SQLite a small file of its own beside the database: nobody waits for the lock of the site's writes, and what a power
failure takes of it is no loss (`synchronous=OFF`). On PostgreSQL an unlogged table in a schema of its own. Keys are hashes
of what is a keyed hash already: neither an account nor an address can be read.
"""

import hashlib
import logging
import os
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from limits.storage import Storage

from deliberation.sqlite import driver as sqlite3

SCHEME = "deliberation"
FILE = "limits.sqlite3"
log = logging.getLogger("deliberation.counters")

PURGE_EVERY = 600.0
"""Seconds between two times of throwing away what has expired."""

COUNT = """
INSERT INTO {table} (key, count, ends) VALUES (:key, :amount, :ends)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN {table}.ends <= :now THEN excluded.count ELSE {table}.count + excluded.count END,
    ends = CASE WHEN {table}.ends <= :now THEN excluded.ends ELSE {table}.ends END
RETURNING count
"""
LOOK = "SELECT count, ends FROM {table} WHERE key = :key AND ends > :now"


class Counters(Storage):
    """`target`: a file, or the address of a PostgreSQL database."""

    STORAGE_SCHEME = [SCHEME]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, *, target: str = "", **options: Any) -> None:
        super().__init__(uri, wrap_exceptions, **options)
        self._target = target
        self._is_server = target.startswith("postgresql")
        self._table = "counters.rate" if self._is_server else "rate"
        self._engine: sa.Engine | None = None
        self._purge_at = 0.0

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return (sqlite3.Error, sa.exc.SQLAlchemyError, OSError)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        moment = time.time()
        values = {"key": _hashed(key), "amount": amount, "ends": moment + expiry, "now": moment}
        [count] = self._ask(COUNT, values)
        if moment >= self._purge_at:
            self._purge_at = moment + PURGE_EVERY
            self.purge(moment)
        return int(count)

    def get(self, key: str) -> int:
        found = self._ask(LOOK, {"key": _hashed(key), "now": time.time()})
        return int(found[0]) if found else 0

    def get_expiry(self, key: str) -> float:
        moment = time.time()
        found = self._ask(LOOK, {"key": _hashed(key), "now": moment})
        return float(found[1]) if found else moment

    def check(self) -> bool:
        try:
            self.get("")
        except self.base_exceptions:
            return False
        return True

    def reset(self) -> int | None:
        self._ask("DELETE FROM {table}", {})
        return None

    def clear(self, key: str) -> None:
        self._ask("DELETE FROM {table} WHERE key = :key", {"key": _hashed(key)})

    def purge(self, moment: float) -> None:
        """Forget what no limit looks at any more; no window is longer than a day."""
        self._ask("DELETE FROM {table} WHERE ends <= :now", {"now": moment})

    def close(self) -> None:
        """Give back what connections there are; the next count makes new ones."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _ask(self, statement: str, values: dict[str, Any]) -> Any:
        words = statement.format(table=self._table)
        if self._is_server:
            with self._server().begin() as connection:
                result = connection.execute(sa.text(words), values)
                return result.one_or_none() if result.returns_rows else None
        try:
            return self._ask_file(words, values)
        except sqlite3.OperationalError:
            # Busy, full, not to be written: that passes, and what was counted still stands there.
            raise
        except sqlite3.DatabaseError:
            log.warning("%s is damaged and begins anew", FILE)
            Path(self._target).unlink(missing_ok=True)
            return self._ask_file(words, values)

    def _ask_file(self, words: str, values: dict[str, Any]) -> Any:
        with self._file() as file:
            return file.execute(words, values).fetchone()

    @contextmanager
    def _file(self) -> Iterator[sqlite3.Connection]:
        path = Path(self._target)
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(path, timeout=2, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("PRAGMA journal_mode=MEMORY")
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute("CREATE TABLE IF NOT EXISTS rate (key TEXT PRIMARY KEY, count INTEGER, ends REAL)")
            yield connection
        finally:
            connection.close()

    def _server(self) -> sa.Engine:
        if self._engine is None:
            engine = sa.create_engine(self._target, pool_size=2, max_overflow=4, pool_pre_ping=True, hide_parameters=True)
            with engine.begin() as connection:
                # Two processes that start at the same moment would both make it.
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(7204003)"))
                connection.execute(sa.text("CREATE SCHEMA IF NOT EXISTS counters"))
                connection.execute(
                    sa.text(
                        "CREATE UNLOGGED TABLE IF NOT EXISTS counters.rate"
                        " (key text PRIMARY KEY, count integer NOT NULL, ends double precision NOT NULL)"
                    )
                )
            self._engine = engine
            # A storage that is replaced takes its connections along.
            weakref.finalize(self, engine.dispose)
        return self._engine


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()

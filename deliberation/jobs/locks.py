"""Which process does the jobs: the one that holds the lock of its database."""

import fcntl
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from deliberation.database import db

JOBS_LOCK = 7_204_002
"""Any number will do, as long as every process asks PostgreSQL for the same one."""


class Lock(Protocol):
    """Held by one process per database. The system frees it when the process ends, however it ends."""

    def take(self) -> bool: ...

    def release(self) -> None: ...


class FileLock:
    """For SQLite: whoever shares the database file shares its folder."""

    def __init__(self, folder: Path, name: str = "jobs.lock") -> None:
        self.path = folder / name
        self._file: IO[str] | None = None

    def take(self) -> bool:
        if self._file is None:
            file = self.path.open("a")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.close()
                return False
            self._file = file
        return True

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class ServerLock:
    """For PostgreSQL, where the processes may be on different machines: held by an open connection. `engine`: where it is not
    about the database of the site."""

    def __init__(self, engine: Engine | None = None) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def take(self) -> bool:
        if self._connection is None:
            connection = (self._engine or db.engine).connect().execution_options(isolation_level="AUTOCOMMIT")
            if not connection.scalar(sa.text("SELECT pg_try_advisory_lock(:lock)"), {"lock": JOBS_LOCK}):
                connection.close()
                return False
            # Migrations throw the pool away that it came from: it is closed by whoever lets the lock go.
            connection.detach()
            self._connection = connection
        # A lost connection has lost the lock: it fails here, before any work is done.
        self._connection.execute(sa.text("SELECT 1"))
        return True

    def release(self) -> None:
        if self._connection is None:
            return
        connection, self._connection = self._connection, None
        with connection, suppress(DBAPIError):
            connection.execute(sa.text("SELECT pg_advisory_unlock(:lock)"), {"lock": JOBS_LOCK})


def lock_for(app: Flask) -> Lock:
    """What the process that does the jobs holds, and with it says that the site is running."""
    is_sqlite = app.config["DATABASE_URL"].startswith("sqlite")
    return FileLock(Path(app.instance_path)) if is_sqlite else ServerLock()

"""Work that nobody waits for, done in one process per database: sending due mail, forgetting what is stale."""

import fcntl
import logging
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import IO, Protocol

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from deliberation.clock import now
from deliberation.database import db, reading_only, set_reading

PAUSE_SECONDS = 1.5
STOP_SECONDS = 3.0
FORGET_EVERY = timedelta(hours=1)
JOBS_LOCK = 7_204_002
"""Any number will do, as long as every process asks PostgreSQL for the same one."""

log = logging.getLogger("deliberation.jobs")


class Lock(Protocol):
    """Held by one process per database. The system frees it when the process ends, however it ends."""

    def take(self) -> bool: ...

    def release(self) -> None: ...


class FileLock:
    """For SQLite: whoever shares the database file shares its folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "jobs.lock"
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
    """For PostgreSQL, where the processes may be on different machines: held by an open connection."""

    def __init__(self) -> None:
        self._connection: Connection | None = None

    def take(self) -> bool:
        if self._connection is None:
            connection = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            if not connection.scalar(sa.text("SELECT pg_try_advisory_lock(:lock)"), {"lock": JOBS_LOCK}):
                connection.close()
                return False
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


class Jobs(Thread):
    """Does what is due every moment, as long as it holds the lock. A fault is logged and tried again."""

    def __init__(self, app: Flask) -> None:
        super().__init__(name="jobs", daemon=True)
        self.app = app
        is_sqlite = app.config["DATABASE_URL"].startswith("sqlite")
        self.lock: Lock = FileLock(Path(app.instance_path)) if is_sqlite else ServerLock()
        self._ended = Event()
        self._forget_from = now()

    def run(self) -> None:
        with self.app.app_context():
            while not self._ended.wait(PAUSE_SECONDS):
                self.run_once()
            self.lock.release()

    def run_once(self) -> bool:
        """One round. Whether this process is the one that does the work."""
        try:
            if not self.lock.take():
                return False
            self._work()
        except Exception as error:
            # The kind alone: a mail server's answer names the recipient.
            log.error("jobs failed: %s", type(error).__name__)
            self.lock.release()
            return False
        return True

    def _work(self) -> None:
        from deliberation.notifications.mailer import send_due_mail

        set_reading(False)
        try:
            pull_due_letters(self.app.config["DEFAULT_LOCALE"])
            send_due_mail()
            if now() >= self._forget_from:
                self._forget_from = now() + FORGET_EVERY
                self._forget()
        finally:
            db.session.remove()

    def _forget(self) -> None:
        from deliberation.accounts.actions import forget_stale
        from deliberation.annotations.drafts import delete_old_drafts
        from deliberation.moderation.records.retention import forget_moderation
        from deliberation.notifications.actions import forget_old_mail

        forget_stale(now())
        forget_old_mail(now())
        delete_old_drafts(now())
        forget_moderation(now())
        db.session.commit()

    def stop(self) -> None:
        """Finish the round under way and free the lock."""
        self._ended.set()
        self.join(STOP_SECONDS)


def pull_due_letters(default_locale: str) -> int:
    """Put letters that are due into the outbox, and commit. Looking takes no write lock: mostly there is nothing."""
    from deliberation.notifications.pulling import has_due_letters, pull_letters

    with reading_only():
        is_due = has_due_letters()
    db.session.commit()
    pulled = pull_letters(default_locale) if is_due else 0
    db.session.commit()
    return pulled

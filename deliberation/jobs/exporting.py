"""Making the files that were ordered (`results.export_jobs`), one after the other, in a thread beside the other jobs: mails do
not wait for them. No transaction is open while a file is written."""

import errno
import logging
import os
import time
from collections.abc import Callable
from threading import Event, Thread

from flask import Flask

from deliberation.clock import now
from deliberation.database import db, reading_only, set_reading
from deliberation.permissions import NotAllowed
from deliberation.results import export_jobs, shelf
from deliberation.results.archive import snapshots
from deliberation.results.export_jobs import Ended, Folder
from deliberation.results.filters import FiltersInvalid
from deliberation.results.models import JobState
from deliberation.settings import setting

REPORT_SECONDS = 1.0
"""How often it is written down how far a file is."""
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

log = logging.getLogger("deliberation.jobs")


class Stopping(Exception):
    """The process is about to end."""


class Exporting:
    """Looks every round whether a file is wanted, and has one made at a time."""

    def __init__(self, app: Flask, ended: Event) -> None:
        self._app, self._ended = app, ended
        self._thread: Thread | None = None

    @property
    def is_busy(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def look(self) -> None:
        """What another process left unfinished is taken up again, files of nobody are thrown away, and work is begun."""
        if not self.is_busy:
            self._begin()
        tidy(self._app)

    def _begin(self) -> None:
        with reading_only():
            states = export_jobs.open_states()
        db.session.commit()
        if JobState.RUNNING in states:
            export_jobs.requeue()
            db.session.commit()
        if states:
            self._thread = Thread(target=self._run, name="exports", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        with self._app.app_context():
            try:
                while not self._ended.is_set() and make_next(self._app, self._ended.is_set):
                    db.session.remove()
            except Exception as error:
                # The database is away, for instance: the next round begins again.
                log.error("exports stopped: %s", type(error).__name__)
            finally:
                db.session.remove()

    def join(self, seconds: float) -> None:
        if self._thread is not None:
            self._thread.join(seconds)


def tidy(app: Flask) -> None:
    """Throw away files that belong to nobody any more, in the folder of this machine and where all machines find them. Costs
    little while there are none."""
    folder = Folder.of(app.instance_path)
    with reading_only():
        kept = export_jobs.kept_keys()
        strange = shelf.find_strange(kept | snapshots.kept_keys())
    db.session.commit()
    folder.tidy(kept, now())
    if strange:
        shelf.throw_away(strange)
        db.session.commit()


def make_next(app: Flask, should_stop: Callable[[], bool] = lambda: False) -> bool:
    """Make the file that has waited longest, and commit; whether there was one."""
    set_reading(False)
    locale = setting("DEFAULT_LOCALE")
    claimed = export_jobs.claim()
    db.session.commit()
    if claimed is None:
        return False
    try:
        _make(app, *claimed, should_stop, locale)
    except Stopping:
        db.session.rollback()
        export_jobs.put_back(*claimed)
    except Ended:
        db.session.rollback()
    except Exception as error:
        db.session.rollback()
        log.error("export failed: %s", type(error).__name__)
        export_jobs.fail(*claimed, fault_of(error), locale)
    finally:
        db.session.commit()
    return True


def _make(app: Flask, job_id: int, tries: int, should_stop: Callable[[], bool], locale: str) -> None:
    folder, told = Folder.of(app.instance_path), time.monotonic()
    with reading_only():
        prepared, key, mark = export_jobs.read(job_id, app.config["BASE_URL"], folder, db.session.commit)
    db.session.commit()

    def report(done: int, total: int) -> None:
        nonlocal told
        if should_stop():
            raise Stopping
        if time.monotonic() - told >= REPORT_SECONDS:
            told = time.monotonic()
            export_jobs.note_percent(job_id, tries, min(99, 100 * done // max(total, 1)))
            db.session.commit()

    part = folder.part(key, tries)
    try:
        with open(part, "xb", opener=_for_owner) as out:
            prepared.write(out, report)
        size = part.stat().st_size
        if export_jobs.finish(job_id, tries, prepared.name, size, mark, locale):
            shelf.move(part, folder.path / key)
            db.session.commit()
    finally:
        part.unlink(missing_ok=True)


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def fault_of(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno in FULL:
        return "space"
    return "gone" if isinstance(error, NotAllowed | FiltersInvalid) else "fault"

"""What every machine does for itself, whichever of them does the jobs: its own list of erasures and its own files."""

from datetime import timedelta
from pathlib import Path

from flask import Flask

from deliberation.clock import now
from deliberation.database import db, reading_only
from deliberation.jobs import exporting
from deliberation.jobs.locks import FileLock

EVERY = timedelta(minutes=10)


class Housekeeping:
    """Done by one of the processes of a machine that do not do the jobs: whoever does them does this as well."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lock = FileLock(Path(app.instance_path), "machine.lock")
        self._from = now() + EVERY
        self._swept_left = 0

    def look(self) -> None:
        if now() < self._from or not self._lock.take():
            return
        self._from = now() + EVERY
        try:
            self._keep_list()
            exporting.tidy(self._app)
        finally:
            db.session.remove()

    def _keep_list(self) -> None:
        """A backup that is put back is right whichever machine it is put back from. Who followed and left by a click that came
        here stands in the list of this machine alone; so it looks itself that nothing of theirs stays in the files."""
        from deliberation.privacy.erasures import FOLLOWERS, count_left, sweep, write_list

        with reading_only():
            write_list()
        db.session.commit()
        left = count_left()
        if left > self._swept_left and sweep(FOLLOWERS):
            self._swept_left = left

    def stop(self) -> None:
        self._lock.release()

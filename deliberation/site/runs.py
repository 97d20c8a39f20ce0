"""What was last done by itself, and how it went: written by the jobs, the backup and the test mail."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from deliberation.clock import now
from deliberation.database import db, put
from deliberation.site.models import JobRun

ROUND, MAIL, LETTERS, FORGET, PHASES = "round", "mail", "letters", "forget", "phases"
BACKUP, REHEARSAL, TEST_MAIL = "backup", "rehearsal", "test_mail"
RELEASE = "release"
"""Which release of the program the database was last used by; it stands in `detail`."""
PULSE = timedelta(minutes=5)
"""So often the jobs say that they are alive when there is nothing to do."""
SILENT_AFTER = timedelta(minutes=15)
BACKUP_AFTER = timedelta(days=7)
REHEARSE_AFTER = timedelta(days=60)


def note_run(name: str, rows: int = 0, error: str = "", detail: str = "") -> None:
    """Say that this was done just now. The caller commits."""
    values = {"at": now(), "rows": rows, "error": error[:80], "detail": detail[:200]}
    put(JobRun, {"name": name}, values)


def load_runs() -> dict[str, JobRun]:
    """By name; of what never ran there is nothing."""
    return {run.name: run for run in db.session.scalars(select(JobRun).execution_options(populate_existing=True))}


def find_release() -> str:
    """By which release this database was last used, as far as it says; also where its tables are of a later one."""
    try:
        return db.session.scalar(select(JobRun.detail).where(JobRun.name == RELEASE)) or ""
    except SQLAlchemyError:
        db.session.rollback()
        return ""


def is_silent(runs: dict[str, JobRun], moment: datetime) -> bool:
    """Whether nobody has done the jobs for a while."""
    last = runs.get(ROUND)
    return last is None or last.at < moment - SILENT_AFTER

"""What was last done by itself, and how it went: written by the jobs, the backup and the test mail."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from deliberation.clock import now
from deliberation.database import db, put
from deliberation.site.models import JobRun

ROUND, MAIL, LETTERS, FORGET, PHASES = "round", "mail", "letters", "forget", "phases"
BACKUP, TEST_MAIL = "backup", "test_mail"
PULSE = timedelta(minutes=5)
"""So often the jobs say that they are alive when there is nothing to do."""
SILENT_AFTER = timedelta(minutes=15)
BACKUP_AFTER = timedelta(days=7)


def note_run(name: str, rows: int = 0, error: str = "", detail: str = "") -> None:
    """Say that this was done just now. The caller commits."""
    values = {"at": now(), "rows": rows, "error": error[:80], "detail": detail[:200]}
    put(update(JobRun).where(JobRun.name == name).values(**values), lambda: JobRun(name=name, **values))


def load_runs() -> dict[str, JobRun]:
    """By name; of what never ran there is nothing."""
    return {run.name: run for run in db.session.scalars(select(JobRun).execution_options(populate_existing=True))}


def is_silent(runs: dict[str, JobRun], moment: datetime) -> bool:
    """Whether nobody has done the jobs for a while."""
    last = runs.get(ROUND)
    return last is None or last.at < moment - SILENT_AFTER

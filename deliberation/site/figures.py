"""How the site does, in figures for whoever watches the machine: what waits, how old things are, how much room they take.
Everything is a number of the whole site; nothing is told about anybody."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from deliberation.clock import now
from deliberation.database import db, reading_only
from deliberation.metrics import GAUGE, Family
from deliberation.notifications.mailer import is_given_up
from deliberation.notifications.models import Mail
from deliberation.results.models import ExportJob, JobState
from deliberation.site.machine import look_at_storage
from deliberation.site.runs import BACKUP, ROUND, load_runs

NEVER = float("inf")
"""What never happened is longer ago than any bound."""
UNKNOWN = float("nan")


def load_figures(config: Mapping[str, Any], instance: Path) -> list[Family]:
    """Reads in a transaction of its own, and leaves nothing open."""
    with reading_only():
        try:
            found = [*_waiting(), *_ages(now()), *_room(config, instance)]
        finally:
            db.session.rollback()
    return [Family(f"deliberation_{name}", GAUGE, words, [({}, value)]) for name, words, value in found]


def _waiting() -> Iterator[tuple[str, str, float]]:
    unsent = _count(Mail.id, Mail.sent_at.is_(None))
    given_up = _count(Mail.id, *is_given_up())
    yield "mails_waiting", "Mails that have not gone out yet.", unsent - given_up
    yield "mails_given_up", "Mails that failed for good and wait for a person.", given_up
    waiting = _count(ExportJob.id, ExportJob.state.in_((JobState.WAITING, JobState.RUNNING)))
    yield "exports_waiting", "Long files that are not made yet.", waiting
    oldest = db.session.scalar(select(func.min(Mail.due_at)).where(Mail.sent_at.is_(None), Mail.due_at <= now()))
    yield "mail_delay_seconds", "How long the oldest mail that is due has been due.", _age(oldest, now()) if oldest else 0.0


def _ages(moment: datetime) -> Iterator[tuple[str, str, float]]:
    runs = load_runs()
    for name, run, words in (
        ("jobs_age_seconds", ROUND, "Since the background last said that it is alive."),
        ("backup_age_seconds", BACKUP, "Since the last backup."),
    ):
        yield name, words, _age(runs[run].at, moment) if run in runs else NEVER


def _room(config: Mapping[str, Any], instance: Path) -> Iterator[tuple[str, str, float]]:
    storage = look_at_storage(config, instance)
    yield "database_bytes", "Size of the database.", UNKNOWN if storage.database is None else storage.database
    yield "disk_free_bytes", "Room on the disk of the instance folder.", UNKNOWN if storage.free is None else storage.free


def _age(at: datetime, moment: datetime) -> float:
    return max(0.0, (moment - at).total_seconds())


def _count(what: Any, *conditions: Any) -> int:
    return db.session.scalar(select(func.count(what)).where(*conditions)) or 0

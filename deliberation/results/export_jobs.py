"""Files that nobody waits for: ordered on the page, made by the jobs (`jobs.exporting`), kept for three days, fetched by the one
person who ordered them.

A finished file is a copy outside the database. It is handed out only while everything in it may still be read: once words of it
were hidden, redacted, changed or taken back, or somebody left whose name is in it, it is out of date and has to be ordered anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import case, delete, func, select, update

from deliberation.accounts.models import User, load_user, random_key
from deliberation.annotations.models import Annotation
from deliberation.annotations.threads import may_be_passed_on
from deliberation.clock import now
from deliberation.database import db, rows_changed
from deliberation.declarations.importing.refusals import N_
from deliberation.declarations.models import Declaration, Membership
from deliberation.notifications.actions import queue_mail
from deliberation.permissions import Permission, require
from deliberation.results.exports import Prepared, prepare
from deliberation.results.filters import FIELDS, Filters, read_filters
from deliberation.results.models import ExportJob, JobState
from deliberation.results.writers import WRITERS

KEEP = timedelta(days=3)
"""Long enough for a weekend."""
OPEN_MAX = 3
"""Of one person, at the same time."""
TRIES_MAX = 3
KEY_LENGTH = len(random_key())
READY = "export_ready"
FAULTS = {
    "space": N_("Auf dem Server ist kein Platz mehr für die Datei. Bitte sagen Sie dem Betrieb Bescheid."),
    "gone": N_("Sie dürfen diese Ergebnisse nicht mehr exportieren, oder die Auswahl gibt es nicht mehr."),
    "fault": N_("Die Datei konnte nicht erstellt werden. Bitte versuchen Sie es noch einmal."),
}
OPEN = (JobState.WAITING, JobState.RUNNING)


class TooMany(Exception):
    """The person already waits for as many files as one may."""


class Ended(Exception):
    """Nobody wants the file any more."""


def order(person: User, declaration: Declaration, file_format: str, filters: Filters) -> ExportJob:
    """Have a file made; the same one ordered again while it waits is the same job. Raises TooMany."""
    require(person, Permission.EXPORT, declaration)
    if file_format not in WRITERS:
        raise KeyError(file_format)
    waiting = db.session.scalars(
        select(ExportJob).where(ExportJob.user_id == person.id, ExportJob.state.in_(OPEN))
    ).all()
    wanted = to_words(filters)
    for job in waiting:
        if (job.declaration_id, job.file_format, job.filters) == (declaration.id, file_format, wanted):
            return job
    if len(waiting) >= OPEN_MAX:
        raise TooMany
    job = ExportJob(
        declaration=declaration, user_id=person.id, file_format=file_format, filters=wanted, expires_at=now() + KEEP
    )
    db.session.add(job)
    db.session.flush()
    return job


def to_words(filters: Filters) -> dict[str, str]:
    """As in an address; what was not chosen is left out."""
    found = {name: getattr(filters, name) for name in FIELDS}
    return {name: str(getattr(value, "value", value)) for name, value in found.items() if value is not None}


def find_job(person: Any, declaration: Declaration, key: str) -> ExportJob | None:
    """One's own; for everybody else there is none."""
    require(person, Permission.EXPORT, declaration)
    same = ExportJob.key == key, ExportJob.user_id == person.id, ExportJob.declaration_id == declaration.id
    return db.session.scalars(select(ExportJob).where(*same, ExportJob.expires_at > now())).one_or_none()


def find_own(person: User, key: str) -> ExportJob | None:
    """By its key alone, for the address in a mail."""
    return db.session.scalars(
        select(ExportJob).where(ExportJob.key == key, ExportJob.user_id == person.id, ExportJob.expires_at > now())
    ).one_or_none()


def load_jobs(person: Any, declaration: Declaration) -> Sequence[ExportJob]:
    """One's own files of a declaration, the newest first."""
    require(person, Permission.EXPORT, declaration)
    own = ExportJob.user_id == person.id, ExportJob.declaration_id == declaration.id, ExportJob.expires_at > now()
    return db.session.scalars(select(ExportJob).where(*own).order_by(ExportJob.id.desc())).all()


def cancel(person: User, job: ExportJob) -> None:
    """Nobody wants it any more; a finished one is thrown away. A second time changes nothing."""
    require(person, Permission.EXPORT, job.declaration)
    if job.user_id == person.id:
        rows_changed(update(ExportJob).where(ExportJob.id == job.id).values(state=JobState.CANCELLED))


def is_outdated(job: ExportJob) -> bool:
    """Whether anything in the file may not be read any more, or reads differently. One query."""
    return job.mark != to_mark(job.declaration, _last_of(job.mark))


def to_mark(declaration: Declaration, last: int | None = None) -> str:
    """What the public annotations up to `last` are known by; of new ones nothing is said. Raised by every change of words or
    state, lowered by everybody who leaves."""
    if last is None:
        newest = select(func.max(Annotation.number)).where(Annotation.declaration_id == declaration.id)
        last = db.session.scalar(newest) or 0
    is_member = case((Membership.user_id.is_not(None), 1), else_=0)
    figures = select(func.count(Annotation.number), func.sum(Annotation.version), func.sum(is_member))
    query = figures.outerjoin(Membership, Membership.id == Annotation.author_id).where(
        Annotation.declaration_id == declaration.id, Annotation.number <= last, may_be_passed_on(declaration)
    )
    count, versions, members = db.session.execute(query).one()
    return f"{last}:{count}:{versions or 0}:{members or 0}"


def _last_of(mark: str) -> int:
    return int(mark.partition(":")[0] or 0)


@dataclass(frozen=True)
class Folder:
    """Where the files lie: below the instance, for its owner alone, under names that say nothing."""

    path: Path

    @classmethod
    def of(cls, instance: str) -> "Folder":
        path = Path(instance) / "exports"
        path.mkdir(mode=0o700, exist_ok=True)
        return cls(path)

    def file(self, job: ExportJob) -> Path:
        return self.path / job.key

    def part(self, key: str, tries: int) -> Path:
        return self.path / f"{key}.{tries}.part"

    def tidy(self, kept: set[str], moment: datetime) -> int:
        """Throw away what belongs to no job in `kept`: its person or declaration has gone, its time is over, or a process
        ended while it wrote. What a library laid aside gets six hours. How many files."""
        removed = 0
        for path in self.path.iterdir():
            key = path.name.partition(".")[0]
            is_old = path.lstat().st_mtime < (moment - timedelta(hours=6)).timestamp()
            if key not in kept and (len(key) == KEY_LENGTH or is_old) and path.is_file():
                path.unlink(missing_ok=True)
                removed += 1
        return removed


def open_states() -> set[JobState]:
    """Whether something waits, and whether something is said to be under way."""
    return set(db.session.scalars(select(ExportJob.state).where(ExportJob.state.in_(OPEN)).distinct()))


def requeue() -> int:
    """What a process that has ended left in the middle waits again; the third time it has failed. How many."""
    left = ExportJob.state == JobState.RUNNING
    given_up = update(ExportJob).where(left, ExportJob.tries >= TRIES_MAX)
    return rows_changed(given_up.values(state=JobState.FAILED, fault="fault")) + rows_changed(
        update(ExportJob).where(left).values(state=JobState.WAITING, percent=0)
    )


def claim() -> tuple[int, int] | None:
    """Take the job that has waited longest: its id and which try this is."""
    waiting = select(ExportJob).where(ExportJob.state == JobState.WAITING).order_by(ExportJob.id).limit(1)
    job = db.session.scalars(waiting).one_or_none()
    if job is None:
        return None
    mine = update(ExportJob).where(ExportJob.id == job.id, ExportJob.state == JobState.WAITING)
    tries = job.tries + 1
    return (job.id, tries) if rows_changed(mine.values(state=JobState.RUNNING, tries=tries)) else None


def read(job_id: int, site: str, folder: Folder, pause: Callable[[], None]) -> tuple[Prepared, str, str]:
    """Everything the file is made of, its key and its mark. Raises Ended, NotAllowed, FiltersInvalid; OSError without room."""
    job = db.session.get(ExportJob, job_id)
    person = load_user(job.user_id) if job else None
    if job is None or person is None:
        raise Ended
    filters = read_filters(job.declaration, job.filters)
    # The mark first: whatever is hidden, changed or taken back while the file is made, the file is out of date at once.
    mark = to_mark(job.declaration)
    return prepare(person, job.declaration, job.file_format, filters, site, str(folder.path), pause), job.key, mark


def note_percent(job_id: int, tries: int, percent: int) -> None:
    """Say how far it is. Raises Ended if it was cancelled, or somebody else makes it."""
    if not rows_changed(_mine(job_id, tries).values(percent=percent)):
        raise Ended


def finish(job_id: int, tries: int, name: str, size: int, mark: str, default_locale: str) -> bool:
    """The file is there: tell the person. Whether it is still wanted."""
    done = _mine(job_id, tries).values(
        state=JobState.DONE, percent=100, name=name, size=size, mark=mark, expires_at=now() + KEEP
    )
    if not rows_changed(done):
        return False
    _tell(job_id, default_locale)
    return True


def fail(job_id: int, tries: int, fault: str, default_locale: str) -> None:
    if rows_changed(_mine(job_id, tries).values(state=JobState.FAILED, fault=fault)):
        _tell(job_id, default_locale)


def put_back(job_id: int, tries: int) -> None:
    """The process ends: the next one begins anew, and this try does not count."""
    rows_changed(_mine(job_id, tries).values(state=JobState.WAITING, percent=0, tries=tries - 1))


def _mine(job_id: int, tries: int) -> Any:
    is_mine = ExportJob.id == job_id, ExportJob.state == JobState.RUNNING, ExportJob.tries == tries
    return update(ExportJob).where(*is_mine)


def _tell(job_id: int, default_locale: str) -> None:
    """Neutral, like all mails: neither what it is about nor what is in it."""
    query = select(ExportJob).where(ExportJob.id == job_id).execution_options(populate_existing=True)
    job = db.session.scalars(query).one()
    user = load_user(job.user_id)
    if user is not None:
        words = {"key": job.key, "is_done": job.is_done}
        queue_mail(user.email, f"export:{job.id}:{job.tries}", READY, words, user.locale or default_locale)


def forget_exports(moment: datetime) -> int:
    """Rows whose time is over, and files that say what must not be said any more; how many."""
    removed = rows_changed(delete(ExportJob).where(ExportJob.expires_at <= moment))
    done = select(ExportJob).where(ExportJob.state == JobState.DONE, ExportJob.size > 0)
    for job in db.session.scalars(done).all():
        if is_outdated(job):
            removed += rows_changed(update(ExportJob).where(ExportJob.id == job.id).values(size=0))
    return removed


def kept_keys() -> set[str]:
    """Jobs whose files stay."""
    kept = ExportJob.state == JobState.RUNNING, (ExportJob.state == JobState.DONE) & (ExportJob.size > 0)
    return set(db.session.scalars(select(ExportJob.key).where(kept[0] | kept[1])))

"""Going back to a backup, tried out: into a database that nobody sees, checked like a running site, and thrown away."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from deliberation.cli.checking import Finding, look_at_data

if TYPE_CHECKING:
    from flask import Flask


@dataclass(frozen=True)
class Rehearsal:
    """What came back: how many of what (message ids), how many would be erased again, and what the self-check says."""

    file: Path
    counts: dict[str, int]
    again: int
    findings: list[Finding]


def newest(place: Path) -> Path:
    """The file itself, or the newest backup in a folder. Raises BackupRefused."""
    from deliberation.backups import BackupRefused

    if not place.is_dir():
        return place
    copies = sorted(place.glob("deliberation-*.backup"))
    if not copies:
        raise BackupRefused("missing")
    return copies[-1]


def rehearse(app: "Flask", file: Path) -> Rehearsal:
    """Restore into a place of its own, with our keys and our list of who was erased. Changes nothing of the site.

    Raises BackupRefused, and DBAPIError where the server lets us make no database.
    """
    from deliberation import backups, create_app, schema
    from deliberation.database import db, set_reading
    from deliberation.privacy.erasures import list_path, replay

    if not file.is_file():
        raise backups.BackupRefused("missing")
    listed = list_path()
    with TemporaryDirectory(prefix="deliberation-rehearsal-") as name, _empty_database(Path(name)) as url:
        if listed.exists():
            (Path(name) / listed.name).write_bytes(listed.read_bytes())
        other = create_app(_settings(app, Path(name), url))
        with other.app_context():
            try:
                backups.restore(file)
                schema.bring_up_to_date()
                set_reading(False)
                again = replay()
                db.session.commit()
                return Rehearsal(file, _counts(), again, look_at_data(other, of_copy=True))
            finally:
                db.session.remove()
                db.engine.dispose()


def _settings(app: "Flask", folder: Path, url: str) -> dict[str, Any]:
    """As the site has them; but nothing leaves from there, and nobody reaches it."""
    from deliberation.config import DEFAULTS

    kept = {name: app.config[name] for name in DEFAULTS}
    here = {"INSTANCE": str(folder), "DATABASE_URL": url, "BASE_URL": "http://localhost", "MAIL_URL": f"file://{folder / 'mail'}"}
    return {**kept, **here, "REDIS_URL": "", "METRICS_PORT": 0}


@contextmanager
def _empty_database(folder: Path) -> Iterator[str]:
    """Of the same kind as that of the site; gone afterwards."""
    import sqlalchemy as sa

    from deliberation.backups import is_sqlite
    from deliberation.database import db

    if is_sqlite():
        yield f"sqlite:///{folder / 'rehearsal.sqlite3'}"
        return
    name = f"deliberation_rehearsal_{uuid4().hex[:12]}"
    engine = db.engine
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE template0"))
    try:
        yield engine.url.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def _counts() -> dict[str, int]:
    from deliberation.accounts.models import User
    from deliberation.annotations.models import Annotation, Vote
    from deliberation.cli.terminal import N_
    from deliberation.database import count_rows
    from deliberation.declarations.models import Declaration

    return {
        N_("Konten"): count_rows(User.id),
        N_("Erklärungen"): count_rows(Declaration.id),
        N_("Anmerkungen"): count_rows(Annotation.number),
        N_("Stimmen"): count_rows(Vote.voter_id),
    }

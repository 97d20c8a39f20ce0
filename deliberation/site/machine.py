"""What the machine has and runs: versions, and how much room things take."""

import platform
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa

from deliberation import schema
from deliberation.backups import database_file, is_sqlite
from deliberation.database import db, has_room
from deliberation.sqlite import driver as sqlite3

LOW_BYTES = 500 * 1024 * 1024
"""Below this much free disk the operator is told; the site itself stops writing far later (`database.has_room`)."""
DEPENDENCIES = (
    "Flask", "Werkzeug", "Jinja2", "SQLAlchemy", "alembic", "psycopg", "redis", "Flask-SQLAlchemy", "Flask-WTF", "Flask-Login",
    "Flask-Babel", "Flask-Limiter", "bleach", "nh3", "markdown-it-py", "argon2-cffi", "email-validator", "RapidFuzz", "segno",
    "pypdf", "lxml", "gunicorn", "waitress", "cryptography", "pyotp", "webauthn", "tzdata",
)  # fmt: skip


@dataclass(frozen=True)
class Storage:
    """Bytes, and None for what cannot be known from here."""

    database: int | None
    mails: int | None
    mail_files: int
    free: int | None

    @property
    def is_low(self) -> bool:
        return self.free is not None and self.free < LOW_BYTES


@dataclass(frozen=True)
class Versions:
    """Name and version of everything, in words that are the same in each language."""

    schema: str
    engine: str
    python: str
    system: str
    packages: Sequence[tuple[str, str]]


def look_at_storage(config: Mapping[str, Any], instance: Path) -> Storage:
    """Reads sizes alone."""
    mails, files = _mail_folder(str(config["MAIL_URL"]))
    return Storage(_database_size(), mails, files, free_bytes(instance))


def free_bytes(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def can_write(config: Mapping[str, Any]) -> bool:
    """Whether the database has room for the next writes."""
    return has_room(str(config["DATABASE_URL"]))


def look_at_versions() -> Versions:
    engine = (
        f"SQLite {sqlite3.sqlite_version}"
        if is_sqlite()
        else f"PostgreSQL {db.session.scalar(sa.text('SHOW server_version'))}"
    )
    packages = [(name, found) for name in DEPENDENCIES if (found := _installed(name))]
    return Versions(
        schema.revision() or "-", engine, platform.python_version(), f"{platform.system()} {platform.release()}", packages
    )


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _database_size() -> int | None:
    if not is_sqlite():
        return db.session.scalar(sa.text("SELECT pg_database_size(current_database())"))
    file = database_file()
    return sum(_size(file.with_name(file.name + ending)) for ending in ("", "-wal", "-journal"))


def _mail_folder(url: str) -> tuple[int | None, int]:
    parts = urlsplit(url)
    if parts.scheme != "file":
        return None, 0
    sizes = [_size(path) for path in Path(unquote(parts.netloc + parts.path)).glob("*.eml")]
    return sum(sizes), len(sizes)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0

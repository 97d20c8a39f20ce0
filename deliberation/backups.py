"""A copy of the whole database while the site writes, and the way back from it.

On SQLite the copy is a database file, checked before it gets its name. On PostgreSQL, where nothing but the server may be
at hand, it is an archive of all tables in one state (REPEATABLE READ), which goes back into an empty database.
Keys (`secret_key`, ADDRESS_KEY) and the list of erasures are not in it: see docs/operating.md.
"""

import base64
import json
import os
import shutil
import zipfile
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from deliberation import schema
from deliberation.clock import now
from deliberation.connecting import take_time
from deliberation.database import MADE_ANEW, UtcDateTime, db, reading_only, set_reading
from deliberation.revisions import COUNTED
from deliberation.sqlite import driver as sqlite3

KEEP_DAYS = 30
"""Older copies in a folder of backups are deleted: what was erased since must not stand there for ever."""
NAME = "deliberation-{:%Y%m%d-%H%M%S}.backup"
STATE = "state.json"
BATCH = 1000


class BackupRefused(Exception):
    """What is wrong with the file or the place; `code` names the sentence."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_sqlite() -> bool:
    return bool(db.engine.dialect.name == "sqlite")


def database_file() -> Path:
    return Path(str(db.engine.url.database))


def back_up(target: Path, keep: int | None = None) -> Path:
    """Write a copy to `target`, or into it if it is a folder; of a folder keep the `keep` newest. Returns the file.

    Raises BackupRefused, OSError.
    """
    is_folder = target.is_dir()
    file = target / NAME.format(now()) if is_folder else target
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        (_copy_file if is_sqlite() else _write_archive)(part)
        to_disk(part)
        part.replace(file)
        to_disk(file.parent)
    finally:
        part.unlink(missing_ok=True)
    if is_folder:
        _tidy(target, file, keep)
    return file


def _copy_file(part: Path) -> None:
    if not database_file().exists():
        raise BackupRefused("nothing")
    source = sqlite3.connect(f"{database_file().absolute().as_uri()}?mode=ro", uri=True, timeout=30)
    copy = sqlite3.connect(part)
    try:
        # In one go: writers wait a moment; in steps it would begin anew with each of their commits.
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise BackupRefused("damaged")
    except sqlite3.DatabaseError:
        raise BackupRefused("damaged") from None
    finally:
        copy.close()
        source.close()


def forget_copies(folder: Path) -> None:
    """Delete what is too old in a folder of copies that nobody tidies otherwise (made before an upgrade)."""
    limit = (now() - timedelta(days=KEEP_DAYS)).timestamp()
    for path in folder.glob("deliberation-*.backup"):
        if path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)


def _tidy(folder: Path, newest: Path, keep: int | None) -> None:
    copies = sorted(folder.glob("deliberation-*.backup"), key=lambda path: path.name, reverse=True)
    limit = (now() - timedelta(days=KEEP_DAYS)).timestamp()
    for place, path in enumerate(copies):
        is_old = path.stat().st_mtime < limit or (keep is not None and place >= keep)
        if is_old and path != newest:
            path.unlink()


def to_disk(path: Path) -> None:
    """Keep the file, or the names in the folder, through a power failure."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def restore(file: Path) -> Path | None:
    """Put the copy in the place of the present database, which is moved aside; where to. Nothing may be running.

    The caller brings the schema up to date and lets the erasures follow. Raises BackupRefused.
    """
    if not file.is_file():
        raise BackupRefused("missing")
    if not is_sqlite():
        _read_archive(file)
        return None
    _check_copy(file)
    db.session.remove()
    db.engine.dispose()
    present, aside = database_file(), None
    fresh = present.with_name(present.name + ".new")
    shutil.copyfile(file, fresh)
    os.chmod(fresh, 0o600)
    to_disk(fresh)
    if present.exists():
        aside = present.with_name(f"{present.name}.before-{now():%Y%m%d-%H%M%S}")
        for ending in ("-wal", "-journal", "-shm"):
            # What belongs to the old file must not be taken for a part of the new one.
            beside = present.with_name(present.name + ending)
            if beside.exists():
                beside.replace(aside.with_name(aside.name + ending))
        present.replace(aside)
    fresh.replace(present)
    to_disk(present.parent)
    return aside


def _check_copy(file: Path) -> None:
    """Whether it is whole, ours, and not from a later release."""
    try:
        copy = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            whole = copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            found = copy.execute("SELECT version_num FROM alembic_version").fetchone()
        finally:
            copy.close()
    except sqlite3.DatabaseError:
        raise BackupRefused("damaged") from None
    _check_revision(found[0] if whole and found else "")


def _check_revision(revision: str) -> None:
    if not revision:
        raise BackupRefused("damaged")
    if revision not in schema.known_revisions():
        raise BackupRefused("newer")


def _write_archive(part: Path) -> None:
    with (
        reading_only(),
        db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection,
        zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        take_time(connection)
        revision = schema.revision() or ""
        archive.writestr(STATE, json.dumps({"revision": revision}))
        for table in _tables(connection, revision):
            with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as out:
                for row in connection.execute(table.select(), execution_options={"yield_per": BATCH}).mappings():
                    out.write((json.dumps(dict(row), default=_plain, ensure_ascii=False) + "\n").encode())


def _tables(connection: sa.Connection, revision: str) -> list[sa.Table]:
    """As the program knows them, or, before an upgrade, as they are."""
    if revision == schema.known_revisions()[-1]:
        return [table for table in db.metadata.sorted_tables if MADE_ANEW not in table.info]
    found = sa.MetaData()
    found.reflect(connection)
    return [table for name, table in sorted(found.tables.items()) if name != "alembic_version"]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        # Without a zone where a table was read as it is: all our times are UTC.
        return {"time": (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, bytes | memoryview):
        return {"bytes": base64.b64encode(value).decode()}
    return {"word": value.value}


def _read_archive(file: Path) -> None:
    """Into the tables of the release that wrote it; the caller brings them up to date."""
    try:
        with zipfile.ZipFile(file) as archive:
            state = json.loads(archive.read(STATE))
            if archive.testzip() is not None:
                raise BackupRefused("damaged")
    except (zipfile.BadZipFile, KeyError, ValueError):
        raise BackupRefused("damaged") from None
    revision = str(state.get("revision", ""))
    _check_revision(revision)
    if schema.state() is not schema.SchemaState.EMPTY:
        raise BackupRefused("not_empty")
    schema.migrate_to(revision)
    set_reading(False)
    # Tables of an earlier release may know no revision; nobody reads anything meanwhile.
    unseen = db.engine.execution_options(**{COUNTED: False})
    with zipfile.ZipFile(file) as archive, unseen.begin() as connection:
        take_time(connection)
        connection.execute(sa.text("SET session_replication_role = replica"))
        tables = _tables(connection, revision)
        for table in tables:
            # What a migration put there on its way (a first row) stands in the archive as well.
            connection.execute(table.delete())
            with archive.open(f"{table.name}.jsonl") as lines:
                while rows := [_row(table, line) for line in islice(lines, BATCH)]:
                    connection.execute(table.insert(), rows)
        connection.execute(sa.text("SET session_replication_role = DEFAULT"))
        go_on_counting(connection, tables)


def _row(table: sa.Table, line: bytes) -> dict[str, Any]:
    return {name: _lively(table.c[name], value) for name, value in json.loads(line).items()}


def _lively(column: "sa.Column[Any]", value: Any) -> Any:
    if not isinstance(value, dict) or isinstance(column.type, sa.JSON):
        return value
    if "time" in value:
        at = datetime.fromisoformat(value["time"]).astimezone(UTC)
        return at if isinstance(column.type, UtcDateTime) else at.replace(tzinfo=None)
    if "day" in value:
        return date.fromisoformat(value["day"])
    if "bytes" in value:
        return base64.b64decode(value["bytes"])
    return column.type.python_type(value["word"])


def go_on_counting(connection: sa.Connection, tables: Iterable[sa.Table], used: Mapping[str, int] | None = None) -> None:
    """Let the numbers of PostgreSQL go on behind the rows that came with theirs, and behind those that were `used`, by table."""
    for table in tables:
        for column in table.primary_key.columns:
            sequence = connection.scalar(
                sa.text("SELECT pg_get_serial_sequence(:name, :column)"), {"name": f'"{table.name}"', "column": column.name}
            )
            if sequence:
                last = max(connection.scalar(sa.select(sa.func.max(column))) or 0, (used or {}).get(table.name, 0))
                setval = sa.text("SELECT setval(CAST(:sequence AS regclass), :last, :used)")
                connection.execute(setval, {"sequence": sequence, "last": last or 1, "used": last > 0})

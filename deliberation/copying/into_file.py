"""A copy that becomes a file of SQLite."""

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from deliberation import schema
from deliberation.backups import to_disk
from deliberation.connecting import engine_options
from deliberation.copying.staging import CopyRefused, Staging, notes
from deliberation.database import db
from deliberation.sqlite import driver as sqlite3


class FileStaging(Staging):
    """`file` is the database that is wanted."""

    def __init__(self, file: Path) -> None:
        self.file, self.address = file, f"sqlite:///{file}"
        self.part = file.with_name(f"{file.name}.{schema.HALF_COPY}")
        url = f"sqlite:///{self.part}"
        self.engine = sa.create_engine(url, **engine_options(url))
        sa.event.listen(self.engine, "connect", lambda raw, _record: raw.execute("PRAGMA foreign_keys=OFF"))

    @contextmanager
    def alone(self) -> Iterator[None]:
        folder = os.open(self.file.parent, os.O_RDONLY)
        try:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise CopyRefused("busy") from None
            yield
        finally:
            os.close(folder)

    def check(self) -> None:
        # What is left of another file would be taken for a part of the new one.
        left = [self.file.with_name(self.file.name + ending) for ending in ("-wal", "-journal")]
        if self._holds_something() or any(path.exists() and path.stat().st_size for path in left):
            raise CopyRefused("not_empty")

    def _holds_something(self) -> bool:
        if not self.file.exists() or (self.file.is_file() and not self.file.stat().st_size):
            return False
        try:
            found = sqlite3.connect(f"{self.file.as_uri()}?mode=ro", uri=True)
            try:
                return found.execute("SELECT 1 FROM sqlite_master").fetchone() is not None
            finally:
                found.close()
        except sqlite3.Error:
            return True

    def empty(self, connection: sa.Connection, table: sa.Table) -> None:
        connection.execute(table.delete())

    def write(self, connection: sa.Connection, table: sa.TableClause, rows: Sequence[sa.Row[Any]]) -> None:
        names = table.columns.keys()
        connection.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in rows])

    def finish(self, used: Mapping[str, int]) -> None:
        with self.engine.begin() as connection:
            if connection.exec_driver_sql("PRAGMA integrity_check").scalar() != "ok":
                self._discard()
                raise CopyRefused("damaged")
            orphans = {str(row[0]) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")}
            if orphans:
                raise CopyRefused("orphans", tables=", ".join(sorted(orphans)))
            _go_on_counting(connection, used)
            schema.put_triggers(connection)
            notes.drop_all(connection)
        self.engine.dispose()
        plain = sqlite3.connect(self.part)
        plain.execute("PRAGMA journal_mode=DELETE")
        plain.close()
        to_disk(self.part)
        self.check()
        self.part.replace(self.file)
        to_disk(self.file.parent)
        self._discard()

    def close(self) -> None:
        self.engine.dispose()

    def _exists(self) -> bool:
        return self.part.exists()

    def _discard(self) -> None:
        self.engine.dispose()
        for ending in ("", "-wal", "-journal", "-shm", "-turn", "-queue", "-door"):
            self.part.with_name(self.part.name + ending).unlink(missing_ok=True)

    def _make(self) -> None:
        os.close(os.open(self.part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))

    def _lay_keys_aside(self, connection: sa.Connection) -> None:
        """Each connection has them switched off."""


def _go_on_counting(connection: sa.Connection, used: Mapping[str, int]) -> None:
    for table in db.metadata.sorted_tables:
        if table.dialect_options["sqlite"]["autoincrement"] and used.get(table.name):
            values = {"name": table.name, "last": used[table.name]}
            changed = connection.execute(sa.text("UPDATE sqlite_sequence SET seq = max(seq, :last) WHERE name = :name"), values)
            if not changed.rowcount:
                connection.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), values)

"""The whole database on another engine, or on another machine, row for row and with the same numbers.

Nobody can write into the source meanwhile. Every table is read twice, and compared: a copy that was interrupted goes on where it
stopped, and what changed in between differs and is copied anew. Whoever uses the target finds nothing in it, or everything.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from deliberation.connecting import engine_options
from deliberation.copying.into_file import FileStaging
from deliberation.copying.into_server import ServerStaging
from deliberation.copying.staging import CopyRefused, Staging
from deliberation.database import MADE_ANEW, db, set_reading
from deliberation.sqlite import driver as sqlite3

__all__ = ["Copied", "CopyRefused", "copy", "source_at", "staging_at"]

FETCH = 1000
FETCH_HEAVY = 16
"""Of rows that carry a quarter of a megabyte."""
FETCHES = 10
"""So many are kept together: what an interruption costs."""
LOCK_SECONDS = 5

Show = Callable[[int, int], None]


@dataclass(frozen=True)
class Copied:
    """What stands in the target now, the same as in the source. `again`: tables that had changed since an interruption."""

    tables: int
    rows: int
    again: tuple[str, ...]
    was_begun: bool


def copy(source: sa.Engine, staging: Staging, show: Show) -> Copied:
    """Copy everything. The source stays as it is; its tables must be those of this code. `show(done, total)` hears how far it is.

    Raises CopyRefused; what was copied by then is kept, and the next run goes on with it.
    """
    set_reading(False)
    fault = "target"
    try:
        with staging.alone():
            staging.check()
            fault = "interrupted"
            was_begun = staging.open()
            with _frozen(source) as rows:
                run = _Run(rows, staging, show)
                run.bring_over()
                again = run.compare()
                used = _last_numbers(rows)
            staging.finish(used)
        show(run.total, run.total)
        return Copied(len(run.tables), run.rows, again, was_begun)
    except Exception as error:
        if _is_by_hand(error):
            raise KeyboardInterrupt from None
        if isinstance(error, sa.exc.DBAPIError):
            raise CopyRefused(fault, cause=_first_line(error)) from None
        raise
    finally:
        staging.close()


def _is_by_hand(error: BaseException | None) -> bool:
    """Whether it began with Ctrl+C: a driver that is torn out of its work can fail in other ways after it."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


class _Run:
    """One way through all tables."""

    def __init__(self, source: sa.Connection, staging: Staging, show: Show) -> None:
        self.source, self.staging, self.show = source, staging, show
        self.tables = [table for table in db.metadata.sorted_tables if MADE_ANEW not in table.info]
        self.rows = sum(source.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in self.tables)
        # Each row is brought over and then looked at.
        self.total, self.done = 2 * self.rows + 1, 0

    def bring_over(self) -> None:
        before = self.staging.progress()
        for table in self.tables:
            copied, is_done = before.get(table.name, (0, False))
            self._tell(copied)
            if not is_done:
                self._bring(table, copied)

    def compare(self) -> tuple[str, ...]:
        """Look at both sides, and copy anew what differs; which tables it was."""
        again = []
        with self.staging.engine.connect() as copies:
            differing = [table for table in self.tables if self._look(self.source, table) != _digest(copies, table)]
        for table in differing:
            self._bring(table, 0)
            again.append(table.name)
        with self.staging.engine.connect() as copies:
            for table in differing:
                if _digest(self.source, table) != _digest(copies, table):
                    raise CopyRefused("differs", table=table.name)
        return tuple(again)

    def _bring(self, table: sa.Table, copied: int) -> None:
        """From this row on, in the order of the keys. What was brought is kept now and then."""
        twin, parts = _twin(table), _read(self.source, table, copied)
        is_done = False
        while not is_done:
            with self.staging.engine.begin() as connection:
                if not copied:
                    # Migrations may have put something there.
                    self.staging.empty(connection, table)
                some = 0
                for rows in islice(parts, FETCHES):
                    self._write(connection, twin, table, rows)
                    some += 1
                    copied += len(rows)
                    self._tell(len(rows))
                is_done = some < FETCHES
                self.staging.note(connection, table, copied, is_done)

    def _write(self, connection: sa.Connection, twin: sa.TableClause, table: sa.Table, rows: Sequence[sa.Row[Any]]) -> None:
        dbapi: Any = connection.dialect.dbapi
        try:
            self.staging.write(connection, twin, rows)
        except (sa.exc.DataError, sa.exc.IntegrityError, dbapi.DataError, dbapi.IntegrityError) as error:
            place = _place(table, rows, error)
            raise CopyRefused("row", place=place, cause=_first_line(error)) from None
        except dbapi.Error as error:
            raise CopyRefused("interrupted", cause=_first_line(error)) from None

    def _look(self, connection: sa.Connection, table: sa.Table) -> tuple[int, int]:
        return _digest(connection, table, self._tell)

    def _tell(self, rows: int) -> None:
        self.done += rows
        self.show(min(self.done, self.total - 1), self.total)


def staging_at(url: str) -> Staging:
    """For the database at this address, as `config.database_url` gives it. Raises CopyRefused."""
    if url.startswith("sqlite:///"):
        file = Path(url.removeprefix("sqlite:///")).absolute()
        if file.is_dir():
            raise CopyRefused("address")
        return FileStaging(file)
    with _usable():
        return ServerStaging(sa.make_url(url))


def source_at(url: str) -> sa.Engine:
    """For another database than that of the site. Raises CopyRefused."""
    with _usable():
        return sa.create_engine(url, **engine_options(url))


@contextmanager
def _usable() -> Iterator[None]:
    try:
        yield
    except (sa.exc.ArgumentError, ValueError):
        # Whatever is wrong with the address, it may hold a password.
        raise CopyRefused("address") from None
    except ImportError:
        raise CopyRefused("driver") from None


@contextmanager
def _frozen(source: sa.Engine) -> Iterator[sa.Connection]:
    """One state of the source, and nobody writes until it was read. Raises CopyRefused."""
    is_file = source.dialect.name == "sqlite"
    with source.connect() as connection:
        if not is_file:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        try:
            # On SQLite this begins a write.
            connection.execute(sa.text("SELECT 1" if is_file else f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
            if not is_file:
                connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
                connection.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))
                # Before the first look, which decides what is seen.
                names = ", ".join(map(connection.dialect.identifier_preparer.quote, db.metadata.tables))
                connection.execute(sa.text(f"LOCK TABLE {names} IN SHARE MODE"))
        except sa.exc.OperationalError as error:
            if _is_locked(error.orig):
                raise CopyRefused("running") from None
            raise
        yield connection


def _is_locked(error: Any) -> bool:
    """Whether somebody else has what we wait for; lock_not_available of PostgreSQL."""
    return getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_BUSY or getattr(error, "sqlstate", "") == "55P03"


def _plain(kind: Any) -> Any:
    """As it stands in the table: what Python makes of it need not be made."""
    if isinstance(kind, sa.Enum):
        return sa.String()
    if isinstance(kind, sa.JSON):
        return sa.Text()
    return kind.impl if isinstance(kind, sa.types.TypeDecorator) else kind


def _twin(table: sa.Table) -> sa.TableClause:
    return sa.table(table.name, *(sa.column(column.name, _plain(column.type)) for column in table.columns))


def _selected(table: sa.Table) -> sa.Select[Any]:
    twin = _twin(table)
    # The text of JSON to the letter; PostgreSQL's driver would read it.
    columns = [
        sa.cast(twin.c[column.name], sa.Text) if isinstance(column.type, sa.JSON) else twin.c[column.name]
        for column in table.columns
    ]
    return sa.select(*columns)


def _read(connection: sa.Connection, table: sa.Table, first: int = 0) -> Iterator[Sequence[sa.Row[Any]]]:
    """All rows in the order of their keys, some at a time."""
    keys = [_twin(table).c[column.name] for column in table.primary_key.columns]
    return _in_parts(connection, table, _selected(table).order_by(*keys).offset(first or None))


def _in_parts(connection: sa.Connection, table: sa.Table, query: sa.Select[Any]) -> Iterator[Sequence[sa.Row[Any]]]:
    is_heavy = any(isinstance(column.type, sa.LargeBinary) for column in table.columns)
    return connection.execute(query, execution_options={"yield_per": FETCH_HEAVY if is_heavy else FETCH}).partitions()


def _digest(connection: sa.Connection, table: sa.Table, tell: Callable[[int], None] = lambda _rows: None) -> tuple[int, int]:
    """How many rows, and a sum over all of them that does not depend on their order: languages sort keys differently."""
    count = total = 0
    for rows in _in_parts(connection, table, _selected(table)):
        for row in rows:
            total += int.from_bytes(hashlib.blake2b(repr(tuple(row)).encode("utf-8", "surrogatepass"), digest_size=16).digest())
        count += len(rows)
        tell(len(rows))
    return count, total % 2**128


def _last_numbers(source: sa.Connection) -> dict[str, int]:
    """The last number that each table gave, also where its row is gone: it is never given again."""
    if source.dialect.name == "sqlite":
        return {row.name: row.seq for row in source.execute(sa.text("SELECT name, seq FROM sqlite_sequence"))}
    found = {}
    for table in db.metadata.sorted_tables:
        for column in table.primary_key.columns:
            query = sa.text("SELECT pg_sequence_last_value(CAST(pg_get_serial_sequence(:name, :column) AS regclass))")
            last = source.scalar(query, {"name": f'"{table.name}"', "column": column.name})
            if last:
                found[table.name] = int(last)
    return found


def _place(table: sa.Table, rows: Sequence[sa.Row[Any]], error: BaseException) -> str:
    """Table, key and column of what the other engine does not take, as far as it says; never what stands there."""
    number, column = None, ""
    context = getattr(getattr(getattr(error, "orig", error), "diag", None), "context", None) or ""
    if found := re.search(r", line (\d+)(?:, column (\w+))?", context):
        number, column = int(found[1]) - 1, found[2] or ""
    else:
        names = [one.name for one in table.columns]
        for place, row in enumerate(rows):
            bad = [name for name, value in zip(names, row, strict=True) if isinstance(value, str) and "\0" in value]
            if bad:
                number, column = place, bad[0]
                break
    if number is None or number >= len(rows):
        return table.name
    values = dict(zip((one.name for one in table.columns), rows[number], strict=True))
    key = ", ".join(f"{one.name}={values[one.name]}" for one in table.primary_key.columns)
    return f"{table.name} ({key}){': ' + column if column else ''}"


def _first_line(error: BaseException) -> str:
    return str(getattr(error, "orig", error)).strip().partition("\n")[0]

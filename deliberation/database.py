"""The database session, naming rules, SQLite's promises, and UTC times.

Nothing acknowledged may be lost: SQLite runs with `synchronous=FULL`, and with WAL only where the
library is new enough to be free of the WAL-reset bug (https://www.sqlite.org/wal.html#walresetbug).
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Engine, MetaData, bindparam, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import Pool
from sqlalchemy.types import TypeDecorator

from deliberation import replica
from deliberation.sqlite import driver as sqlite3
from deliberation.sqlite import journal_mode
from deliberation.turnstile import Line, Turnstile

BUSY_TIMEOUT_MS = 8000
HURRIED_TIMEOUT_MS = 250
"""For what is not worth waiting for: the mark that a page view leaves."""
ROOM_BYTES = 1 << 20
STATEMENTS = 64
"""Kept ready by each connection, up to a hundred kilobytes each: a page needs some twenty."""
TURNSTILE = "turnstile"
LINE = "line"
IN_LINE = "in_line"
IS_READING = "is_reading"
PATIENCE = "patience"
MADE_ANEW = "made_anew"
"""Marks a table that holds nothing but copies: no backup has its rows."""
ID_MAX = 2**31 - 1
"""The largest number of a row that both databases can look for."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


# Each request ends with its commit: reading everything again after it would cost and bring nothing.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "class_": replica.Session})
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

_lines: dict[str, Line] = {}
"""By file: writers, in turn."""
_reading = ContextVar("reading", default=False)
_hurried = ContextVar("hurried", default=False)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time in Python, a naive UTC time in the database; the same on both engines."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone must not reach the database")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


Row = TypeVar("Row")


def rows_changed(statement: Any) -> int:
    """Run a statement that changes rows; how many it did."""
    result = db.session.execute(statement, execution_options={"synchronize_session": False})
    return max(int(getattr(result, "rowcount", 0)), 0)


def count_rows(what: Any, *conditions: Any) -> int:
    """How many rows of the column `what` these hold for."""
    return db.session.scalar(select(func.count(what)).where(*conditions)) or 0


def once(find: Any, make: Callable[[], Row], then: Callable[[Row], object] | None = None) -> Row:
    """The row that `find` selects, or the one that `make` makes: a form sent twice is stored once. What goes with the row,
    such as its line in the log, belongs into `then`: only the sending that made it comes there.

    Two sendings at the same moment both miss the row; the unique key stops the second, which then finds it.
    """
    found = db.session.scalars(find).one_or_none()
    if found is not None:
        return found  # type: ignore[no-any-return]
    try:
        with db.session.begin_nested():
            with db.session.no_autoflush:
                row = make()
            db.session.add(row)
            db.session.flush()
            if then is not None:
                then(row)
    except IntegrityError:
        return db.session.scalars(find).one()  # type: ignore[no-any-return]
    return row


def hold(row: Any, names: Sequence[str]) -> None:
    """Read these columns of a row anew and let nobody else write to it until the end of the transaction. PostgreSQL only: on
    SQLite whoever writes has been alone since the transaction began."""
    if db.engine.dialect.name != "sqlite":
        db.session.refresh(row, names, with_for_update=True)


def put(kind: Any, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Store these values in the row of that unique key, or make it where there is none: the last one holds, also of two at the
    same moment. Columns of the table that are neither must have a default of the database's."""
    statement = _put(db.engine.dialect.name, kind.__table__, tuple(key), tuple(values))
    db.session.connection().execute(statement, {**key, **values})


@lru_cache
def _put(dialect: str, table: Any, key: tuple[str, ...], values: tuple[str, ...]) -> Any:
    new = insert_into(table, dialect).values({name: bindparam(name) for name in (*key, *values)})
    return new.on_conflict_do_update(index_elements=key, set_={name: new.excluded[name] for name in values})


def insert_into(table: Any, dialect: str) -> Any:
    """An INSERT that can say what happens where the row is there already; both databases can, each in its own module."""
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)


@contextmanager
def reading_only() -> Iterator[None]:
    """Let transactions that begin in here take no write lock on SQLite."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


def is_reading() -> bool:
    """Whether what happens now only reads."""
    return _reading.get()


def set_reading(value: bool) -> None:
    """As `reading_only`, for a whole request. Whoever writes asks no copy that may lag."""
    _reading.set(value)
    if not value:
        replica.let_lag(False)


@contextmanager
def in_a_hurry() -> Iterator[None]:
    """Let transactions that begin in here give up soon when somebody else writes (SQLite)."""
    token = _hurried.set(True)
    try:
        yield
    finally:
        _hurried.reset(token)


def sqlite_opener(file: Path) -> Callable[[], sqlite3.Connection]:
    """What opens connections to a database file. The first makes the file, for its owner alone, if there is none;
    later a file that has vanished is not made anew: an empty one in its place would look like a site without content."""
    is_known = False

    def connect() -> sqlite3.Connection:
        nonlocal is_known
        if not is_known and not file.exists():
            # If that fails, the driver says so below, as of every database that cannot be opened.
            with suppress(OSError):
                os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        is_known = True
        place = f"file:{quote(str(file))}?mode=rw"
        return sqlite3.connect(place, uri=True, check_same_thread=False, cached_statements=STATEMENTS)

    return connect


def has_room(url: str) -> bool:
    """Whether the disk of a database file has room for the next writes; of a server it is not ours to know."""
    if not url.startswith("sqlite:///"):
        return True
    try:
        return shutil.disk_usage(Path(url.removeprefix("sqlite:///")).parent).free >= ROOM_BYTES
    except OSError:
        return False


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    # The driver's own BEGIN would come too late and never IMMEDIATE: `_begin_sqlite` does it.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute(f"PRAGMA journal_mode={journal_mode()}")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")
    # A long write that spills into the file locks readers out until it ends; in memory it does so for its commit only.
    cursor.execute("PRAGMA cache_spill=OFF")
    cursor.execute("PRAGMA mmap_size=0")
    [(_number, _name, file)] = cursor.execute("PRAGMA database_list").fetchall()
    cursor.close()
    if file:
        record.info[LINE] = _lines.setdefault(file, Line(Path(file)))
    # With WAL, readers and a writer do not meet.
    if file and journal_mode() != "WAL":
        record.info[TURNSTILE] = Turnstile(Path(file))


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    is_reading = connection.info[IS_READING] = _reading.get()
    turnstile: Turnstile | None = connection.info.get(TURNSTILE)
    _leave_line(connection.info)
    if turnstile:
        turnstile.release()
        if is_reading:
            turnstile.pass_through()
    patience = HURRIED_TIMEOUT_MS if _hurried.get() else BUSY_TIMEOUT_MS
    if not is_reading:
        _take_line(connection.info, patience / 1000)
    if connection.info.get(PATIENCE, BUSY_TIMEOUT_MS) != patience:
        connection.info[PATIENCE] = patience
        connection.exec_driver_sql(f"PRAGMA busy_timeout={patience}")
    # A write that starts as a read can be refused when it wants to write; IMMEDIATE waits its turn.
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


@event.listens_for(Engine, "commit")
def _commit_sqlite(connection: Connection) -> None:
    turnstile: Turnstile | None = connection.info.get(TURNSTILE)
    if turnstile and not connection.info.get(IS_READING):
        turnstile.hold()


def pass_turnstile(info: Mapping[Any, Any]) -> None:
    """Before reading without a transaction of one's own."""
    if TURNSTILE in info:
        info[TURNSTILE].pass_through()


def _take_line(info: dict[Any, Any], seconds: float) -> None:
    line: Line | None = info.get(LINE)
    if line is None:
        return
    if not line.take(seconds):
        raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))
    info[IN_LINE] = True


def _leave_line(info: dict[Any, Any]) -> None:
    if info.pop(IN_LINE, False):
        info[LINE].leave()


@event.listens_for(Pool, "checkin")
def _leave_turnstile(_connection: Any, record: Any) -> None:
    """After the commit, and after what ended otherwise."""
    _leave_line(record.info)
    if TURNSTILE in record.info:
        record.info[TURNSTILE].release()


@event.listens_for(Pool, "close")
def _close_turnstile(_connection: Any, record: Any) -> None:
    _leave_line(record.info)
    if turnstile := record.info.pop(TURNSTILE, None):
        turnstile.close()

"""The list of erased accounts and deleted declarations outside the database, so that a restored backup forgets them again.

One line of JSON each, with nothing but the random key of the account, what became of its texts, and the day, or the address
of the declaration and the day. The tables `erasure` and `gone_declaration` are what is true; the file follows them and
outlives a database that is put back to an older state.
"""

import json
import os
from datetime import timedelta
from pathlib import Path
from sqlite3 import OperationalError

from flask import current_app
from sqlalchemy import Connection, Table, exists, func, select, text
from sqlalchemy.exc import DBAPIError

from deliberation.accounts.models import User, load_user
from deliberation.clock import today
from deliberation.database import db
from deliberation.declarations.models import Declaration, GoneDeclaration
from deliberation.permissions import Operator
from deliberation.privacy.deletion import remove
from deliberation.privacy.leaving import erase
from deliberation.privacy.models import Erasure, Parting

NAME = "erasures.jsonl"
UNSWEPT = {
    "thesis", "thesis_state", "paragraph", "wording", "vote", "resistance", "stance_tally", "anchor", "cosignature",
}  # fmt: skip
"""Tables that no erasure takes a word out of."""
RECENT = timedelta(days=2)
LOCK_SECONDS = 1


def list_path() -> Path:
    return Path(current_app.instance_path) / NAME


def write_list() -> int:
    """Let the file follow the table; how many lines were added. Call it after the erasure is committed."""
    path = list_path()
    known, gone = {entry["user"] for entry in read_list()}, set(read_gone())
    users = [each for each in db.session.scalars(select(Erasure).order_by(Erasure.id)) if each.user_key not in known]
    declarations = [each for each in db.session.scalars(select(GoneDeclaration)) if each.slug not in gone]
    fresh = [{"user": each.user_key, "parting": each.parting.value, "day": each.on_day.isoformat()} for each in users]
    fresh += [{"declaration": each.slug, "day": each.gone_on.isoformat()} for each in declarations]
    if not fresh:
        return 0
    lines = [json.dumps(entry) for entry in fresh]
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        # A line that a power failure cut short must not swallow the next.
        file.write(("" if _ends_well(path) else "\n") + "".join(f"{line}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())
    return len(fresh)


def _ends_well(path: Path) -> bool:
    content = path.read_bytes()
    return not content or content.endswith(b"\n")


def read_list() -> list[dict[str, str]]:
    """The accounts that the file knows."""
    return [entry for entry in _read() if {"user", "parting"} <= entry.keys()]


def read_gone() -> list[str]:
    """The addresses of deleted declarations that the file knows."""
    return [entry["declaration"] for entry in _read() if "declaration" in entry]


def _read() -> list[dict[str, str]]:
    """What the file knows; a line cut short by a power failure is left out (the table has it)."""
    try:
        lines = list_path().read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    entries = []
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            entries.append(entry)
    return entries


def replay() -> int:
    """Erase again whoever is back, and every deleted declaration; how many. For the moment after a restore and for every
    start. The caller commits."""
    listed = {entry["user"]: entry["parting"] for entry in read_list()}
    again = list(db.session.scalars(select(Declaration).where(Declaration.slug.in_(read_gone()))).all())
    for declaration in again:
        remove(declaration)
    back = db.session.execute(select(User.id, User.key).where(User.key.in_(listed))).all()
    for number, key in back:
        user = load_user(number)
        if user is not None:
            erase(Operator(), user, Parting(listed[key]), current_app.config["SECRET_KEY"])
    return len(back) + len(again)


def newest() -> int:
    """The number of the last erasure; 0 before the first."""
    return db.session.scalar(select(func.max(Erasure.id))) or 0


def first_to_sweep() -> int:
    """The first erasure after which the files may not have been swept: a process that has just begun cannot know what an
    earlier one still had to do in the last days."""
    recent = select(func.min(Erasure.id)).where(Erasure.on_day >= today() - RECENT)
    return db.session.scalar(recent) or newest() + 1


def sweep() -> bool:
    """Overwrite what is left of deleted words in the files of the database; whether that is done, else ask again. Outside
    any transaction.

    Both engines write the tables anew: SQLite overwrites what it deletes (`secure_delete`), but not every copy that
    reordering a page left behind, and PostgreSQL only marks as free what VACUUM finds."""
    db.session.remove()
    return _sweep_postgresql() if db.engine.dialect.name == "postgresql" else _sweep_sqlite()


def _sweep_postgresql() -> bool:
    """Table by table, and then the planner's statistics, which hold words that were frequent or were sampled. Whoever holds
    a table is not waited for: behind a waiting VACUUM everybody else would queue up."""
    is_done = True
    tables = [table for table in db.metadata.sorted_tables if table.name not in UNSWEPT]
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"SET lock_timeout = '{LOCK_SECONDS}s'"))
        for table in tables:
            is_done &= _try(connection, f'VACUUM (FULL, ANALYZE) "{table.name}"')
            # Of a table without rows the statistics stay as they were, unless its columns are said anew.
            if connection.scalar(select(~exists(table.select()))):
                is_done &= _try(connection, f'ALTER TABLE "{table.name}" {", ".join(_same_types(table))}')
        is_done &= _try(connection, "VACUUM (FULL) pg_catalog.pg_statistic")
        connection.execute(text("RESET lock_timeout"))
    return is_done


def _try(connection: Connection, statement: str) -> bool:
    try:
        connection.execute(text(statement))
    except DBAPIError:
        return False
    return True


def _same_types(table: Table) -> list[str]:
    """`ALTER COLUMN … TYPE` with the type it has."""
    dialect = db.engine.dialect
    return [f'ALTER COLUMN "{one.name}" TYPE {one.type.compile(dialect)}' for one in table.columns]


def _sweep_sqlite() -> bool:
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("VACUUM")
        # With a write-ahead log: busy as long as somebody still reads from it.
        [busy, *_pages] = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy
    except OperationalError:
        return False
    finally:
        connection.close()

"""The list of erased accounts and deleted declarations outside the database, so that a restored backup forgets them again.

`erased` reads and writes it. The tables `erasure` and `gone_declaration` are what is true; the file follows them and outlives a
database that is put back to an older state.
"""

from collections.abc import Collection
from datetime import date, timedelta

from flask import current_app
from sqlalchemy import Connection, Table, exists, func, select, text
from sqlalchemy.exc import DBAPIError

from deliberation.accounts.models import User, load_user
from deliberation.clock import today
from deliberation.database import db
from deliberation.declarations.models import Declaration, GoneDeclaration
from deliberation.notifications import following
from deliberation.notifications.models import Subscription
from deliberation.permissions import Operator
from deliberation.privacy.deletion import remove
from deliberation.privacy.erased import append, list_path, note_left, read, read_left
from deliberation.privacy.leaving import erase
from deliberation.privacy.models import Erasure, Parting
from deliberation.sqlite import driver, empty_log

__all__ = ["list_path", "note_left"]

UNSWEPT = {
    "thesis", "thesis_state", "paragraph", "wording", "vote", "resistance", "stance_tally", "anchor", "cosignature",
}  # fmt: skip
"""Tables that no erasure takes a word out of."""
FOLLOWERS = ("subscription", "mail")
"""What leaves something behind where somebody followed and left."""
RECENT = timedelta(days=2)
LOCK_SECONDS = 1


def write_list() -> int:
    """Let the file follow the table; how many lines were added. Call it after the erasure is committed."""
    known, gone = {entry["user"] for entry in read_list()}, set(read_gone())
    users = [each for each in db.session.scalars(select(Erasure).order_by(Erasure.id)) if each.user_key not in known]
    declarations = [each for each in db.session.scalars(select(GoneDeclaration)) if each.slug not in gone]
    fresh = [{"user": each.user_key, "parting": each.parting.value, "day": each.on_day.isoformat()} for each in users]
    fresh += [{"declaration": each.slug, "day": each.gone_on.isoformat()} for each in declarations]
    if not fresh:
        return 0
    append(fresh)
    return len(fresh)


def read_list() -> list[dict[str, str]]:
    """The accounts that the file knows."""
    return [entry for entry in read() if {"user", "parting"} <= entry.keys()]


def read_gone() -> list[str]:
    """The addresses of deleted declarations that the file knows."""
    return [entry["declaration"] for entry in read() if "declaration" in entry]


def replay() -> int:
    """Erase again whoever is back, whoever followed and left, and every deleted declaration; how many. For the moment after a
    restore and for every start. The caller commits."""
    listed = {entry["user"]: entry["parting"] for entry in read_list()}
    again = list(db.session.scalars(select(Declaration).where(Declaration.slug.in_(read_gone()))).all())
    for declaration in again:
        remove(declaration)
    back = db.session.execute(select(User.id, User.key).where(User.key.in_(listed))).all()
    for number, key in back:
        user = load_user(number)
        if user is not None:
            erase(Operator(), user, Parting(listed[key]), current_app.config["SECRET_KEY"])
    return len(back) + len(again) + _leave_again()


def _leave_again() -> int:
    left = read_left()
    back = [key for key in db.session.scalars(select(Subscription.key)) if key in left] if left else []
    for key in back:
        following.leave(db.session.scalars(select(Subscription).where(Subscription.key == key)).one())
    return len(back)


def count_left(since: date | None = None) -> int:
    """How many followed and left; since a day."""
    days = read_left().values()
    return sum(day >= since.isoformat() for day in days) if since else len(days)


def newest() -> int:
    """The number of the last erasure; 0 before the first."""
    return db.session.scalar(select(func.max(Erasure.id))) or 0


def first_to_sweep() -> int:
    """The first erasure after which the files may not have been swept: a process that has just begun cannot know what an
    earlier one still had to do in the last days."""
    recent = select(func.min(Erasure.id)).where(Erasure.on_day >= today() - RECENT)
    return db.session.scalar(recent) or newest() + 1


def sweep(only: Collection[str] = ()) -> bool:
    """Overwrite what is left of deleted words in the files of the database; whether that is done, else ask again. Outside
    any transaction. `only`: the tables from which something went, for an engine that writes them one by one.

    Both engines write the tables anew: SQLite overwrites what it deletes (`secure_delete`), but not every copy that
    reordering a page left behind, and PostgreSQL only marks as free what VACUUM finds."""
    db.session.remove()
    return _sweep_postgresql(only) if db.engine.dialect.name == "postgresql" else _sweep_sqlite()


def _sweep_postgresql(only: Collection[str]) -> bool:
    """Table by table, and then the planner's statistics, which hold words that were frequent or were sampled. Whoever holds
    a table is not waited for: behind a waiting VACUUM everybody else would queue up."""
    is_done = True
    tables = [table for table in db.metadata.sorted_tables if table.name in only or not (only or table.name in UNSWEPT)]
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"SET lock_timeout = '{LOCK_SECONDS}s'"))
        connection.execute(text("SET statement_timeout = 0"))
        for table in tables:
            is_done &= _try(connection, f'VACUUM (FULL, ANALYZE) "{table.name}"')
            # Of a table without rows the statistics stay as they were, unless its columns are said anew.
            if connection.scalar(select(~exists(table.select()))):
                is_done &= _try(connection, f'ALTER TABLE "{table.name}" {", ".join(_same_types(table))}')
        is_done &= _try(connection, "VACUUM (FULL) pg_catalog.pg_statistic")
        connection.execute(text("RESET lock_timeout"))
        connection.execute(text("RESET statement_timeout"))
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
        connection.cursor().execute("VACUUM")
        return empty_log(connection)
    except driver.OperationalError:
        return False
    finally:
        connection.close()

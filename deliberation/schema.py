"""Which state the tables of the database are in, and the way to the state that this code needs.

Revisions are numbered in one line (0001, 0002, …), so that every start can compare without loading Alembic.
"""

from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from deliberation.database import db, reading_only

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
NOTHING = "base"
HEAD = "head"
TELL = "deliberation.tell"
HALF_COPY = "deliberation_copy"
"""Where a copy grows until it is whole (`copying`): a schema of this name, or a file beside the database with this at its end."""


TRIGGERS: dict[str, Callable[[Connection], None]] = {}
"""What puts triggers where there are none: by the table whose rows they write. Nothing else makes or changes them."""


class SchemaState(Enum):
    """EMPTY has no tables, OLD wants an upgrade, NEWER was made by a later release and must be left alone, and so must COPYING,
    which waits for a copy that is under way or was interrupted."""

    EMPTY = "empty"
    OLD = "old"
    CURRENT = "current"
    NEWER = "newer"
    COPYING = "copying"


UNTOUCHABLE = (SchemaState.NEWER, SchemaState.COPYING)


class SchemaRefused(Exception):
    """This code must not touch this database; `state` says why."""

    def __init__(self, state: SchemaState = SchemaState.NEWER) -> None:
        super().__init__(state.value)
        self.state = state


class UnknownRevision(Exception):
    """There is no migration of this name."""


def known_revisions() -> list[str]:
    """All revisions of this code, the oldest first."""
    return sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def revision(engine: Engine | None = None) -> str | None:
    """The revision the database says it has; None before the first migration."""
    with reading_only(), (engine or db.engine).connect() as connection:
        return _revision(connection)


def state(engine: Engine | None = None) -> SchemaState:
    """Compare the database with the code: that of the site, or another one. Reads only."""
    with reading_only(), (engine or db.engine).connect() as connection:
        found = _revision(connection)
        if found is None:
            if sa.inspect(connection).has_table("declaration"):
                # Tables of ours without a revision: nobody knows what they look like.
                return SchemaState.NEWER
            return SchemaState.COPYING if _waits_for_a_copy(connection) else SchemaState.EMPTY
    known = known_revisions()
    if found == known[-1]:
        return SchemaState.CURRENT
    return SchemaState.OLD if found in known else SchemaState.NEWER


def bring_up_to_date() -> SchemaState:
    """Make or upgrade the tables; a second run changes nothing. Returns the state found before.

    Raises SchemaRefused when the database is newer than the code, or waits for a copy.
    """
    before = state()
    if before in UNTOUCHABLE:
        raise SchemaRefused(before)
    if before is not SchemaState.CURRENT:
        migrate_to(HEAD)
    return before


def migrate_to(target: str, tell: Callable[[str], None] | None = None, engine: Engine | None = None) -> None:
    """Go up or down to a revision: `head`, `base`, or a number; `tell` hears of each that was applied, before all of them are
    kept at once. Raises SchemaRefused, UnknownRevision."""
    from alembic import command

    known = known_revisions()
    if target not in (HEAD, NOTHING, *known):
        raise UnknownRevision(target)
    found = revision(engine)
    if (before := state(engine)) in UNTOUCHABLE:
        raise SchemaRefused(before)
    db.session.remove()
    here, goal = found or "", {HEAD: known[-1], NOTHING: ""}.get(target, target)
    if goal != here:
        config = alembic_config(engine)
        config.attributes[TELL] = tell
        (command.downgrade if goal < here else command.upgrade)(config, target)
    # The connection that migrated on SQLite has its foreign keys switched off.
    (engine or db.engine).dispose()


def put_triggers(connection: Connection) -> None:
    """Make those that are missing. Rebuilding a table on SQLite drops its triggers, so every migration ends with this."""
    for table, put in TRIGGERS.items():
        if connection.dialect.name == "sqlite":
            found = sa.text("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = :table")
        else:
            found = sa.text("SELECT count(to_regclass(:table))")
        if connection.scalar(found, {"table": table}):
            put(connection)


def remove_triggers(connection: Connection) -> None:
    """Take all triggers and their functions away; ours are the only ones."""
    if connection.dialect.name == "sqlite":
        for name in connection.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        return
    query = "SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND prorettype = 'trigger'::regtype"
    for name in connection.scalars(sa.text(query)).all():
        connection.exec_driver_sql(f'DROP FUNCTION "{name}" CASCADE')


def write_next(message: str) -> None:
    """Write the next migration from what the models say that the database does not have. Read it before use."""
    from alembic import command

    number = f"{int(known_revisions()[-1]) + 1:04}"
    command.revision(alembic_config(), message, autogenerate=True, rev_id=number)


def stamp() -> None:
    """Declare tables that were made without migrations to be up to date; for tests."""
    from alembic import command

    command.stamp(alembic_config(), HEAD)
    db.engine.dispose()


def alembic_config(engine: Engine | None = None) -> "Config":
    """What Alembic wants to know; there is no ini file. `engine`: of another database than that of the site."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["engine"] = engine or db.engine
    return config


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _waits_for_a_copy(connection: Connection) -> bool:
    if connection.dialect.name == "sqlite":
        return Path(f"{connection.engine.url.database}.{HALF_COPY}").exists()
    # Inside the copy its tables are simply not there yet.
    return connection.dialect.default_schema_name != HALF_COPY and sa.inspect(connection).has_schema(HALF_COPY)

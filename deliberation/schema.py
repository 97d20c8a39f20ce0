"""Which state the tables of the database are in, and the way to the state that this code needs.

Revisions are numbered in one line (0001, 0002, …), so that every start can compare without loading Alembic.
"""

from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from deliberation.database import db, reading_only

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
NOTHING = "base"
HEAD = "head"
TELL = "deliberation.tell"


class SchemaState(Enum):
    """EMPTY has no tables, OLD wants an upgrade, NEWER was made by a later release and must be left alone."""

    EMPTY = "empty"
    OLD = "old"
    CURRENT = "current"
    NEWER = "newer"


class SchemaRefused(Exception):
    """This code must not touch this database: it was made by a later release."""


class UnknownRevision(Exception):
    """There is no migration of this name."""


def known_revisions() -> list[str]:
    """All revisions of this code, the oldest first."""
    return sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def revision() -> str | None:
    """The revision the database says it has; None before the first migration."""
    with reading_only(), db.engine.connect() as connection:
        return _revision(connection)


def state() -> SchemaState:
    """Compare the database with the code. Reads only."""
    with reading_only(), db.engine.connect() as connection:
        found = _revision(connection)
        if found is None:
            # Tables of ours without a revision: nobody knows what they look like.
            return SchemaState.NEWER if sa.inspect(connection).has_table("declaration") else SchemaState.EMPTY
    known = known_revisions()
    if found == known[-1]:
        return SchemaState.CURRENT
    return SchemaState.OLD if found in known else SchemaState.NEWER


def bring_up_to_date() -> SchemaState:
    """Make or upgrade the tables; a second run changes nothing. Returns the state found before.

    Raises SchemaRefused when the database is newer than the code.
    """
    before = state()
    if before is SchemaState.NEWER:
        raise SchemaRefused
    if before is not SchemaState.CURRENT:
        migrate_to(HEAD)
    return before


def migrate_to(target: str, tell: Callable[[str], None] | None = None) -> None:
    """Go up or down to a revision: `head`, `base`, or a number; `tell` hears of each that was applied, before all of them are
    kept at once. Raises SchemaRefused, UnknownRevision."""
    from alembic import command

    known = known_revisions()
    if target not in (HEAD, NOTHING, *known):
        raise UnknownRevision(target)
    found = revision()
    if state() is SchemaState.NEWER:
        raise SchemaRefused
    db.session.remove()
    here, goal = found or "", {HEAD: known[-1], NOTHING: ""}.get(target, target)
    if goal != here:
        config = alembic_config()
        config.attributes[TELL] = tell
        (command.downgrade if goal < here else command.upgrade)(config, target)
    # The connection that migrated on SQLite has its foreign keys switched off.
    db.engine.dispose()


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


def alembic_config() -> "Config":
    """What Alembic wants to know; there is no ini file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()

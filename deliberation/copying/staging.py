"""Where the copy of a database grows until it is whole, so that nobody ever finds half a site under its address.

On SQLite a file beside the one that is wanted, which gets its name at the end; on PostgreSQL a schema of its own, whose tables
move at the end, in one transaction. Rows come in any order: foreign keys are laid aside meanwhile and hold again before anything
moves. What stands in here is nobody's own, so a copy that cannot go on is thrown away and begun anew.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import sqlalchemy as sa

from deliberation import schema
from deliberation.database import reading_only

notes = sa.MetaData()
PROGRESS = sa.Table(
    "copy_progress",
    notes,
    sa.Column("name", sa.String(63), primary_key=True),
    sa.Column("copied", sa.BigInteger, nullable=False),
    sa.Column("is_done", sa.Boolean, nullable=False),
)
"""How many rows of a table, in the order of their keys, have arrived."""
KEYS = sa.Table(
    "copy_key",
    notes,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(63), nullable=False),
    sa.Column("table", sa.String(63), nullable=False),
    sa.Column("words", sa.Text, nullable=False),
)
"""Foreign keys that were laid aside (PostgreSQL)."""


class CopyRefused(Exception):
    """Why there is no copy, or not yet; `code` names the sentence, `facts` stand in it."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Staging(ABC):
    """The copy while it grows. `engine` leads into it; `address` to what it becomes, without a password."""

    engine: sa.Engine
    address: str

    @abstractmethod
    def alone(self) -> AbstractContextManager[None]:
        """In here no other process copies to this place. Raises CopyRefused."""

    @abstractmethod
    def check(self) -> None:
        """Raise CopyRefused where something stands already, or where the copy could not be finished."""

    def open(self) -> bool:
        """Go on with the copy that was begun, or begin one; whether it goes on."""
        if self._exists() and self._fits():
            return True
        self._discard()
        self._make()
        schema.migrate_to(schema.HEAD, engine=self.engine)
        with self.engine.begin() as connection:
            # What they would count is copied as it stands.
            schema.remove_triggers(connection)
            notes.create_all(connection)
            self._lay_keys_aside(connection)
        return False

    def progress(self) -> dict[str, tuple[int, bool]]:
        """By table: how many rows have arrived, and whether that is all."""
        with reading_only(), self.engine.connect() as connection:
            return {row.name: (row.copied, row.is_done) for row in connection.execute(PROGRESS.select())}

    def note(self, connection: sa.Connection, table: sa.Table, copied: int, is_done: bool) -> None:
        """Keep with the rows how many they are."""
        connection.execute(PROGRESS.delete().where(PROGRESS.c.name == table.name))
        connection.execute(PROGRESS.insert().values(name=table.name, copied=copied, is_done=is_done))

    @abstractmethod
    def empty(self, connection: sa.Connection, table: sa.Table) -> None: ...

    @abstractmethod
    def write(self, connection: sa.Connection, table: sa.TableClause, rows: Sequence[sa.Row[Any]]) -> None:
        """Rows with a value for each column of the table, in their order."""

    @abstractmethod
    def finish(self, used: Mapping[str, int]) -> None:
        """Make it the database that it is a copy of. `used`: the last number of each table that gives numbers.

        Raises CopyRefused when rows refer to nothing.
        """

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def _exists(self) -> bool: ...

    @abstractmethod
    def _discard(self) -> None: ...

    @abstractmethod
    def _make(self) -> None: ...

    @abstractmethod
    def _lay_keys_aside(self, connection: sa.Connection) -> None: ...

    def _fits(self) -> bool:
        """Whether it was made by this release, and to its end."""
        try:
            with reading_only(), self.engine.connect() as connection:
                has_notes = sa.inspect(connection).has_table(PROGRESS.name)
            return has_notes and schema.revision(self.engine) == schema.known_revisions()[-1]
        except sa.exc.OperationalError:
            raise
        except sa.exc.DatabaseError:
            # A file that a power failure has torn.
            return False

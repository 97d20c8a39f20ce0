"""An empty database for each test, and the cast in it, in as little time as each engine can do it.

Emptying and casting happen before nearly every test: what they cost is paid some thousand times.
"""

import pickle
import shutil
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import event, text

from deliberation.database import db
from tests import builders
from tests.builders import Cast


class Database(ABC):
    """The database of the tests on one engine; to be used inside the context of the application."""

    def __init__(self) -> None:
        self._is_untouched = False
        self._kept_cast: bytes | None = None
        event.listen(db.engine, "checkout", self._note_use)

    @abstractmethod
    def empty(self) -> None:
        """Take all rows out of all tables; their numbers start at 1 again."""

    @abstractmethod
    def tidy_up(self) -> None:
        """Take away what this has put beside the tables."""

    @abstractmethod
    def _keep(self) -> None:
        """Remember all rows."""

    @abstractmethod
    def _bring_back(self) -> None:
        """Put the rows kept into the empty tables; numbers go on behind them."""

    def start_test(self) -> None:
        """Make everything empty, whatever the last test left."""
        self.empty()
        db.session.remove()
        # Another database in the place of the one before: what was kept of that is worth nothing.
        for kept in ("deliberation.kept_pages", "deliberation.parts"):
            current_app.extensions[kept].clear()
        self._is_untouched = True

    def cast(self) -> Cast:
        """`builders.cast()`, played once and brought back afterwards: rows, objects and what is loaded of them.

        It is played anew when the test has already used its database, so that nothing is overwritten.
        """
        if not self._is_untouched:
            return builders.cast()
        if self._kept_cast is None:
            played = builders.cast()
            self._kept_cast = pickle.dumps(played, pickle.HIGHEST_PROTOCOL)
            self._keep()
            return played
        self._bring_back()
        found: Cast = pickle.loads(self._kept_cast)
        # Everybody and everything else belongs to one of these.
        db.session.add_all([found.declaration, found.ada, found.ben, found.mira, found.otto])
        return found

    def _note_use(self, *_connection: Any) -> None:
        self._is_untouched = False


class Sqlite(Database):
    """The file is put in place of the one before."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._file, self._empty, self._cast = (folder / f"{name}.sqlite3" for name in ("test", "empty", "cast"))
        db.engine.dispose()
        shutil.copy(self._file, self._empty)

    def empty(self) -> None:
        # An open connection would go on with what it knows of the old file.
        db.engine.dispose()
        shutil.copy(self._empty, self._file)

    def tidy_up(self) -> None:
        for copy in (self._empty, self._cast):
            copy.unlink(missing_ok=True)

    def _keep(self) -> None:
        # The last connection that closes leaves everything in the one file.
        db.engine.dispose()
        shutil.copy(self._file, self._cast)

    def _bring_back(self) -> None:
        shutil.copy(self._cast, self._file)


class Postgresql(Database):
    """Functions in the server do it in one round trip; they and the rows kept have a schema of their own.

    Emptying the tables that a test has filled takes a tenth of the time of truncating them, and the plans
    that the connection has prepared stay valid.
    """

    def __init__(self) -> None:
        super().__init__()
        self._tables = [f'"{table.name}"' for table in db.metadata.sorted_tables]
        _send("DROP SCHEMA IF EXISTS kept CASCADE", "CREATE SCHEMA kept")
        _define(
            "kept.empty",
            *(f"IF EXISTS (SELECT 1 FROM {name}) THEN DELETE FROM {name}; END IF;" for name in self._tables),
            "PERFORM setval(seqrelid::regclass, 1, false) FROM pg_sequence",
            "WHERE pg_sequence_last_value(seqrelid) IS NOT NULL;",
        )

    def empty(self) -> None:
        _send("SELECT kept.empty()")

    def tidy_up(self) -> None:
        _send("DROP SCHEMA kept CASCADE")

    def _keep(self) -> None:
        filled = [name for name in self._tables if db.session.scalar(text(f"SELECT EXISTS (SELECT 1 FROM {name})"))]
        sequences = text("SELECT seqrelid::regclass, pg_sequence_last_value(seqrelid) FROM pg_sequence")
        numbers = [(name, last) for name, last in db.session.execute(sequences) if last is not None]
        _send(*(f"CREATE TABLE kept.{name} AS TABLE {name}" for name in filled))
        _define(
            "kept.bring_back",
            *(f"INSERT INTO {name} SELECT * FROM kept.{name};" for name in filled),
            *(f"PERFORM setval('{name}', {last});" for name, last in numbers),
        )

    def _bring_back(self) -> None:
        _send("SELECT kept.bring_back()")


def _define(name: str, *statements: str) -> None:
    """A function on the server that asks no foreign key: rows come and go in any order."""
    head = f"CREATE FUNCTION {name}() RETURNS void LANGUAGE plpgsql SET session_replication_role = replica"
    _send(f"{head} AS $$ BEGIN {' '.join(statements)} END $$")


def _send(*statements: str) -> None:
    for statement in statements:
        db.session.connection().exec_driver_sql(statement)
    db.session.commit()

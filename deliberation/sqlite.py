"""The SQLite that the program uses: the one that comes with it, or where there is none for the machine Python's own, which many
systems have in a state with the WAL-reset bug (`database.wal_is_safe`).

Whoever opens the database of the site takes this one: two copies of SQLite in one process do not see each other's locks, and
closing a file in one of them lets go those of the other (https://www.sqlite.org/howtocorrupt.html)."""

import sqlite3
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

if TYPE_CHECKING:
    driver = sqlite3
else:
    try:
        from pysqlite3 import dbapi2 as driver
    except ImportError:
        driver = sqlite3


class Dialect(SQLiteDialect_pysqlite):
    """SQLAlchemy's, with our driver."""

    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> Any:
        return driver


registry.register("sqlite", "deliberation.sqlite", "Dialect")

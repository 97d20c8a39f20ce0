"""A copy that becomes a database of PostgreSQL."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from deliberation import schema
from deliberation.backups import go_on_counting
from deliberation.connecting import engine_options
from deliberation.copying.staging import KEYS, CopyRefused, Staging, notes
from deliberation.database import db

COPY_LOCK = 7_204_010
"""Any number will do, as long as every process asks PostgreSQL for the same one."""


class ServerStaging(Staging):
    """`url` leads to the database that is wanted."""

    def __init__(self, url: sa.URL) -> None:
        self.address = url.set(drivername="postgresql").render_as_string()
        options = engine_options("postgresql")
        if "connect_timeout" in url.query:
            del options["connect_args"]["connect_timeout"]
        self.plain = sa.create_engine(url, **options)
        self.engine = sa.create_engine(url, **options)
        sa.event.listen(self.engine, "connect", _look_into_copy, insert=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Held by an open connection: gone with the process, however it ends."""
        with self.plain.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not connection.scalar(sa.text("SELECT pg_try_advisory_lock(:lock)"), {"lock": COPY_LOCK}):
                raise CopyRefused("busy")
            yield
            connection.execute(sa.text("SELECT pg_advisory_unlock(:lock)"), {"lock": COPY_LOCK})

    def check(self) -> None:
        with self.plain.connect() as connection:
            if sa.inspect(connection).get_table_names():
                raise CopyRefused("not_empty")
            if connection.scalar(sa.text("SHOW server_encoding")) != "UTF8":
                raise CopyRefused("encoding")
            rights = "has_database_privilege(current_database(), 'CREATE') AND has_schema_privilege(current_schema(), 'CREATE')"
            if not connection.scalar(sa.text(f"SELECT {rights}")):
                raise CopyRefused("rights")
            self._home = str(connection.scalar(sa.text("SELECT current_schema()")))

    def empty(self, connection: sa.Connection, table: sa.Table) -> None:
        connection.execute(sa.text(f"TRUNCATE {_quoted(table.name)}"))

    def write(self, connection: sa.Connection, table: sa.TableClause, rows: Sequence[sa.Row[Any]]) -> None:
        names = ", ".join(_quoted(name) for name in table.columns.keys())  # noqa: SIM118 (a collection of columns, not a dict)
        raw: Any = connection.connection.dbapi_connection
        with raw.cursor() as cursor, cursor.copy(f"COPY {_quoted(table.name)} ({names}) FROM STDIN") as stream:
            for row in rows:
                stream.write_row(row)

    def finish(self, used: Mapping[str, int]) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
            for key in connection.execute(KEYS.select()).all():
                self._take_up(connection, key)
            go_on_counting(connection, db.metadata.sorted_tables, used)
            notes.drop_all(connection)
            for name in sa.inspect(connection).get_table_names():
                connection.execute(sa.text(f"ALTER TABLE {_quoted(name)} SET SCHEMA {_quoted(self._home)}"))
            connection.execute(sa.text(f"DROP SCHEMA {schema.HALF_COPY}"))
            connection.execute(sa.text(f"SET LOCAL search_path TO {_quoted(self._home)}"))
            schema.put_triggers(connection)
        with self.plain.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # Else the first pages are planned as if the tables were empty.
            connection.execute(sa.text("ANALYZE " + ", ".join(_quoted(name) for name in db.metadata.tables)))

    def _take_up(self, connection: sa.Connection, key: sa.Row[Any]) -> None:
        try:
            words = f"ALTER TABLE {_quoted(key.table)} ADD CONSTRAINT {_quoted(key.name)} {key.words}"
            connection.exec_driver_sql(words)
        except sa.exc.IntegrityError:
            raise CopyRefused("orphans", tables=key.table) from None

    def close(self) -> None:
        self.engine.dispose()
        self.plain.dispose()

    def _exists(self) -> bool:
        with self.plain.connect() as connection:
            return sa.inspect(connection).has_schema(schema.HALF_COPY)

    def _discard(self) -> None:
        self.engine.dispose()
        with self.plain.begin() as connection:
            connection.execute(sa.text(f"DROP SCHEMA IF EXISTS {schema.HALF_COPY} CASCADE"))

    def _make(self) -> None:
        with self.plain.begin() as connection:
            connection.execute(sa.text(f"CREATE SCHEMA {schema.HALF_COPY}"))

    def _lay_keys_aside(self, connection: sa.Connection) -> None:
        """Switching them off belongs to the administrators of the server, dropping one's own does not."""
        found = connection.execute(
            sa.text(
                "SELECT conname, relname, pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN pg_class t ON t.oid = conrelid"
                " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY relname, conname"
            )
        ).all()
        for number, (name, table, words) in enumerate(found):
            connection.execute(KEYS.insert().values(id=number, name=name, table=table, words=words))
            connection.exec_driver_sql(f"ALTER TABLE {_quoted(table)} DROP CONSTRAINT {_quoted(name)}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _look_into_copy(raw: Any, _record: Any) -> None:
    """Before anything else of SQLAlchemy, which then takes the schema of the copy for the usual one."""
    raw.autocommit = True
    raw.execute(f"SET search_path TO {schema.HALF_COPY}")
    raw.autocommit = False

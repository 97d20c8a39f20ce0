"""Many rows at once: what the session would have written for a model, in the driver's own fast way.

Columns that are not given get the default of the model, values are made as its types make them. Only for a database that
nobody else uses: foreign keys are not looked at, and what is written is safe once `filling_fast` is left.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from deliberation.database import db

AT_ONCE = 10_000


class Rows:
    """Rows of one table on their way. `put` takes them in the order of writing; `end` sends the rest."""

    def __init__(self, driver: Any, model: Any) -> None:
        self.table = model.__table__
        self.count = 0
        self._driver = driver
        self._waiting: list[tuple[Any, ...]] = []
        self._to_row: Callable[[dict[str, Any]], tuple[Any, ...]] | None = None
        self._sql = ""

    def put(self, **values: Any) -> None:
        if self._to_row is None:
            self._prepare(values)
        assert self._to_row is not None
        self.put_row(self._to_row(values))

    def put_row(self, row: tuple[Any, ...]) -> None:
        """A row as the driver wants it, after `begin`."""
        self._waiting.append(row)
        self.count += 1
        if len(self._waiting) >= AT_ONCE:
            self.flush()

    def begin(self, *names: str) -> None:
        """Say which columns the rows given to `put_row` have."""
        marks = ", ".join("?" * len(names))
        columns = ", ".join(names)
        self._sql = f"INSERT INTO {self.table.name} ({columns}) VALUES ({marks})"
        if is_server():
            self._sql = f"COPY {self.table.name} ({columns}) FROM STDIN"

    def flush(self) -> None:
        rows, self._waiting = self._waiting, []
        if not rows:
            return
        if is_server():
            with self._driver.cursor() as cursor, cursor.copy(self._sql) as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            self._driver.executemany(self._sql, rows)

    def _prepare(self, values: dict[str, Any]) -> None:
        columns = [
            column for column in self.table.columns
            if column.name in values or not column.primary_key or column.default is not None
        ]  # fmt: skip
        constants: list[Any] = [_constant(column) for column in columns]
        given = [(place, one.name, _to_driver(one)) for place, one in enumerate(columns) if one.name in values]
        made = [(place, one.default.arg, _to_driver(one)) for place, one in enumerate(columns) if _is_made(one, values)]

        def to_row(values: dict[str, Any]) -> tuple[Any, ...]:
            row = constants.copy()
            for place, name, to_driver in given:
                row[place] = to_driver(values[name]) if to_driver else values[name]
            for place, make, to_driver in made:
                row[place] = to_driver(make(None)) if to_driver else make(None)
            return tuple(row)

        self._to_row = to_row
        self.begin(*(f'"{column.name}"' for column in columns))


def _to_driver(column: Any) -> Any:
    """What makes a value as the column's type does, or None where the driver takes it as it is."""
    return column.type.dialect_impl(db.engine.dialect).bind_processor(db.engine.dialect)


def _constant(column: Any) -> Any:
    to_driver, default = _to_driver(column), column.default
    value = None if default is None or default.is_callable else default.arg
    return to_driver(value) if to_driver and not column.nullable and value is not None else value


def _is_made(column: Any, values: dict[str, Any]) -> bool:
    return column.name not in values and column.default is not None and column.default.is_callable


def is_server() -> bool:
    return db.engine.dialect.name == "postgresql"


@contextmanager
def filling_fast(*models: Any) -> Iterator[Any]:
    """The driver's connection; the indexes of these tables are made at the end."""
    db.session.commit()
    db.session.remove()
    connection = db.engine.raw_connection()
    driver: Any = connection.driver_connection
    indexes = [index for model in models for index in model.__table__.indexes]
    try:
        _run(driver, *(["SET session_replication_role = replica"] if is_server() else _CARELESS))
        _run(driver, *(f"DROP INDEX IF EXISTS {index.name}" for index in indexes))
        yield driver
        driver.commit() if is_server() else _run(driver, "COMMIT")
    finally:
        # It has settings that nobody else should meet.
        connection.invalidate()
        db.engine.dispose()
    with db.engine.begin() as made:
        for index in indexes:
            index.create(made)
        if is_server():
            # Triggers were off with the foreign keys.
            made.exec_driver_sql("DELETE FROM place_count")
            made.exec_driver_sql(PLACES)
    db.engine.dispose()
    if is_server():
        _settle_server(models)


PLACES = """INSERT INTO place_count (declaration_id, thesis_id, paragraph_key, visible, changes)
SELECT declaration_id, thesis_id, coalesce(paragraph_id, 0), count(*) FILTER (WHERE status = 'visible'), count(*)
FROM annotation GROUP BY declaration_id, thesis_id, coalesce(paragraph_id, 0)"""

_CARELESS = (
    "PRAGMA synchronous=OFF", "PRAGMA journal_mode=MEMORY", "PRAGMA foreign_keys=OFF", "PRAGMA cache_spill=ON",
    "PRAGMA cache_size=-300000", "PRAGMA temp_store=MEMORY", "BEGIN IMMEDIATE",
)  # fmt: skip


def _run(driver: Any, *statements: str) -> None:
    for statement in statements:
        driver.execute(statement)


def _settle_server(models: Sequence[Any]) -> None:
    """Numbers go on behind those that were given, and the planner knows the tables: both happen by themselves in production."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for model in models:
            table = model.__table__
            if "id" in table.columns:
                name = f"pg_get_serial_sequence('{table.name}', 'id')"
                connection.exec_driver_sql(f"SELECT setval({name}, (SELECT max(id) FROM {table.name}))")
        connection.exec_driver_sql("VACUUM ANALYZE")

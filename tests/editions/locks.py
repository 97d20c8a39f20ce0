"""Trying to write while somebody else thinks: what takes long must not keep others waiting."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import event

from deliberation.database import db
from deliberation.sqlite import driver as sqlite3


@contextmanager
def others_can_write_during(marker: str) -> Iterator[list[str]]:
    """Whenever a statement with these words is sent, see whether another connection gets the right to write. Yields
    the tries, which raise where they fail."""
    tries: list[str] = []
    engine = db.engine

    def try_it(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if marker in statement and not tries:
            tries.append(statement)
            _try_to_write(engine)

    event.listen(engine, "before_cursor_execute", try_it)
    try:
        yield tries
    finally:
        event.remove(engine, "before_cursor_execute", try_it)


def _try_to_write(engine: Any) -> None:
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(engine.url.database, timeout=0)) as other:
            other.isolation_level = None
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
        return
    with engine.connect() as other:
        other.exec_driver_sql("SET LOCAL lock_timeout = '1s'")
        other.exec_driver_sql("UPDATE edition_draft SET note = note")
        other.exec_driver_sql("UPDATE declaration SET title = title")
        other.rollback()

"""Counting the queries of a page."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from sqlalchemy import event

from deliberation.database import db
from deliberation.revisions import READ


@dataclass
class Queries:
    """The statements that were sent while counting."""

    statements: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.statements)


@contextmanager
def count_queries(anew: bool = True) -> Iterator[Queries]:
    """Collect every SELECT, INSERT, UPDATE and DELETE sent to the database; transaction marks and the revision do not count.
    `anew`: nothing is kept from before, neither pages nor what is known of a declaration."""
    found = Queries()
    for kept in ("deliberation.kept_pages", "deliberation.parts") if anew else ():
        current_app.extensions[kept].clear()

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement == READ or statement.startswith("INSERT INTO revision"):
            return
        if statement.split(None, 1)[0].upper() in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"):
            found.statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)

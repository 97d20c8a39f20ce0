"""The number of the state that readers see. It is raised in the transaction of every change of what they see, whatever makes
the change, so that a page kept under a number is the page that would be made anew as long as the number holds.

Statements tell: whatever writes to a table counts as a change, unless readers without an account see nothing of the table.
"""

import re
import time
from enum import IntEnum
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, Engine, String, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, mapped_column

from deliberation.database import Model, pass_turnstile
from deliberation.sqlite import driver as sqlite3

SHOWN = "shown"
"""Raised by every change of what readers see."""
SETTLED = "settled"
"""Raised by all of them but new annotations and published counts, which parts of pages (`parts.py`) have in their keys."""
COUNTED = "counts_changes"
"""An execution option of the engine: its statements count. Those of migrations do not: the table may not be there yet."""
CHANGED = "changed"

UNSEEN = frozenset((
    "api_token", "assignment", "attempt", "bounce", "delivery", "draft", "edition_draft", "erasure", "export_job",
    "first_link", "flag", "forgotten", "handling", "harvest", "import_preview", "interest", "job_run", "kept_part", "letter",
    "login_code", "mail", "message", "news", "note", "opening", "passkey", "period_setting", "presence", "private_note",
    "recovery_code", "rules_look", "search_doc", "search_posting", "search_term", "session", "snapshot", "staff_access", "stance",
    "subscription", "survey_code", "survey_sheet", "text_block", "visit", "vote", "webhook",
))  # fmt: skip
"""Tables of which a reader without an account sees nothing on a page that is kept (`kept.py`). Of votes and stances she sees
what is published, which stands elsewhere. A table that is not here counts: a new one makes pages anew too often, never too
seldom."""
UNSEEN_UNLESS_DELETED = frozenset(("user",))
"""Deleting a row of these cuts references in the database itself, without a statement of ours."""
ADDS = frozenset((("INSERT", "annotation"), ("INSERT", "membership"), ("INSERT", "stance_tally"), ("UPDATE", "stance_tally")))
"""New annotations are shown at their place and counted; a new member is nobody before she has written."""
COUNTS = re.compile(r"UPDATE annotation SET shown_agree=[^,]+, shown_disagree=[^,]+, shown_pass=[^,]+ WHERE annotation\.id = ")
"""As `tallies` publishes votes."""
WRITES = re.compile(r'\s*(INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)"?', re.IGNORECASE)
READS = re.compile(
    r"\s*(SELECT|PRAGMA|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|SHOW|SET|CREATE|ALTER|DROP|VACUUM|ANALYZE"
    r"|WITH\b(?!.*\b(?:INSERT|UPDATE|DELETE|MERGE)\b))\b", re.IGNORECASE | re.DOTALL
)  # fmt: skip
"""And what changes tables instead of rows: that is a migration, while nobody reads. A query that begins with names for others
reads if nothing in it writes."""


class Revision(Model):
    """A number that no state before had, also after a backup was brought back: it begins with the time."""

    __tablename__ = "revision"

    scope: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


RAISE = """INSERT INTO revision (scope, number) VALUES {rows} ON CONFLICT (scope) DO UPDATE
SET number = CASE WHEN revision.number < excluded.number THEN excluded.number ELSE revision.number + 1 END"""
READ = "SELECT scope, number FROM revision"


class Revisions(NamedTuple):
    shown: int
    settled: int


class Effect(IntEnum):
    NOTHING = 0
    COUNTS = 1
    ALL = 2


@lru_cache(2048)
def effect(statement: str) -> Effect:
    """What readers may see differently after this."""
    found = WRITES.match(statement)
    if found is None:
        return Effect.NOTHING if READS.match(statement) else Effect.ALL
    act, table = found[1].upper().split()[0], found[2].lower()
    if table == "revision" or table in UNSEEN or (act != "DELETE" and table in UNSEEN_UNLESS_DELETED):
        return Effect.NOTHING
    if (act, table) in ADDS or COUNTS.match(statement):
        return Effect.COUNTS
    return Effect.ALL


@event.listens_for(Engine, "before_cursor_execute")
def _note(connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
    if not statement.startswith("SELECT") and connection.get_execution_options().get(COUNTED):
        connection.info[CHANGED] = max(connection.info.get(CHANGED, Effect.NOTHING), effect(statement))


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    connection.info.pop(CHANGED, None)


# Before the turnstile is held (`database`): this is the last write of the transaction, not a part of its end.
@event.listens_for(Engine, "commit", insert=True)
def _raise(connection: Connection) -> None:
    """On PostgreSQL the rows stay locked from here to the end of the commit, and nothing else is locked after them."""
    what = connection.info.pop(CHANGED, Effect.NOTHING)
    if what:
        moment = time.time_ns() // 1000
        scopes = (SETTLED, SHOWN) if what is Effect.ALL else (SHOWN,)
        connection.exec_driver_sql(RAISE.format(rows=", ".join(f"('{scope}', {moment})" for scope in scopes)))


def _read_file(engine: Engine) -> Any:
    connection = engine.raw_connection()
    try:
        pass_turnstile(connection.info)
        return connection.cursor().execute(READ).fetchall()  # type: ignore[func-returns-value]
    finally:
        connection.close()


def read_revisions(engine: Engine) -> Revisions:
    """As everybody who begins now would see them; 0 before anything was ever written. Outside of any transaction, because this
    is asked before every page that may be kept."""
    if engine.dialect.name == "sqlite":
        try:
            rows: Any = _read_file(engine)
        except sqlite3.Error as error:
            raise OperationalError(READ, None, error) from None
    else:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as server:
            rows = server.exec_driver_sql(READ).all()
    return _to_revisions(rows)


def read_in(connection: Connection) -> Revisions:
    """As the transaction of a connection sees them."""
    return _to_revisions(connection.exec_driver_sql(READ).all())


def _to_revisions(rows: Any) -> Revisions:
    found = {scope: int(number) for scope, number in rows}
    return Revisions(found.get(SHOWN, 0), found.get(SETTLED, 0))

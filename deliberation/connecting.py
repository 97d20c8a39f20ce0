"""How to talk to a PostgreSQL server: nobody waits for ever, neither for a server that is away nor for whoever holds a row. And
which faults of a database pass."""

from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as NoConnection

from deliberation.database import BUSY_TIMEOUT_MS, sqlite_opener

CONNECT_SECONDS = 5
KEPT = 10
"""Connections that stay open: one for each of the threads of a process, eight at most, and two for the jobs and a short question
beside them. Whoever finds none opens one for one page, and prepares each statement anew."""
LOST = "8s2b"
"""What SQLAlchemy calls it (https://sqlalche.me/e/20/8s2b)."""
SERVER_SETTINGS = {
    "lock_timeout": BUSY_TIMEOUT_MS, "statement_timeout": 60_000, "idle_in_transaction_session_timeout": 600_000,
    "tcp_keepalives_idle": 30, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 3,
}  # fmt: skip
"""Milliseconds and seconds. What takes long by its nature says so (`take_time`). Whoever holds something and has gone (a machine
without power says no goodbye) loses it soon: the rows, and the lock of the jobs."""


def engine_options(url: str, connections: int = 15) -> dict[str, Any]:
    """For an engine that leads to this database."""
    if url.startswith("sqlite"):
        opener = sqlite_opener(Path(url.removeprefix("sqlite:///")))
        return {"creator": opener, "pool_size": KEPT, "hide_parameters": True}
    return server_options(connections)


def server_options(connections: int) -> dict[str, Any]:
    """For an engine that takes at most so many connections at a time."""
    kept = min(connections, KEPT)
    told = " ".join(f"-c {name}={value}" for name, value in SERVER_SETTINGS.items())
    return {
        "pool_size": kept, "max_overflow": connections - kept, "pool_timeout": 10, "pool_pre_ping": True, "hide_parameters": True,
        "connect_args": {
            "connect_timeout": CONNECT_SECONDS, "options": told,
            "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 30_000,
        },
    }  # fmt: skip


def take_time(connection: Connection) -> None:
    """Let a transaction that has just begun take as long as it needs: a migration, a backup."""
    if connection.dialect.name == "postgresql":
        for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
            connection.exec_driver_sql(f"SET LOCAL {name} = 0")


def may_pass(error: Exception) -> bool:
    """Whether a database is busy, full, read-only, gone or damaged: not a mistake of ours, and nothing was stored."""
    if isinstance(error, PendingRollbackError):
        # Somebody went on without noticing that the connection was lost.
        return error.code == LOST
    is_lost = bool(getattr(error, "connection_invalidated", False))
    return type(error) in (DatabaseError, OperationalError, NoConnection) or is_lost

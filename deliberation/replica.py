"""Reads that may come from a copy of the database (PostgreSQL, streaming replication), and when the copy may be asked.

A copy lags. So it is asked only once it has replayed everything that the primary had acknowledged when the page was asked for:
what was hidden a moment ago is hidden there too. Where it has not, the primary answers, as if there were no copy. While the
primary is away the copy answers readers only if no commit was ever acknowledged before the copy had it (`remote_apply`).
"""

import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app, request
from flask_sqlalchemy.session import Session as BaseSession
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

EXTENSION = "deliberation.replica"
LOOKS = 4
LOOK_SECONDS = 0.002
"""Between two looks whether the copy has followed: mostly it does so within a millisecond or two."""
REST_SECONDS = 2.0
"""For so long a copy that is away is left in peace, and so is a primary."""
LAG_SECONDS = 0.2
"""And a copy that did not follow at once."""
LONG_SECONDS = 30.0
"""Only after that is it worth a line in the log that a copy lags."""

# What stands in the log of the primary for good includes every commit that was acknowledged.
NEEDED = sa.text(
    "SELECT CAST(pg_current_wal_flush_lsn() AS text), current_setting('synchronous_commit') = 'remote_apply'"
    " AND names <> '' AND position(',' IN names) = 0 AND position('*' IN names) = 0"
    " FROM (SELECT current_setting('synchronous_standby_names') AS names) AS waited_for"
)
"""Of several copies that are waited for in turn, nobody could say which has everything."""
HAS = sa.text("SELECT pg_is_in_recovery(), coalesce(pg_last_wal_replay_lsn() >= CAST(:needed AS pg_lsn), false)")
ANSWERS = sa.text("SELECT true, true")

_may_lag = ContextVar("may_lag", default=False)
log = logging.getLogger("deliberation.replica")


def let_lag(value: bool) -> None:
    """Whether what this request reads may come from the copy. Once something is to be written it may not."""
    _may_lag.set(value)


class Replica:
    """The copy, as one process sees it."""

    def __init__(self, url: str, options: dict[str, Any]) -> None:
        self.engine = sa.create_engine(url, **options)
        self._is_exact = False
        self._rests_until = self._primary_rests_until = 0.0
        self._followed_at = time.monotonic()
        self._is_said = False

    def engine_for(self, primary: sa.Engine) -> sa.Engine | None:
        """The copy's engine, if it may answer; else None: ask the primary."""
        if time.monotonic() < self._rests_until:
            return None
        needed = self._ask(primary)
        if needed is None and not self._is_exact:
            return None
        try:
            has = self._has(needed)
        except SQLAlchemyError as error:
            self.rest(type(error).__name__)
            return None
        if not has:
            self._rests_until = max(self._rests_until, time.monotonic() + LAG_SECONDS)
            if time.monotonic() - self._followed_at > LONG_SECONDS:
                self._say("it lags")
            return None
        self._followed_at = time.monotonic()
        if self._is_said:
            self._is_said = False
            log.warning("the replica follows again and answers readers")
        return self.engine

    def rest(self, why: str) -> None:
        """Leave it in peace for a moment."""
        self._rests_until = time.monotonic() + REST_SECONDS
        self._say(why)

    def _say(self, why: str) -> None:
        """Once, until it is back."""
        if not self._is_said:
            self._is_said = True
            log.warning("the replica is not asked (%s): the primary answers readers", why)

    def _ask(self, primary: sa.Engine) -> str | None:
        """Up to where the copy has to be; None while the primary is away."""
        if time.monotonic() < self._primary_rests_until:
            return None
        try:
            with _at_once(primary) as connection:
                needed, self._is_exact = connection.execute(NEEDED).one()
        except SQLAlchemyError:
            self._primary_rests_until = time.monotonic() + REST_SECONDS
            return None
        return str(needed)

    def _has(self, needed: str | None) -> bool:
        with _at_once(self.engine) as connection:
            for look in range(LOOKS):
                if look:
                    time.sleep(LOOK_SECONDS)
                asked = connection.execute(ANSWERS) if needed is None else connection.execute(HAS, {"needed": needed})
                is_copy, has = asked.one()
                if not is_copy:
                    # It was made the primary, which the other address finds as well.
                    self.rest("it is no copy any more")
                if has or not is_copy:
                    return bool(is_copy)
        return False


def _at_once(engine: sa.Engine) -> sa.Connection:
    """A connection for single questions, without the rounds that a transaction takes."""
    return engine.connect().execution_options(isolation_level="AUTOCOMMIT")


class Session(BaseSession):
    """Asks the copy where the request lets it, and decides so once for all of the request."""

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **more: Any) -> Any:
        if bind is None and _may_lag.get():
            if EXTENSION not in self.info:
                copy = current_app.extensions.get(EXTENSION)
                self.info[EXTENSION] = copy.engine_for(self._db.engine) if copy else None
            if (engine := self.info[EXTENSION]) is not None:
                return engine
        return super().get_bind(mapper, clause, bind, **more)


def answer_readers_from(url: str, app: Flask, options: dict[str, Any], session: Any) -> None:
    """Let readers be answered by the copy at this address. To be called before whatever asks the database in a request."""
    app.extensions[EXTENSION] = Replica(url, options)
    app.before_request(_begin)
    app.dispatch_request = _asking_again(app.dispatch_request, session)  # type: ignore[method-assign]


def _begin() -> None:
    """Whoever has written something has a cookie, and so has whoever is signed in: they read what they wrote."""
    is_known = current_app.config["SESSION_COOKIE_NAME"] in request.cookies or "Authorization" in request.headers
    let_lag(request.method in ("GET", "HEAD", "OPTIONS") and not is_known)


def _asking_again(dispatch: Callable[..., Any], session: Any) -> Callable[..., Any]:
    """Making a page is begun anew on the primary when the copy breaks off."""

    def answer(*context: Any) -> Any:
        try:
            return dispatch(*context)
        except DBAPIError:
            # Within a page the session asks one of both only.
            if not _may_lag.get() or session.info.get(EXTENSION) is None:
                raise
        current_app.extensions[EXTENSION].rest("it broke off")
        let_lag(False)
        session.remove()
        return dispatch(*context)

    return answer

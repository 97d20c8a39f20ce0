"""One connection, and how long it may take for what. A slow client costs a descriptor and some memory, never a thread."""

import logging
import socket
import sys
import time
import traceback
from contextlib import suppress
from typing import Any

from waitress.channel import ClientDisconnected, HTTPChannel

from deliberation.serving.requests import Answer, Refusal, Request

IDLE_SECONDS = 15.0
"""Between two requests, and before the first: browsers open some for later use."""
HEADER_SECONDS = 10.0
BODY_SECONDS = 30.0
BODY_RATE = 20_000
"""Bytes a second at which a long body may go on after BODY_SECONDS: ten megabytes over a slow line in the country."""
STALLED_SECONDS = 15.0
"""Without taking a single byte of the answer."""
TAKING_SECONDS = 60.0
TAKING_RATE = 2_000
"""Bytes a second an answer must move, looked at every TAKING_SECONDS."""
LINGER_SECONDS = 5.0
"""A client still talks when it is refused: hanging up at once would keep it from reading why."""
ENDING_SECONDS = 1.0
"""Somebody who has just connected and not yet said what she wants, while the server wants to go."""
CUT_OFF_SECONDS = 2.0

log = logging.getLogger("deliberation.serving")


class Connection(HTTPChannel):
    """Reads requests until they are complete, lets a thread answer them, and writes what the client takes."""

    task_class = Answer
    error_task_class = Refusal
    parser_class = Request
    request: Request | None
    socket: Any
    is_cut = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._lingers_until = 0.0
        self._mark = (0.0, 0)
        self.waiting_since = time.monotonic()
        super().__init__(*args, **kwargs)

    @property
    def is_working(self) -> bool:
        """Whether a thread has a request of it in hand, or soon will."""
        return bool(self.requests)

    @property
    def is_silent(self) -> bool:
        return not (self.requests or self.total_outbufs_len or self.request)

    def is_overdue(self, at: float) -> bool:
        """Whether the client has used up its time for what it is doing. `at` is a moment of the monotonic clock."""
        if self._lingers_until:
            return at > self._lingers_until
        if self.total_outbufs_len:
            return self._takes_too_long(at)
        self._mark = (0.0, 0)
        if self.requests:
            self.waiting_since = at
            return False
        if self.request is None:
            return time.time() - self.last_activity > IDLE_SECONDS
        self.waiting_since = began = max(self.request.began, self.waiting_since)
        if not self.request.headers_finished:
            return at - began > HEADER_SECONDS
        return at - began > HEADER_SECONDS + BODY_SECONDS + self.request.body_bytes_received / BODY_RATE

    def is_over(self, at: float, since: float) -> bool:
        """Whether a server that wants to go since then still waits for this one."""
        if self.is_working:
            return False
        quiet = time.time() - self.last_activity
        if self.is_silent:
            return quiet > ENDING_SECONDS
        return at - since > CUT_OFF_SECONDS

    def drop(self) -> None:
        """Hang up, whatever the client is doing."""
        self._lingers_until = self._lingers_until or 1.0
        self.handle_close()

    def service(self) -> None:
        super().service()
        self.waiting_since = time.monotonic()

    def readable(self) -> bool:
        return bool(self._lingers_until) or bool(super().readable())

    def handle_read(self) -> None:
        if not self._lingers_until:
            super().handle_read()
            return
        try:
            self.recv(self.adj.recv_bytes)
        except OSError:
            self.handle_close()

    def handle_close(self) -> None:
        if self.is_cut and self.connected and not self._lingers_until:
            self._lingers_until = time.monotonic() + LINGER_SECONDS
            self.will_close = False
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)
            return
        super().handle_close()

    def handle_error(self) -> None:
        tell_fault()
        self.drop()

    def _takes_too_long(self, at: float) -> bool:
        if time.time() - self.last_activity > STALLED_SECONDS:
            return True
        since, left = self._mark
        if not since:
            self._mark = (at, self.total_outbufs_len)
        elif at - since > TAKING_SECONDS:
            if left - self.total_outbufs_len < TAKING_RATE * TAKING_SECONDS and not self.requests:
                return True
            self._mark = (at, self.total_outbufs_len)
        return False


def tell_fault() -> None:
    """One line about what just went wrong: the kind and the place, no words of anybody and no address."""
    kind, error, trace = sys.exc_info()
    if kind is None or issubclass(kind, ClientDisconnected):
        return
    frame = traceback.extract_tb(trace)[-1]
    log.error("fault in the server: %s at %s:%s", kind.__name__, frame.filename, frame.lineno)
    del error, trace

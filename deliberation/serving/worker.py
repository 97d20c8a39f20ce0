"""A worker of gunicorn that serves with waitress: connections wait in one loop, threads only ever get whole requests.

So a handful of slow clients cannot hold all threads. Where connections themselves run short, the one that has kept us
waiting longest makes room.
"""

import os
import resource
import time
from collections.abc import Mapping
from typing import Any

from gunicorn.workers.base import Worker as BaseWorker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

from deliberation.serving import memory
from deliberation.serving.connections import Connection
from deliberation.serving.requests import HEADER_BYTES

THREADS, SQLITE_THREADS = 8, 4
"""Who asks a server for its data waits for it; with a file at hand more of them only stand in each other's way (GIL)."""
MOST_CONNECTIONS = 1000
FEWEST_CONNECTIONS = 8
PER_CONNECTION = 2
"""Descriptors: its socket, and a file that is sent or kept for a long text."""
RESERVED = 24 + 4 * THREADS
"""Descriptors for what is always open, and for a thread's database: file, journal, turnstile, one to spare."""
BODY_BYTES = 11 * 1024 * 1024
ACCEPT_AT_ONCE = 16
LOOK_SECONDS = 0.5
STOP_SECONDS = 8


def connection_limit(descriptors: int) -> int:
    """How many connections one worker keeps where a process may have so many descriptors."""
    return max(FEWEST_CONNECTIONS, min(MOST_CONNECTIONS, (descriptors - RESERVED) // PER_CONNECTION))


def _descriptors() -> int:
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS * 10 if soft == resource.RLIM_INFINITY else soft


def adjustments(settings: Mapping[str, Any]) -> Adjustments:
    """What waitress is told. How long a client may take is in `connections`."""
    return Adjustments(
        # No address: the socket is there already.
        listen="",
        threads=SQLITE_THREADS if str(settings.get("DATABASE_URL", "")).startswith("sqlite") else THREADS,
        backlog=2048,
        connection_limit=connection_limit(_descriptors()),
        max_request_header_size=HEADER_BYTES,
        # "From so many bytes on."
        max_request_body_size=(settings.get("MAX_CONTENT_LENGTH") or BODY_BYTES) + 1,
        recv_bytes=65536,
        log_socket_errors=False,
        ident=None,
        # Who is to be believed is decided by ProxyFix alone, see TRUSTED_PROXIES.
        clear_untrusted_proxy_headers=not settings.get("TRUSTED_PROXIES"),
    )


class Listener(TcpWSGIServer):
    """Takes connections on the socket that all workers share."""

    channel_class = Connection

    def __init__(self, application: Any, adj: Adjustments, sock: Any, wake: int) -> None:
        self.is_ending = False
        self._closed_until = self._looked = 0.0
        info = (sock.family, sock.type, sock.proto, sock.getsockname())
        super().__init__(application, _sock=sock, adj=adj, sockinfo=info, bind_socket=False)
        _Wake(wake, map=self._map)

    @property
    def connections(self) -> list[Connection]:
        return list(self.active_channels.values())

    def turn(self, seconds: float) -> None:
        """Do what is due on all connections; wait at most so long if there is nothing."""
        wasyncore.poll2(seconds, self._map)
        at = time.monotonic()
        if at - self._looked >= LOOK_SECONDS:
            self._looked = at
            for one in self.connections:
                if one.is_overdue(at):
                    one.drop()

    def end(self, seconds: float, notify: Any) -> None:
        """Take no more, answer what has arrived, and go: at the latest after so many seconds."""
        self.is_ending = True
        # Whoever stands in the queue has been let in by the system already.
        self.handle_accept()
        wasyncore.dispatcher.close(self)
        since = time.monotonic()
        while self.active_channels and (at := time.monotonic()) - since < seconds:
            notify()
            self.turn(0.05)
            for one in self.connections:
                if one.is_over(at, since):
                    one.drop()
        for one in self.connections:
            one.drop()
        self.task_dispatcher.shutdown(timeout=0.2)

    def readable(self) -> bool:
        if not self.accepting or time.monotonic() < self._closed_until:
            return False
        return not self._is_full() or self._slowest() is not None

    def handle_accept(self) -> None:
        for turn in range(ACCEPT_AT_ONCE):
            # Once there is no room, one at a time: what has just come in is heard before it can be the slowest.
            if self._is_full() and (turn or not self._make_room()):
                return
            try:
                accepted = self.accept()
            except OSError:
                # No descriptor left: asking again at once would only heat the processor.
                self._closed_until = time.monotonic() + 0.1
                self._make_room()
                return
            if accepted is None:
                return
            connection, address = accepted
            try:
                self.set_socket_options(connection)
            except OSError:
                connection.close()
                continue
            self.channel_class(self, connection, self.fix_addr(address), self.adj, map=self._map)

    def maintenance(self, now: float) -> None:
        """Ours is in `turn`, where a connection may be closed at once."""

    def _is_full(self) -> bool:
        return len(self.active_channels) >= self.adj.connection_limit

    def _slowest(self) -> Connection | None:
        waiting = [one for one in self.connections if not one.is_working]
        return min(waiting, key=lambda one: one.waiting_since, default=None)

    def _make_room(self) -> bool:
        slowest = self._slowest()
        if slowest is not None:
            slowest.drop()
        return slowest is not None


class _Wake(wasyncore.file_dispatcher):
    """Ends the waiting when a signal arrives."""

    def writable(self) -> bool:
        return False

    def handle_read(self) -> None:
        self.recv(4096)


class Worker(BaseWorker):
    """gunicorn starts it, looks whether it lives, and lets it go."""

    def run(self) -> None:
        listener = Listener(self.wsgi, adjustments(self.wsgi.config), self.sockets[0].sock, self.PIPE[0])
        given_back = time.monotonic()
        while self.alive and self.ppid == os.getppid():
            self.notify()
            listener.turn(1.0)
            if time.monotonic() - given_back >= memory.GIVE_BACK_SECONDS:
                given_back = time.monotonic()
                memory.give_back()
        self.cfg.worker_int(self)
        listener.end(STOP_SECONDS, self.notify)

    def handle_quit(self, sig: int, frame: Any) -> None:
        """Ctrl+C is as good as SIGTERM."""
        self.alive = False

"""The production server: gunicorn with threads, in the process of `deliberation serve`.

On SQLite one worker, because one process writes at a time; on PostgreSQL as many as the machine can use.
"""

import errno
import os
import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.workers import gthread

from deliberation.database import db
from deliberation.jobs import Jobs

THREADS = 8
GRACE_SECONDS = 8
KEEP_ALIVE_SECONDS = 15
IDLE_SECONDS = 0.2
"""How long a fresh connection may occupy a thread before its first byte; browsers open some for later use."""


class AddressUnusable(Exception):
    """This machine has no such address, or we may not have it."""


class AddressTaken(AddressUnusable):
    """Somebody else listens there."""


class Server:
    """Claims the address when it is made, so that a taken port is known before anything else happens."""

    def __init__(self, app: Flask, host: str, port: int, has_jobs: bool = True) -> None:
        self.app = app
        self.has_jobs = has_jobs
        self._socket = _claim(host, port)
        name, number = self._socket.getsockname()[:2]
        self.is_private = ip_address(name).is_loopback
        self.address = f"http://[{name}]:{number}" if ":" in name else f"http://{name}:{number}"

    def run(self, when_ready: Callable[[], None]) -> None:
        """Serve until SIGTERM or SIGINT, then finish what is under way. Does not return."""
        with self.app.app_context():
            # No open connection may cross the fork.
            db.session.remove()
            db.engine.dispose()
        gthread.DEFAULT_WORKER_DATA_TIMEOUT = IDLE_SECONDS
        _Gunicorn(self.app, self._options(when_ready)).run()  # type: ignore[no-untyped-call]

    def _options(self, when_ready: Callable[[], None]) -> dict[str, Any]:
        is_sqlite = self.app.config["DATABASE_URL"].startswith("sqlite")
        return {
            "bind": f"fd://{self._socket.detach()}",
            "worker_class": "gthread",
            "workers": 1 if is_sqlite else 2 * (os.cpu_count() or 1) + 1,
            "threads": THREADS,
            "keepalive": KEEP_ALIVE_SECONDS,
            "graceful_timeout": GRACE_SECONDS,
            "timeout": 60,
            "limit_request_line": 4094,
            "limit_request_fields": 60,
            "limit_request_field_size": 8190,
            # A slow disk must not look like a dead worker.
            "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,
            "control_socket_disable": True,
            # Our own lines carry no address; gunicorn's warnings about odd requests would.
            "accesslog": None,
            "loglevel": "error",
            "when_ready": lambda _arbiter: when_ready(),
            **self._hooks(),
        }

    def _hooks(self) -> dict[str, Any]:
        """Every worker offers to do the jobs; a lock lets one of them."""
        if not self.has_jobs:
            return {}
        jobs: list[Jobs] = []

        def begin(_worker: Any) -> None:
            jobs.append(Jobs(self.app))
            jobs[0].start()

        def end(_arbiter: Any, _worker: Any) -> None:
            for each in jobs:
                each.stop()

        return {"post_worker_init": begin, "worker_exit": end}


def _claim(host: str, port: int) -> socket.socket:
    """A socket that is bound and does not listen yet. Raises AddressUnusable."""
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError):
        raise AddressUnusable(os.strerror(errno.EADDRNOTAVAIL)) from None
    family, kind, protocol, _name, address = places[0]
    claimed = socket.socket(family, kind, protocol)
    try:
        claimed.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        claimed.bind(address)
    except OSError as error:
        claimed.close()
        refusal = AddressTaken if error.errno == errno.EADDRINUSE else AddressUnusable
        raise refusal(os.strerror(error.errno or 0)) from None
    return claimed


class _Gunicorn(BaseApplication):
    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self.app = app
        self.options = options
        super().__init__()  # type: ignore[no-untyped-call]

    def load_config(self) -> None:
        assert self.cfg is not None
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.app

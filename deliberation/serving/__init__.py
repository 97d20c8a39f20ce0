"""The production server, in the process of `deliberation serve`: gunicorn watches over processes, waitress serves in each.

On SQLite a worker for each core, up to a few, because one process writes at a time; on PostgreSQL as many as the machine can use.
"""

import errno
import logging
import os
import resource
import socket
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from deliberation import metrics
from deliberation.config import SettingsError
from deliberation.database import db
from deliberation.jobs import Jobs
from deliberation.serving import memory
from deliberation.serving.watching import Watching
from deliberation.serving.worker import STOP_SECONDS, Worker

DESCRIPTORS = 8192
"""Wanted for the process if the system allows it: a connection needs up to two, see `worker.connection_limit`."""


SQLITE_WORKERS = 4
"""At most, where nobody says how many: all of them wait for whoever writes."""
LOOPBACK = "127.0.0.1"
"""Nobody but this machine is told how the server does."""


class AddressUnusable(Exception):
    """This machine has no such address, or we may not have it."""


class AddressTaken(AddressUnusable):
    """Somebody else listens there."""


class Server:
    """Claims its addresses when it is made, so that a taken port is known before anything else happens."""

    def __init__(self, app: Flask, host: str, port: int, has_jobs: bool = True) -> None:
        self.app = app
        self.has_jobs = has_jobs
        self._socket = _claim(host, port)
        self._watched = _claim_watched(int(app.config["METRICS_PORT"]))
        name, number = self._socket.getsockname()[:2]
        self.is_private = ip_address(name).is_loopback
        self.address = f"http://[{name}]:{number}" if ":" in name else f"http://{name}:{number}"

    def run(self, when_ready: Callable[[], None]) -> None:
        """Serve until SIGTERM or SIGINT, then finish what is under way. Does not return."""
        with self.app.app_context():
            # No open connection may cross the fork.
            db.session.remove()
            db.engine.dispose()
        memory.settle()
        _Gunicorn(self.app, self._options(when_ready)).run()  # type: ignore[no-untyped-call]

    def _options(self, when_ready: Callable[[], None]) -> dict[str, Any]:
        is_sqlite = self.app.config["DATABASE_URL"].startswith("sqlite")
        # What the libraries say of odd requests and lost connections names addresses; our own lines do not.
        logging.getLogger("waitress").setLevel(logging.CRITICAL + 1)
        _want_descriptors()
        cores = os.cpu_count() or 1
        workers = self.app.config["WORKERS"] or (min(cores, SQLITE_WORKERS) if is_sqlite else 2 * cores + 1)
        return {
            "bind": f"fd://{self._socket.detach()}",
            "worker_class": Worker,
            "workers": workers,
            # The worker itself stops waiting a little earlier.
            "graceful_timeout": STOP_SECONDS + 1,
            "timeout": 60,
            # A slow disk must not look like a dead worker. The file in there has no name.
            "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,  # nosec B108
            "control_socket_disable": True,
            "accesslog": None,
            "loglevel": "error",
            "logger_class": _Lines,
            "when_ready": lambda _arbiter: when_ready(),
            **self._hooks(),
            **self._counting(workers),
        }

    def _counting(self, workers: int) -> dict[str, Any]:
        """Each worker counts in a row of its own, and whoever comes after one that has gone goes on in its row."""
        if self._watched is None:
            return {}
        self._watched.listen()
        # More are started by hand (SIGTTIN), and a new one before the old one has gone.
        metrics.share(4 * workers + 4)

        def claim(_arbiter: Any, worker: Any) -> None:
            worker.row = metrics.claim()

        def take(_arbiter: Any, worker: Any) -> None:
            metrics.take(worker.row)

        def give_back(_arbiter: Any, worker: Any) -> None:
            metrics.give_back(worker.row)

        return {"pre_fork": claim, "post_fork": take, "child_exit": give_back}

    def _hooks(self) -> dict[str, Any]:
        """Every worker offers to do the jobs; a lock lets one of them."""
        jobs: list[Jobs] = []

        def begin(_worker: Any) -> None:
            if self._watched is not None:
                Watching(self.app, self._watched).start()
            if self.has_jobs:
                jobs.append(Jobs(self.app))
                jobs[0].start()

        def warn(_worker: Any) -> None:
            for each in jobs:
                each.end_soon()

        def end(_arbiter: Any, _worker: Any) -> None:
            for each in jobs:
                each.stop()

        return {"post_worker_init": begin, "worker_int": warn, "worker_exit": end}


def _want_descriptors() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


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


def _claim_watched(port: int) -> socket.socket | None:
    """For those who watch the machine, if that is wished."""
    try:
        return _claim(LOOPBACK, port) if port else None
    except AddressUnusable as error:
        raise SettingsError(f"METRICS_PORT is {port}, and that does not work on this machine: {error}") from None


class _Lines(Logger):
    """What gunicorn says looks like what we say, and repeats no words of a fault either."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.propagate = True

    def _set_handler(self, *_what: Any, **_more: Any) -> None:
        """Ours is at the root."""


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

"""What the machine may know of this server: counts in the text format of Prometheus, on 127.0.0.1 and at a port of its own, so
that no web server in front can pass them on by mistake. Each worker listens there; whichever comes first tells of all."""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from flask import Flask

from deliberation import metrics
from deliberation.database import db
from deliberation.metrics import GAUGE, Family

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
HOSTS = ("127.0.0.1", "localhost")
"""A page in a browser on this machine must not reach it under a name of its own."""
PATIENCE = 5.0

_pid = metrics.gauge("deliberation_worker_pid", "For finding the process.")
log = logging.getLogger("deliberation.serving")


class Watching(Thread):
    """Answers on the socket that all workers share; `app` is asked for what stands in the database."""

    def __init__(self, app: Flask, listening: socket.socket) -> None:
        super().__init__(name="metrics", daemon=True)
        _pid.set(os.getpid())
        # Somebody else may be faster: then there is nothing to take.
        listening.setblocking(False)
        self._server = _Server(listening.getsockname(), _Handler, bind_and_activate=False)
        self._server.socket.close()
        self._server.socket, self._server.app = listening, app

    def run(self) -> None:
        self._server.serve_forever(poll_interval=PATIENCE)


class _Server(HTTPServer):
    app: Flask

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked has gone, or asked for something else."""


class _Handler(BaseHTTPRequestHandler):
    timeout = PATIENCE
    server: _Server

    def do_GET(self) -> None:
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if self.path != "/metrics" or host not in HOSTS:
            self.send_error(404)
            return
        body = tell(self.server.app).encode()
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPE)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """No line: it would name an address."""


def tell(app: Flask) -> str:
    """Everything there is to know. Where the database does not answer, the rest is told all the same."""
    families = [family for family in metrics.load() if family.name != "deliberation_worker_pid"]
    families += _processes()
    with app.app_context():
        try:
            from deliberation.site.figures import load_figures

            families += load_figures(app.config, Path(app.instance_path))
            is_there = 1
        except Exception as error:
            log.warning("figures not read: %s", type(error).__name__)
            is_there = 0
        finally:
            with suppress(Exception):
                db.session.remove()
    families.append(Family("deliberation_database_up", GAUGE, "Whether the database answered just now.", [({}, is_there)]))
    return metrics.render(families)


def _processes() -> Iterator[Family]:
    """What each worker holds of the machine; its name is the number of its row."""
    looks = {
        "deliberation_memory_bytes": ("Memory that a worker holds.", _memory),
        "deliberation_open_descriptors": ("Files and connections that a worker has open.", _descriptors),
        "deliberation_threads": ("Threads of a worker.", _threads),
    }
    pids = [(number, int(pid)) for number, pid in enumerate(metrics.each("deliberation_worker_pid")) if pid]
    for name, (words, look) in looks.items():
        samples = []
        for number, pid in pids:
            with suppress(OSError, ValueError):
                samples.append(({"worker": str(number)}, float(look(Path(f"/proc/{pid}")))))
        yield Family(name, GAUGE, words, samples)


def _memory(process: Path) -> int:
    return int((process / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _descriptors(process: Path) -> int:
    return len(list((process / "fd").iterdir()))


def _threads(process: Path) -> int:
    return len(list((process / "task").iterdir()))

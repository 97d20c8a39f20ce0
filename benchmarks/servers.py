"""Starting and ending the processes that are measured."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SERVE = "from deliberation.cli import main; main()"
PATIENCE = 60


@dataclass(frozen=True)
class Process:
    port: int
    pid: int
    # Until the first answer.
    seconds: float

    def megabytes(self) -> float:
        """Resident memory of the worker: the last process that was started (Linux)."""
        pids = [self.pid]
        for pid in pids:
            pids += [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        status = Path(f"/proc/{pids[-1]}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@contextmanager
def production_server(instance: Path) -> Iterator[Process]:
    """`deliberation serve` for one instance, with all its settings at their defaults but the rate limits."""
    port = free_port()
    environment = {
        "DELIBERATION_INSTANCE": str(instance),
        "DELIBERATION_RATELIMIT_ENABLED": "0",
        "DELIBERATION_BASE_URL": f"http://127.0.0.1:{port}",
    }
    command = [sys.executable, "-c", SERVE, "serve", "--port", str(port)]
    with _running(command, port, environment, instance / "server.log") as process:
        yield process


@contextmanager
def bare_server(folder: Path, log: Path) -> Iterator[Process]:
    port = free_port()
    command = [sys.executable, str(Path(__file__).with_name("bare.py")), str(folder), str(port)]
    with _running(command, port, {}, log) as process:
        yield process


@contextmanager
def _running(command: Sequence[str], port: int, more: Mapping[str, str], log: Path) -> Iterator[Process]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DELIBERATION_")}
    began = time.perf_counter()
    with log.open("wb") as out:
        child = subprocess.Popen(command, env={**kept, **more}, stdout=out, stderr=out)
    try:
        _wait_for(port, child, log)
        yield Process(port, child.pid, time.perf_counter() - began)
    finally:
        child.terminate()
        child.wait(PATIENCE)


def _wait_for(port: int, child: "subprocess.Popen[bytes]", log: Path) -> None:
    for _try in range(PATIENCE * 100):
        if child.poll() is not None:
            break
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.01)
    raise RuntimeError(f"The server does not answer:\n{log.read_text()[-2000:]}")


def free_port() -> int:
    with socket.socket() as claimed:
        claimed.bind(("127.0.0.1", 0))
        return int(claimed.getsockname()[1])

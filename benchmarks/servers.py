"""Starting and ending the processes that are measured, and what they use of the machine."""

import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from kept import clean_environment

SERVE = "from deliberation.cli import main; main()"
PATIENCE = 60
HEALTH = "/healthz"


@dataclass(frozen=True)
class Process:
    port: int
    pid: int
    # Until the first answer.
    seconds: float
    child: "subprocess.Popen[bytes]"

    def workers(self) -> list[int]:
        """The processes that answer (Linux): the children, or the one process if it has none."""
        return _children(self.pid) or [self.pid]

    def megabytes(self) -> float:
        """Resident memory of the largest worker."""
        return max(_status(pid, "VmRSS:") for pid in self.workers()) / 1024

    def cpu(self) -> float:
        """Seconds of processor time of all workers and their threads so far."""
        total = 0
        for pid in [self.pid, *_children(self.pid)]:
            with suppress(OSError):
                for task in Path(f"/proc/{pid}/task").iterdir():
                    total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9

    def tell_to_end(self) -> None:
        self.child.send_signal(signal.SIGTERM)


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _status(pid: int, name: str) -> int:
    return int(Path(f"/proc/{pid}/status").read_text().partition(name)[2].split()[0])


@contextmanager
def production_server(
    instance: Path, more: Mapping[str, str] | None = None, command: str = "serve", wanted: str = HEALTH
) -> Iterator[Process]:
    """`deliberation serve` for one instance, with all its settings at their defaults but the rate limits."""
    port = free_port()
    environment = {
        "DELIBERATION_INSTANCE": str(instance),
        "DELIBERATION_RATELIMIT_ENABLED": "0",
        "DELIBERATION_BASE_URL": f"http://127.0.0.1:{port}",
        "DELIBERATION_SECOND_FACTOR": "optional",
        "DELIBERATION_LOG_LEVEL": "ERROR",
        **(more or {}),
    }
    line = [sys.executable, "-c", SERVE, command, "--port", str(port)]
    with running(line, port, environment, instance / "server.log", wanted) as process:
        yield process


@contextmanager
def bare_server(folder: Path, workers: int = 0) -> Iterator[Process]:
    port = free_port()
    command = [sys.executable, str(Path(__file__).with_name("bare.py")), str(folder), str(port), str(workers)]
    with running(command, port, {}, folder.with_suffix(".log")) as process:
        yield process


@contextmanager
def running(
    command: Sequence[str], port: int, more: Mapping[str, str], log: Path, wanted: str = HEALTH
) -> Iterator[Process]:
    """A server in a process of its own, from its first answer on. `wanted` is the page that is waited for."""
    began = time.perf_counter()
    with log.open("wb") as out:
        child = subprocess.Popen(command, env={**clean_environment(), **more}, stdout=out, stderr=out)
    try:
        _wait_for(port, child, log, wanted)
        yield Process(port, child.pid, time.perf_counter() - began, child)
    finally:
        child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(PATIENCE)
        child.kill()
        child.wait()


def _wait_for(port: int, child: "subprocess.Popen[bytes]", log: Path, wanted: str) -> None:
    for _try in range(PATIENCE * 100):
        if child.poll() is not None:
            break
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            connection.request("GET", wanted)
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.01)
    raise RuntimeError(f"The server does not answer:\n{log.read_text()[-2000:]}")


def free_port() -> int:
    with socket.socket() as claimed:
        claimed.bind(("127.0.0.1", 0))
        return int(claimed.getsockname()[1])

"""A real server in a process of its own, browsers that talk to it, and bare connections for what no browser sends."""

import gzip
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from deliberation.serving.connections import IDLE_SECONDS

PROGRAM = [sys.executable, "-c", "from deliberation.cli import main; main()"]
PATIENCE = 30
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Site:
    """`said` is what the server printed until it was ready. `descriptors` is what `ulimit -n` allows it, `before` a
    command that runs and watches it."""

    def __init__(
        self, folder: Path, *words: str, descriptors: int = 0, before: Sequence[str] = (), port: int = 0,
        patience: float = PATIENCE, **settings: str,
    ) -> None:  # fmt: skip
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DELIBERATION_")}
        environment |= {"DELIBERATION_INSTANCE": str(folder), **settings}
        self.output, self.errors = folder / "output", folder / "errors"
        self._is_watched = bool(before)
        limit = ["sh", "-c", f'ulimit -n {descriptors}; exec "$@"', "sh"] if descriptors else []
        with self.output.open("w") as output, self.errors.open("w") as errors:
            command = [*limit, *before, *PROGRAM, *words, "--port", str(port)]
            self.process = subprocess.Popen(command, env=environment, stdout=output, stderr=errors)
        self.said = self._listen(patience)

    def _listen(self, patience: float) -> str:
        deadline = time.monotonic() + patience
        while "Strg+C" not in (said := self.output.read_text()):
            is_alive = self.process.poll() is None and time.monotonic() < deadline
            if not is_alive:
                self.process.kill()
                self.process.wait()
            assert is_alive, (said, self.errors.read_text())
            time.sleep(0.02)
        return said

    @property
    def port(self) -> int:
        return int(self.said.split("http://127.0.0.1:")[1].split("/")[0])

    def get(self, path: str) -> tuple[int, str]:
        browser = Browser(self.port)
        answer = browser.get(path)
        browser.close()
        return answer.status, answer.text

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def say(self, request: bytes) -> bytes:
        """Send these bytes over a fresh connection, and read until the server hangs up."""
        with self.connect() as connection:
            # It may have heard enough; what it said still stands there.
            with suppress(OSError):
                connection.sendall(request)
            return read_all(connection)

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def megabytes(self) -> float:
        """The most memory that any worker has had so far."""
        return max(_peak(pid) for pid in self.workers())

    def kill(self) -> None:
        """As when the machine loses its power: all processes at once, without a word."""
        for pid in (self.process.pid, *self.workers()):
            os.kill(pid, signal.SIGKILL)
        self.process.wait(PATIENCE)

    def stop(self) -> int:
        """Send SIGTERM and wait until the server has gone. Its exit status."""
        if self.process.poll() is None:
            # What watches keeps the signal to itself.
            for pid in self.workers() if self._is_watched else [self.process.pid]:
                os.kill(pid, signal.SIGTERM)
        return self.process.wait(PATIENCE)


def _peak(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def read_all(connection: socket.socket) -> bytes:
    """Until the other side hangs up; a connection that was cut is over too."""
    found = bytearray()
    with suppress(ConnectionError):
        while more := connection.recv(1 << 20):
            found += more
    return bytes(found)


@dataclass(frozen=True)
class Seen:
    status: int
    location: str
    text: str
    headers: dict[str, str]


class Browser:
    """One connection that stays open, and a session if it was given one. It comes from `source`, of 127.0.0.0/8."""

    def __init__(self, port: int, session: str = "", source: str = "") -> None:
        place = (source, 0) if source else None
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE, source_address=place)
        self._cookies = {"session": session} if session else {}
        self._used = time.monotonic()

    @property
    def session(self) -> str:
        """To go on with elsewhere."""
        return self._cookies["session"]

    def get(self, path: str) -> Seen:
        return self._send("GET", path, None, {})

    def token(self, path: str) -> str:
        found = TOKEN.search(self.get(path).text)
        assert found, path
        return found[1]

    def post(self, path: str, fields: dict[str, Any], **more: str) -> Seen:
        headers = {"Content-Type": "application/x-www-form-urlencoded", **more}
        return self._send("POST", path, urlencode(fields, doseq=True), headers)

    def close(self) -> None:
        self._connection.close()

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Seen:
        headers = {"Host": "localhost", "Accept-Encoding": "gzip", "Accept-Language": "de", **headers}
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        # The server hangs up after a quarter of a minute of silence; a browser then opens a new connection.
        if time.monotonic() - self._used > IDLE_SECONDS / 2:
            self._connection.close()
        self._used = time.monotonic()
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        data = response.read()
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        packed = response.headers.get("Content-Encoding") == "gzip"
        text = (gzip.decompress(data) if packed else data).decode()
        return Seen(response.status, response.headers.get("Location") or "", text, dict(response.headers.items()))


def all_at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Let each act be done by a thread of its own, all at the same moment; what they returned, in their order."""
    results: dict[int, Any] = {}
    start = threading.Barrier(len(acts))

    def run(number: int, act: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[number] = act()
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [results[number] for number in range(len(acts))]

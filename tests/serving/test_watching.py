"""Whoever watches the machine sees how the site does, and nobody sees who does what."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import builders
from tests.serving.site import PATIENCE, PROGRAM, Browser, Site

LINE = re.compile(r'([a-z_]+)(?:\{([a-z_]+="[^"]*"(?:,[a-z_]+="[^"]*")*)\})? (\S+)')


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _fetch(port: int, path: str = "/metrics", host: str = "") -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": host} if host else {})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        return str(answer.read().decode())


def _figures(port: int) -> dict[str, float]:
    found = {}
    for line in _fetch(port).splitlines():
        if not line.startswith("#"):
            match = LINE.fullmatch(line)
            assert match, line
            found[line.rpartition(" ")[0]] = float(match[3])
    return found


def _until(port: int, holds: Callable[[dict[str, float]], bool]) -> dict[str, float]:
    """A count goes up a moment after the answer has left."""
    deadline = time.monotonic() + PATIENCE
    while not holds(found := _figures(port)):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def test_counts_of_all_workers_are_told_on_this_machine_alone(cast: Any, serve: Callable[..., Site]) -> None:
    number = builders.annotate(cast.ada, cast.declaration).number
    port = _free_port()
    site = serve(DELIBERATION_METRICS_PORT=str(port))
    before = _figures(port)
    for _turn in range(12):
        browser = Browser(site.port)
        assert browser.get(f"/a/{number}").status == 200
        assert browser.get("/geheimer-weg-der-ada").status == 404
        browser.close()
    annotations, none = (
        'deliberation_requests_total{page="annotations",status="2xx"}', 'deliberation_requests_total{page="none",status="4xx"}'
    )  # fmt: skip
    after = _until(port, lambda found: found[annotations] >= 12 and found[none] >= 12)
    assert (after[annotations] - before[annotations], after[none] - before[none]) == (12, 12)
    slowest = after['deliberation_request_seconds_bucket{kind="read",le="+Inf"}']
    assert slowest == after['deliberation_request_seconds_count{kind="read"}'] >= 24
    assert after['deliberation_request_seconds_bucket{kind="read",le="0.005"}'] <= slowest
    assert after["deliberation_requests_in_progress"] == 0
    assert after["deliberation_mails_waiting"] >= 0
    assert after["deliberation_database_bytes"] > 10_000
    assert after["deliberation_database_up"] == 1
    workers = site.workers()
    assert sum(name.startswith("deliberation_memory_bytes{") for name in after) == len(workers)
    # No page of the site, and nothing of anybody.
    assert site.get("/metrics")[0] == 404
    told = _fetch(port)
    for word in ("ada", "geheim", "erklaerung", f"/a/{number}", "127.0.0.1"):
        assert word not in told
    for path, host in (("/", ""), ("/metrics", "evil.example"), ("/metrics", f"evil.example:{port}")):
        with pytest.raises(urllib.error.HTTPError, match="404") as refused:
            _fetch(port, path, host)
        refused.value.close()


def test_what_a_worker_counted_stays_when_it_dies(cast: Any, serve: Callable[..., Site]) -> None:
    port = _free_port()
    site = serve(DELIBERATION_METRICS_PORT=str(port))
    for _turn in range(5):
        assert site.get("/healthz")[0] == 200
    pages = 'deliberation_requests_total{page="pages",status="2xx"}'
    count = _until(port, lambda found: found[pages] >= 5)[pages]
    before = site.workers()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while len(now := site.workers()) < len(before) or set(now) & set(before):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert site.get("/healthz")[0] == 200
    after = _until(port, lambda found: found[pages] > count)
    assert after[pages] == count + 1
    assert after["deliberation_requests_in_progress"] == 0
    assert site.stop() == 0


def test_taken_port_for_watching_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [*PROGRAM, "serve", "--port", "0"],
            env={**os.environ, "DELIBERATION_INSTANCE": str(tmp_path), "DELIBERATION_METRICS_PORT": port},
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Fehler: Einstellung: METRICS_PORT is {port}")

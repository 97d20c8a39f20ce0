"""`make bench-servers`: which server software should be shipped. The same bare Flask view and the same application on each, one
table: throughput, tail, slow clients, memory, and whether anything is lost when it is told to end.

All serve one application process where they can, because on SQLite one process writes; other lines say what two would do.
Servers that are not part of the project are installed by pip under `build/bench`."""

import argparse
import os
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from asking import GUEST
from bench import READERS, Bench
from crowd import Crowd, Load, Report
from goals import heading, number
from kept import Copy, copied, working_folder
from peers import NotInstalled, environment
from places import Shape
from servers import Process, bare_server, free_port, production_server, running
from sites import THESIS

HERE = Path(__file__).parent
SIZES = {"hello": 6, "60 KB": 60_000, "200 KB": 200_000}
SLOW = (50, 200, 400)
PATIENCE = 5.0
"""Seconds of one answer after which the others would say that the site is gone."""
ENDING_CLIENTS = 8
GRANIAN = "granian>=2.8"


@dataclass(frozen=True)
class Server:
    """A way to serve. `program` and `options` start it, with the port in place of PORT; None: ours."""

    name: str
    workers: int
    options: tuple[str, ...] | None = None
    packages: tuple[str, ...] = ()


BIND = ("-b", "127.0.0.1:PORT")
SERVERS = (
    Server("deliberation serve: 1 process, 8 threads", 1),
    Server("deliberation serve: 2 processes", 2),
    Server("gunicorn gthread: 1 process, 8 threads", 1, ("gunicorn", "-k", "gthread", "-w", "1", "--threads", "8", *BIND)),
    Server("gunicorn gthread: 2 processes, 4 threads", 2, ("gunicorn", "-k", "gthread", "-w", "2", "--threads", "4", *BIND)),
    Server("gunicorn sync: 2 processes", 2, ("gunicorn", "-k", "sync", "-w", "2", *BIND)),
    Server("granian: 1 process, 8 threads", 1, (
        "granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", "8", "--no-ws", "--host", "127.0.0.1",
        "--port", "PORT",
    ), (GRANIAN,)),
    Server("granian: 2 processes, 4 threads", 2, (
        "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "4", "--no-ws", "--host", "127.0.0.1",
        "--port", "PORT",
    ), (GRANIAN,)),
)  # fmt: skip


@contextmanager
def serve(server: Server, target: str, more: dict[str, str], pages: Path, copy: Copy) -> Iterator[Process]:
    """`target` is "bare:wsgi" or "wsgi:app"; the second only with one process."""
    if server.options is None:
        with bare_server(pages, server.workers) if target == "bare:wsgi" else production_server(copy.folder) as process:
            yield process
        return
    port = free_port()
    program, *words = (word.replace("PORT", str(port)) for word in server.options)
    command = [sys.executable, "-m", program]
    libraries = [str(HERE.parent), str(HERE)]
    if server.packages:
        command = [f"{environment(program, *server.packages)}/{program}"]
        libraries.append(sysconfig.get_path("purelib"))
    settings = {**more, "PYTHONPATH": os.pathsep.join(libraries)}
    with running([*command, *words, target], port, settings, pages.with_name(f"{program}.log")) as process:
        yield process


def measure(bench: Bench, server: Server, pages: Path, copy: Copy) -> list[str]:
    """The cells of one server."""
    cells = [server.name]
    with serve(server, "bare:wsgi", {"BENCH_PAGES": str(pages)}, pages, copy) as bare:
        for name in SIZES:
            turns = bench.take_turns({name: bench.readers(bare.port, GUEST.get(f"/{name.replace(' ', '-')}", False), 8)})
            cells.append(f"{number(turns[name].rate)} ({number(turns[name].tail)})")
        cells += [_beside_slow(bench, bare, count) for count in SLOW]
    with serve(server, "bare:wsgi", {"BENCH_PAGES": str(pages)}, pages, copy) as bare:
        cells.append(_end(bench, bare))
    if server.workers > 1:
        return [*cells, "", ""]
    settings = {
        "DELIBERATION_INSTANCE": str(copy.folder), "DELIBERATION_RATELIMIT_ENABLED": "0", "DELIBERATION_LOG_LEVEL": "ERROR",
    }  # fmt: skip
    with serve(server, "wsgi:app", settings, pages, copy) as ours:
        turns = bench.take_turns({"page": bench.readers(ours.port, GUEST.get(THESIS))})
        return [*cells, f"{number(turns['page'].rate)} ({number(turns['page'].tail)})", f"{number(ours.megabytes())}"]


def _beside_slow(bench: Bench, server: Process, count: int) -> str:
    """What four ordinary readers get meanwhile: requests a second, and the slowest answer."""
    command = [sys.executable, str(HERE / "slow.py"), str(server.port), str(count), "/200-KB"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as slow:
        assert slow.stdout is not None
        slow.stdout.readline()
        ask = GUEST.get("/60-KB", False)
        report = _patiently(bench, Load(server.port, ((ask,),) * READERS, max(2.0, bench.seconds)))
        slow.communicate()
    slowest = max(report.times, default=float("inf")) / 1000
    if sum(report.errors.values()) or slowest > PATIENCE:
        return f"**gone** ({len(report.times)} answers)"
    return f"{number(report.rate)} ({number(slowest * 1000)})"


def _patiently(bench: Bench, load: Load) -> Report:
    return bench.crowd.drive(Load(load.port, load.people, load.seconds, patience=PATIENCE))


def _end(bench: Bench, server: Process) -> str:
    """SIGTERM while eight people wait for pages that take a moment: how many who had asked got no answer."""
    bench.crowd.begin(Load(server.port, ((GUEST.get("/slow", False),),) * ENDING_CLIENTS, 2.0, patience=10.0))
    time.sleep(1.1)
    told = time.monotonic()
    server.tell_to_end()
    report = bench.crowd.end()
    server.child.wait(60)
    lost = sum(sent < told for sent in report.unanswered)
    return f"{lost} of {ENDING_CLIENTS} lost"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--annotations", type=int, default=10_000)
    parser.add_argument("--only", default="", help="servers with this in their name")
    wanted = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_what: sys.exit(143))
    crowd, shape = Crowd(), Shape(wanted.annotations)
    bench = Bench(crowd, wanted.seconds, wanted.rounds, False, shape, shape)
    head = (
        "server", *(f"{name}, req/s (p99 ms)" for name in SIZES), *(f"beside {count} slow: req/s (slowest ms)" for count in SLOW),
        "told to end", "thesis page, req/s (p99 ms)", "MB of its worker",
    )  # fmt: skip
    print(heading(), end="\n\n")
    print(f"| {' | '.join(head)} |\n|{' --- |' * len(head)}", flush=True)
    with ExitStack() as stack:
        stack.callback(crowd.close)
        pages = stack.enter_context(working_folder()) / "pages"
        pages.mkdir()
        for name, size in SIZES.items():
            (pages / name.replace(" ", "-")).write_bytes(b"x" * size)
        copy = stack.enter_context(copied(shape))
        for server in SERVERS:
            if wanted.only not in server.name:
                continue
            try:
                cells = measure(bench, server, pages, copy)
            except NotInstalled as reason:
                cells = [server.name, f"not installed: {reason}", *[""] * (len(head) - 2)]
            print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()

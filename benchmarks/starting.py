"""P11: how soon there is an answer: `serve` on a filled database, and `demo`, which `make demo` calls, for the second time."""

from collections.abc import Iterator

from bench import Bench
from goals import Row
from kept import copied, working_folder
from servers import production_server

SERVE_SECONDS, DEMO_SECONDS = 1.5, 3.0
PAGE = "/"


def measure(bench: Bench) -> Iterator[Row]:
    with copied(bench.small) as copy:
        times = []
        for _start in range(bench.rounds):
            with production_server(copy.folder, copy.settings, wanted=PAGE) as server:
                times.append(server.seconds)
        yield _row("serve, to the first page", times, SERVE_SECONDS)
    with working_folder() as folder:
        times = []
        for _start in range(1 + bench.rounds):
            with production_server(folder, command="demo", wanted=PAGE) as server:
                times.append(server.seconds)
        yield Row("p11", "demo for the first time (it plays the sample)", times[:1], "s")
        yield _row("demo again", times[1:], DEMO_SECONDS)


def _row(work: str, times: list[float], most: float) -> Row:
    row = Row("p11", work, times, "s", wanted=f"≤ {most} s")
    return Row(row.goal, row.work, row.values, row.unit, wanted=row.wanted, is_met=row.median <= most)

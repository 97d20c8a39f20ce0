"""Measure reading, posting and voting through the real server: `python benchmarks/run.py [--quick]`.

Prints tables in Markdown. Nothing is kept: databases and servers live in a temporary folder.
"""

import argparse
import logging
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

from filling import SLUG, Filled, fill_large, fill_small
from reading import Measure, Site, measure, record
from servers import bare_server, production_server
from sizes import first_view
from writing import WriteMeasure, measure_writing

from deliberation import create_app, schema
from deliberation.database import db, journal_mode

READERS = 4
ROUNDS = 5


def main() -> None:
    options = _read_options()
    logging.disable(logging.WARNING)
    seconds = options.seconds or (0.3 if options.quick else 0.8)
    with tempfile.TemporaryDirectory(prefix="deliberation-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        fillings: dict[str, Callable[[], Filled]] = {"small": fill_small}
        if not options.quick:
            fillings["large"] = lambda: fill_large(options.annotations)
        with ExitStack() as stack:
            _say_where()
            sites = [stack.enter_context(_site(folder / key, key, fill)) for key, fill in fillings.items()]
            pages = _measure_pages(sites, folder, seconds)
            _say_pages(pages)
            if len(sites) > 1:
                _say_growth(pages)
            _say_sizes(sites[0])
            _say_writing(measure_writing(sites, folder, seconds, ROUNDS))
            for site in sites:
                print(f"\nMemory of the worker afterwards, {site.name}: {site.server.megabytes():.0f} MB")


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure reading, posting and voting through the real server.")
    parser.add_argument("--quick", action="store_true", help="only the small database, within a minute")
    parser.add_argument("--annotations", type=int, default=100_000, help="size of the large database")
    parser.add_argument("--seconds", type=float, help="length of one run")
    return parser.parse_args()


@contextmanager
def _site(folder: Path, name: str, fill: Callable[[], Filled]) -> Iterator[Site]:
    folder.mkdir()
    app = create_app({"INSTANCE": str(folder), "LOG_LEVEL": "ERROR", "RATELIMIT_ENABLED": False})
    began = time.perf_counter()
    with app.app_context():
        schema.bring_up_to_date()
        filled = fill()
        db.session.remove()
        db.engine.dispose()
    size = (folder / "deliberation.sqlite3").stat().st_size / 1e6
    took = time.perf_counter() - began
    with production_server(folder) as server:
        print(
            f"- {name}: {filled.annotations} annotations, {filled.votes} votes, {size:.0f} MB, filled in {took:.0f} s; "
            f"`serve` answers after {server.seconds:.1f} s, "
            f"its worker has {server.megabytes():.0f} MB",
            flush=True,
        )
        yield Site(name, app, filled, server)


def _measure_pages(sites: Sequence[Site], folder: Path, seconds: float) -> list[Measure]:
    recorded = folder / "recorded"
    recorded.mkdir()
    pages = [one for site in sites for one in record(site, recorded)]
    with bare_server(recorded, folder / "bare.log") as bare:
        measure(pages, bare, READERS, seconds, ROUNDS)
    return pages


def _say_where() -> None:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    one, five, _fifteen = os.getloadavg()
    print(
        f"{date.today().isoformat()}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {sys.version.split()[0]}, "
        f"SQLite {sqlite3.sqlite_version} ({journal_mode()}), load before: {one:.1f} (1 min), {five:.1f} (5 min)\n"
    )


def _say_pages(pages: Sequence[Measure]) -> None:
    print(f"\n{READERS} readers at once (1 where a page takes over 0.4 s), medians of {ROUNDS} runs\n")
    print("| Page | database | requests/s | median ms | p95 ms | bytes (gzip) | SELECTs | of the bare view |")
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    for one in pages:
        run = one.result
        print(
            f"| {one.page} | {one.site.name} | {run.rate:.0f} | {run.median:.1f} | {run.p95:.1f} | {one.bytes} "
            f"| {one.queries} | {one.ratio:.3f} |"
        )


def _say_growth(pages: Sequence[Measure]) -> None:
    print("\n| Page, one reader alone | small ms | large ms | growth |\n|---|---:|---:|---:|")
    names = {one.site.name for one in pages}
    for page in dict.fromkeys(one.page for one in pages):
        small, large = (next(o for o in pages if o.page == page and o.site.name == n) for n in sorted(names)[::-1])
        ratio = large.seconds / small.seconds
        print(f"| {page} | {small.seconds * 1000:.1f} | {large.seconds * 1000:.1f} | {ratio:.1f} |")


def _say_sizes(site: Site) -> None:
    print("\n| First view | requests | bodies, bytes | with headers |\n|---|---:|---:|---:|")
    for path in (f"/d/{SLUG}", f"/d/{SLUG}/1", f"/d/{SLUG}/1/1"):
        pieces = first_view(site.browser(), path)
        body, headers = sum(piece.body for piece in pieces), sum(piece.headers for piece in pieces)
        print(f"| {path} | {len(pieces)} | {body} | {body + headers} |")


def _say_writing(measures: Sequence[WriteMeasure]) -> None:
    print("\n| Writing, 8 people at once | database | per second | median ms | p95 ms | of plain durable inserts |")
    print("|---|---|---:|---:|---:|---:|")
    for one in measures:
        run = one.result
        print(f"| {one.name} | {one.site.name} | {run.rate:.0f} | {run.median:.1f} | {run.p95:.1f} | {one.ratio:.3f} |")


if __name__ == "__main__":
    main()

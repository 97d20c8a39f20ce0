"""P12: the same on PostgreSQL, a real server with its usual settings (durable), beside SQLite, in turn.

That several application machines give the same answers is what `tests/` asks with two of them; here is one, with its workers."""

import statistics
from collections.abc import Iterator, Sequence
from time import perf_counter

from asking import GUEST, SAME
from bench import Bench, Turns
from crowd import Ask, Load
from freshness import reply, threads_at
from goals import Row, compared, number, spread
from growing import pages
from kept import POSTGRESQL
from reading import PAGES, fetch
from sites import SHOWN, Site, open_site
from writing import POSTING, VOTING, Writers

from deliberation.database import db

LEAST = 0.7
CLIENTS = 8


def measure(bench: Bench) -> Iterator[Row]:
    with open_site(bench.small) as sqlite, open_site(bench.small, POSTGRESQL) as server:
        yield from _read(bench, sqlite, server)
        # They begin one after the other.
        workers = len(server.server.workers())
        yield Row("p12", f"PostgreSQL with {workers} workers, fsync {_setting(server, 'fsync')}", (), "")
        yield from _change(bench, sqlite, server)
        for work in (VOTING, POSTING):
            yield from _write(bench, sqlite, server, work)
    if not bench.is_quick:
        with open_site(bench.large) as sqlite, open_site(bench.large, POSTGRESQL) as server:
            yield from _grown(bench, sqlite, server)


def _setting(site: Site, name: str) -> str:
    with site.app.app_context():
        found = db.session.connection().exec_driver_sql(f"SHOW {name}").scalar()
        db.session.remove()
        db.engine.dispose()
    return str(found)


def _read(bench: Bench, sqlite: Site, server: Site) -> Iterator[Row]:
    for name, path in PAGES:
        asks: list[tuple[str, list[Ask]]] = [
            (f"P1 {name}, plain", [GUEST.get(path, False)] * 2),
            (f"P1 {name}, gzip", [GUEST.get(path)] * 2),
            (f"P3 {name}, signed in", [site.reader.get(path, False) for site in (sqlite, server)]),
        ]
        etags = [fetch(site.port, GUEST, path, True)[1]["ETag"] for site in (sqlite, server)]
        if all(etags):
            asks.insert(2, (f"P2 {name}, 304", [GUEST.get(path, etag=etag, wanted=SAME) for etag in etags]))
        for work, (ours, theirs) in asks:
            loads = {
                "sqlite": bench.readers(sqlite.port, ours, CLIENTS), "server": bench.readers(server.port, theirs, CLIENTS),
            }  # fmt: skip
            yield _by_rate(work, bench.take_turns(loads))


def _by_rate(work: str, turns: dict[str, Turns]) -> Row:
    ours, theirs = turns["server"].rates, turns["sqlite"].rates
    return compared(Row("p12", work, ours, "req/s", f"SQLite {spread(theirs, 'req/s')}"), ours, theirs, LEAST)


def _by_time(work: str, ours: Sequence[float], theirs: Sequence[float]) -> Row:
    """Of times the smaller one is better."""
    ratio = statistics.median(theirs) / statistics.median(ours)
    return Row(
        "p12", work, ours, "ms", f"SQLite {spread(theirs, 'ms')}", number(ratio), f"≥ {LEAST}", ratio >= LEAST
    )  # fmt: skip


def _change(bench: Bench, sqlite: Site, server: Site) -> Iterator[Row]:
    times: dict[str, list[float]] = {}
    sides = [(site, site.person(site.filled.writers[0]), threads_at(site, SHOWN)) for site in (sqlite, server)]
    for round_ in range(2 + 2 * bench.rounds):
        for site, writer, numbers in sides:
            reply(bench, site, writer, numbers[round_])
            began = perf_counter()
            fetch(site.port, GUEST, SHOWN, False)
            times.setdefault(site.engine, []).append((perf_counter() - began) * 1000)
    yield _by_time("P4 200 annotations right after somebody replied", times[server.engine], times[sqlite.engine])


def _write(bench: Bench, sqlite: Site, server: Site, work: str) -> Iterator[Row]:
    sides = {"sqlite": Writers(sqlite, work), "server": Writers(server, work)}
    turns = {name: Turns() for name in sides}
    for round_ in range(1 + bench.rounds):
        for name, writers in sides.items():
            report = bench.crowd.drive(writers.load(bench.seconds))
            writers.note(report)
            if round_:
                turns[name].reports.append(report)
    yield _by_rate(f"P5 {work}", turns)
    lost = sides["server"].count_lost()
    yield Row("p12", f"… {lost} of the confirmed {work} lost", (), "", wanted="0 lost", is_met=not lost)


def _grown(bench: Bench, sqlite: Site, server: Site) -> Iterator[Row]:
    ours, theirs = pages(server), pages(sqlite)
    for name in ours:
        loads: dict[str, Load] = {
            "sqlite": bench.readers(sqlite.port, theirs[name], 1), "server": bench.readers(server.port, ours[name], 1),
        }  # fmt: skip
        turns = bench.take_turns(loads)
        work = f"P6 {name}, {number(bench.large.annotations)}"
        yield _by_time(work, turns["server"].middles, turns["sqlite"].middles)

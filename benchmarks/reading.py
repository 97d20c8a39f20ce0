"""P1 to P3: a page as anonymous readers get it, unchanged, and signed in; beside a bare Flask view with the same bytes."""

import http.client
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from asking import GUEST, SAME, Person
from bench import Bench
from goals import Row, compared, number, spread
from kept import working_folder
from peers import ADHOCRACY_RATE, NotInstalled, isso_thread
from servers import Process, bare_server
from sites import SHOWN, THESIS, Site, open_site

PAGES = (("thesis page as it opens", THESIS), ("200 annotations on one page", SHOWN))
SHARE, SIGNED_IN_SHARE = 0.8, 0.35
TIMES_ISSO, TIMES_ADHOCRACY = 100, 150


def fetch(port: int, person: Person, path: str, packed: bool) -> tuple[int, http.client.HTTPMessage, bytes]:
    """One page with nobody else there, as it comes over the wire."""
    headers = {"Accept-Language": "de", **({"Accept-Encoding": "gzip"} if packed else {})}
    headers |= {"Cookie": person.cookie} if person.cookie else {}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, response.headers, body


def record(site: Site, folder: Path) -> dict[tuple[str, bool], str]:
    """Keep the bytes of the pages for the bare view; their names there, by path and whether packed."""
    names = {}
    for number_, (_name, path) in enumerate(PAGES):
        for packed in (False, True):
            status, _headers, body = fetch(site.port, GUEST, path, packed)
            if status != 200:
                raise RuntimeError(f"{path}: {status}")
            name = names[path, packed] = f"page-{number_}" + (".gz" if packed else "")
            (folder / name).write_bytes(body)
    return names


def measure(bench: Bench, wanted: set[str]) -> Iterator[Row]:
    with ExitStack() as stack:
        site = stack.enter_context(open_site(bench.small))
        folder = stack.enter_context(working_folder()) / "pages"
        folder.mkdir()
        names = record(site, folder)
        bare = stack.enter_context(bare_server(folder))
        if "p1" in wanted:
            yield from _anonymous(bench, site, bare, names, folder)
        if "p2" in wanted:
            yield from _unchanged(bench, site, bare, names)
        if "p3" in wanted:
            yield from _signed_in(bench, site, bare, names)


def _anonymous(
    bench: Bench, site: Site, bare: Process, names: dict[tuple[str, bool], str], folder: Path
) -> Iterator[Row]:
    with ExitStack() as stack:
        try:
            peer = stack.enter_context(isso_thread())
        except NotInstalled as reason:
            peer = None
            yield Row("p1", f"isso: not installed ({reason})", (), "")
        for (path, packed), name in names.items():
            loads = {
                "bare": bench.readers(bare.port, GUEST.get(f"/{name}", packed)),
                "ours": bench.readers(site.port, GUEST.get(path, packed)),
            }
            if peer and path == SHOWN:
                loads["isso"] = bench.readers(peer.port, GUEST.get(peer.path, packed), seconds=max(2.0, bench.seconds))
            turns = bench.take_turns(loads)
            size = (folder / name).stat().st_size
            work = f"{_words(path)}, {'gzip' if packed else 'plain'}, {number(size / 1000)} KB"
            row = Row("p1", work, turns["ours"].rates, "req/s", f"bare Flask {spread(turns['bare'].rates, 'req/s')}")
            yield compared(row, turns["ours"].rates, turns["bare"].rates, SHARE)
            shares = f"share of the crowd in all cores {turns['ours'].share:.0%}, with bare Flask {turns['bare'].share:.0%}"
            tails = [report.at(0.99) for report in turns["ours"].reports]
            yield Row("p1", f"… p99; {shares}", tails, "ms", f"bare Flask {number(turns['bare'].tail)} ms")
            if path == SHOWN:
                yield from _beside_peers(row, turns["ours"].rate, turns["isso"].rates if "isso" in turns else [])


def _beside_peers(row: Row, ours: float, isso: list[float]) -> Iterator[Row]:
    if isso:
        times = ours / (sum(isso) / len(isso))
        beside = f"isso, 200 comments as JSON {spread(isso, 'req/s')}"
        yield replace(
            row, beside=beside, ratio=f"{number(times)} ×", wanted=f"≥ {TIMES_ISSO} ×", is_met=times >= TIMES_ISSO
        )
    times = ours / ADHOCRACY_RATE
    beside = f"adhocracy+ {number(ADHOCRACY_RATE)} req/s (quoted)"
    yield replace(
        row, beside=beside, ratio=f"{number(times)} ×", wanted=f"≥ {TIMES_ADHOCRACY} ×", is_met=times >= TIMES_ADHOCRACY
    )


def _words(path: str) -> str:
    return next(name for name, own in PAGES if own == path)


def _unchanged(bench: Bench, site: Site, bare: Process, names: dict[tuple[str, bool], str]) -> Iterator[Row]:
    for name, path in PAGES:
        etag = fetch(site.port, GUEST, path, True)[1]["ETag"]
        if not etag:
            yield Row("p2", f"{name}: the page has no ETag", (), "", wanted=f"≥ {SHARE}", is_met=False)
            continue
        loads = {
            "bare": bench.readers(bare.port, GUEST.get(f"/{names[path, True]}", etag='"x"', wanted=SAME)),
            "ours": bench.readers(site.port, GUEST.get(path, etag=etag, wanted=SAME)),
        }
        turns = bench.take_turns(loads)
        row = Row("p2", name, turns["ours"].rates, "req/s", f"bare Flask, 304 {spread(turns['bare'].rates, 'req/s')}")
        yield compared(row, turns["ours"].rates, turns["bare"].rates, SHARE)


def _signed_in(bench: Bench, site: Site, bare: Process, names: dict[tuple[str, bool], str]) -> Iterator[Row]:
    """Beside the bare view of P1, that is the bytes that anonymous readers get. A packed page is told of and no goal: it is made
    for one person and packed for one view, while the bare view sends what was packed before."""
    for name, path in PAGES:
        for packed in (False, True):
            loads = {
                "bare": bench.readers(bare.port, GUEST.get(f"/{names[path, packed]}", packed)),
                "ours": bench.readers(site.port, site.reader.get(path, packed)),
            }
            turns = bench.take_turns(loads)
            work = f"{name}, signed in, {'gzip' if packed else 'plain'}"
            row = Row("p3", work, turns["ours"].rates, "req/s", f"bare Flask {spread(turns['bare'].rates, 'req/s')}")
            row = compared(row, turns["ours"].rates, turns["bare"].rates, SIGNED_IN_SHARE)
            yield replace(row, wanted="", is_met=None) if packed else row



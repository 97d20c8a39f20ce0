"""P7: what a first view costs over the wire, and every page after it. Style, script, fonts and icon are asked for at once.

That nothing moves while a page comes in is asserted in a real browser: `tests/browser/test_layout_shift.py`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from asking import GUEST
from bench import Bench
from browsing import Answer, Browser
from filling import SLUG
from goals import Row
from growing import others, pages
from reading import fetch
from sites import Site, open_site

ASSET = re.compile(
    r'<(?:link rel="(?:stylesheet|preload|icon)" href|script src)="([^"]+)"',
)
FIRST_KB, REQUESTS, NEXT_KB = 150, 6, 40
FIRST = (("landing page", f"/d/{SLUG}"), ("thesis page", f"/d/{SLUG}/1"), ("open paragraph", f"/d/{SLUG}/1/1"))


@dataclass(frozen=True)
class Piece:
    path: str
    body: int
    headers: int


def measure(bench: Bench) -> Iterator[Row]:
    with open_site(bench.small) as site:
        for name, path in FIRST:
            pieces = first_view(Browser(site.port), path)
            size = sum(piece.body + piece.headers for piece in pieces) / 1000
            is_met = size <= FIRST_KB and len(pieces) <= REQUESTS
            wanted = f"≤ {FIRST_KB} KB, ≤ {REQUESTS} requests"
            yield Row("p7", f"first view, {name}: {len(pieces)} requests", (size,), "KB", wanted=wanted, is_met=is_met)
        yield from _next_pages(site)
    yield Row("p7", "no layout shift: asserted in tests/browser/test_layout_shift.py", (), "")


def _next_pages(site: Site) -> Iterator[Row]:
    for name, (request, _wanted) in {**pages(site), **others(site)}.items():
        path = request.split(b" ", 2)[1].decode()
        who = site.moderator if name == "queue" else site.reader if "guest" not in name else GUEST
        status, headers, body = fetch(site.port, who, path, True)
        if status != 200:
            raise RuntimeError(f"{path}: {status}")
        size = (len(body) + _headers(headers)) / 1000
        yield Row("p7", f"next page, {name}", (size,), "KB", wanted=f"≤ {NEXT_KB} KB", is_met=size <= NEXT_KB)


def first_view(browser: Browser, path: str) -> list[Piece]:
    """The page, then style, script, fonts and icon, each with the size of body and headers in bytes."""
    page = browser.get(path)
    assets = [(found, browser.get(found)) for found in dict.fromkeys(ASSET.findall(page.text))]
    return [_piece(path, page), *(_piece(name, answer) for name, answer in assets)]


def _piece(path: str, answer: Answer) -> Piece:
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    return Piece(path, len(answer.body), _headers(answer.headers))


def _headers(headers: object) -> int:
    return sum(len(name) + len(value) + 4 for name, value in headers.items())  # type: ignore[attr-defined]

"""Pages made for readers without an account, kept as they left and sent again while nothing of them has changed.

A page is kept under the revision (`revisions.py`) that was read before it was made, and sent again only if the database still
has that one: what somebody has hidden, in this process or another, is in no answer that begins afterwards. Everything else it
depends on is its key: address, language and day. Whoever has a session is never answered from here.
"""

import gzip
import hashlib
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from deliberation import clock, logs, metering, metrics
from deliberation.config import LOCALES
from deliberation.revisions import Revisions, read_revisions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask, Response

KEY = "deliberation.kept"
"""Where a request carries its key and the revisions it began with."""
ENDPOINTS = "deliberation.kept_endpoints"
SECONDS = 60.0
"""A page is made anew so often at least: what changes with the hour alone shows this late."""
MISSED = 5000
"""So many are remembered."""
REST_SECONDS = 1.0
"""For so long a database that did not answer is not asked for the revision."""
NAMES = frozenset(("kind", "order", "all", "from", "page"))
"""Of a query. Others are rare, and anybody could ask for any number of them."""
QUERY_MAX = 60
LANGUAGE = re.compile(r"(?:^|;\s*)lang=(\w+)")
OWN_HEADERS = frozenset(("content-length", "content-type", "content-encoding", "x-request-id", "date", "server"))
hits = metrics.counter("deliberation_kept_pages_total", "Pages for readers without an account.", result="kept")
misses = metrics.counter("deliberation_kept_pages_total", "Pages for readers without an account.", result="made")


class Key(NamedTuple):
    path: str
    query: str
    # What stands in absolute addresses.
    host: str
    scheme: str
    # Which the reader wants; empty for the site's own.
    language: str
    day: int


@dataclass(frozen=True)
class Page:
    """As it leaves; `packed` is the same as gzip. `until` is a moment of the monotonic clock."""

    revision: int
    until: float
    endpoint: str
    headers: tuple[tuple[str, str], ...]
    mimetype: str
    body: bytes
    packed: bytes
    etag: str

    @property
    def size(self) -> int:
        return len(self.body) + len(self.packed) + 1000


class Store:
    """What one process has made, by key; what was asked for longest ago goes first. `room`: what all of it may weigh together."""

    def __init__(self, room: int, weigh: Callable[[Any], int]) -> None:
        self.room, self._weigh = room, weigh
        self._things: OrderedDict[Hashable, Any] = OrderedDict()
        self._mutex = threading.Lock()
        self._weight = 0
        self._missed: OrderedDict[int, bool] = OrderedDict()

    def find(self, key: Hashable) -> Any:
        with self._mutex:
            found = self._things.get(key)
            if found is not None:
                self._things.move_to_end(key)
            return found

    def is_wanted_again(self, key: Hashable) -> bool:
        """Whether something that is not here was missed before, not long ago. What everybody wants once only would push out what
        many want."""
        with self._mutex:
            was_missed = self._missed.pop(hash(key), False)
            if not was_missed:
                self._missed[hash(key)] = True
                if len(self._missed) > MISSED:
                    self._missed.popitem(last=False)
            return was_missed

    def put(self, key: Hashable, thing: Any) -> None:
        with self._mutex:
            self._weight += self._weigh(thing) - (self._weigh(self._things[key]) if key in self._things else 0)
            self._things[key] = thing
            self._things.move_to_end(key)
            while self._weight > self.room and self._things:
                _key, gone = self._things.popitem(last=False)
                self._weight -= self._weigh(gone)

    def clear(self) -> None:
        with self._mutex:
            self._things.clear()
            self._missed.clear()
            self._weight = 0


class PageStore(Store):
    """Pages as they left; `room` in bytes, 0 keeps nothing."""

    def __init__(self, room: int) -> None:
        super().__init__(room, lambda page: page.size)
        self._making: dict[Key, threading.Lock] = {}

    def find_fresh(self, key: Key, revision: int) -> Page | None:
        page: Page | None = self.find(key)
        return page if page is not None and page.revision == revision and page.until >= time.monotonic() else None

    def has(self, key: Key) -> bool:
        """Whether such a page was kept, even if it is out of date."""
        return key in self._things

    @contextmanager
    def turn(self, key: Key) -> "Iterator[None]":
        """One makes a page, and those who want the same one meanwhile wait for it; not for ever."""
        lock = self._making.setdefault(key, threading.Lock())
        is_mine = lock.acquire(timeout=2)
        try:
            yield
        finally:
            if is_mine:
                lock.release()
                self._making.pop(key, None)


class Keeper:
    """In front of the application: answers what is kept, and marks what may be."""

    def __init__(self, app: "Flask", inner: Any) -> None:
        self._app, self._inner = app, inner
        self._cookie = f"{app.config['SESSION_COOKIE_NAME']}="
        self._engine: Engine | None = None
        self._rests_until = 0.0
        self._is_behind_proxy = bool(app.config["TRUSTED_PROXIES"])
        self.store = app.extensions["deliberation.kept_pages"] = PageStore(int(app.config["KEPT_PAGES_MB"] * 2**20))

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        key = self._key(environ) if self.store.room else None
        if key is None:
            return self._inner(environ, start_response)  # type: ignore[no-any-return]
        page = self._look(environ, key)
        if page is None and self.store.has(key):
            with self.store.turn(key):
                return self._answer(environ, start_response, self._look(environ, key))
        return self._answer(environ, start_response, page)

    def _look(self, environ: dict[str, Any], key: Key) -> Page | None:
        revision = self._revision()
        if revision is None:
            # What is read later must not be kept under a number that was read later still.
            environ[KEY] = (None, None)
            return None
        environ[KEY] = (key, revision)
        return self.store.find_fresh(key, revision.shown)

    def _answer(self, environ: dict[str, Any], start_response: Any, page: Page | None) -> Iterable[bytes]:
        if page is None:
            misses.add()
            return self._inner(environ, start_response)  # type: ignore[no-any-return]
        hits.add()
        began = time.perf_counter()
        logs.reference.set(name := metering.name_of(environ, self._is_behind_proxy))
        headers = [*page.headers, ("X-Request-ID", name)]
        if page.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            status, body = 304, b""
        else:
            is_packed = "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
            status, body = 200, page.packed if is_packed else page.body
            headers += [("Content-Type", page.mimetype), ("Content-Length", str(len(body)))]
            headers += [("Content-Encoding", "gzip")] if is_packed else []
        start_response("304 NOT MODIFIED" if status == 304 else "200 OK", headers)
        metering.tell(environ["REQUEST_METHOD"], page.endpoint, status, time.perf_counter() - began)
        logs.reference.set("-")
        return [body]

    def _key(self, environ: dict[str, Any]) -> Key | None:
        """None for what is never kept: forms, programs, and whoever has a session."""
        if environ["REQUEST_METHOD"] != "GET" or "HTTP_AUTHORIZATION" in environ:
            return None
        cookies, query = environ.get("HTTP_COOKIE", ""), environ.get("QUERY_STRING", "")
        if self._cookie in cookies or not is_plain(query):
            return None
        path = environ.get("PATH_INFO", "")
        found = LANGUAGE.search(cookies)
        language = found[1] if found and found[1] in LOCALES else wanted_language(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        host = environ.get("HTTP_HOST") or environ.get("SERVER_NAME", "")
        return Key(path, query, host, environ["wsgi.url_scheme"], language, clock.today().toordinal())

    def _revision(self) -> Revisions | None:
        """None if the database does not say: then nothing is kept, the application tells what is wrong, and a server that is away
        is not waited for with every page."""
        if time.monotonic() < self._rests_until:
            return None
        if self._engine is None:
            from deliberation.database import db

            with self._app.app_context():
                self._engine = db.engine
        try:
            return read_revisions(self._engine)
        except SQLAlchemyError:
            self._rests_until = time.monotonic() + REST_SECONDS
            return None


@lru_cache(512)
def is_plain(query: str) -> bool:
    return not query or (len(query) <= QUERY_MAX and all(name in NAMES for name, _ in parse_qsl(query, keep_blank_values=True)))


@lru_cache(512)
def wanted_language(accepted: str) -> str:
    return parse_accept_header(accepted, LanguageAccept).best_match(LOCALES) or ""


def keep(response: "Response", environ: dict[str, Any], endpoint: str, app: "Flask") -> None:
    """Put a page away that was made for a reader without an account; what is not such a page is left as it is."""
    key, revision = environ.get(KEY, (None, None))
    if key is None or endpoint not in app.extensions[ENDPOINTS] or response.status_code != 200:
        return
    if response.mimetype != "text/html" or "Set-Cookie" in response.headers or "Content-Encoding" in response.headers:
        return
    if response.headers.get("Cache-Control") != "private, no-cache":
        return
    body = response.get_data()
    response.headers["ETag"] = etag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    response.vary.add("Accept-Encoding")
    headers = tuple((name, value) for name, value in response.headers if name.lower() not in OWN_HEADERS)
    packed = gzip.compress(body, 6, mtime=0)
    store: PageStore = app.extensions["deliberation.kept_pages"]
    until, kind = time.monotonic() + SECONDS, str(response.content_type)
    store.put(key, Page(revision.shown, until, endpoint, headers, kind, body, packed, etag))
    if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
        response.set_data(packed)
        response.headers["Content-Encoding"] = "gzip"
    if etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        response.status_code = 304
        response.set_data(b"")

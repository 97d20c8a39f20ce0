"""What is told of every request: a number, one line of log, and counts that name nobody."""

import logging
import re
import time
import uuid
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, current_app, g, request

from deliberation import logs, metrics

REFERENCE = re.compile(r"[0-9a-f]{8,32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""A number of a request as web servers make them: no word fits in there, and no address."""
NO_PAGE = "none"
STATUSES = ("2xx", "3xx", "4xx", "5xx")

log = logging.getLogger("deliberation.web")
in_progress = metrics.gauge("deliberation_requests_in_progress", "Requests that are being answered.")
_seconds = {
    kind: metrics.histogram("deliberation_request_seconds", "How long answers took.", kind=kind) for kind in ("read", "write")
}
_counts: dict[tuple[str, str], metrics.Cell] = {}


def init_app(app: Flask) -> None:
    """Pages are counted by the feature they belong to, once all are known."""
    app.teardown_request(_let_go)
    for page in (*app.blueprints, "files", NO_PAGE):
        for status in STATUSES:
            _counts[page, status] = metrics.counter(
                "deliberation_requests_total", "Requests that were answered.", page=page, status=status
            )


def begin() -> None:
    g.started = time.perf_counter()
    g.request_id = name_of(request.environ, bool(current_app.config["TRUSTED_PROXIES"]))
    logs.reference.set(g.request_id)
    in_progress.add()


def answered(response: Response) -> None:
    seconds = time.perf_counter() - g.get("started", time.perf_counter())
    tell(request.method, request.endpoint or "-", response.status_code, seconds)


def tell(method: str, page: str, status: int, seconds: float) -> None:
    """The line of an answer, with the name of the page in place of its address, and its counts."""
    told = {"method": method, "page": page, "status": status, "ms": round(seconds * 1000)}
    log.info("%s %s %s %.0fms", method, page, status, seconds * 1000, extra=told)
    _seconds["read" if method in ("GET", "HEAD", "OPTIONS") else "write"].observe(seconds)
    if count := _counts.get((_page_class(page), f"{status // 100}xx")):
        count.add()


def _let_go(_fault: BaseException | None) -> None:
    """The thread goes on to somebody else's request, or to none."""
    logs.reference.set("-")
    if "started" in g:
        in_progress.add(-1)


def _page_class(page: str) -> str:
    if page in ("asset", "static"):
        return "files"
    return page.partition(".")[0] if "." in page else NO_PAGE


def name_of(environ: Mapping[str, Any], is_behind_proxy: bool) -> str:
    """The number that the web server in front gave this request, so that its lines and ours can be laid side by side; our own
    where none stands in front, because then a visitor would choose what stands in our log."""
    given = environ.get("HTTP_X_REQUEST_ID", "") if is_behind_proxy else ""
    return given if REFERENCE.fullmatch(given) else uuid.uuid4().hex[:12]

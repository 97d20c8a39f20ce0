"""Refusals and faults for programs: RFC 9457 (`application/problem+json`), never a page."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, g

MIMETYPE = "application/problem+json"


class Refusal(Exception):
    """Something that a program asked for cannot be; `more` stands beside the standard fields."""

    def __init__(self, status: int, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.more = status, detail, more


def problem(status: int, detail: str = "", headers: Mapping[str, str] | None = None, **more: Any) -> Response:
    """The answer. `type` is left out: the status says all (about:blank), and `reference` finds the line in the log."""
    words = {
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "reference": g.get("request_id", ""),
    }
    content = {name: value for name, value in {**words, **more}.items() if value != ""}
    response = Response(json.dumps(content, ensure_ascii=False), status, content_type=MIMETYPE)
    response.headers.extend(dict(headers or {}))
    return response


def refused(refusal: Refusal) -> Response:
    headers = {"WWW-Authenticate": challenge(refusal.more)} if refusal.status == 401 else {}
    return problem(refusal.status, refusal.detail, headers, **refusal.more)


def challenge(more: Mapping[str, Any] | None = None) -> str:
    """What a program is told that has to bring a token, or another one (RFC 6750)."""
    error = (more or {}).get("error")
    return f'Bearer realm="api", error="{error}"' if error else 'Bearer realm="api"'

"""What is turned away, or made plain, before a page is asked for."""

from typing import Any

from flask import abort, current_app, request
from flask_wtf.csrf import CSRFError

FROM_ANYWHERE = "deliberation.from_anywhere"


def head_as_get(application: Any) -> Any:
    """Answer HEAD exactly like GET, without the body: no view can mistake it for something that writes."""

    def wsgi(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] != "HEAD":
            return application(environ, start_response)
        body = application({**environ, "REQUEST_METHOD": "GET"}, start_response)
        if hasattr(body, "close"):
            body.close()
        return []

    return wsgi


def is_for_programs() -> bool:
    """Whether this is asked at the door for other programs: no cookie counts there, and no answer is a page."""
    return request.path == "/api" or request.path.startswith("/api/")


def refuse_other_sites() -> None:
    """A form of ours is sent from a page of ours; browsers say where a request comes from."""
    if request.method in ("GET", "HEAD", "OPTIONS") or is_for_programs():
        return
    if request.endpoint in current_app.extensions.get(FROM_ANYWHERE, ()):
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise CSRFError("sent from another site")


def refuse_nul() -> None:
    """No path or key of ours has the character that PostgreSQL cannot look for; texts lose it (`text.normalised`)."""
    words = [request.path]
    if request.method == "POST":
        words.append(request.form.get("form_key", ""))
    if any("\x00" in one for one in words):
        abort(400)

"""One function per page. No template and no verb names a route."""

from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask, current_app, request, url_for
from werkzeug.exceptions import HTTPException


def declaration_url(declaration: Any) -> str:
    return url_for("declarations.landing", slug=declaration.slug)


def whole_text_url(declaration: Any) -> str:
    return url_for("declarations.whole_text", slug=declaration.slug)


def thesis_url(thesis: Any, **query: Any) -> str:
    return url_for("annotations.thesis", slug=thesis.declaration.slug, t=thesis.number, **query)


def paragraph_number(paragraph: Any) -> str:
    """`0` stands for the thesis as a whole."""
    return paragraph.number if paragraph is not None else "0"


def place_url(thesis: Any, paragraph: Any, fragment: str = "", **query: Any) -> str:
    """The thesis page with one paragraph, or the thesis as a whole, opened."""
    return url_for(
        "annotations.paragraph",
        slug=thesis.declaration.slug,
        t=thesis.number,
        p=paragraph_number(paragraph),
        _anchor=fragment or None,
        **query,
    )


def compose_url(thesis: Any, paragraph: Any, **query: Any) -> str:
    return url_for(
        "annotations.compose",
        slug=thesis.declaration.slug,
        t=thesis.number,
        p=paragraph_number(paragraph),
        **query,
    )


def stance_url(thesis: Any, paragraph: Any) -> str:
    return url_for("annotations.stance", slug=thesis.declaration.slug, t=thesis.number, p=paragraph_number(paragraph))


def annotation_url(annotation: Any) -> str:
    return url_for("annotations.show", number=annotation.number)


def annotation_act_url(annotation: Any, act: str) -> str:
    """`act` is replies, vote, edit, withdraw, history, flags, decisions or response."""
    return url_for(_ACTS[act], number=annotation.number)


_ACTS = {
    "replies": "annotations.reply",
    "vote": "annotations.vote",
    "edit": "annotations.edit",
    "withdraw": "annotations.withdraw_page",
    "history": "annotations.history",
    "response": "moderation.respond",
    "flags": "moderation.flag",
    "decisions": "moderation.decide",
}


def results_url(declaration: Any) -> str:
    return url_for("results.show", slug=declaration.slug)


def export_url(declaration: Any) -> str:
    return url_for("results.export_dialog", slug=declaration.slug)


def queue_url(declaration: Any, **query: Any) -> str:
    return url_for("moderation.queue", slug=declaration.slug, **query)


def log_url(declaration: Any) -> str:
    return url_for("moderation.log", slug=declaration.slug)


def sign_in_url(next_path: str = "") -> str:
    """The sign-in page; afterwards the person comes back to `next_path`, or to where she is now."""
    return url_for("accounts.login", next=next_path or _here())


def register_url(next_path: str = "") -> str:
    return url_for("accounts.register", next=next_path or _here())


def absolute(path: str) -> str:
    """For mails and files: built from the configured address only, never from a header."""
    return urljoin(current_app.config["BASE_URL"] + "/", path.lstrip("/"))


def safe_next(path: str | None) -> str:
    """`path` if it is one of our own pages, else `/`. Everything a browser could read as another site fails."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")) or "\\" in path:
        return "/"
    if any(ord(character) < 33 for character in path):
        return "/"
    parts = urlsplit(path)
    if parts.scheme or parts.netloc:
        return "/"
    adapter = current_app.url_map.bind("")
    try:
        adapter.match(parts.path, method="GET")
    except HTTPException:
        return "/"
    return path


def _here() -> str:
    if request.method != "GET" or request.endpoint in (None, "accounts.login", "accounts.register"):
        return safe_next(request.args.get("next"))
    return request.full_path.rstrip("?")


def init_app(app: Flask) -> None:
    """Hand all URL functions to the templates."""
    for function in (
        declaration_url, whole_text_url, thesis_url, place_url, compose_url, stance_url, annotation_url,
        annotation_act_url, results_url, export_url, queue_url, log_url, sign_in_url, register_url, absolute,
    ):  # fmt: skip
        app.jinja_env.globals[function.__name__] = function

"""A place where a text is deliberated well."""
# ruff: noqa: E402

import gc

# Nothing of what is loaded here will go: looking for that again and again takes a sixth of the start.
_looks_for_garbage = gc.isenabled()
_is_loaded = False
gc.disable()

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from deliberation import (  # noqa: F401 (every table is known)
    cli,
    counters,
    errors,
    filters,
    labels,
    logs,
    metering,
    models,
    policies,
    revisions,
    urls,
    web,
)
from deliberation.accounts import sessions, tokens
from deliberation.bodies import MeasuredRequest
from deliberation.config import instance_folder, load_settings, package_root
from deliberation.connecting import engine_options, server_options
from deliberation.database import db
from deliberation.replica import answer_readers_from

__version__ = "0.1.0"


@contextmanager
def _loading() -> Iterator[None]:
    """As above, for the modules of pages and verbs, which the first application loads."""
    global _is_loaded
    if _is_loaded:
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        # Or all of it would be looked through as if it were new.
        gc.freeze()
        _is_loaded = True
        if _looks_for_garbage:
            gc.enable()


@_loading()
def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """Assemble the application. Raises config.SettingsError when a setting cannot be right."""
    instance = instance_folder(overrides or {})
    settings = load_settings(instance, overrides or {})
    root = package_root()
    app = Flask(
        __name__,
        instance_path=str(instance),
        template_folder=str(root / "templates"),
        static_folder=str(root / "static"),
    )
    app.config.update(settings)
    _configure_flask(app)
    _configure_logs(app)
    db.init_app(app)
    if app.config["READ_DATABASE_URL"]:
        answer_readers_from(app.config["READ_DATABASE_URL"], app, server_options(app.config["DATABASE_POOL"]), db.session)
    web.init_app(app, sessions, tokens)
    urls.init_app(app)
    filters.init_app(app)
    labels.init_app(app)
    errors.init_app(app)
    cli.init_app(app)
    _register_views(app)
    metering.init_app(app)
    policies.init_app(app)
    return app


def _register_views(app: Flask) -> None:
    from deliberation.accounts.views import accounts
    from deliberation.annotations.views import annotations
    from deliberation.api.views import api
    from deliberation.api.views.hooks import webhooks
    from deliberation.declarations.views import declarations
    from deliberation.editions.views import editions
    from deliberation.meetings.views import meetings
    from deliberation.moderation.views import moderation
    from deliberation.notifications.views.feeds import feeds
    from deliberation.notifications.views.following import following
    from deliberation.pages.views import pages
    from deliberation.privacy.views import privacy
    from deliberation.proposals.views import proposals
    from deliberation.reports.views import reports
    from deliberation.results.board.views import board
    from deliberation.results.views import results
    from deliberation.search.views import search
    from deliberation.site.views import site
    from deliberation.surveys.views import surveys

    # Fixed addresses first; `/d/<slug>/<t>` would otherwise look like them.
    for blueprint in (
        pages, accounts, following, feeds, privacy, site, declarations, results, reports, board, moderation, editions, proposals,
        search, surveys, meetings, webhooks, annotations, api,
    ):  # fmt: skip
        app.register_blueprint(blueprint)


def _configure_flask(app: Flask) -> None:
    """What Flask and its extensions want to be told in their own words."""
    app.request_class = MeasuredRequest
    secure = app.config["IS_PRODUCTION"]
    app.config.update(
        SQLALCHEMY_DATABASE_URI=app.config["DATABASE_URL"],
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(app.config["DATABASE_URL"], app.config["DATABASE_POOL"])
        | {"execution_options": {revisions.COUNTED: True}},
        SESSION_COOKIE_NAME="__Host-session" if secure else "session",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=sessions.LONGEST,
        # Else a slow answer (a font, a page left meanwhile) would put an older session over a newer one.
        SESSION_REFRESH_EACH_REQUEST=False,
        TRUSTED_HOSTS=_trusted_hosts(app.config["BASE_URL"], secure),
        MAX_CONTENT_LENGTH=11 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=512 * 1024,
        MAX_FORM_PARTS=2000,
        SEND_FILE_MAX_AGE_DEFAULT=7 * 24 * 3600,
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE=app.config["DEFAULT_LOCALE"],
        BABEL_DEFAULT_TIMEZONE="Europe/Berlin",
        BABEL_TRANSLATION_DIRECTORIES=str(Path(__file__).parent / "translations"),
        RATELIMIT_STORAGE_URI=app.config["REDIS_URL"] or f"{counters.SCHEME}://",
        RATELIMIT_STORAGE_OPTIONS=(
            # A Redis that says nothing must not hold up the form of somebody.
            {"socket_connect_timeout": 1, "socket_timeout": 1} if app.config["REDIS_URL"] else {"target": _counters_place(app)}
        ),
        # Where counting fails, people are let in: a fault of ours must not close the site.
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_SWALLOW_ERRORS=True,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
    app.url_map.strict_slashes = False
    if app.config["TRUSTED_PROXIES"]:
        count = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def _counters_place(app: Flask) -> str:
    url = str(app.config["DATABASE_URL"])
    return url if url.startswith("postgresql") else str(Path(app.instance_path) / counters.FILE)


def _trusted_hosts(base_url: str, is_production: bool) -> list[str]:
    """Names under which the site answers; a laptop also answers to its own."""
    own = urlsplit(base_url).hostname or "localhost"
    return [own] if is_production else [own, "localhost", "127.0.0.1", "[::1]"]


def _configure_logs(app: Flask) -> None:
    """Lines on standard error: no address, no query string, no body."""
    logs.configure(os.environ.get("DELIBERATION_LOG_LEVEL") or app.config["LOG_LEVEL"], app.config["LOG_FORMAT"])


gc.freeze()
if _looks_for_garbage:
    gc.enable()

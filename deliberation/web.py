"""The edge: who is asking, one transaction per request, headers, language, sign-in, limits."""

import gzip
import hmac
import logging
import time
import uuid
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, abort, current_app, g, request, session
from flask_babel import Babel, get_locale
from flask_limiter import Limiter
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from sqlalchemy.exc import OperationalError

from deliberation import clock
from deliberation.assets import build_bundles
from deliberation.config import LOCALES, package_root
from deliberation.database import db, set_reading
from deliberation.permissions import Guest, may

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "object-src 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
COMPRESS_FROM = 1024
LANGUAGE_COOKIE = "lang"
BROWSER_KEY = "browser"

csrf = CSRFProtect()
login_manager = LoginManager()
log = logging.getLogger("deliberation.web")


def viewer() -> Any:
    """Whoever is asking: a real account with its memberships, or a guest; never a proxy."""
    return _account() or Guest()


def _account() -> Any:
    """The account of this session, or None."""
    user: Any = current_user._get_current_object() if current_user else None
    return user if user is not None and user.is_authenticated else None


def browser_key() -> str:
    """A random name of this browser's session: what drafts and mailed codes belong to before sign-in."""
    if BROWSER_KEY not in session:
        session[BROWSER_KEY] = uuid.uuid4().hex
    return str(session[BROWSER_KEY])


def known_browser() -> str | None:
    """As `browser_key`, but sets no cookie for somebody who only reads."""
    return session.get(BROWSER_KEY)


def sign_in(user: Any) -> None:
    """Start a fresh session; the browser's name survives, because drafts hang on it."""
    kept = session.get(BROWSER_KEY)
    session.clear()
    if kept:
        session[BROWSER_KEY] = kept
    session.permanent = True
    login_user(user)


def sign_out() -> None:
    logout_user()
    session.clear()


def forget_viewer() -> None:
    """Treat the rest of this request as a guest's, without asking the database."""
    g._login_user = login_manager.anonymous_user()


def after_page(act: Callable[[], None]) -> None:
    """Run `act` in a write transaction of its own once the page is built: a page view that leaves a mark."""
    g.setdefault("after_page", []).append(act)


def _limit_key() -> str:
    """The account, or a keyed hash of the address that changes every day; the address itself is kept nowhere."""
    if account := _account():
        return f"user:{account.id}"
    key = f"{g.secret}:{clock.today().isoformat()}".encode()
    return hmac.new(key, (request.remote_addr or "").encode(), "sha256").hexdigest()[:24]


limiter = Limiter(_limit_key, headers_enabled=True, strategy="fixed-window")


def _select_locale() -> str:
    """Account setting, then cookie, then what the browser asks for, then the site's default."""
    account = _account()
    if account and account.locale in LOCALES:
        return str(account.locale)
    if request.cookies.get(LANGUAGE_COOKIE) in LOCALES:
        return str(request.cookies[LANGUAGE_COOKIE])
    default: str = g.default_locale
    return request.accept_languages.best_match([default, *LOCALES], default) or default


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


def _refuse_other_sites() -> None:
    """A form of ours is sent from a page of ours; browsers say where a request comes from."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise CSRFError("sent from another site")


def _refuse_nul() -> None:
    """No path or key of ours has the character that PostgreSQL cannot look for; texts lose it (`text.normalised`)."""
    words = [request.path]
    if request.method == "POST":
        words.append(request.form.get("form_key", ""))
    if any("\x00" in one for one in words):
        abort(400)


def init_app(app: Flask, load_user: Callable[[int], Any]) -> None:
    """Attach the edge to the application. `load_user` turns an id into an account or None."""
    app.wsgi_app = head_as_get(app.wsgi_app)  # type: ignore[method-assign]
    app.before_request(_begin)
    app.before_request(_refuse_other_sites)
    app.before_request(_refuse_nul)
    _init_sign_in(app, load_user)
    csrf.init_app(app)
    limiter.init_app(app)
    Babel(app, locale_selector=_select_locale)
    _init_assets(app)
    app.jinja_env.globals.update(
        viewer=viewer,
        may=_may,
        csrf_token=generate_csrf,
        new_key=lambda: uuid.uuid4().hex,
        get_locale=get_locale,
        has_session=lambda: bool(session),
    )
    app.after_request(_finish)


def _may(permission: Any, thing: Any = None) -> bool:
    return may(viewer(), permission, thing)


def _init_sign_in(app: Flask, load_user: Callable[[int], Any]) -> None:
    login_manager.init_app(app)
    login_manager.session_protection = None  # type: ignore[assignment]

    @login_manager.user_loader
    def find_session_user(session_id: str) -> Any:
        number, _, epoch = session_id.partition(".")
        user = load_user(int(number)) if number.isdigit() else None
        return user if user and user.get_id() == f"{number}.{epoch}" else None


def _init_assets(app: Flask) -> None:
    bundles = build_bundles(package_root() / "static")
    by_name = {bundle.name: bundle for bundle in bundles.values()}
    app.jinja_env.globals["asset_names"] = {kind: bundle.name for kind, bundle in bundles.items()}

    @app.get("/assets/<name>", endpoint="asset")
    def asset(name: str) -> Response:
        bundle = by_name.get(name)
        if bundle is None:
            return Response(status=404)
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        response = Response(bundle.compressed if packed else bundle.content, mimetype=bundle.mimetype)
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.vary.add("Accept-Encoding")
        return response


def _begin() -> None:
    g.started = time.perf_counter()
    g.request_id = uuid.uuid4().hex[:12]
    g.secret = current_app.config["SECRET_KEY"]
    g.default_locale = current_app.config["DEFAULT_LOCALE"]
    g.is_production = current_app.config["IS_PRODUCTION"]
    # A page view takes no write lock; what it marks is written afterwards, see `after_page`.
    set_reading(request.method in ("GET", "HEAD", "OPTIONS"))


def _finish(response: Response) -> Response:
    """Commit before the answer leaves; then headers, compression and one line of log."""
    response = _end_transaction(response)
    _set_headers(response)
    _compress(response)
    milliseconds = (time.perf_counter() - g.get("started", time.perf_counter())) * 1000
    log.info(
        "%s %s %s %s %.0fms",
        g.get("request_id", "-"), request.method, request.endpoint or "-", response.status_code, milliseconds,
    )  # fmt: skip
    return response


def _end_transaction(response: Response) -> Response:
    try:
        if response.status_code < 400:
            db.session.commit()
        else:
            db.session.rollback()
        _leave_marks(response)
    except OperationalError:
        db.session.rollback()
        log.exception("%s commit refused", g.request_id)
        from deliberation.errors import unavailable

        return unavailable()
    return response


def _leave_marks(response: Response) -> None:
    acts = g.pop("after_page", [])
    if acts and response.status_code == 200:
        set_reading(False)
        for act in acts:
            act()
        db.session.commit()


def _set_headers(response: Response) -> None:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), interest-cohort=()"
    headers["X-Request-ID"] = g.get("request_id", "-")
    if g.get("is_production"):
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store" if _account() or request.method != "GET" else "private, no-cache"
    if response.mimetype == "text/html":
        response.vary.update(("Cookie", "Accept-Language"))


def _compress(response: Response) -> None:
    wanted = "gzip" in request.headers.get("Accept-Encoding", "")
    if not wanted or response.direct_passthrough or response.is_streamed or "Content-Encoding" in response.headers:
        return
    if response.mimetype not in (
        "text/html",
        "application/json",
        "text/csv",
        "text/markdown",
        "image/svg+xml",
    ):
        return
    data = response.get_data()
    if len(data) >= COMPRESS_FROM:
        response.set_data(gzip.compress(data, 5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")

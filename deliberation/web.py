"""The edge: who is asking, one transaction per request, headers, language, sign-in, limits."""

import hmac
import logging
import uuid
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from typing import Any

from flask import Flask, Response, abort, current_app, g, redirect, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_babel import Babel, get_locale, gettext
from flask_limiter import Limiter
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFProtect, generate_csrf
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from deliberation import answers, clock, connecting, door, kept, metering, parts
from deliberation.config import LOCALES
from deliberation.database import db, in_a_hurry, set_reading
from deliberation.keepers import Sessions, Tokens
from deliberation.permissions import Guest, has_vote, may
from deliberation.settings import assume_defaults, setting

LANGUAGE_COOKIE = "lang"
BROWSER_KEY = "browser"
TOKEN = "_user_id"
"""Where Flask-Login looks for who it is; here stands a random token and never the number of an account."""
BEGUN = "begun-"
"""How names in the session begin that hold what a guest has begun and goes on with later."""

csrf = CSRFProtect()
login_manager = LoginManager()
log = logging.getLogger("deliberation.web")


def viewer() -> Any:
    """Whoever is asking: a real account with its memberships, or a guest; never a proxy."""
    return _account() or Guest()


def _account() -> Any:
    """The account of this session, or None."""
    # Where Flask-Login keeps it once it was looked up; templates ask some hundred times.
    user: Any = g.get("_login_user") or (current_user._get_current_object() if current_user else None)
    return user if user is not None and user.is_authenticated else None


def browser_key() -> str:
    """A random name of this browser's session: what drafts and mailed codes belong to before sign-in."""
    if BROWSER_KEY not in session:
        session[BROWSER_KEY] = uuid.uuid4().hex
    return str(session[BROWSER_KEY])


def known_browser() -> str | None:
    """As `browser_key`, but sets no cookie for somebody who only reads."""
    return session.get(BROWSER_KEY)


class Cookies(SecureCookieSessionInterface):
    """Flask's own cookie, signed with SHA-256 instead of SHA-1."""

    digest_method = staticmethod(sha256)


def sign_in(user: Any, with_second: bool = False) -> None:
    """Start a fresh session under a new token; the browser's name survives, because drafts hang on it, and so does what was
    begun without an account (`BEGUN`)."""
    kept = {name: value for name, value in session.items() if name == BROWSER_KEY or name.startswith(BEGUN)}
    if former := session.get(TOKEN):
        _sessions().end_token(former)
    session.clear()
    session.update(kept)
    session.permanent = True
    login_user(user)
    session[TOKEN] = _sessions().begin(user, request.user_agent.string, with_second)
    g.entry = None


def sign_out() -> None:
    """End this session: cookie and row."""
    if token := session.get(TOKEN):
        _sessions().end_token(token)
    logout_user()
    session.clear()
    g.entry = None


def own_session() -> Any:
    """The row of this browser's session, also while its second factor is still to be given; None for a guest."""
    viewer()
    return g.get("entry")


def is_half_signed_in() -> bool:
    """Whether somebody proved the first of two things."""
    return own_session() is not None and not viewer().is_signed_in


def has_proof() -> bool:
    """Whether the person of this session said lately who they are."""
    return (entry := own_session()) is not None and _sessions().has_proof(entry)


def require_proof(place: str = "") -> None:
    """Before what is delicate: ask again who it is, unless that was within half an hour; leads back to `place` or here."""
    if not has_proof():
        from deliberation.urls import proof_url

        abort(redirect(proof_url(place), 303))


def _sessions() -> Sessions:
    found: Sessions = current_app.extensions["deliberation.sessions"]
    return found


def forget_viewer() -> None:
    """Treat the rest of this request as a guest's, without asking the database."""
    g._login_user = login_manager.anonymous_user()
    assume_defaults()


def after_page(act: Callable[[], None]) -> None:
    """Run `act` in a write transaction of its own once the page is built: a page view that leaves a mark."""
    g.setdefault("after_page", []).append(act)


def _limit_key() -> str:
    """A keyed hash of the account or the network address that changes every day; neither is kept anywhere."""
    account = _account()
    who = f"account:{account.key}" if account else f"address:{request.remote_addr or ''}"
    key = f"{g.secret}:{clock.today().isoformat()}".encode()
    return hmac.new(key, who.encode(), "sha256").hexdigest()[:24]


def _is_reading() -> bool:
    return request.method in ("GET", "HEAD", "OPTIONS")


POSTS = "60 per hour"
"""For whatever publishes words, on pages and by programs."""
FILES = "120 per hour"
"""For results as a file, likewise."""
WRITES = "120 per minute; 1500 per hour"
"""For every form without a limit of its own: more than anybody types, enough for a class of votes in one go."""
limiter = Limiter(
    _limit_key,
    # How many are left would tell what others behind the same address do.
    headers_enabled=False,
    strategy="fixed-window",
    default_limits=[WRITES],
    default_limits_exempt_when=_is_reading,
)


def _select_locale() -> str:
    """Account setting, then cookie, then what the browser asks for, then the site's default."""
    account = _account()
    if account and account.locale in LOCALES:
        return str(account.locale)
    if request.cookies.get(LANGUAGE_COOKIE) in LOCALES:
        return str(request.cookies[LANGUAGE_COOKIE])
    # Browsers say what they read; only where ours is not among it, the site's own language is asked for.
    return request.accept_languages.best_match(LOCALES) or setting("DEFAULT_LOCALE")


def init_app(app: Flask, sessions: Sessions, tokens: Tokens) -> None:
    """Attach the edge to the application. `sessions` keeps who is signed in, `tokens` which programs act for whom."""
    app.extensions["deliberation.sessions"] = sessions
    app.extensions["deliberation.tokens"] = tokens
    app.session_interface = Cookies()
    app.wsgi_app = door.head_as_get(kept.Keeper(app, app.wsgi_app))  # type: ignore[method-assign]
    app.before_request(_begin)
    app.before_request(door.refuse_other_sites)
    app.before_request(door.refuse_nul)
    _init_sign_in(app)
    csrf.init_app(app)
    limiter.init_app(app)
    Babel(app, locale_selector=_select_locale)
    answers.init_assets(app)
    parts.init_app(app)
    app.jinja_env.globals.update(
        viewer=viewer,
        may=_may,
        has_vote=lambda declaration: has_vote(viewer(), declaration),
        csrf_token=generate_csrf,
        new_key=lambda: uuid.uuid4().hex,
        get_locale=get_locale,
        has_session=lambda: bool(session),
        site_name=lambda: setting("SITE_NAME") or gettext("Beratung über einen Text"),
        quick_exit_url=app.config["QUICK_EXIT_URL"],
    )
    app.after_request(_finish)


def unlisted(response: Response) -> Response:
    """A page behind a secret address: nobody keeps it or finds it."""
    response.headers.update({"X-Robots-Tag": "noindex", "Cache-Control": "no-store"})
    return response


def _may(permission: Any, thing: Any = None) -> bool:
    return may(viewer(), permission, thing)


def _init_sign_in(app: Flask) -> None:
    login_manager.init_app(app)
    login_manager.session_protection = None  # type: ignore[assignment]

    @login_manager.user_loader
    def find_session_user(token: str) -> Any:
        """The account of a complete session; of one that lacks its second factor only `g.entry` is kept."""
        entry = g.entry = _sessions().find(token)
        if entry is None:
            return None
        is_required = current_app.config["SECOND_FACTOR"] == "required"
        if entry.second_at is None and _sessions().needs_second_factor(entry.user, is_required):
            return None
        if _sessions().is_seen_long_ago(entry):
            token_hash, number = entry.token_hash, entry.user_id
            after_page(lambda: _sessions().mark_seen(token_hash, number))
        return entry.user


def _begin() -> None:
    metering.begin()
    g.secret = current_app.config["SECRET_KEY"]
    g.is_production = current_app.config["IS_PRODUCTION"]
    # A page view takes no write lock; what it marks is written afterwards, see `after_page`.
    set_reading(_is_reading())
    if door.is_for_programs():
        _know_program()


def _know_program() -> None:
    """Whoever asks at the door for programs is known by a token alone, never by a cookie; `g.token` is its row."""
    forget_viewer()
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    g.token, g.has_bad_token = None, False
    if not scheme:
        return
    tokens: Tokens = current_app.extensions["deliberation.tokens"]
    found = tokens.find(secret.strip(), current_app.config["SECOND_FACTOR"] == "required") if scheme.lower() == "bearer" else None
    g.has_bad_token = found is None
    if found is not None:
        g.token, g._login_user = found, found.user
        token_hash = found.token_hash
        after_page(lambda: tokens.mark_used(token_hash))


def _finish(response: Response) -> Response:
    """Commit before the answer leaves; then headers, compression and one line of log."""
    response = _end_transaction(response)
    is_personal = response.status_code >= 500 or _account() is not None
    answers.set_headers(response, is_personal)
    kept.keep(response, request.environ, request.endpoint or "", current_app)
    answers.compress(response, is_personal)
    metering.answered(response)
    return response


def _end_transaction(response: Response) -> Response:
    try:
        if response.status_code < 400:
            db.session.commit()
        else:
            db.session.rollback()
        _leave_marks(response)
    except SQLAlchemyError as error:
        if not connecting.may_pass(error):
            raise
        with suppress(SQLAlchemyError):
            db.session.rollback()
        log.exception("commit refused")
        from deliberation.errors import unavailable

        return unavailable()
    return response


def _leave_marks(response: Response) -> None:
    acts = g.pop("after_page", [])
    if not acts or response.status_code not in (200, 201, 204, 304):
        return
    set_reading(False)
    try:
        with in_a_hurry():
            for act in acts:
                act()
            db.session.commit()
    except OperationalError:
        # The page is there, and somebody wants to read it: the next view leaves the mark.
        db.session.rollback()
        log.warning("mark not left")

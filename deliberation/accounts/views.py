"""Sign-up, sign-in, and what an account can change about itself.

Some steps commit on their own: a wrong password has to count although its answer is an error, and nobody
should wait for a lock while a password is being hashed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import Field

from deliberation import clock, web
from deliberation.accounts import actions, limits, passwords
from deliberation.accounts.forms import CodeForm, LoginForm, PasswordForm, RegisterForm
from deliberation.accounts.models import CODE_MINUTES, User, find_credentials, load_user
from deliberation.config import LOCALES
from deliberation.database import db
from deliberation.filters import time_of_day
from deliberation.notifications.actions import queue_mail
from deliberation.urls import safe_next, sign_in_url
from deliberation.web import limiter, viewer

accounts = Blueprint("accounts", __name__)

after_sign_in: list[Callable[[User, str | None], None]] = []
"""Called with the account and the key its browser had before: features further right adopt drafts here."""


@accounts.record_once
def _make_dummy_hash(state: BlueprintSetupState) -> None:
    passwords.dummy_hash()


@accounts.route("/register", methods=["GET", "POST"])
@limiter.limit("100 per hour", methods=["POST"])
def register() -> Response:
    if viewer().is_signed_in:
        return redirect(_next(), 303)
    form = RegisterForm()
    if request.method == "GET" or "suggest" in request.form:
        form.pseudonym.data = actions.free_pseudonyms(1)[0]
        return _page("register", form)
    if not form.validate():
        return _page("register", form, 422)
    _apply(form)
    return redirect(url_for("accounts.code", **_carried_next()), 303)


def _apply(form: RegisterForm) -> None:
    db.session.commit()
    application = actions.Application(
        email=form.email.data,
        pseudonym=form.pseudonym.data,
        password_hash=passwords.hash_password(form.password.data, _cost()) if form.password.data else "",
        locale=str(get_locale()),
        browser=web.browser_key(),
    )
    if not _admit(_gate("sign-up mail", form.email.data, limits.SIGN_UP_MAILS)).again:
        _post(actions.register(application))


@accounts.route("/login", methods=["GET", "POST"])
@limiter.limit("30 per minute; 300 per hour", methods=["POST"])
def login() -> Response:
    if viewer().is_signed_in:
        return redirect(_next(), 303)
    form = LoginForm()
    if request.method == "GET":
        return _page("login", form)
    if not form.validate():
        return _page("login", form, 422)
    if form.password.data and "by_mail" not in request.form:
        return _sign_in_by_password(form)
    return _send_code(form.email.data)


def _sign_in_by_password(form: LoginForm) -> Response:
    admission = _admit_guess(_gate("password", form.email.data, limits.PASSWORD_PER_ACCOUNT))
    if admission.again:
        return _too_many("login", form, form.password, admission.again)
    user = _prove(form.email.data, form.password.data)
    if user is None:
        form.password.errors = (_("E-Mail-Adresse oder Passwort stimmt nicht."),)
        return _page("login", form, 422)
    admission.take_back()
    if current_app.config["IS_PRODUCTION"] and user.confirmed_at is None:
        # Signing in at once would tell a stranger that nobody had this address before.
        return _send_code(form.email.data)
    actions.remember_password_browser(user, web.browser_key())
    return _let_in(user)


def _prove(email: str, password: str) -> User | None:
    """The account of this address if it has this password. Takes as long when there is none."""
    user_id, known = find_credentials(email)
    db.session.commit()
    if not passwords.is_right(known, password, _cost()) or user_id is None:
        return None
    renewed = passwords.hash_password(password, _cost()) if passwords.is_stale(known, _cost()) else known
    user = load_user(user_id)
    if user is not None:
        user.password_hash = renewed
    return user


def _send_code(email: str) -> Response:
    if not _admit(_gate("sign-in mail", email, limits.SIGN_IN_MAILS)).again:
        _post(actions.request_code(email, web.browser_key()))
    return redirect(url_for("accounts.code", **_carried_next()), 303)


@accounts.route("/login/code", methods=["GET", "POST"])
@limiter.limit("30 per minute; 300 per hour", methods=["POST"])
def code() -> Response:
    form = CodeForm()
    if request.method == "GET":
        return _page("code", form)
    if not form.validate():
        return _page("code", form, 422)
    browser = web.browser_key()
    admission = _admit_guess(_gate("code", browser, limits.CODE_PER_BROWSER))
    if admission.again:
        return _too_many("code", form, form.code, admission.again)
    user = actions.redeem_code(browser, form.digits)
    if user is None:
        db.session.commit()
        form.code.errors = (_("Dieser Code stimmt nicht oder gilt nicht mehr. Prüfen Sie bitte die Ziffern."),)
        return _page("code", form, 422)
    admission.take_back()
    return _let_in(user)


@accounts.route("/login/link/<token>", methods=["GET", "POST"])
@limiter.limit("30 per minute; 300 per hour", methods=["POST"])
def link(token: str) -> Response:
    """Programs that check mail for viruses open links: signing in takes a press of the button."""
    if request.method == "POST":
        user = actions.redeem_link(token, web.known_browser())
        if user:
            return _let_in(user)
    entry = actions.find_link(token)
    page = render_template("accounts/link.html", entry=entry, next=_next())
    return make_response(page, 200 if entry else 410)


@accounts.route("/logout", methods=["GET", "POST"])
def logout() -> Response:
    if request.method == "GET":
        return make_response(render_template("accounts/logout.html"))
    if viewer().is_signed_in:
        actions.end_sessions(viewer())
    web.sign_out()
    response = redirect(url_for("accounts.logout"), 303)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


@accounts.route("/me/password", methods=["GET", "POST"])
@limiter.limit("30 per hour", methods=["POST"])
def password() -> Response:
    user = _account()
    form = PasswordForm(user.email)
    if not user.password_hash:
        del form.current
    if request.method == "GET":
        return _page("password", form)
    if not form.validate():
        return _page("password", form, 422)
    return _change_password(user, form)


def _change_password(user: User, form: PasswordForm) -> Response:
    email, is_confirmed = user.email, user.confirmed_at is not None
    if "current" in form:
        admission = _admit_guess(_gate("password", email, limits.PASSWORD_PER_ACCOUNT))
        if admission.again:
            return _too_many("password", form, form.current, admission.again)
        if _prove(email, form.current.data) is None:
            form.current.errors = (_("Das ist nicht Ihr jetziges Passwort."),)
            return _page("password", form, 422)
        admission.take_back()
    db.session.commit()
    password_hash = passwords.hash_password(form.password.data, _cost())
    user = _account()
    actions.change_password(user, password_hash)
    if is_confirmed:
        queue_mail(email, f"password-{user.id}-{user.session_epoch}", "password_changed", {}, str(get_locale()))
    web.sign_in(user)
    flash(_("Ihr Passwort ist gespeichert. Auf anderen Geräten sind Sie jetzt abgemeldet."), "done")
    return redirect(url_for("annotations.me"), 303)


@accounts.post("/me/language")
def language() -> Response:
    wanted = request.form.get("lang", "")
    actions.choose_language(_account(), wanted if wanted in LOCALES else "")
    return redirect(url_for("annotations.me"), 303)


@accounts.post("/me/confirm")
@limiter.limit("30 per hour")
def confirm() -> Response:
    """Send the code again to somebody who signed in by password and has not confirmed the address."""
    return _send_code(_account().email)


@dataclass(frozen=True)
class Admission:
    """What was noted of a try, and when the next is possible if this one was too many."""

    tries: list[int]
    again: datetime | None

    def take_back(self) -> None:
        limits.take_back(self.tries)


def _gate(purpose: str, who: str, allowed: tuple[limits.Limit, ...]) -> limits.Gate:
    return limits.gate(current_app.config["SECRET_KEY"], purpose, who, allowed)


def _admit(*gates: limits.Gate) -> Admission:
    tries = limits.note(gates)
    db.session.commit()
    admission = Admission(tries, limits.open_again_at(gates, tries))
    if admission.again:
        admission.take_back()
    db.session.commit()
    return admission


def _admit_guess(own: limits.Gate) -> Admission:
    """As `_admit`, with the network address counted beside; both only where limits are switched on."""
    if not current_app.config["RATELIMIT_ENABLED"]:
        return Admission([], None)
    address = f"{clock.today().isoformat()}:{request.remote_addr}"
    return _admit(own, _gate("guesses", address, limits.GUESSES_PER_ADDRESS))


def _let_in(user: User) -> Response:
    browser = web.known_browser()
    web.sign_in(user)
    for act in after_sign_in:
        act(user, browser)
    return redirect(_next(), 303)


def _account() -> User:
    """Whoever is signed in; a guest is sent to sign in first."""
    user = viewer()
    if not isinstance(user, User):
        abort(redirect(sign_in_url(), 303))
    return user


def _post(letter: actions.Letter) -> None:
    parameters = dict(letter.secrets)
    if "token" in parameters:
        parameters["link"] = url_for("accounts.link", token=parameters.pop("token"), **_carried_next())
        parameters["until"] = time_of_day(clock.now() + timedelta(minutes=CODE_MINUTES))
    queue_mail(letter.recipient, letter.cause, letter.template, parameters, str(get_locale()))


def _page(name: str, form: FlaskForm, status: int = 200) -> Response:
    return make_response(render_template(f"accounts/{name}.html", form=form, next=_next()), status)


def _too_many(name: str, form: FlaskForm, field: Field, again: datetime) -> Response:
    field.errors = (_("Das waren viele Versuche. Ab %(time)s geht es weiter.", time=time_of_day(again)),)
    response = _page(name, form, 429)
    response.headers["Retry-After"] = str(max(1, int((again - clock.now()).total_seconds())))
    return response


def _next() -> str:
    return safe_next(request.values.get("next"))


def _carried_next() -> dict[str, Any]:
    """`next` for the following step, left out where it would only say `/`."""
    return {"next": _next()} if _next() != "/" else {}


def _cost() -> str:
    return str(current_app.config.get("PASSWORD_COST", ""))

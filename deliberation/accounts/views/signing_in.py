"""Sign-in by mailed link or code, by password, by passkey; and signing out."""

from flask import current_app, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deliberation import web
from deliberation.accounts import actions, limits, passwords
from deliberation.accounts.forms import CodeForm, LoginForm
from deliberation.accounts.models import User, find_credentials, load_user
from deliberation.accounts.second_factor import PasskeyRefused
from deliberation.accounts.views import (
    accounts,
    admit,
    admit_guess,
    carried_next,
    cost,
    gate,
    let_in,
    next_path,
    page,
    post,
    too_many,
    unstored,
)
from deliberation.accounts.views.devices import offer_to_sign, read_signature
from deliberation.database import db
from deliberation.web import limiter, viewer

HALL = "100 per minute; 600 per hour"
"""A hall full of people behind one network address signs in at once. Guesses are counted apart, see `limits`."""
PASSWORDS = "120 per minute; 700 per hour"
"""In other numbers than HALL: so they are two counts, and who hammers on passwords leaves the way by mail open."""


def _gives_password() -> bool:
    return bool(request.form.get("password")) and "by_mail" not in request.form


@accounts.route("/login", methods=["GET", "POST"])
@limiter.limit(HALL, methods=["POST"], exempt_when=_gives_password)
@limiter.limit(PASSWORDS, methods=["POST"], exempt_when=lambda: not _gives_password())
def login() -> Response:
    if viewer().is_signed_in:
        return redirect(next_path(), 303)
    if web.is_half_signed_in() and request.method == "GET":
        return redirect(url_for("accounts.second", **carried_next()), 303)
    form = LoginForm()
    if request.method == "GET":
        return page("login", form, passkey=offer_to_sign(None))
    if "passkey" in request.form:
        return _sign_in_by_passkey(form)
    if not form.validate():
        return page("login", form, 422, passkey=offer_to_sign(None))
    if form.password.data and "by_mail" not in request.form:
        return _sign_in_by_password(form)
    return send_code(form.email.data)


def _sign_in_by_passkey(form: LoginForm) -> Response:
    try:
        user = read_signature(None)
    except PasskeyRefused:
        form.form_errors = [_("Dieser Passkey passt hier nicht. Melden Sie sich bitte auf einem anderen Weg an.")]
        return page("login", form, 422, passkey=offer_to_sign(None))
    # The device has made sure who holds it: that is both proofs at once.
    return let_in(user, with_second=True)


def _sign_in_by_password(form: LoginForm) -> Response:
    admission = admit_guess(gate("password", form.email.data, limits.PASSWORD_PER_ACCOUNT))
    if admission.again:
        return too_many("login", form, form.password, admission.again, passkey=offer_to_sign(None))
    user = prove(form.email.data, form.password.data)
    if user is None:
        form.password.errors = (_("E-Mail-Adresse oder Passwort stimmt nicht."),)
        return page("login", form, 422, passkey=offer_to_sign(None))
    admission.take_back()
    if current_app.config["IS_PRODUCTION"] and user.confirmed_at is None:
        # Signing in at once would tell a stranger that nobody had this address before.
        return send_code(form.email.data)
    actions.remember_password_browser(user, web.browser_key())
    return let_in(user)


def prove(email: str, password: str) -> User | None:
    """The account of this address if it has this password. Takes as long when there is none."""
    user_id, known = find_credentials(email)
    db.session.commit()
    if not passwords.is_right(known, password, cost()) or user_id is None:
        return None
    renewed = passwords.hash_password(password, cost()) if passwords.is_stale(known, cost()) else known
    user = load_user(user_id)
    if user is not None:
        user.password_hash = renewed
    return user


def send_code(email: str) -> Response:
    if not admit(gate("sign-in mail", email, limits.SIGN_IN_MAILS)).again:
        post(actions.request_code(email, web.browser_key()))
    return redirect(url_for("accounts.code", **carried_next()), 303)


@accounts.route("/login/code", methods=["GET", "POST"])
@limiter.limit(HALL, methods=["POST"])
def code() -> Response:
    form = CodeForm()
    if request.method == "GET":
        return page("code", form)
    if not form.validate():
        return page("code", form, 422)
    browser = web.browser_key()
    admission = admit_guess(gate("code", browser, limits.CODE_PER_BROWSER), at="codes")
    if admission.again:
        return too_many("code", form, form.code, admission.again)
    user = actions.redeem_code(browser, form.digits)
    if user is None:
        db.session.commit()
        form.code.errors = (_("Dieser Code stimmt nicht oder gilt nicht mehr. Prüfen Sie bitte die Ziffern."),)
        return page("code", form, 422)
    admission.take_back()
    return let_in(user)


@accounts.route("/login/link/<token>", methods=["GET", "POST"])
@limiter.limit("30 per minute; 300 per hour", methods=["POST"])
def link(token: str) -> Response:
    """Programs that check mail for viruses open links: signing in takes a press of the button."""
    if request.method == "POST":
        user = actions.redeem_link(token, web.known_browser())
        if user:
            return let_in(user)
    entry = actions.find_link(token)
    body = render_template("accounts/link.html", entry=entry, next=next_path())
    return unstored(make_response(body, 200 if entry else 410))


@accounts.route("/logout", methods=["GET", "POST"])
def logout() -> Response:
    if request.method == "GET":
        return make_response(render_template("accounts/logout.html"))
    web.sign_out()
    return cleared(redirect(url_for("accounts.logout"), 303))


def cleared(response: Response) -> Response:
    """Ask the browser to forget what it kept of these pages: others may use the same computer."""
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response

"""Password, language, sessions: what one settles about one's own account."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deliberation import web
from deliberation.accounts import actions, limits, passwords, sessions
from deliberation.accounts.forms import PasswordForm
from deliberation.accounts.models import User, random_key
from deliberation.accounts.views import accounts, admit_guess, cost, gate, known_person, page, too_many
from deliberation.accounts.views.signing_in import prove, send_code
from deliberation.config import LOCALES
from deliberation.database import db
from deliberation.notifications.actions import queue_mail
from deliberation.web import limiter


@accounts.route("/me/password", methods=["GET", "POST"])
@limiter.limit("30 per hour", methods=["POST"])
def password() -> Response:
    user = known_person()
    form = PasswordForm(user.email)
    if not user.password_hash:
        # Somebody else at an open browser could set one and come back with it.
        web.require_proof()
        del form.current
    if request.method == "GET":
        return page("password", form)
    if not form.validate():
        return page("password", form, 422)
    return _change_password(user, form)


def _change_password(user: User, form: PasswordForm) -> Response:
    email, is_confirmed = user.email, user.confirmed_at is not None
    if "current" in form:
        admission = admit_guess(gate("password", email, limits.PASSWORD_PER_ACCOUNT))
        if admission.again:
            return too_many("password", form, form.current, admission.again)
        if prove(email, form.current.data) is None:
            form.current.errors = (_("Das ist nicht Ihr jetziges Passwort."),)
            return page("password", form, 422)
        admission.take_back()
    had_second = web.own_session().second_at is not None
    db.session.commit()
    password_hash = passwords.hash_password(form.password.data, cost())
    user = known_person()
    actions.change_password(user, password_hash)
    if is_confirmed:
        queue_mail(email, f"password-{random_key()}", "password_changed", {}, str(get_locale()))
    web.sign_in(user, with_second=had_second)
    flash(_("Ihr Passwort ist gespeichert. Auf anderen Geräten sind Sie jetzt abgemeldet."), "done")
    return redirect(url_for("annotations.me"), 303)


@accounts.get("/me/sessions")
def own_sessions() -> str:
    user = known_person()
    return render_template(
        "accounts/sessions.html",
        user=user, sessions=sessions.load_sessions(user), present=web.own_session().key, here="me",
    )  # fmt: skip


@accounts.post("/me/sessions")
def end_session() -> Response:
    """One device, or all others."""
    user, key = known_person(), request.form.get("key", "")
    present = web.own_session().key
    if key == "others":
        sessions.end_all(user, but=present)
        flash(_("Alle anderen Geräte sind abgemeldet."), "done")
    elif key == present:
        return redirect(url_for("accounts.logout"), 303)
    elif sessions.end(user, key):
        flash(_("Das Gerät ist abgemeldet."), "done")
    else:
        abort(404)
    return redirect(url_for("accounts.own_sessions"), 303)


@accounts.post("/me/language")
def language() -> Response:
    wanted = request.form.get("lang", "")
    actions.choose_language(known_person(), wanted if wanted in LOCALES else "")
    return redirect(url_for("accounts.own_sessions"), 303)


@accounts.post("/me/confirm")
@limiter.limit("30 per hour")
def confirm() -> Response:
    """Send the code again to somebody who signed in by password and has not confirmed the address."""
    return send_code(known_person().email)

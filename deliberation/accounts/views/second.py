"""The second factor: asked for at sign-in, set up and taken away."""

from urllib.parse import urlsplit

import segno
from flask import abort, current_app, flash, make_response, redirect, render_template, request, session, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deliberation import web
from deliberation.accounts import limits, second_factor, sessions
from deliberation.accounts.forms import PasskeyForm, SecondForm
from deliberation.accounts.models import User, load_user, random_key
from deliberation.accounts.second_factor import CodeWrong, LastFactor, PasskeyRefused
from deliberation.accounts.views import (
    accounts,
    admit_guess,
    gate,
    is_second_required,
    known_person,
    let_in,
    next_path,
    too_many,
    unstored,
)
from deliberation.accounts.views.devices import offer_to_register, offer_to_sign, read_new_passkey, read_signature
from deliberation.database import db
from deliberation.notifications.actions import queue_mail
from deliberation.sealing import seal, unseal
from deliberation.urls import sign_in_url
from deliberation.web import limiter, viewer

SECRET = "totp"


@accounts.route("/login/second", methods=["GET", "POST"])
@limiter.limit("30 per minute; 300 per hour", methods=["POST"])
def second() -> Response:
    """Between the first proof and being signed in. Who has no second factor yet sets one up here."""
    entry = web.own_session()
    if viewer().is_signed_in:
        return redirect(next_path(), 303)
    if entry is None:
        return redirect(sign_in_url(next_path()), 303)
    if sessions.waits_too_long(entry):
        web.sign_out()
        flash(_("Das hat zu lange gedauert. Melden Sie sich bitte noch einmal an."), "warn")
        return redirect(sign_in_url(next_path()), 303)
    user: User = entry.user
    if user.second_factor_at is None:
        return _set_up(user, "second_setup", is_signing_in=True)
    form = SecondForm()
    if request.method == "GET":
        return _ask(form, user)
    if "passkey" in request.form:
        try:
            read_signature(user)
        except PasskeyRefused:
            form.form_errors = [_("Dieser Passkey passt hier nicht. Melden Sie sich bitte auf einem anderen Weg an.")]
            return _ask(form, user, 422)
        return let_in(user, with_second=True)
    if not form.validate():
        return _ask(form, user, 422)
    admission = admit_guess(gate("second factor", user.key, limits.PASSWORD_PER_ACCOUNT), at="second factors")
    if admission.again:
        return too_many("second", form, form.code, admission.again, **_offer(user))
    user = load_user(user.id) or abort(404)
    if not second_factor.redeem(user, form.code.data or ""):
        form.code.errors = (_("Dieser Code stimmt nicht oder ist schon verbraucht."),)
        return _ask(form, user, 422)
    admission.take_back()
    return let_in(user, with_second=True)


def _ask(form: SecondForm, user: User, status: int = 200) -> Response:
    page = render_template("accounts/second.html", form=form, next=next_path(), **_offer(user))
    return unstored(make_response(page, status))


def _offer(user: User) -> dict[str, str]:
    return {"passkey": offer_to_sign(user) if second_factor.load_passkeys(user) else ""}


@accounts.get("/me/second")
def second_settings() -> str:
    user = known_person()
    return render_template(
        "accounts/second_settings.html",
        user=user, passkeys=second_factor.load_passkeys(user), codes_left=second_factor.count_recovery_codes(user),
        is_required=is_second_required() and user.is_staff, here="me",
    )  # fmt: skip


@accounts.route("/me/second/app", methods=["GET", "POST"])
@limiter.limit("60 per hour", methods=["POST"])
def second_app() -> Response:
    return _set_up(known_person(), "second_setup", is_signing_in=False)


def _set_up(user: User, template: str, is_signing_in: bool) -> Response:
    """Show what the app has to know, and take it when a code shows that it does."""
    form = SecondForm()
    if SECRET not in session:
        session[SECRET] = seal(second_factor.new_secret())
    elif request.method == "POST":
        return _take_secret(form, user, template, is_signing_in)
    # Looked at once more, the picture is the one that the app may have taken already.
    return _show_secret(form, template, is_signing_in)


def _take_secret(form: SecondForm, user: User, template: str, is_signing_in: bool) -> Response:
    if not form.validate():
        return _show_secret(form, template, is_signing_in, 422)
    user = load_user(user.id) or abort(404)
    try:
        codes = second_factor.set_up_app(user, unseal(session[SECRET]), form.code.data or "")
    except CodeWrong:
        form.code.errors = (
            _("Dieser Code passt nicht. Warten Sie den nächsten ab und prüfen Sie die Uhr Ihres Geräts."),
        )
        return _show_secret(form, template, is_signing_in, 422)
    session.pop(SECRET)
    tell(user, "second_factor_added")
    return _after_adding(user, codes, is_signing_in)


def _after_adding(user: User, codes: list[str], is_signing_in: bool) -> Response:
    """Codes on paper are shown this once; afterwards on to where the person wanted to go."""
    goal = next_path() if is_signing_in else url_for("accounts.second_settings")
    if is_signing_in or not (web.own_session() and web.own_session().second_at):
        # A new proof, a new session.
        let_in(user, with_second=True)
    if not codes:
        flash(_("Gespeichert. Ab jetzt fragen wir beim Anmelden danach."), "done")
        return redirect(goal, 303)
    return make_response(render_template("accounts/recovery_codes.html", codes=codes, goal=goal, here="me"))


def _show_secret(form: SecondForm, template: str, is_signing_in: bool, status: int = 200) -> Response:
    secret = unseal(session[SECRET])
    host = urlsplit(current_app.config["BASE_URL"]).hostname or "localhost"
    picture = segno.make(second_factor.to_uri(secret, host), error="m")
    page = render_template(
        f"accounts/{template}.html",
        form=form, picture=picture.svg_data_uri(scale=5, border=3), next=next_path(), is_signing_in=is_signing_in,
        secret=" ".join(secret[place : place + 4] for place in range(0, len(secret), 4)), here="me",
    )  # fmt: skip
    return unstored(make_response(page, status))


@accounts.route("/me/second/app/remove", methods=["GET", "POST"])
def second_app_remove() -> Response:
    user = known_person()
    if request.method == "GET":
        return _confirm(
            _("Code-App entfernen"), _("Danach fragen wir beim Anmelden nicht mehr nach einem Code aus der App.")
        )
    try:
        second_factor.remove_app(user, is_second_required() and user.is_staff)
    except LastFactor:
        return _keep_one()
    return _removed(user)


@accounts.route("/me/second/passkey", methods=["GET", "POST"])
@limiter.limit("60 per hour", methods=["POST"])
def passkey() -> Response:
    user = known_person()
    form = PasskeyForm()
    if request.method == "GET":
        return _show_passkey(form, user)
    if not form.validate():
        return _show_passkey(form, user, 422)
    try:
        read_new_passkey(user, form.label.data or "")
    except PasskeyRefused:
        form.form_errors = [_("Das hat nicht geklappt. Ihr Gerät hat keinen neuen Passkey angelegt.")]
        return _show_passkey(form, user, 422)
    codes = second_factor.add_passkey_factor(user)
    tell(user, "second_factor_added")
    return _after_adding(user, codes, is_signing_in=False)


def _show_passkey(form: PasskeyForm, user: User, status: int = 200) -> Response:
    page = render_template("accounts/passkey.html", form=form, passkey=offer_to_register(user), here="me")
    return make_response(page, status)


@accounts.route("/me/second/passkey/<key>/remove", methods=["GET", "POST"])
def passkey_remove(key: str) -> Response:
    user = known_person()
    found = next((each for each in second_factor.load_passkeys(user) if each.key == key), None) or abort(404)
    if request.method == "GET":
        name = found.label or _("Passkey")
        return _confirm(_("„%(name)s“ entfernen", name=name), _("Mit diesem Gerät geht das Anmelden dann nicht mehr."))
    try:
        second_factor.remove_passkey(user, key, is_second_required() and user.is_staff)
    except LastFactor:
        return _keep_one()
    return _removed(user)


@accounts.route("/me/second/codes", methods=["GET", "POST"])
@limiter.limit("20 per hour", methods=["POST"])
def recovery_codes() -> Response:
    user = known_person()
    if user.second_factor_at is None:
        return redirect(url_for("accounts.second_settings"), 303)
    if request.method == "GET":
        return _confirm(_("Neue Notfall-Codes"), _("Die bisherigen Codes gelten dann nicht mehr."))
    codes = second_factor.new_recovery_codes(user)
    goal = url_for("accounts.second_settings")
    return make_response(render_template("accounts/recovery_codes.html", codes=codes, goal=goal, here="me"))


def _confirm(heading: str, words: str) -> Response:
    page = render_template("accounts/confirm.html", heading=heading, words=words, here="me")
    return make_response(page)


def _keep_one() -> Response:
    flash(_("Wer für andere arbeitet, behält einen zweiten Nachweis. Richten Sie zuerst einen anderen ein."), "warn")
    return redirect(url_for("accounts.second_settings"), 303)


def _removed(user: User) -> Response:
    tell(user, "second_factor_removed")
    flash(_("Entfernt."), "done")
    return redirect(url_for("accounts.second_settings"), 303)


def tell(user: User, template: str) -> None:
    """A notice to the account's address about what was just changed."""
    if user.confirmed_at is not None:
        db.session.flush()
        queue_mail(user.email, f"{template}-{random_key()}", template, {}, user.locale or str(get_locale()))

"""Taking another mail address, confirmed by the new one, told to the old one."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deliberation import web
from deliberation.accounts import actions, limits, moving
from deliberation.accounts.forms import AddressForm
from deliberation.accounts.models import Purpose, random_key
from deliberation.accounts.views import accounts, admit, gate, known_person, page
from deliberation.notifications.actions import queue_mail
from deliberation.web import limiter

PAGES = {Purpose.MOVE: "accounts.email_confirm", Purpose.STOP_MOVE: "accounts.email_stop"}


@accounts.route("/me/email", methods=["GET", "POST"])
@limiter.limit("30 per hour", methods=["POST"])
def email() -> Response:
    user = known_person()
    form = AddressForm()
    if request.method == "GET":
        return page("email", form, user=user, here="me")
    if form.validate() and form.email.data == user.email:
        form.email.errors = (_("Das ist schon Ihre Adresse."),)
    if form.errors:
        return page("email", form, 422, user=user, here="me")
    # Nobody's mailbox is filled from here: what a person asks for counts, and what an address gets.
    gates = (
        gate("move mail", user.key, limits.SIGN_IN_MAILS),
        gate("move mail to", form.email.data, limits.SIGN_IN_MAILS),
    )
    if not admit(*gates).again:
        new, old = moving.ask_to_move(user, form.email.data)
        _post(new, Purpose.MOVE)
        _post(old, Purpose.STOP_MOVE)
    flash(_("Wir haben beiden Adressen geschrieben. Erst der Link an die neue Adresse ändert etwas."), "done")
    return redirect(url_for("annotations.me"), 303)


@accounts.route("/me/email/<token>", methods=["GET", "POST"])
@limiter.limit("30 per hour", methods=["POST"])
def email_confirm(token: str) -> Response:
    """The mailed link; programs that open links change nothing."""
    if request.method == "POST":
        moved = moving.move(token)
        if moved:
            user, before, _after = moved
            queue_mail(before, f"moved-{random_key()}", "address_changed", {}, user.locale or str(get_locale()))
            web.sign_out()
            flash(_("Ihre neue Adresse gilt. Melden Sie sich bitte damit an."), "done")
            return redirect(url_for("accounts.login"), 303)
    entry = moving.find_move(token, Purpose.MOVE)
    body = render_template("accounts/email_link.html", is_live=entry is not None, is_stop=False)
    return make_response(body, 200 if entry else 410)


@accounts.route("/me/email/stop/<token>", methods=["GET", "POST"])
@limiter.limit("30 per hour", methods=["POST"])
def email_stop(token: str) -> Response:
    if request.method == "POST" and moving.stop_move(token):
        web.sign_out()
        flash(
            _(
                "Ihre Adresse bleibt, und alle Geräte sind abgemeldet. Legen Sie nach dem Anmelden ein neues Passwort fest."
            ),
            "done",
        )
        return redirect(url_for("accounts.login"), 303)
    entry = moving.find_move(token, Purpose.STOP_MOVE)
    body = render_template("accounts/email_link.html", is_live=entry is not None, is_stop=True)
    return make_response(body, 200 if entry else 410)


def _post(letter: actions.Letter, purpose: Purpose) -> None:
    link = url_for(PAGES[purpose], token=letter.secrets["token"])
    queue_mail(letter.recipient, letter.cause, letter.template, {"link": link}, str(get_locale()))

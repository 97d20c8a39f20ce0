"""Saying once more who one is, before what is especially delicate (`web.require_proof`)."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deliberation import web
from deliberation.accounts import actions, limits, second_factor, sessions
from deliberation.accounts.forms import ProofForm
from deliberation.accounts.models import User, load_session, load_user
from deliberation.accounts.second_factor import PasskeyRefused
from deliberation.accounts.views import (
    accounts,
    admit,
    admit_guess,
    carried_next,
    gate,
    known_person,
    next_path,
    page,
    post,
    too_many,
)
from deliberation.accounts.views.devices import offer_to_sign, read_signature
from deliberation.accounts.views.signing_in import prove as prove_password
from deliberation.database import db
from deliberation.web import limiter


# The name of the address is what other pages ask for: `urls.proof_url`.
@accounts.route("/login/again", methods=["GET", "POST"])
@limiter.limit("30 per minute; 300 per hour", methods=["POST"])
def prove() -> Response:
    user = known_person()
    form = ProofForm()
    form.code.flags.required = True  # type: ignore[attr-defined]
    if user.password_hash:
        form.password.flags.required = True  # type: ignore[attr-defined]
    else:
        del form.password
    if request.method == "GET":
        return _ask(form, user)
    if "by_mail" in request.form:
        return _send_code(user)
    if "passkey" in request.form:
        return _by_passkey(form, user)
    if not form.validate():
        return _ask(form, user, 422)
    return _by_words(form, user)


def _by_words(form: ProofForm, user: User) -> Response:
    """A password, a mailed code, a code from the app: whichever field is filled in."""
    field = form.given
    admission = admit_guess(gate("proof", user.key, limits.PASSWORD_PER_ACCOUNT), at="proofs")
    if admission.again:
        return too_many("prove", form, field, admission.again, **_offer(user))
    is_right = False
    if field.name == "password":
        is_right = prove_password(user.email, field.data) is not None
    elif digits := (field.data or "").strip():
        user = load_user(user.id) or user
        is_right = actions.redeem_proof(user, web.browser_key(), form.digits) or (
            user.second_factor_at is not None and second_factor.redeem(user, digits)
        )
    if not is_right:
        db.session.commit()
        field.errors = (_("Das stimmt nicht. Versuchen Sie es bitte noch einmal."),)
        return _ask(form, user, 422)
    admission.take_back()
    return _proved()


def _by_passkey(form: ProofForm, user: User) -> Response:
    try:
        read_signature(user)
    except PasskeyRefused:
        form.form_errors = [_("Dieser Passkey passt hier nicht. Melden Sie sich bitte auf einem anderen Weg an.")]
        return _ask(form, user, 422)
    return _proved()


def _proved() -> Response:
    token_hash = web.own_session().token_hash
    db.session.expire_all()
    entry = load_session(token_hash)
    if entry is not None:
        sessions.note_proof(entry)
    return redirect(next_path(), 303)


def _send_code(user: User) -> Response:
    if not admit(gate("sign-in mail", user.email, limits.SIGN_IN_MAILS)).again:
        post(actions.request_proof(user, web.browser_key()))
    flash(_("Wir haben Ihnen einen Code geschickt. Er gilt zehn Minuten."), "done")
    return redirect(url_for("accounts.prove", mailed=1, **carried_next()), 303)


def _ask(form: ProofForm, user: User, status: int = 200) -> Response:
    return page("prove", form, status, **_offer(user))


def _offer(user: User) -> dict[str, object]:
    has_keys = bool(second_factor.load_passkeys(user))
    return {
        "passkey": offer_to_sign(user) if has_keys else "",
        "asks_for_code": "mailed" in request.args or user.second_factor_at is not None,
        "user": user,
    }

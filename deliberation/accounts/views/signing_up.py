"""Sign-up in three short steps, one page each; everything in one post works as well.

What was given so far travels in the form: nothing is kept about somebody who stops half-way.
"""

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response

from deliberation import web
from deliberation.accounts import actions, limits, passwords, pseudonyms
from deliberation.accounts.forms import STEPS, RegisterForm
from deliberation.accounts.views import accounts, admit, carried_next, cost, gate, next_path, post
from deliberation.database import db
from deliberation.declarations.accepting import find_offered
from deliberation.settings import setting
from deliberation.web import limiter, viewer

LAST = len(STEPS)
SIGN_UPS = "300 per hour"
"""Completed ones: many people share an address, in an office or a hall, and each sends three forms."""


@accounts.route("/register", methods=["GET", "POST"])
@limiter.limit("300 per minute; 3000 per hour", methods=["POST"])
@limiter.limit(SIGN_UPS, methods=["POST"], deduct_when=lambda answer: answer.status_code == 303)
def register() -> Response:
    if viewer().is_signed_in:
        return redirect(next_path(), 303)
    if not _is_welcome():
        return make_response(render_template("accounts/register_closed.html", next=next_path()), 403)
    form = RegisterForm()
    if request.method == "GET":
        return _step(form, 1)
    if "suggest" in request.form:
        form.pseudonym.data = pseudonyms.offer(1)[0]
        return _step(form, 2)
    asked = request.form.get("step", "")
    step = int(asked) if asked in ("1", "2") else LAST
    if "back" in request.form:
        return _step(form, max(1, step - 1))
    wrong = form.first_wrong_step(step)
    if wrong:
        return _step(form, wrong, 422)
    if step < LAST:
        return _step(form, step + 1)
    _apply(form)
    return redirect(url_for("accounts.code", **carried_next()), 303)


def _is_welcome() -> bool:
    """Where only the invited make an account: whether she comes from an invitation that still holds."""
    if setting("SIGN_UP") == "open":
        return True
    way, _slash, token = next_path().rpartition("/")
    return way == "/invitation" and find_offered(token) is not None


def _step(form: RegisterForm, step: int, status: int = 200) -> Response:
    if step > 1 and not form.pseudonym.data:
        form.pseudonym.data = pseudonyms.offer(1)[0]
    if status == 200:
        form.forget_errors()
    page = render_template("accounts/register.html", form=form, step=step, steps=STEPS, next=next_path())
    return make_response(page, status)


def _apply(form: RegisterForm) -> None:
    db.session.commit()
    application = actions.Application(
        email=form.email.data,
        pseudonym=form.pseudonym.data,
        password_hash=passwords.hash_password(form.password.data, cost()) if form.password.data else "",
        locale=str(get_locale()),
        browser=web.browser_key(),
    )
    if not admit(gate("sign-up mail", form.email.data, limits.SIGN_UP_MAILS)).again:
        post(actions.register(application))

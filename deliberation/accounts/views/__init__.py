"""Sign-up, sign-in, and what an account can change about itself.

Some steps commit on their own: a wrong password has to count although its answer is an error, and nobody
should wait for a lock while a password is being hashed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, abort, current_app, make_response, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import Field

from deliberation import clock, web
from deliberation.accounts import actions, limits, passwords, sessions
from deliberation.accounts.models import CODE_MINUTES, User
from deliberation.database import db
from deliberation.filters import time_of_day
from deliberation.notifications.actions import queue_mail
from deliberation.urls import safe_next, sign_in_url
from deliberation.web import viewer

accounts = Blueprint("accounts", __name__)

after_sign_in: list[Callable[[User, str | None], None]] = []
"""Called with the account and the key its browser had before: features further right adopt drafts here."""


@accounts.record_once
def _make_dummy_hash(state: BlueprintSetupState) -> None:
    passwords.dummy_hash()


def let_in(user: User, with_second: bool = False) -> Response:
    """Sign in, or half in where a second proof is wanted first."""
    browser = web.known_browser()
    web.sign_in(user, with_second)
    if not with_second and is_second_wanted(user):
        return redirect(url_for("accounts.second", **carried_next()), 303)
    for act in after_sign_in:
        act(user, browser)
    return redirect(next_path(), 303)


def is_second_wanted(user: User) -> bool:
    return sessions.needs_second_factor(user, is_second_required())


def is_second_required() -> bool:
    """Whether this site asks staff for a second factor."""
    return bool(current_app.config["SECOND_FACTOR"] == "required")


def known_person() -> User:
    """Whoever is signed in; a guest is sent to sign in first."""
    user = viewer()
    if not isinstance(user, User):
        abort(redirect(sign_in_url(), 303))
    return user


@dataclass(frozen=True)
class Admission:
    """What was noted of a try, and when the next is possible if this one was too many."""

    tries: list[int]
    again: datetime | None

    def take_back(self) -> None:
        limits.take_back(self.tries)


def gate(purpose: str, who: str, allowed: tuple[limits.Limit, ...]) -> limits.Gate:
    return limits.gate(current_app.config["SECRET_KEY"], purpose, who, allowed)


def admit(*gates: limits.Gate) -> Admission:
    tries = limits.note(gates)
    db.session.commit()
    admission = Admission(tries, limits.open_again_at(gates, tries))
    if admission.again:
        admission.take_back()
    db.session.commit()
    return admission


def admit_guess(wanted: limits.Gate, at: str = "passwords") -> Admission:
    """As `admit`, with the network address counted beside; both only where limits are switched on.

    Apart for each thing guessed at: who hammers on passwords shall not shut out colleagues who enter a mailed code."""
    if not current_app.config["RATELIMIT_ENABLED"]:
        return Admission([], None)
    address = f"{clock.today().isoformat()}:{request.remote_addr}"
    return admit(wanted, gate(f"guesses at {at}", address, limits.GUESSES_PER_ADDRESS))


def post(letter: actions.Letter) -> None:
    parameters = dict(letter.secrets)
    if "token" in parameters:
        parameters["link"] = url_for("accounts.link", token=parameters.pop("token"), **carried_next())
        parameters["until"] = time_of_day(clock.now() + timedelta(minutes=CODE_MINUTES))
    queue_mail(letter.recipient, letter.cause, letter.template, parameters, str(get_locale()))


def page(name: str, form: FlaskForm, status: int = 200, **more: Any) -> Response:
    return make_response(render_template(f"accounts/{name}.html", form=form, next=next_path(), **more), status)


def too_many(name: str, form: FlaskForm, field: Field, again: datetime, **more: Any) -> Response:
    field.errors = (_("Das waren viele Versuche. Ab %(time)s geht es weiter.", time=time_of_day(again)),)
    response = page(name, form, 429, **more)
    response.headers["Retry-After"] = str(max(1, int((again - clock.now()).total_seconds())))
    return response


def unstored(response: Response) -> Response:
    """For pages with something on them that is nobody else's, shown before somebody is signed in altogether."""
    response.headers["Cache-Control"] = "no-store"
    return response


def next_path() -> str:
    return safe_next(request.values.get("next"))


def carried_next() -> dict[str, Any]:
    """`next` for the following step, left out where it would only say `/`."""
    return {"next": next_path()} if next_path() != "/" else {}


def cost() -> str:
    return str(current_app.config.get("PASSWORD_COST", ""))


# The pages register themselves with the blueprint above.
from deliberation.accounts.views import mails, moving, own, proving, second, signing_in, signing_up, tokens  # noqa: E402, F401

"""What invited people see: the box for a code, and the page of an invitation. Opening it accepts nothing."""

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from deliberation.accounts import limits
from deliberation.accounts.models import User
from deliberation.clock import now, today
from deliberation.database import db
from deliberation.declarations import accepting
from deliberation.declarations.accepting import ForSomebodyElse, InvitationDead
from deliberation.declarations.forms.invitations import InvitationCodeForm
from deliberation.declarations.models import Declaration
from deliberation.declarations.views import declarations
from deliberation.filters import time_of_day
from deliberation.permissions import Permission, Role, may
from deliberation.urls import declaration_url, register_url, sign_in_url
from deliberation.web import limiter, unlisted, viewer

# A room full of people has one network address, and each of them types the code within the same minute. What keeps
# guesses down is counted below.
ROOM = "300 per minute; 3000 per hour"


@declarations.route("/invitation", methods=["GET", "POST"])
@limiter.limit(ROOM, methods=["POST"])
def enter_code() -> Response:
    """A code that was read out: leads to the page of its invitation."""
    form = InvitationCodeForm()
    if request.method == "GET" or not form.validate():
        return _code_page(form, 422 if request.method == "POST" else 200)
    gates = _gates()
    tries = limits.note(gates)
    db.session.commit()
    again = limits.open_again_at(gates, tries)
    # Once too often, a right code is answered like a wrong one.
    found = None if again else accepting.find_by_code(form.code.data or "")
    if again or found:
        limits.take_back(tries)
        db.session.commit()
    if again:
        form.code.errors = (_("Das waren viele Versuche. Ab %(time)s geht es weiter.", time=time_of_day(again)),)
        response = _code_page(form, 429)
        response.headers["Retry-After"] = str(max(1, int((again - now()).total_seconds())))
        return response
    if found:
        return redirect(url_for("declarations.invitation", token=found), 303)
    form.code.errors = (_("Diese Einladung gibt es nicht, oder sie gilt nicht mehr."),)
    return _code_page(form, 422)


def _gates() -> list[limits.Gate]:
    """Wrong codes are counted by network address, apart from guesses at passwords."""
    if not current_app.config["RATELIMIT_ENABLED"]:
        return []
    address = f"{today().isoformat()}:{request.remote_addr}"
    return [limits.gate(current_app.config["SECRET_KEY"], "invitation", address, limits.GUESSES_PER_ADDRESS)]


def _code_page(form: InvitationCodeForm, status: int) -> Response:
    return make_response(render_template("declarations/invitation_code.html", form=form), status)


@declarations.route("/invitation/<token>", methods=["GET", "POST"])
@limiter.limit(ROOM)
def invitation(token: str) -> Response:
    """What one is invited to. Programs that open links accept nothing."""
    found = accepting.find_offered(token)
    if found is None:
        return _page(410)
    if request.method == "GET":
        return _page(
            200, invitation=found, inviter=accepting.inviter_name(found),
            sign_in=sign_in_url(request.path), register=register_url(request.path),
        )  # fmt: skip
    user = viewer()
    if not isinstance(user, User):
        return redirect(sign_in_url(request.path), 303)
    try:
        accepting.accept(user, token)
    except InvitationDead:
        return _page(410)
    except ForSomebodyElse:
        return _page(403, is_other=True)
    return _welcome(user, found.declaration, found.role)


def _welcome(user: User, declaration: Declaration, role: Role) -> Response:
    if role is not Role.PARTICIPANT:
        # The verb has ended every session of the person.
        flash(_("Sie haben jetzt die neue Rolle. Bitte melden Sie sich dafür neu an."), "done")
        return redirect(sign_in_url(declaration_url(declaration)), 303)
    if not may(user, Permission.READ, declaration):
        flash(_("Sie sind dabei. Zu lesen gibt es noch nichts: Die Beratung ist noch nicht eröffnet."), "done")
        return redirect("/", 303)
    flash(_("Willkommen! Sie sind jetzt dabei."), "done")
    return redirect(declaration_url(declaration), 303)


def _page(status: int, **words: object) -> Response:
    given = {"invitation": None, "form": FlaskForm(), **words}
    return unlisted(make_response(render_template("declarations/invitation.html", **given), status))

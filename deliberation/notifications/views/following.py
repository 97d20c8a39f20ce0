"""Following by mail without an account: asking, confirming, changing, leaving; and the same for the mails of accounts.

Links in mails are opened by programs too: only a form that is sent changes anything. Leaving by one click is the exception in
how it is sent: mail services send it from their own machines, without page, cookie or token of a form (RFC 8058), and what
authenticates it is the secret in the address alone. It must not redirect, and says the same a second time.
"""

from datetime import timedelta

from flask import Blueprint, abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deliberation.accounts import limits
from deliberation.database import db
from deliberation.declarations.models import Declaration, find_declaration, load_declarations
from deliberation.notifications import following as verbs
from deliberation.notifications.following import Wish
from deliberation.notifications.forms import ChangeForm, FollowForm
from deliberation.notifications.interests import PACES, load_interests
from deliberation.notifications.models import Rhythm, Subscription, Topic
from deliberation.permissions import Guest, Permission, may, require
from deliberation.privacy.erased import note_left
from deliberation.privacy.periods import load_periods
from deliberation.web import limiter, unlisted, viewer

following = Blueprint("following", __name__)

ASKS = "60 per hour"
"""For one network address: many people share it, and to each mailbox go no more than `limits.SIGN_UP_MAILS`."""
CHANGES = "120 per hour"
"""Leaving has no limit: mail services send it for many people from few machines, and a wrong secret costs us nothing."""


@following.route("/follow", methods=["GET", "POST"])
@limiter.limit(ASKS, methods=["POST"])
def follow() -> Response:
    """Whatever is known of the address, the answer is the same."""
    declaration = _asked_for()
    if declaration is None:
        open_ones = [one for one in load_declarations() if may(Guest(), Permission.FOLLOW, one)]
        return make_response(render_template("follow/choose.html", declarations=open_ones))
    form = FollowForm()
    if request.method == "GET":
        form.thesis.data = [request.args.get("thesis", "")]
    if request.method == "GET" or not form.validate():
        page = render_template(
            "follow/form.html", form=form, declaration=declaration, theses=verbs.load_theses(declaration),
            rhythms=Rhythm, days=load_periods().following_days,
        )  # fmt: skip
        return make_response(page, 422 if form.errors else 200)
    _ask(declaration, form)
    return redirect(url_for("following.asked", declaration=declaration.slug), 303)


def _asked_for() -> Declaration | None:
    """The one that is named, or the only one; None: to be chosen. What not everybody may read is not there."""
    slug = request.values.get("declaration", "")
    if not slug:
        found = [one for one in load_declarations() if may(Guest(), Permission.FOLLOW, one)]
        if len(found) != 1:
            return None if request.method == "GET" else abort(404)
        slug = found[0].slug
    declaration = find_declaration(slug) or abort(404)
    require(viewer(), Permission.FOLLOW, declaration)
    return declaration


def _ask(declaration: Declaration, form: FollowForm) -> None:
    """Nobody's mailbox is filled from here: beyond the limit nothing happens at all."""
    address = str(form.email.data)
    gate = limits.gate(current_app.config["SECRET_KEY"], "follow mail", address, limits.SIGN_UP_MAILS)
    tries = limits.note([gate])
    db.session.commit()
    if limits.open_again_at([gate], tries):
        limits.take_back(tries)
        return
    theses = form.pick(verbs.load_theses(declaration))
    verbs.ask(viewer(), declaration, address, Wish(Rhythm(form.rhythm.data), theses, str(get_locale())))


@following.get("/follow/sent")
def asked() -> str:
    slug = request.args.get("declaration", "")
    declaration = find_declaration(slug) if slug else None
    if declaration is not None and not may(Guest(), Permission.FOLLOW, declaration):
        declaration = None
    return render_template("follow/asked.html", declaration=declaration, days=load_periods().following_days)


@following.route("/follow/<token>/confirm", methods=["GET", "POST"])
@limiter.limit(CHANGES, methods=["POST"])
def confirm(token: str) -> Response:
    """The mailed link; programs that open links confirm nothing."""
    found = _find(token)
    if found is None:
        return _gone()
    if request.method == "POST" and not found.is_confirmed:
        verbs.confirm(found)
        flash(_("Das hat geklappt. Ab jetzt schreiben wir Ihnen."), "done")
    if found.is_confirmed:
        return redirect(url_for("following.manage", token=token), 303)
    page = render_template("follow/confirm.html", **_facts(found, token))
    return unlisted(make_response(page))


def _find(token: str) -> Subscription | None:
    """What a link is about while there is something to do; one that we never made is not there at all."""
    if not verbs.is_token(token):
        abort(404)
    found = verbs.find_by_token(token)
    return found if found is not None and verbs.is_live(found) and verbs.may_still(found) else None


def _gone() -> Response:
    return unlisted(make_response(render_template("follow/gone.html"), 410))


def _facts(found: Subscription, token: str) -> dict[str, object]:
    theses = verbs.load_theses(found.declaration)
    return {
        "subscription": found, "declaration": found.declaration, "token": token, "theses": theses,
        "chosen": [thesis for thesis in theses if thesis.id in found.theses], "rhythms": Rhythm,
        "until": found.requested_at + timedelta(days=load_periods().following_days),
    }  # fmt: skip


@following.route("/follow/<token>", methods=["GET", "POST"])
@limiter.limit(CHANGES, methods=["POST"])
def manage(token: str) -> Response:
    """Change what one is told, without signing in."""
    found = _find(token)
    if found is None:
        return _gone()
    if not found.is_confirmed:
        return redirect(url_for("following.confirm", token=token), 303)
    form = ChangeForm()
    if request.method == "POST" and form.validate():
        theses = form.pick(verbs.load_theses(found.declaration))
        verbs.change(found, Wish(Rhythm(form.rhythm.data), theses, form.locale.data))
        flash(_("Gespeichert."), "done")
        return redirect(url_for("following.manage", token=token), 303)
    facts = _facts(found, token)
    if request.method == "GET":
        form.rhythm.data, form.locale.data = found.rhythm.value, found.locale
        form.thesis.data = [thesis.number for thesis in verbs.load_theses(found.declaration) if thesis.id in found.theses]
    page = render_template("follow/manage.html", form=form, **facts)
    return unlisted(make_response(page, 422 if form.errors else 200))


@following.route("/follow/<token>/leave", methods=["GET", "POST"])
@limiter.exempt
def leave(token: str) -> Response:
    """A page with a button; the button, or a mail service for its reader, ends it."""
    if not verbs.is_token(token):
        abort(404)
    found = verbs.find_by_token(token)
    if request.method == "GET" and found is not None:
        return unlisted(make_response(render_template("follow/leave.html", token=token, is_known=verbs.may_still(found))))
    if found is not None:
        note_left([found.key])
        verbs.leave(found)
    return unlisted(make_response(render_template("follow/left.html")))


# --- the mails of accounts ---


@following.route("/mails/<token>", methods=["GET", "POST"])
@limiter.limit(CHANGES, methods=["POST"])
def mails(token: str) -> Response:
    """How often an account is told what. No address, no name, nothing of what the person takes part in stands here."""
    user = verbs.find_account(token) or abort(404)
    if request.method == "POST":
        asked = ((topic, pace) for topic in Topic for pace in PACES[topic] if pace.value == request.form.get(topic.value))
        verbs.choose_paces(user, dict(asked))
        flash(_("Gespeichert."), "done")
        return redirect(url_for("following.mails", token=token), 303)
    page = render_template("follow/mails.html", interests=load_interests(user), paces=PACES, token=token)
    return unlisted(make_response(page))


@following.route("/mails/<token>/stop", methods=["GET", "POST"])
@limiter.exempt
def stop(token: str) -> Response:
    """As `leave`, for the mails of an account about anything new."""
    user = verbs.find_account(token) or abort(404)
    if request.method == "POST":
        verbs.stop(user)
    page = render_template("follow/stop.html", token=token, is_done=request.method == "POST")
    return unlisted(make_response(page))

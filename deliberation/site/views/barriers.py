"""What people cannot use: the form for everybody, its receipt, and the operator's pages about it."""

from contextlib import suppress
from urllib.parse import quote

from flask import abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from deliberation.accounts.models import random_key
from deliberation.clock import today
from deliberation.permissions import Permission, require
from deliberation.privacy.periods import load_periods
from deliberation.sealing import Unreadable
from deliberation.settings import operator_facts
from deliberation.site import barriers as verbs
from deliberation.site.forms import AnswerForm, BarrierForm
from deliberation.site.models import Barrier
from deliberation.site.views import site
from deliberation.urls import safe_next
from deliberation.web import limiter, unlisted, viewer
from deliberation.whence import HIDDEN, came_from

BARRIERS_LIMIT = "20 per hour"
"""For one network address, as with reports of contributions; many people may share it."""


@site.route("/barrierefreiheit/melden", methods=["GET", "POST"])
@limiter.limit(BARRIERS_LIMIT, methods=["POST"])
def report_barrier() -> Response:
    """For everybody, whatever else is closed. Whoever is signed in is not asked who she is, and it is not noted."""
    form = BarrierForm()
    if request.method == "POST" and form.validate():
        told = verbs.Told(form.text.data or "", form.page.data or "", form.email.data or "", str(get_locale()))
        made = verbs.report(viewer(), told, form.form_key.data or random_key(), current_app.config["SECRET_KEY"])
        return redirect(url_for("site.barrier_reported", token=verbs.receipt_token(made)), 303)
    if request.method == "GET":
        form.page.data = came_from(url_for("pages.accessibility"))[: verbs.PAGE_MAX]
    page = render_template("site/report_barrier.html", form=form, operator=operator_facts(), periods=load_periods())
    return make_response(page, 422 if form.errors else 200)


@site.get("/barrierefreiheit/gemeldet/<token>")
def barrier_reported(token: str) -> Response:
    """The receipt: the number, what happens next and by when. Not a word of the report."""
    found = verbs.find_by_receipt(token) or abort(404)
    page = render_template(
        "site/barrier_reported.html", barrier=found, by=verbs.answer_by(found), operator=operator_facts()
    )
    return unlisted(make_response(page))


@site.get("/operator/barriers")
def barriers() -> str:
    found = verbs.load_barriers(viewer())
    return render_template("site/barriers.html", barriers=found, answer_by=verbs.answer_by, today=today(), here="operator")


@site.route("/operator/barriers/<int:number>", methods=["GET", "POST"])
def barrier(number: int) -> Response:
    """One report; the answer itself is written in the operator's mail program."""
    found = verbs.find_barrier(viewer(), number) or abort(404)
    form = AnswerForm()
    if request.method == "POST":
        require(viewer(), Permission.RUN_SITE)
    if request.method == "POST" and form.validate():
        is_fresh = verbs.answer(viewer(), found, form.note.data or "")
        words = _("%(label)s ist als beantwortet vermerkt.") if is_fresh else _("%(label)s war schon als beantwortet vermerkt.")
        flash(words % {"label": found.label}, "done")
        return redirect(url_for("site.barriers"), 303)
    page = render_template(
        "site/barrier.html", barrier=found, form=form, by=verbs.answer_by(found), mailto=_mailto(found), place=_place(found),
        unsigned=FlaskForm(), here="operator",
    )  # fmt: skip
    return make_response(page, 422 if form.errors else 200)


@site.post("/operator/barriers/<int:number>/discard")
def discard_barrier(number: int) -> Response:
    """Spam, or what somebody wants to have gone. A second time it is gone already."""
    found = verbs.find_barrier(viewer(), number) or abort(404)
    verbs.discard(viewer(), found)
    flash(_("Gelöscht. Die Nummer bleibt vergeben."), "done")
    return redirect(url_for("site.barriers"), 303)


def _mailto(found: Barrier) -> str:
    """An address that opens the operator's mail program; its subject tells nobody what it is about.
    Nothing without an address, or where the key to it was lost."""
    with suppress(Unreadable):
        if address := found.email:
            with force_locale(found.locale):
                subject = _("Ihre Nachricht %(label)s", label=found.label)
            return f"mailto:{quote(address, safe='@')}?subject={quote(subject)}"
    return ""


def _place(found: Barrier) -> str:
    """The page it is about, where that can be opened."""
    return found.page if HIDDEN not in found.page and safe_next(found.page) == found.page else ""

"""The moderators' desk, reports by readers, public answers, and the public log."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deliberation.accounts.models import random_key
from deliberation.annotations.models import Annotation, ResponseKind
from deliberation.annotations.responses import respond as answer
from deliberation.annotations.views import readable_annotation, readable_declaration
from deliberation.clock import BERLIN, now
from deliberation.moderation import actions, queue
from deliberation.moderation.forms import DecisionForm, FlagForm, ResponseForm
from deliberation.moderation.log import load_log
from deliberation.moderation.models import Decision, DecisionKind, FlagReason, Rule
from deliberation.moderation.queue import Tab
from deliberation.permissions import Permission, require
from deliberation.urls import annotation_url, place_url, safe_next
from deliberation.web import limiter, viewer

moderation = Blueprint("moderation", __name__)

TAB_LABELS = {
    Tab.PENDING: _l("Zurückgehalten"),
    Tab.FLAGGED: _l("Gemeldet"),
    Tab.UNANSWERED: _l("Fragen ohne Antwort"),
    Tab.RETURNED: _l("Zurückgegeben"),
}
HIT_LABELS = {
    "mail": _l("E-Mail-Adresse"),
    "iban": _l("Kontonummer"),
    "phone": _l("Telefonnummer"),
    "file_number": _l("Aktenzeichen"),
    "address": _l("Anrede mit Namen"),
    "initial": _l("Name mit Kürzel"),
    "street": _l("Straße"),
    "age": _l("Person mit Altersangabe"),
    "birth": _l("Geburtsdatum"),
    "date": _l("Tag, zusammen mit einer Person"),
    "union": _l("Gewerkschaftszugehörigkeit einer Person"),
}


@moderation.app_template_filter("hit_label")
def hit_label(code: str) -> str:
    """What the pattern check found, in words."""
    return str(HIT_LABELS.get(code, code))


@moderation.app_template_filter("tab_label")
def tab_label(tab: Tab) -> str:
    return str(TAB_LABELS[tab])


@moderation.app_template_global("greeting")
def greeting() -> str:
    """By the time of day in Berlin."""
    hour = now().astimezone(BERLIN).hour
    if hour < 11:
        return _("Guten Morgen")
    return _("Guten Tag") if hour < 18 else _("Guten Abend")


@moderation.get("/d/<slug>/moderation", endpoint="queue")
def desk(slug: str) -> str:
    declaration = readable_declaration(slug)
    tab = request.args.get("tab")
    chosen = Tab(tab) if tab in {t.value for t in Tab} else None
    page = queue.load_queue(viewer(), declaration, chosen, request.args.get("case", type=int))
    form = DecisionForm(formdata=None, version=page.case.annotation.version if page.case else 0)
    return render_template("moderation/queue.html", declaration=declaration, page=page, form=form, here="queue")


@moderation.get("/d/<slug>/moderation/log")
def log(slug: str) -> str:
    declaration = readable_declaration(slug)
    page = load_log(declaration, request.args.get("before", type=int))
    return render_template("moderation/log.html", declaration=declaration, page=page, here="log")


@moderation.route("/a/<int:number>/decisions", methods=["GET", "POST"])
def decide(number: int) -> Any:
    annotation = readable_annotation(number)
    require(viewer(), Permission.MODERATE, annotation)
    form = DecisionForm()
    if request.method == "GET":
        form = DecisionForm(formdata=None, version=annotation.version)
    elif form.validate():
        decision = _carry_out(annotation, form)
        flash(_("%(label)s: %(decision)s.", label=annotation.label, decision=_done(decision)), "done")
        back = safe_next(form.back.data)
        return redirect(back if back != "/" else place_url(annotation.thesis, annotation.paragraph, "anmerkungen"), 303)
    page = render_template(
        "moderation/case.html",
        declaration=annotation.declaration,
        case=queue.load_case(viewer(), annotation),
        form=form,
    )
    return page, 422 if request.method == "POST" else 200


def _carry_out(annotation: Annotation, form: DecisionForm) -> Decision:
    moderator, version, reason = viewer(), form.version.data, form.reason.data or ""
    rule = Rule(form.rule.data) if form.rule.data else None
    match DecisionKind(form.decision.data):
        case DecisionKind.PUBLISH:
            return actions.publish(moderator, annotation, version, reason)
        case DecisionKind.RESTORE:
            return actions.restore(moderator, annotation, version, reason)
        case DecisionKind.HIDE if rule:
            return actions.hide(moderator, annotation, rule, reason, version)
        case DecisionKind.RETURN if rule:
            return actions.return_for_revision(moderator, annotation, rule, reason, version)
    raise actions.ReasonMissing(form.decision.data)


def _done(decision: Decision) -> str:
    words = {
        DecisionKind.PUBLISH: _("wird gezeigt"),
        DecisionKind.RESTORE: _("wird wieder gezeigt"),
        DecisionKind.HIDE: _("wird nicht gezeigt"),
        DecisionKind.RETURN: _("zur Überarbeitung zurückgegeben"),
    }
    return words[decision.kind]


@moderation.route("/a/<int:number>/flags", methods=["GET", "POST"])
@limiter.limit("20 per hour", methods=["POST"])
def flag(number: int) -> Any:
    annotation = readable_annotation(number)
    require(viewer(), Permission.FLAG, annotation)
    form = FlagForm()
    if request.method == "POST" and form.validate():
        reason = FlagReason(form.reason.data)
        actions.flag(viewer(), annotation, reason, form.explanation.data or "", form.form_key.data or "")
        flash(_("Danke. Ihre Meldung ist angekommen. Ein Mensch sieht sich den Beitrag an."), "done")
        return redirect(f"{annotation_url(annotation)}#a-{number}", 303)
    if request.method == "GET":
        form = FlagForm(formdata=None, form_key=random_key())
    page = render_template("moderation/flag.html", declaration=annotation.declaration, annotation=annotation, form=form)
    return page, 422 if request.method == "POST" else 200


@moderation.route("/a/<int:number>/response", methods=["GET", "POST"])
def respond(number: int) -> Any:
    annotation = readable_annotation(number)
    require(viewer(), Permission.RESPOND, annotation)
    form = ResponseForm()
    if request.method == "POST" and form.validate():
        answer(viewer(), annotation, ResponseKind(form.kind.data), form.body.data, form.form_key.data or "")
        return redirect(f"{annotation_url(annotation)}#a-{number}", 303)
    if request.method == "GET":
        form = ResponseForm(formdata=None, form_key=random_key())
    page = render_template(
        "moderation/respond.html", declaration=annotation.declaration, annotation=annotation, form=form
    )
    return page, 422 if request.method == "POST" else 200

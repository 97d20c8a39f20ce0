"""The moderators' desk, reports by readers, public answers, and the public log."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deliberation.accounts.models import random_key
from deliberation.annotations.models import Annotation, ResponseKind
from deliberation.annotations.responses import NUDGE_FROM
from deliberation.annotations.responses import respond as answer
from deliberation.annotations.views import readable_annotation, readable_declaration
from deliberation.clock import BERLIN, now
from deliberation.moderation import actions, queue
from deliberation.moderation.forms import DecisionForm, FlagForm, ResponseForm
from deliberation.moderation.log import load_log
from deliberation.moderation.models import Decision, DecisionKind, FlagReason, Rule
from deliberation.moderation.queue import Tab
from deliberation.permissions import Permission, require
from deliberation.urls import annotation_url, safe_next
from deliberation.web import limiter, viewer

moderation = Blueprint("moderation", __name__)

FLAGS_LIMIT = "20 per hour"
ID_MAX = 2**31 - 1

TAB_LABELS = {
    Tab.PENDING: _l("Zurückgehalten"),
    Tab.FLAGGED: _l("Gemeldet"),
    Tab.UNANSWERED: _l("Fragen ohne Antwort"),
    Tab.RETURNED: _l("Zurückgegeben"),
}
DONE_LABELS = {
    DecisionKind.PUBLISH: _l("gezeigt"),
    DecisionKind.HIDE: _l("nicht gezeigt"),
    DecisionKind.RESTORE: _l("wieder gezeigt"),
    DecisionKind.RETURN: _l("zurückgegeben"),
}
HIT_LABELS = {
    "address": _l("Anrede mit Namen"),
    "initial": _l("Name mit Kürzel"),
    "age": _l("Person mit Altersangabe"),
    "street": _l("Straße"),
    "phone": _l("Telefonnummer"),
    "mail": _l("E-Mail-Adresse"),
    "iban": _l("Kontonummer"),
    "file_number": _l("Aktenzeichen"),
    "birth": _l("Geburtsdatum"),
    "date": _l("Zeitangabe, zusammen mit einer Person"),
    "union": _l("Person und Gewerkschaft"),
    "health": _l("Gesundheit, zusammen mit einer Person"),
}


@moderation.app_template_filter("hit_label")
def hit_label(code: str) -> str:
    """What the pattern check found, in words."""
    return str(HIT_LABELS.get(code, code))


@moderation.app_template_filter("tab_label")
def tab_label(tab: Tab) -> str:
    return str(TAB_LABELS[tab])


@moderation.app_template_filter("done_label")
def done_label(kind: DecisionKind) -> str:
    """What was decided, as something that has happened."""
    return str(DONE_LABELS[kind])


@moderation.app_template_global("greeting")
def greeting() -> str:
    """By the time of day in Berlin."""
    hour = now().astimezone(BERLIN).hour
    if 5 <= hour < 11:
        return str(_("Guten Morgen"))
    return str(_("Guten Tag") if 11 <= hour < 18 else _("Guten Abend"))


@moderation.app_template_global("thanks_for_reading")
def thanks_for_reading() -> str:
    is_evening = not 5 <= now().astimezone(BERLIN).hour < 18
    return str(_("Danke für Ihre Zeit heute Abend.") if is_evening else _("Danke für Ihre Zeit heute."))


@moderation.get("/d/<slug>/moderation", endpoint="queue")
def desk(slug: str) -> str:
    declaration = readable_declaration(slug)
    tab = request.args.get("tab")
    page = queue.load_queue(
        viewer(),
        declaration,
        Tab(tab) if tab in {t.value for t in Tab} else None,
        request.args.get("case", type=int),
        request.args.get("start", 0, type=int),
    )
    form = ResponseForm if page.tab is Tab.UNANSWERED else DecisionForm
    return render_template(
        "moderation/queue.html",
        declaration=declaration, page=page, form=form(formdata=None), nudge_from=NUDGE_FROM, here="queue",
    )  # fmt: skip


@moderation.route("/a/<int:number>/decisions", methods=["GET", "POST"])
def decide(number: int) -> Any:
    annotation = readable_annotation(number)
    require(viewer(), Permission.MODERATE, annotation)
    form = DecisionForm(back=request.args.get("back", ""))
    if request.method == "POST" and form.validate():
        decision = _carry_out(annotation, form)
        flash(_("%(label)s: %(decision)s.", label=annotation.label, decision=done_label(decision.kind)), "done")
        return redirect(_back(form, annotation), 303)
    case = queue.load_case(viewer(), annotation)
    page = render_template(
        "moderation/decide.html", declaration=annotation.declaration, case=case, form=form, here="queue"
    )
    return page, 422 if request.method == "POST" else 200


def _carry_out(annotation: Annotation, form: Any) -> Decision:
    moderator, version, reason = viewer(), int(form.version.data), form.reason.data or ""
    match DecisionKind(form.decision.data):
        case DecisionKind.PUBLISH:
            return actions.publish(moderator, annotation, version, reason)
        case DecisionKind.RESTORE:
            return actions.restore(moderator, annotation, version, reason)
        case DecisionKind.HIDE:
            return actions.hide(moderator, annotation, Rule(form.rule.data), reason, version)
        case DecisionKind.RETURN:
            return actions.return_for_revision(moderator, annotation, Rule(form.rule.data), reason, version)


def _back(form: Any, annotation: Annotation) -> str:
    """To the next case, or to the conversation for whoever came from the reading page."""
    back = safe_next(form.back.data)
    return back if back != "/" else f"{annotation_url(annotation)}#a-{annotation.number}"


@moderation.route("/a/<int:number>/response", methods=["GET", "POST"])
def respond(number: int) -> Any:
    annotation = readable_annotation(number)
    require(viewer(), Permission.RESPOND, annotation)
    form = ResponseForm(back=request.args.get("back", ""))
    if request.method == "POST" and form.validate():
        answer(viewer(), annotation, ResponseKind(form.kind.data), form.body.data, form.form_key.data or "")
        flash(_("Ihre Antwort auf %(label)s ist veröffentlicht.", label=annotation.label), "done")
        return redirect(_back(form, annotation), 303)
    case = queue.load_case(viewer(), annotation)
    page = render_template(
        "moderation/respond.html",
        declaration=annotation.declaration, case=case, form=form, nudge_from=NUDGE_FROM, here="queue",
    )  # fmt: skip
    return page, 422 if request.method == "POST" else 200


@moderation.route("/a/<int:number>/flags", methods=["GET", "POST"])
@limiter.limit(FLAGS_LIMIT, methods=["POST"])
def flag(number: int) -> Any:
    annotation = readable_annotation(number)
    require(viewer(), Permission.FLAG, annotation)
    form = FlagForm()
    if request.method == "POST" and form.validate():
        reason = FlagReason(form.reason.data)
        actions.flag(viewer(), annotation, reason, form.explanation.data or "", form.form_key.data or random_key())
        flash(_("Danke. Ihre Meldung ist angekommen. Ein Mensch sieht sich den Beitrag an."), "done")
        return redirect(f"{annotation_url(annotation)}#a-{number}", 303)
    page = render_template("moderation/flag.html", declaration=annotation.declaration, annotation=annotation, form=form)
    return page, 422 if request.method == "POST" else 200


@moderation.get("/d/<slug>/moderation/log")
def log(slug: str) -> str:
    declaration = readable_declaration(slug)
    before = request.args.get("before", type=int)
    page = load_log(declaration, before if before and 0 < before <= ID_MAX else None)
    return render_template("moderation/log.html", declaration=declaration, page=page, here="log")

"""Deciding about one contribution, and answering it in public."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _

from deliberation.annotations.models import Annotation, ResponseKind
from deliberation.annotations.responses import NUDGE_FROM
from deliberation.annotations.responses import respond as answer
from deliberation.annotations.views import readable_annotation
from deliberation.moderation import actions, queue
from deliberation.moderation.actions import Deed
from deliberation.moderation.forms import DecisionForm, ResponseForm
from deliberation.moderation.models import Decision, DecisionKind, Rule
from deliberation.moderation.views import back_from, done_label, moderation
from deliberation.permissions import Permission, require
from deliberation.web import viewer


@moderation.route("/a/<int:number>/decisions", methods=["GET", "POST"])
def decide(number: int) -> Any:
    annotation = readable_annotation(number)
    require(viewer(), Permission.MODERATE, annotation)
    form = DecisionForm(back=request.args.get("back", ""))
    if request.method == "POST" and form.validate():
        decision = _carry_out(annotation, form)
        flash(_("%(label)s: %(decision)s.", label=annotation.label, decision=done_label(decision.kind)), "done")
        return redirect(back_from(form, annotation), 303)
    case = queue.load_case(viewer(), annotation)
    page = render_template(
        "moderation/decide.html", declaration=annotation.declaration, case=case, form=form, here="queue"
    )
    return page, 422 if request.method == "POST" else 200


def _carry_out(annotation: Annotation, form: Any) -> Decision:
    deed = Deed(
        kind=DecisionKind(form.decision.data),
        version=int(form.version.data),
        rule=Rule(form.rule.data) if form.rule.data in {rule.value for rule in Rule} else None,
        reason=form.reason.data or "",
        letter=form.letter.data or "",
        passages=form.passage.data,
    )
    return actions.decide(viewer(), annotation, deed)


@moderation.route("/a/<int:number>/response", methods=["GET", "POST"])
def respond(number: int) -> Any:
    annotation = readable_annotation(number)
    require(viewer(), Permission.RESPOND, annotation)
    form = ResponseForm(back=request.args.get("back", ""))
    if request.method == "POST" and form.validate():
        answer(viewer(), annotation, ResponseKind(form.kind.data), form.body.data, form.form_key.data or "")
        flash(_("Ihre Antwort auf %(label)s ist veröffentlicht.", label=annotation.label), "done")
        return redirect(back_from(form, annotation), 303)
    case = queue.load_case(viewer(), annotation)
    page = render_template(
        "moderation/respond.html",
        declaration=annotation.declaration, case=case, form=form, nudge_from=NUDGE_FROM, here="queue",
    )  # fmt: skip
    return page, 422 if request.method == "POST" else 200

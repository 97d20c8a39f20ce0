"""Objecting to a decision about one's own text or person, and deciding on objections."""

from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from deliberation.accounts.models import random_key
from deliberation.annotations.views import readable_declaration
from deliberation.database import ID_MAX
from deliberation.labels import label
from deliberation.moderation.forms.objections import ObjectionForm, VerdictForm
from deliberation.moderation.models import Decision, Objection, Verdict
from deliberation.moderation.objections import appeals, objecting
from deliberation.moderation.objections.objecting import VerdictUnfit
from deliberation.moderation.objections.reviews import review_of
from deliberation.moderation.own_decisions import find_objection, find_review
from deliberation.moderation.redacting import PassageMissing
from deliberation.moderation.restraining import find_measure
from deliberation.moderation.views import moderation
from deliberation.moderation.views.letters import own_annotation
from deliberation.permissions import NotAllowed, Permission, require
from deliberation.urls import annotation_act_url, objections_url
from deliberation.web import after_page, limiter, viewer

OBJECTIONS_LIMIT = "20 per hour"


@moderation.route("/a/<int:number>/objections", methods=["GET", "POST"])
@limiter.limit(OBJECTIONS_LIMIT, methods=["POST"])
def object_to(number: int) -> Any:
    """Against the latest decision about one's own text, or the one that `decision` names."""
    annotation = own_annotation(number, Permission.READ_LETTERS)
    wanted = request.args.get("decision", type=int)
    review = find_review(annotation, wanted if wanted is None or wanted <= ID_MAX else 0)
    if review is None:
        raise NotAllowed(Permission.OBJECT, "is_open_to_objection", annotation)
    if find_objection(review.deed.id) is not None:
        return redirect(annotation_act_url(annotation, "decision"), 303)
    require(viewer(), Permission.OBJECT, review)
    form, deed = ObjectionForm(), review.deed
    if request.method == "POST" and form.validate() and isinstance(deed, Decision):
        objecting.object_to(viewer(), deed, form.explanation.data or "", form.form_key.data or random_key())
        flash(_("Ihre Beschwerde ist angekommen. Jemand anderes entscheidet darüber."), "done")
        return redirect(annotation_act_url(annotation, "decision"), 303)
    page = render_template(
        "moderation/object.html", declaration=annotation.declaration, review=review, annotation=annotation, form=form
    )
    return page, 422 if request.method == "POST" else 200


@moderation.route("/measures/<int:measure_id>/objections", methods=["GET", "POST"])
@limiter.limit(OBJECTIONS_LIMIT, methods=["POST"])
def object_to_measure(measure_id: int) -> Any:
    """Against what was decided about one's own person."""
    if not viewer().is_signed_in:
        raise NotAllowed(Permission.OBJECT, "signed_in")
    measure = (find_measure(measure_id) if measure_id <= ID_MAX else None) or abort(404)
    review = review_of(measure)
    own = viewer().membership_in(measure.declaration.id)
    if own is None or own.id != measure.member_id:
        # Nobody else learns that there is one.
        abort(404)
    require(viewer(), Permission.OBJECT, review)
    form = ObjectionForm()
    if request.method == "POST" and form.validate():
        objecting.object_to_measure(viewer(), measure, form.explanation.data or "", form.form_key.data or random_key())
        flash(_("Ihre Beschwerde ist angekommen. Jemand anderes entscheidet darüber."), "done")
        return redirect("/me", 303)
    page = render_template(
        "moderation/object.html", declaration=measure.declaration, review=review, annotation=None, form=form
    )
    return page, 422 if request.method == "POST" else 200


@moderation.get("/d/<slug>/moderation/objections")
def objections(slug: str) -> str:
    declaration = readable_declaration(slug)
    page = appeals.load_objections(viewer(), declaration)
    return render_template("moderation/objections.html", declaration=declaration, page=page, here="objections")


@moderation.route("/d/<slug>/moderation/objections/<int:number>", methods=["GET", "POST"])
def objection(slug: str, number: int) -> Any:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.SEE_OBJECTIONS, declaration)
    found = (appeals.find_objection(number) if number <= ID_MAX else None) or abort(404)
    if found.declaration_id != declaration.id:
        abort(404)
    form = VerdictForm()
    appeal = appeals.load_appeal(viewer(), found)
    if request.method == "POST" and form.validate() and _decide(found, form):
        verdict = label(found.verdict) if found.verdict else ""
        flash(_("%(verdict)s. Die Person bekommt in einer halben Stunde Bescheid.", verdict=verdict), "done")
        return redirect(objections_url(declaration), 303)
    if appeal.passages and found.is_open:
        person = viewer()
        after_page(lambda: objecting.note_reading(person, found))
    page = render_template(
        "moderation/objection.html", declaration=declaration, appeal=appeal, form=form, here="objections"
    )
    return page, 422 if request.method == "POST" else 200


def _decide(found: Objection, form: Any) -> bool:
    """Whether it went through; otherwise the form says why not."""
    try:
        objecting.decide_objection(
            viewer(), found, Verdict(form.verdict.data), form.reason.data or "", form.passage.data
        )  # fmt: skip
    except PassageMissing as missing:
        form.passage.errors = [_("„%(words)s“ steht so nicht im Text.", words=missing.passage)]
        return False
    except VerdictUnfit:
        form.verdict.errors = [
            _("Zum Teil stattgeben geht hier nicht: Es ist nichts verborgen, oder der Text ist neu.")
        ]
        return False
    return True

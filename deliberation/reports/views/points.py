"""The draft for those who take part, “Mein Punkt fehlt hier”, and the answers to it."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _

from deliberation.accounts.models import random_key
from deliberation.annotations.models import find_annotation
from deliberation.declarations.models import Declaration
from deliberation.permissions import Outdated, Permission, may, require
from deliberation.reports import points
from deliberation.reports.models import PointState, find_report
from deliberation.reports.showing import load_draft
from deliberation.reports.views import declaration_for, found, reports
from deliberation.reports.views.forms import AnswerForm, PointForm, to_number
from deliberation.urls import report_desk_url, report_draft_url
from deliberation.web import viewer


@reports.route("/d/<slug>/report/draft", methods=["GET", "POST"])
def draft(slug: str) -> Any:
    declaration = declaration_for(slug, Permission.READ_REPORT_DRAFT)
    if request.method == "POST":
        require(viewer(), Permission.SAY_MISSING, declaration)
    form = PointForm(form_key=random_key())
    own = points.load_own_annotations(viewer(), declaration)
    form.offer(own)
    if request.method == "POST" and form.validate() and _has_said(declaration, form):
        flash(_("Danke. Das Team liest es, und in „Mein Bereich“ steht, was daraus wurde."), "done")
        return redirect(report_draft_url(declaration, "fehlt"), 303)
    report = find_report(declaration)
    is_open = may(viewer(), Permission.SAY_MISSING, declaration)
    page = render_template(
        "reports/draft.html", declaration=declaration, sections=load_draft(declaration, report, False) if report else (),
        form=form if is_open else None, own=own, here="report",
        said=[one for one in points.load_own_points(viewer()) if one.declaration.id == declaration.id],
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _has_said(declaration: Declaration, form: PointForm) -> bool:
    try:
        points.say_missing(
            viewer(), declaration, to_number(form.annotation.data), form.body.data, form.form_key.data or random_key()
        )
    except points.PointInvalid as invalid:
        form.blame(invalid.field)
        return False
    return True


@reports.route("/d/<slug>/report/points/<int:number>", methods=["GET", "POST"])
def point(slug: str, number: int) -> Any:
    """One point, for whoever writes the report."""
    declaration = declaration_for(slug, Permission.EDIT_REPORT)
    one = found(points.find_point(declaration, number))
    present = {"answer": one.answer, "seen": one.state.value}
    form = AnswerForm(**present, state=None if one.is_open else one.state.value)
    is_outdated = False
    if request.method == "POST" and form.validate():
        try:
            seen = form.seen_state or PointState.OPEN
            points.answer_point(viewer(), one, form.wanted, form.answer.data or "", seen)
            flash(_("Gespeichert. Die Person liest es in „Mein Bereich“."), "done")
            return redirect(report_desk_url(declaration, "punkte"), 303)
        except points.PointInvalid as invalid:
            form.blame(invalid.field)
        except Outdated:
            is_outdated, form.seen.data = True, one.state.value
    page = render_template(
        "reports/point.html", declaration=declaration, point=one, annotation=find_annotation(one.annotation_id), form=form,
        is_outdated=is_outdated, here="redaction",
    )  # fmt: skip
    return page, 409 if is_outdated else 422 if form.errors else 200

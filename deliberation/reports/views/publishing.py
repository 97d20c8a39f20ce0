"""The second pair of eyes: the whole text once more, and the button."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _

from deliberation.declarations.models import Declaration
from deliberation.permissions import Outdated, Permission, may, require
from deliberation.reports.desk import Desk, load_desk
from deliberation.reports.publishing import NotReady, Wish
from deliberation.reports.publishing import publish as publish_report
from deliberation.reports.views import declaration_for, not_ready, reports
from deliberation.reports.views.forms import PublishForm, to_number
from deliberation.urls import evidence_report_url
from deliberation.web import viewer


@reports.route("/d/<slug>/report/publish", methods=["GET", "POST"])
def publish(slug: str) -> Any:
    declaration = declaration_for(slug, Permission.SEE_TEAM_LOG)
    desk = load_desk(viewer(), declaration)
    form = PublishForm(version=str(desk.version), tells=desk.published is None)
    if request.method == "GET":
        return _render(declaration, desk, form)
    require(viewer(), Permission.PUBLISH_REPORT, desk.release)
    if not form.validate():
        return _render(declaration, desk, form), 422
    try:
        wish = Wish(form.note.data or "", bool(form.tells.data))
        issue = publish_report(viewer(), declaration, wish, to_number(form.version.data))
    except NotReady as problem:
        if problem.problem == "note":
            form.note.errors = (not_ready(problem),)
        else:
            form.form_errors.append(not_ready(problem))
        return _render(declaration, desk, form), 422
    except Outdated:
        fresh = load_desk(viewer(), declaration)
        form.version.data = str(fresh.version)
        return _render(declaration, fresh, form, is_outdated=True), 409
    flash(_("Ausgabe %(number)s des Berichts ist veröffentlicht.", number=issue.number), "done")
    return redirect(evidence_report_url(declaration), 303)


def _render(declaration: Declaration, desk: Desk, form: PublishForm, is_outdated: bool = False) -> str:
    return render_template(
        "reports/publish.html", declaration=declaration, desk=desk, form=form, is_outdated=is_outdated,
        may_publish=may(viewer(), Permission.PUBLISH_REPORT, desk.release), here="redaction",
    )  # fmt: skip

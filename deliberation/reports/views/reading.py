"""The report as everybody reads it, older issues, and what changed between two."""

from typing import Any

from flask import Response, abort, current_app, redirect, render_template, request

from deliberation.annotations.views import readable_declaration
from deliberation.declarations.models import Declaration
from deliberation.permissions import Permission, may
from deliberation.reports.coverage import count_coverage
from deliberation.reports.files import write_report
from deliberation.reports.showing import ReportView, compare_issues, load_report
from deliberation.reports.views import found, reports
from deliberation.reports.views.forms import to_number
from deliberation.results.actions import note_first_look
from deliberation.results.documents.files import FORMATS
from deliberation.urls import evidence_report_url, report_desk_url, report_draft_url
from deliberation.web import FILES, after_page, limiter, viewer


@reports.get("/d/<slug>/report")
def show(slug: str) -> Any:
    """The newest issue. Before there is one, whoever may see more is led there."""
    declaration = readable_declaration(slug)
    report = load_report(declaration)
    if report is None and may(viewer(), Permission.SEE_TEAM_LOG, declaration):
        return redirect(report_desk_url(declaration), 303)
    if report is None and may(viewer(), Permission.READ_REPORT_DRAFT, declaration):
        return redirect(report_draft_url(declaration), 303)
    return _render(declaration, report)


@reports.get("/d/<slug>/report/issues/<int:number>")
def issue(slug: str, number: int) -> Any:
    """One issue; the newest has its address already."""
    declaration = readable_declaration(slug)
    report = found(load_report(declaration, number))
    if report.is_newest:
        return redirect(evidence_report_url(declaration), 303)
    return _render(declaration, report)


def _render(declaration: Declaration, report: ReportView | None) -> str:
    coverage = count_coverage(declaration, report.named) if report else None
    return render_template("reports/show.html", declaration=declaration, report=report, coverage=coverage, here="report")


@reports.get("/d/<slug>/report.<file_format>")
@limiter.limit(FILES)
def file(slug: str, file_format: str) -> Any:
    """The newest issue as a document, for everybody who reads it."""
    declaration, person = readable_declaration(slug), viewer()
    report = found(load_report(declaration)) if file_format in FORMATS else abort(404)
    made = write_report(person, declaration, report, file_format, current_app.config["BASE_URL"])
    # It says how many carry each thesis.
    note_first_look(person, declaration, after_page)
    response = Response(made.content, content_type=made.mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response


@reports.get("/d/<slug>/report/changes")
def changes(slug: str) -> Any:
    """Two issues side by side; without numbers the last two."""
    declaration = readable_declaration(slug)
    newest = found(load_report(declaration))
    numbers = [to_number(request.args.get(name)) for name in ("from", "to") if name in request.args]
    old_number, new_number = numbers if len(numbers) == 2 else (newest.number - 1, newest.number)
    if not old_number < new_number:
        abort(404)
    old, new = found(load_report(declaration, old_number)), found(load_report(declaration, new_number))
    return render_template(
        "reports/changes.html",
        declaration=declaration,
        old=old,
        new=new,
        changes=compare_issues(old, new),
        here="report",
    )

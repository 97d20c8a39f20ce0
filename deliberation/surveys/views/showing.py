"""What came of a survey, as a page and as files."""

from typing import Any

from flask import abort, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from deliberation.permissions import Permission, require
from deliberation.results.words import not_representative, speaking
from deliberation.surveys import files
from deliberation.surveys.counting import LEAST
from deliberation.surveys.models import Survey
from deliberation.surveys.opening import load_answers
from deliberation.surveys.results import load_cross, load_results
from deliberation.surveys.views import readable_survey, surveys
from deliberation.web import FILES, limiter, viewer

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@surveys.get("/d/<slug>/survey/<int:number>/results")
def results(slug: str, number: int) -> str:
    """`rows` and `columns` are numbers of two questions to be crossed."""
    survey = readable_survey(slug, number)
    found = load_results(viewer(), survey)
    rows, columns = _number("rows"), _number("columns")
    return render_template(
        "surveys/results.html", declaration=survey.declaration, survey=survey, page=found, here="survey", least=LEAST,
        crossed=load_cross(found, rows, columns) if rows or columns else None, rows=rows, columns=columns,
        not_representative=not_representative(),
    )  # fmt: skip


def _number(name: str) -> int:
    given = request.args.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 0


@surveys.get("/d/<slug>/survey/<int:number>/<name>.<file_format>")
@limiter.limit(FILES)
def file(slug: str, number: int, name: str, file_format: str) -> Any:
    """Results for everybody who may read them, and what the columns of the data mean."""
    if (name, file_format) not in (("results", "csv"), ("results", "xlsx"), ("codebook", "csv")):
        abort(404)
    survey = readable_survey(slug, number)
    found = load_results(viewer(), survey)
    with speaking(survey.declaration.language):
        if file_format == "xlsx":
            return _attached(files.write_book(found), survey, name, file_format)
        rows = files.result_rows(found) if name == "results" else files.codebook_rows(survey)
        return _attached(files.write_table(rows), survey, name, file_format)


@surveys.get("/d/<slug>/survey/<int:number>/data.<file_format>")
@limiter.limit(FILES)
def data(slug: str, number: int, file_format: str) -> Response:
    """Single answers, for organisers alone and as long as they are kept."""
    if file_format not in ("csv", "xlsx"):
        abort(404)
    survey = readable_survey(slug, number)
    require(viewer(), Permission.TAKE_SURVEY_DATA, survey)
    with speaking(survey.declaration.language):
        answers = load_answers(survey)
        if file_format == "xlsx":
            return _attached(files.write_book(load_results(viewer(), survey), answers), survey, "data", file_format)
        return _attached(files.write_table(files.data_rows(survey, answers)), survey, "data", file_format)


def _attached(content: bytes, survey: Survey, name: str, file_format: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = XLSX if file_format == "xlsx" else CSV
    whole = f"{survey.declaration.slug}-{survey.number}-{name}.{file_format}"
    response.headers["Content-Disposition"] = f'attachment; filename="{whole}"'
    response.headers["X-Robots-Tag"] = "noindex"
    if file_format == "csv":
        codebook = url_for("surveys.file", slug=survey.declaration.slug, number=survey.number, name="codebook", file_format="csv")
        response.headers["Link"] = f'<{codebook}>; rel="describedby"'
    return response

"""What moderation did, for everybody: figures of a year, single acts, and the yearly report as a file."""

import json
from datetime import date

from flask import Response, abort, render_template, request
from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from deliberation.annotations.views import readable_declaration
from deliberation.database import ID_MAX
from deliberation.moderation.records.durations import ANSWER_HOURS, HELD_HOURS
from deliberation.moderation.records.figures import Figures, load_figures, years_of
from deliberation.moderation.records.log import load_log
from deliberation.moderation.records.report import to_report, to_rows
from deliberation.moderation.views import moderation
from deliberation.moderation.views.tables import attachment, to_csv


@moderation.get("/d/<slug>/moderation/log")
def log(slug: str) -> str:
    declaration = readable_declaration(slug)
    before, year = request.args.get("before", type=int), request.args.get("year", type=int)
    years = years_of(declaration)
    figures = load_figures(declaration, year if year in years else years[0])
    page = load_log(declaration, before if before and 0 < before <= ID_MAX else None)
    return render_template(
        "moderation/log.html",
        declaration=declaration, page=page, figures=figures, held_hours=HELD_HOURS, answer_days=ANSWER_HOURS // 24,
        here="log",
    )  # fmt: skip


@moderation.get("/d/<slug>/moderation/report-<int:year>.json")
def report_json(slug: str, year: int) -> Response:
    figures = _figures(slug, year)
    content = json.dumps(to_report(figures), ensure_ascii=False, indent=2).encode()
    return attachment(content, "application/json", f"{slug}-moderation-{year}.json")


@moderation.get("/d/<slug>/moderation/report-<int:year>.csv")
def report_csv(slug: str, year: int) -> Response:
    figures = _figures(slug, year)
    return attachment(to_csv(to_rows(figures)), "text/csv", f"{slug}-moderation-{year}.csv")


def _figures(slug: str, year: int) -> Figures:
    declaration = readable_declaration(slug)
    if year not in years_of(declaration):
        abort(404)
    return load_figures(declaration, year)


@moderation.app_template_filter("month_name")
def month_name(month: date) -> str:
    return str(format_date(month, "LLLL"))


@moderation.app_template_filter("hours_words")
def hours_words(hours: float) -> str:
    """A time as people say it: hours, from two days on days."""
    if hours < 1:
        return str(_("weniger als 1 Stunde"))
    if hours < 48:
        return str(ngettext("%(num)s Stunde", "%(num)s Stunden", round(hours)))
    return str(ngettext("%(num)s Tag", "%(num)s Tage", round(hours / 24)))

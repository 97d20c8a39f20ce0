"""The results page, the export dialog and the files."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, request, url_for
from flask_babel import lazy_gettext as _l

from deliberation.annotations.models import Kind
from deliberation.declarations.editions import load_editions
from deliberation.declarations.models import Declaration, find_declaration
from deliberation.labels import call_as
from deliberation.permissions import Permission, require
from deliberation.results import chart, field_words, group_words, words
from deliberation.results.actions import note_export, note_first_look, note_names
from deliberation.results.board.decisions import decision_rows
from deliberation.results.documents.preview import Preview, to_preview
from deliberation.results.documents.purposes import purpose_of
from deliberation.results.exports import export, file_name, is_long
from deliberation.results.filters import (
    FIELDS,
    Annex,
    Filters,
    FiltersInvalid,
    Names,
    Purpose,
    read_edition,
    read_filters,
    read_page_filters,
)
from deliberation.results.headline import headline_sentence
from deliberation.results.overview import LIST_MAX
from deliberation.results.page import load_results
from deliberation.results.summary import Summary, summarise
from deliberation.results.writers import WRITERS, names_people
from deliberation.results.writers.columns import how_to_read, meanings, readme
from deliberation.web import FILES, after_page, limiter, require_proof, viewer

results: Blueprint = Blueprint("results", __name__)

PREVIEWS = "600 per hour"
"""A look at every change of a choice; each takes a tenth of a second."""
LISTS = ("agreed", "disputed", "unanswered", "outcomes")
ERRORS = {
    "thesis": _l("Diese These gibt es in dieser Erklärung nicht."),
    "edition": _l("Diese Fassung gibt es nicht. Gemeint ist eine Zahl, zum Beispiel 1."),
    "since": _l("Das ist kein Datum. Beispiel: 2026-11-23"),
    "kind": _l("Diese Art von Anmerkung gibt es nicht."),
    "names": _l("Bitte wählen Sie, wie Pseudonyme erscheinen sollen."),
    "purpose": _l("Bitte wählen Sie, wofür die Datei ist."),
    "annex": _l("Bitte wählen Sie, ob alle Anmerkungen am Ende stehen."),
}


@results.context_processor
def _speech() -> dict[str, Any]:
    """What every template of this feature speaks with."""
    return {"words": words, "headline_sentence": headline_sentence}


def declaration_at(slug: str, permission: Permission) -> Declaration:
    declaration = find_declaration(slug) or abort(404)
    require(viewer(), Permission.READ, declaration)
    require(viewer(), permission, declaration)
    call_as(declaration)
    return declaration


def _summarise(declaration: Declaration, filters: Filters | None = None) -> Summary:
    note_first_look(viewer(), declaration, after_page)
    return summarise(viewer(), declaration, filters, current_app.config["BASE_URL"])


@results.get("/d/<slug>/results")
def show(slug: str) -> Any:
    declaration = declaration_at(slug, Permission.READ)
    edition = _wanted_edition(declaration)
    note_first_look(viewer(), declaration, after_page)
    try:
        filters, errors = read_page_filters(declaration, request.args), {}
    except FiltersInvalid as invalid:
        filters, errors = Filters(), {field: str(ERRORS[field]) for field in invalid.fields}
    everything = request.args.get("all", "")
    everything = everything if everything in LISTS else ""
    site = current_app.config["BASE_URL"]
    page = load_results(viewer(), declaration, edition, site, filters, is_short=True, everything=everything)
    html = render_template(
        "results/show.html", declaration=declaration, page=page, summary=page.summary, here="results", chart=chart,
        edition_number=page.summary.about.edition, list_max=LIST_MAX, everything=everything,
        errors=errors, chosen=request.args, kinds=list(Kind), decisions=decision_rows(page.summary), field_words=field_words,
        group_words=group_words,
    )  # fmt: skip
    return html, 422 if errors else 200


def _wanted_edition(declaration: Declaration) -> int | None:
    """The edition whose stances are asked for; one that does not exist has no page."""
    value = request.args.get("edition")
    if value is None:
        return None
    try:
        return read_edition(value, {one.number for one in load_editions(declaration)})
    except ValueError:
        abort(404)


@results.get("/d/<slug>/export")
def export_dialog(slug: str) -> Any:
    return _dialog(declaration_at(slug, Permission.EXPORT))


def _dialog(declaration: Declaration) -> Any:
    """The form with what was chosen; what cannot be right is said, and the file waits."""
    try:
        filters, errors = read_filters(declaration, request.args), {}
    except FiltersInvalid as invalid:
        filters, errors = Filters(), {field: str(ERRORS[field]) for field in invalid.fields}
    summary = _summarise(declaration, filters)
    page = render_template(
        "results/export.html", declaration=declaration, summary=summary, here="export", errors=errors,
        edition_number=summary.about.edition, chosen=request.args, kinds=list(Kind), names=list(Names),
        purposes=list(Purpose), purpose=purpose_of(summary), annexes=list(Annex),
        preview=None if errors else _preview(declaration, summary),
        picture_url=_with_choice(declaration, "results.first_page"),
    )  # fmt: skip
    return page, 422 if errors else 200


def _preview(declaration: Declaration, summary: Summary) -> Preview:
    with words.speaking(declaration.language), words.calling(declaration):
        return to_preview(summary)


@results.get("/d/<slug>/export/seite.png")
@limiter.limit(PREVIEWS)
def first_page(slug: str) -> Any:
    """The first page of the document that was chosen, as the PDF has it."""
    declaration = declaration_at(slug, Permission.EXPORT)

    def answer(filters: Filters) -> Response:
        return Response(_preview(declaration, _summarise(declaration, filters)).picture, mimetype="image/png")

    return _with_filters(declaration, answer)


def _with_filters(declaration: Declaration, answer: Callable[[Filters], Any]) -> Any:
    try:
        filters = read_filters(declaration, request.args)
    except FiltersInvalid:
        return _dialog(declaration)
    return answer(filters)


@results.get("/d/<slug>/export.<file_format>")
@limiter.limit(FILES)
def download(slug: str, file_format: str) -> Any:
    declaration = declaration_at(slug, Permission.EXPORT)
    if file_format not in WRITERS:
        abort(404)

    def answer(filters: Filters) -> Any:
        person = viewer()
        if names_people(file_format, filters):
            # Who said what, on a stick or in a mail: not for whoever sits at an open browser.
            require_proof()
        if is_long(person, declaration, file_format, filters):
            return order_file(declaration, file_format, filters)
        made = export(person, declaration, file_format, filters, current_app.config["BASE_URL"])
        after_page(lambda: note_names(person, declaration, file_format, filters))
        after_page(lambda: note_export(person, declaration))
        response = attachment(made.content, WRITERS[file_format].content_type, made.name)
        if made.readme:
            response.headers["Link"] = f'<{_columns_url(declaration)}>; rel="describedby"; type="text/html"'
        return response

    return _with_filters(declaration, answer)


@results.get("/d/<slug>/export/spalten")
def columns(slug: str) -> Any:
    """What stands beside the table on the command line: what each column means, and the state of the file."""
    declaration = declaration_at(slug, Permission.EXPORT)

    def answer(filters: Filters) -> str:
        summary = _summarise(declaration, filters)
        return render_template(
            "results/columns.html", declaration=declaration, summary=summary, here="export",
            edition_number=summary.about.edition, meanings=meanings(), hints=how_to_read(),
            text_url=_columns_url(declaration, "results.columns_text"),
        )  # fmt: skip

    return _with_filters(declaration, answer)


@results.get("/d/<slug>/export/spalten.txt")
def columns_text(slug: str) -> Any:
    declaration = declaration_at(slug, Permission.EXPORT)

    def answer(filters: Filters) -> Response:
        summary = _summarise(declaration, filters)
        name = file_name(summary, "csv")
        with words.speaking(declaration.language):
            return attachment(readme(summary, name).encode(), "text/plain; charset=utf-8", f"{name}.README.txt")

    return _with_filters(declaration, answer)


def _columns_url(declaration: Declaration, endpoint: str = "results.columns") -> str:
    return _with_choice(declaration, endpoint)


def _with_choice(declaration: Declaration, endpoint: str) -> str:
    """An address with what was chosen here."""
    chosen = {field: request.args[field] for field in FIELDS if request.args.get(field)}
    return url_for(endpoint, slug=declaration.slug, **chosen)  # type: ignore[arg-type]


def attachment(content: bytes, content_type: str, name: str) -> Response:
    response = Response(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# The pages of the archive and of longer files register themselves with the blueprint above.
from deliberation.results.views import archive  # noqa: E402, F401
from deliberation.results.views.exports import order_file  # noqa: E402

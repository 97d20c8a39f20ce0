"""The results page, the export dialog and the files."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, request, url_for
from flask_babel import lazy_gettext as _l

from deliberation.annotations.models import Kind
from deliberation.declarations.editions import load_editions
from deliberation.declarations.models import Declaration, current_edition, find_declaration
from deliberation.labels import call_as
from deliberation.permissions import Permission, require
from deliberation.results import chart, words
from deliberation.results.actions import mark_results_seen, note_export, note_names
from deliberation.results.annotated import ANNOTATED
from deliberation.results.archive.snapshots import FOLDER, load_snapshots, read_snapshot
from deliberation.results.exports import export, export_annotated, file_name
from deliberation.results.filters import FIELDS, Filters, FiltersInvalid, Names, read_edition, read_filters
from deliberation.results.headline import headline_sentence
from deliberation.results.models import Snapshot
from deliberation.results.page import load_results
from deliberation.results.summary import Summary, summarise
from deliberation.results.writers import WRITERS
from deliberation.results.writers.columns import how_to_read, meanings, readme
from deliberation.urls import archive_url
from deliberation.web import FILES, after_page, limiter, require_proof, viewer

results = Blueprint("results", __name__)

LIST_MAX = 5
LISTS = ("agreed", "disputed", "unanswered", "outcomes")
PURPOSES = ("report", "data")
ERRORS = {
    "thesis": _l("Diese These gibt es in dieser Erklärung nicht."),
    "edition": _l("Diese Fassung gibt es nicht. Gemeint ist eine Zahl, zum Beispiel 1."),
    "since": _l("Das ist kein Datum. Beispiel: 2026-11-23"),
    "kind": _l("Diese Art von Anmerkung gibt es nicht."),
    "names": _l("Bitte wählen Sie, wie Pseudonyme erscheinen sollen."),
}


@results.context_processor
def _speech() -> dict[str, Any]:
    """What every template of this feature speaks with."""
    return {"words": words, "headline_sentence": headline_sentence}


def _declaration(slug: str, permission: Permission) -> Declaration:
    declaration = find_declaration(slug) or abort(404)
    require(viewer(), Permission.READ, declaration)
    require(viewer(), permission, declaration)
    call_as(declaration)
    return declaration


def _summarise(declaration: Declaration, filters: Filters | None = None) -> Summary:
    _mark_seen(declaration)
    return summarise(viewer(), declaration, filters, current_app.config["BASE_URL"])


def _mark_seen(declaration: Declaration) -> None:
    """What the person sees here she knows when she votes afterwards."""
    person = viewer()
    membership = person.membership_in(declaration.id) if person.is_signed_in else None
    if membership is not None and membership.results_seen_at is None:
        after_page(lambda: mark_results_seen(person, declaration))


@results.get("/d/<slug>/results")
def show(slug: str) -> str:
    declaration = _declaration(slug, Permission.READ)
    edition = _wanted_edition(declaration)
    _mark_seen(declaration)
    page = load_results(viewer(), declaration, edition, current_app.config["BASE_URL"])
    everything = request.args.get("all")
    return render_template(
        "results/show.html", declaration=declaration, page=page, summary=page.summary, here="results", chart=chart,
        edition_number=page.summary.about.edition, list_max=LIST_MAX, everything=everything if everything in LISTS else "",
    )  # fmt: skip


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
    return _dialog(_declaration(slug, Permission.EXPORT))


def _dialog(declaration: Declaration) -> Any:
    """The form with what was chosen; what cannot be right is said, and the file waits."""
    try:
        filters, errors = read_filters(declaration, request.args), {}
    except FiltersInvalid as invalid:
        filters, errors = Filters(), {field: str(ERRORS[field]) for field in invalid.fields}
    purpose = request.args.get("purpose")
    summary = _summarise(declaration, filters)
    page = render_template(
        "results/export.html", declaration=declaration, summary=summary, here="export", errors=errors,
        edition_number=summary.about.edition, chosen=request.args, kinds=list(Kind), names=list(Names),
        purpose=purpose if purpose in PURPOSES else PURPOSES[0], preview="preview" in request.args and not errors,
    )  # fmt: skip
    return page, 422 if errors else 200


def _with_filters(declaration: Declaration, answer: Callable[[Filters], Any]) -> Any:
    try:
        filters = read_filters(declaration, request.args)
    except FiltersInvalid:
        return _dialog(declaration)
    return answer(filters)


@results.get("/d/<slug>/export.<file_format>")
@limiter.limit(FILES)
def download(slug: str, file_format: str) -> Any:
    declaration = _declaration(slug, Permission.EXPORT)
    # Chosen by a button, in a form that has a purpose already.
    is_annotated = "annotated" in request.args.getlist("purpose")
    if file_format not in (ANNOTATED if is_annotated else WRITERS):
        abort(404)
    write = export_annotated if is_annotated else export

    def answer(filters: Filters) -> Response:
        person = viewer()
        if filters.names == Names.PSEUDONYMS:
            # Who said what, on a stick or in a mail: not for whoever sits at an open browser.
            require_proof()
        made = write(person, declaration, file_format, filters, current_app.config["BASE_URL"])
        after_page(lambda: note_names(person, declaration, filters))
        after_page(lambda: note_export(person, declaration))
        response = _attachment(made.content, made.mimetype, made.name)
        if made.readme:
            response.headers["Link"] = f'<{_columns_url(declaration)}>; rel="describedby"; type="text/html"'
        return response

    return _with_filters(declaration, answer)


@results.get("/d/<slug>/archive")
def archive(slug: str) -> str:
    """Every state that was kept, for everybody who reads the declaration; what is gone stays in the list."""
    declaration = _declaration(slug, Permission.READ)
    return _archive_page(declaration, load_snapshots(viewer(), declaration))


@results.get("/d/<slug>/archive/<int:number>")
def snapshot(slug: str, number: int) -> str:
    """The address by which a state is cited."""
    declaration = _declaration(slug, Permission.READ)
    found = [one for one in load_snapshots(viewer(), declaration) if one.number == number]
    return _archive_page(declaration, found or abort(404), only=number)


def _archive_page(declaration: Declaration, snapshots: Sequence[Snapshot], only: int = 0) -> str:
    return render_template(
        "results/archive.html", declaration=declaration, snapshots=snapshots, only=only, here="archive",
        edition_number=current_edition(declaration).number,
        address=f"{current_app.config['BASE_URL']}{archive_url(declaration)}",
    )  # fmt: skip


@results.get("/d/<slug>/archive/<int:number>.zip")
@limiter.limit(FILES)
def snapshot_file(slug: str, number: int) -> Any:
    declaration = _declaration(slug, Permission.READ)
    content = read_snapshot(viewer(), declaration, number, Path(current_app.instance_path) / FOLDER)
    if content is None:
        abort(404)
    return _attachment(content, "application/zip", f"{slug}-archiv-{number}.zip")


@results.get("/d/<slug>/export/spalten")
def columns(slug: str) -> Any:
    """What stands beside the table on the command line: what each column means, and the state of the file."""
    declaration = _declaration(slug, Permission.EXPORT)

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
    declaration = _declaration(slug, Permission.EXPORT)

    def answer(filters: Filters) -> Response:
        summary = _summarise(declaration, filters)
        name = file_name(summary, "csv")
        with words.speaking(declaration.language):
            return _attachment(readme(summary, name).encode(), "text/plain", f"{name}.README.txt")

    return _with_filters(declaration, answer)


def _columns_url(declaration: Declaration, endpoint: str = "results.columns") -> str:
    chosen = {field: request.args[field] for field in FIELDS if request.args.get(field)}
    return url_for(endpoint, slug=declaration.slug, **chosen)  # type: ignore[arg-type]


def _attachment(content: bytes, mimetype: str, name: str) -> Response:
    is_text = mimetype.startswith("text/") or mimetype == "application/json"
    response = Response(content, content_type=f"{mimetype}; charset=utf-8" if is_text else mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

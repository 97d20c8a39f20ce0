"""Files that take longer: ordering one, its page with how far it is, fetching it, letting it be."""

from typing import Any

from flask import abort, current_app, flash, redirect, render_template, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from deliberation.database import db, set_reading
from deliberation.declarations.editions import load_editions
from deliberation.declarations.models import Declaration
from deliberation.permissions import Permission
from deliberation.results import export_jobs, shelf
from deliberation.results.actions import note_export, note_names
from deliberation.results.export_jobs import FAULTS, OPEN_MAX, Folder, TooMany
from deliberation.results.filters import Filters, FiltersInvalid, read_filters
from deliberation.results.models import ExportJob
from deliberation.results.views import declaration_at, results
from deliberation.results.writers import WRITERS, names_people
from deliberation.web import FILES, after_page, limiter, require_proof, unlisted, viewer

FORMATS = {
    "csv": _l("Tabelle (CSV)"),
    "xlsx": _l("Arbeitsmappe (Excel, LibreOffice)"),
    "json": _l("Daten (JSON)"),
    "jsonl": _l("Daten, eine Zeile je Anmerkung (JSON Lines)"),
    "jsonld": _l("Web-Anmerkungen (JSON-LD)"),
    "polis": _l("Dateien für Polis"),
    "docx": _l("Word-Datei"),
    "pdf": _l("PDF"),
    "odt": _l("ODT (LibreOffice)"),
    "html": _l("Webseite (HTML)"),
    "md": _l("Markdown"),
    "annotated.docx": _l("Text mit allen Anmerkungen, für Word"),
    "annotated.pdf": _l("Text mit allen Anmerkungen, zum Drucken (PDF)"),
    "annotated.html": _l("Text mit allen Anmerkungen, als Seite (HTML)"),
    "archive": _l("Archiv mit allem Öffentlichen (ZIP)"),
}
"""What a file is called; a format without a name of its own is called by its ending."""


def order_file(declaration: Declaration, file_format: str, filters: Filters) -> Any:
    """Have it made, and lead to its page. An address that is opened again leads to the same page while the file is made, so
    this may be a link: it changes nothing but one's own list, and that is short."""
    person = viewer()
    # What was read until here is let go, so that writing waits its turn.
    db.session.commit()
    set_reading(False)
    try:
        job = export_jobs.order(person, declaration, file_format, filters)
    except TooMany:
        return _list(declaration, too_many=True), 409
    return redirect(url_for("results.export_job", slug=declaration.slug, key=job.key), 303)


@results.get("/d/<slug>/exports")
def export_jobs_list(slug: str) -> Any:
    return _list(declaration_at(slug, Permission.EXPORT))


def _list(declaration: Declaration, too_many: bool = False) -> str:
    jobs = export_jobs.load_jobs(viewer(), declaration)
    return render_template(
        "results/jobs.html", declaration=declaration, jobs=jobs, formats=FORMATS, most=OPEN_MAX if too_many else 0,
        here="export", edition_number=_edition(declaration),
    )  # fmt: skip


def _edition(declaration: Declaration) -> int:
    return max(one.number for one in load_editions(declaration))


def _job(slug: str, key: str) -> ExportJob:
    """One's own; that of somebody else is not there."""
    return export_jobs.find_job(viewer(), declaration_at(slug, Permission.EXPORT), key) or abort(404)


@results.get("/d/<slug>/exports/<key>")
def export_job(slug: str, key: str) -> str:
    job = _job(slug, key)
    return render_template(
        "results/job.html", declaration=job.declaration, job=job, formats=FORMATS, here="export",
        is_outdated=job.is_done and (export_jobs.is_outdated(job) or not shelf.has(_path(job))),
        fault=_(FAULTS[job.fault]) if job.fault else "", edition_number=_edition(job.declaration),
        again=url_for("results.download", slug=slug, file_format=job.file_format, **job.filters),
    )  # fmt: skip


def _path(job: ExportJob) -> Any:
    return Folder.of(current_app.instance_path).file(job)


@results.get("/d/<slug>/exports/<key>/file")
@limiter.limit(FILES)
def export_file(slug: str, key: str) -> Any:
    """The file, if everything in it may still be read; else its page says why not."""
    job, person = _job(slug, key), viewer()
    if not job.is_done or export_jobs.is_outdated(job) or not shelf.has(_path(job)):
        return redirect(url_for("results.export_job", slug=slug, key=key), 303)
    filters = _filters(job)
    if names_people(job.file_format, filters):
        require_proof()
    after_page(lambda: note_names(person, job.declaration, job.file_format, filters))
    after_page(lambda: note_export(person, job.declaration))
    mimetype = WRITERS[job.file_format].content_type
    response = send_file(shelf.take(_path(job)), mimetype, as_attachment=True, download_name=job.name, etag=False)
    response.content_length = job.size
    return unlisted(response)


def _filters(job: ExportJob) -> Filters:
    try:
        return read_filters(job.declaration, job.filters)
    except FiltersInvalid:
        abort(404)


@results.post("/d/<slug>/exports/<key>/cancel")
def cancel_export(slug: str, key: str) -> Response:
    job = _job(slug, key)
    flash(_("Die Datei ist gelöscht.") if job.is_done else _("Abgebrochen. Es entsteht keine Datei."), "done")
    export_jobs.cancel(viewer(), job)
    return redirect(url_for("results.export_jobs_list", slug=slug), 303)


@results.get("/exports/<key>")
def find_export(key: str) -> Response:
    """The address in the mail, which says nothing of what it is about."""
    job = export_jobs.find_own(viewer(), key) or abort(404)
    return redirect(url_for("results.export_job", slug=job.declaration.slug, key=key), 303)

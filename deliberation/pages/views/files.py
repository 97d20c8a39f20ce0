"""Pictures and documents of pages: handing them out, taking them in, describing and removing them."""

import io
from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deliberation.annotations.views import readable_declaration
from deliberation.database import db
from deliberation.declarations.models import Declaration
from deliberation.pages import files
from deliberation.pages.attaching import load_events_with
from deliberation.pages.files import FileRefused
from deliberation.pages.forms import FileForm
from deliberation.pages.models import PageFile
from deliberation.pages.views import editable_declaration, pages
from deliberation.permissions import Permission, require
from deliberation.site import writing
from deliberation.web import viewer


@pages.get("/d/<slug>/file/<name>")
def file(slug: str, name: str) -> Response:
    return _hand_out(files.find_file(readable_declaration(slug), name) or abort(404))


@pages.get("/file/<name>")
def site_file(name: str) -> Response:
    return _hand_out(files.find_file(None, name) or abort(404))


def _hand_out(found: PageFile) -> Response:
    """In whole or the part that was asked for. A document is saved: what shows it is not ours."""
    if not files.may_open(viewer(), found):
        abort(404)
    response = send_file(
        io.BytesIO(b"".join(files.read_file(found))), found.kind, etag=found.digest,
        as_attachment=found.kind == "application/pdf", download_name=found.name, conditional=True,
    )  # fmt: skip
    # Like any page it is asked about each time: what is taken back must not stand elsewhere.
    del response.headers["Cache-Control"]
    return response


@pages.route("/d/<slug>/office/pages/files", methods=["GET", "POST"])
def file_desk(slug: str) -> Any:
    declaration = editable_declaration(slug)
    here = url_for("pages.file_desk", slug=slug)
    return _desk(declaration, here, lambda *given: files.add_looked(viewer(), declaration, *given))


@pages.route("/d/<slug>/office/pages/files/<name>", methods=["GET", "POST"])
def edit_file(slug: str, name: str) -> Any:
    declaration = editable_declaration(slug)
    found = files.find_file(declaration, name) or abort(404)
    return _edit(declaration, found, url_for("pages.file_desk", slug=slug), lambda: files.remove_file(viewer(), found))


@pages.route("/operator/files", methods=["GET", "POST"])
def site_file_desk() -> Any:
    require(viewer(), Permission.RUN_SITE)
    return _desk(None, url_for("pages.site_file_desk"), lambda *given: writing.add_file(viewer(), *given))


@pages.route("/operator/files/<name>", methods=["GET", "POST"])
def edit_site_file(name: str) -> Any:
    require(viewer(), Permission.RUN_SITE)
    found = files.find_file(None, name) or abort(404)
    return _edit(None, found, url_for("pages.site_file_desk"), lambda: writing.remove_file(viewer(), found))


def _desk(declaration: Declaration | None, here: str, add: Callable[[bytes, PageFile], PageFile]) -> Any:
    form = FileForm()
    if request.method == "POST" and form.validate():
        sent = form.file.data
        # Looked into while nobody waits for us.
        db.session.commit()
        try:
            looked = files.look_at(sent.read() if sent else b"", sent.filename if sent else "", form.description.data)
            kept = add(*looked)
            flash(_("„%(name)s“ ist da.", name=kept.name), "done")
            return redirect(here, 303)
        except FileRefused as refused:
            form.refuse(refused)
    shown = render_template(
        "office/files.html", declaration=declaration, form=form, found=files.load_files(declaration), desk=here,
        here="office" if declaration else "operator",
    )  # fmt: skip
    return shown, 422 if form.errors else 200


def _edit(declaration: Declaration | None, found: PageFile, desk: str, remove: Callable[[], None]) -> Any:
    """Other words for it, or gone."""
    form = FileForm(description=found.description)
    if request.method == "POST" and form.validate():
        try:
            if "remove" in request.form:
                remove()
                flash(_("Die Datei ist gelöscht."), "done")
                return redirect(desk, 303)
            files.describe(viewer(), found, form.description.data)
            flash(_("Gespeichert."), "done")
            return redirect(request.path, 303)
        except FileRefused as refused:
            form.refuse(refused)
    shown = render_template(
        "office/file.html", declaration=declaration, form=form, file=found, desk=desk,
        users=[*files.load_users(found), *load_events_with(found)],
        here="office" if declaration else "operator",
    )  # fmt: skip
    return shown, 422 if form.errors else 200

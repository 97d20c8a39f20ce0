"""How a deliberation ends: closing it, keeping it in the archive, and going on from it with a new one."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deliberation.annotations.positions import change_phase
from deliberation.annotations.views import readable_declaration
from deliberation.declarations import archive
from deliberation.declarations.forms.ending import CloneForm
from deliberation.declarations.models import find_declaration
from deliberation.declarations.views import declarations
from deliberation.moderation.cloning import clone
from deliberation.moderation.leftover import load_leftover
from deliberation.permissions import Permission, Phase, may, require
from deliberation.urls import declaration_url
from deliberation.web import viewer


@declarations.get("/d/<slug>/office/close")
def close(slug: str) -> str:
    declaration = readable_declaration(slug)
    left = load_leftover(viewer(), declaration)
    return render_template("office/close.html", declaration=declaration, left=left, here="office", current="close")


@declarations.post("/d/<slug>/office/close")
def close_now(slug: str) -> Response:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.CHANGE_SETTINGS, declaration)
    if not declaration.is_closed:
        change_phase(viewer(), declaration, Phase.CLOSED)
        flash(_("Die Beratung ist beendet. Alles bleibt lesbar."), "done")
    return redirect(url_for("declarations.close", slug=slug), 303)


@declarations.post("/d/<slug>/office/archive")
def keep(slug: str) -> Response:
    declaration = readable_declaration(slug)
    if request.form.get("archive") == "out":
        if archive.take_out(viewer(), declaration):
            flash(_("Die Erklärung steht wieder unter den anderen."), "done")
    elif archive.archive(viewer(), declaration):
        flash(_("Die Erklärung steht jetzt im Archiv. Sie bleibt unter derselben Adresse lesbar."), "done")
    return redirect(url_for("declarations.close", slug=slug), 303)


@declarations.route("/d/<slug>/office/clone", methods=["GET", "POST"])
def as_pattern(slug: str) -> Response:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.CHANGE_SETTINGS, declaration)
    require(viewer(), Permission.CREATE_DECLARATION)
    form = CloneForm(title=declaration.title)
    if request.method == "POST":
        sent = _already_made(form)
        if sent is None and form.validate():
            sent = declaration_url(clone(viewer(), declaration, form.slug.data, form.title.data))
            flash(_("Der neue Entwurf ist angelegt. Nur das Team sieht ihn, und das sind bisher Sie."), "done")
        if sent:
            return redirect(sent, 303)
    page = render_template("office/clone.html", declaration=declaration, form=form, here="office", current="clone")
    return make_response(page, 422 if form.errors else 200)


def _already_made(form: CloneForm) -> str | None:
    """Where the first sending of the same form led."""
    made = find_declaration(form.slug.data or "")
    is_own = made is not None and made.is_draft and may(viewer(), Permission.CHANGE_SETTINGS, made)
    return declaration_url(made) if made is not None and is_own and made.title == form.title.data else None

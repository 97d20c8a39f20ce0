"""The link to a draft: making and ending it, and what whoever has it sees."""

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deliberation.annotations.overview import load_parts
from deliberation.annotations.views import readable_declaration
from deliberation.declarations import showing
from deliberation.declarations.forms.ending import LinkForm
from deliberation.declarations.models import find_declaration
from deliberation.declarations.views import declarations
from deliberation.permissions import Permission, require
from deliberation.urls import declaration_url
from deliberation.web import unlisted, viewer


@declarations.route("/d/<slug>/office/preview", methods=["GET", "POST"])
def draft_link(slug: str) -> Response:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.SHOW_DRAFT, declaration)
    form, made = LinkForm(), ""
    if request.method == "POST" and form.validate():
        made = showing.make_link(viewer(), declaration, form.days.data, form.form_key.data or "")
    page = render_template(
        "office/preview.html", declaration=declaration, form=form, made=made, here="office", current="preview"
    )
    return make_response(page, 422 if form.errors else 200)


@declarations.post("/d/<slug>/office/preview/revoke")
def revoke_draft_link(slug: str) -> Response:
    declaration = readable_declaration(slug)
    if showing.revoke_link(viewer(), declaration):
        flash(_("Der Link gilt nicht mehr."), "done")
    return redirect(url_for("declarations.draft_link", slug=slug), 303)


@declarations.get("/d/<slug>/draft/<token>")
def shown_draft(slug: str, token: str) -> Response:
    """Unknown, ended and revoked links look the same as a declaration that is not there."""
    declaration = find_declaration(slug)
    if declaration is None or not showing.opens(declaration, token):
        abort(404)
    if not declaration.is_draft:
        return redirect(declaration_url(declaration), 303)
    page = render_template("declarations/shown_draft.html", draft=declaration, parts=load_parts(declaration))
    return unlisted(make_response(page))

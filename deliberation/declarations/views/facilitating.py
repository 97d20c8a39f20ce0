"""Links for tables in a room: making and ending them. What whoever leads a table does with hers stands in `meetings`."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deliberation.annotations.views import readable_declaration
from deliberation.declarations import facilitating
from deliberation.declarations.facilitating import DayInvalid, TooManyTables
from deliberation.declarations.forms.office import TableForm
from deliberation.declarations.models import load_paragraphs
from deliberation.declarations.views import declarations
from deliberation.permissions import Permission, require
from deliberation.web import limiter, viewer


@declarations.route("/d/<slug>/office/tables", methods=["GET", "POST"])
@limiter.limit("120 per hour", methods=["POST"])
def tables(slug: str) -> Response:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.INVITE, declaration)
    form, made = TableForm(), ""
    if request.method == "POST" and form.validate():
        name, key = form.name.data or "", form.form_key.data or ""
        try:
            made = facilitating.make_link(viewer(), declaration, name, form.day.data, key)
            form, table = TableForm(formdata=None, day=form.day.data), name
        except DayInvalid:
            form.day.errors = (_("Ein Tisch trifft sich frühestens heute und spätestens in einem Jahr."),)
        except TooManyTables:
            form.name.errors = (_("Mehr als %(most)s Tische gehen nicht. Widerrufen Sie zuerst einen.", most=facilitating.MOST),)
    page = render_template(
        "office/tables.html", declaration=declaration, form=form, made=made, here="office", current="tables",
        table=table if made else "", links=facilitating.load_links(viewer(), declaration),
        first=load_paragraphs([thesis.id for thesis in declaration.numbered_theses])[0],
    )  # fmt: skip
    return make_response(page, 422 if form.errors else 200)


@declarations.post("/d/<slug>/office/tables/<key>/revoke")
def revoke_table(slug: str, key: str) -> Response:
    if facilitating.revoke(viewer(), readable_declaration(slug), key):
        flash(_("Der Link gilt nicht mehr."), "done")
    return redirect(url_for("declarations.tables", slug=slug), 303)

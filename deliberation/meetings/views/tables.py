"""What whoever leads a table has in front of her on that day: steps, text, and a form that works through a bad connection."""

from typing import Any

from flask import abort, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deliberation.accounts.models import random_key
from deliberation.annotations.overview import load_parts
from deliberation.declarations import facilitating
from deliberation.declarations.models import Declaration, find_declaration
from deliberation.meetings import protocols
from deliberation.meetings.forms import KINDS, ProtocolForm
from deliberation.meetings.protocols import ProtocolInvalid
from deliberation.meetings.views import meetings
from deliberation.permissions import Facilitator, Outdated
from deliberation.web import limiter, unlisted

ENTRIES = "300 per hour"
"""A room of tables behind one network address."""


@meetings.route("/tisch/<token>", methods=["GET", "POST"])
@limiter.limit(ENTRIES, methods=["POST"])
def table(token: str) -> Response:
    """For the one day, also where the declaration is private. Of what people wrote only this table's own is here."""
    facilitator = _facilitator(token)
    declaration = find_declaration(facilitator.table.declaration.slug) or abort(404)
    form = ProtocolForm(form_key=random_key())
    is_program = request.accept_mimetypes.best == "application/json"
    if request.method != "POST":
        return _page(token, facilitator, declaration, form)
    paragraph = protocols.find_place(declaration, form.paragraph)
    if not form.validate() or paragraph is None:
        if paragraph is None:
            form.refuse("place", "place")
        return _refused(form) if is_program else _page(token, facilitator, declaration, form)
    if request.form.get("action") == "preview":
        return _page(token, facilitator, declaration, form, read_back=paragraph)
    try:
        made = protocols.enter(facilitator, paragraph, form.to_protocol(), form.form_key.data or random_key())
    except (Outdated, ProtocolInvalid):
        form.place.errors = (_("Der Absatz wurde inzwischen geändert. Lesen Sie ihn bitte noch einmal vor."),)
        return _refused(form) if is_program else _page(token, facilitator, declaration, form)
    if is_program:
        return jsonify(number=made.id)
    flash(_("Eingetragen. Danke an den Tisch."), "done")
    return redirect(url_for("meetings.table", token=token, _anchor="eingetragen"), 303)


def _facilitator(token: str) -> Facilitator:
    return Facilitator(facilitating.find_link(token) or abort(404))


def _refused(form: ProtocolForm) -> Response:
    """For the queue in the tab: what is wrong, in words."""
    words = [str(field.errors[0]) for field in form if field.errors]
    answer = jsonify(problem=" ".join(words))
    answer.status_code = 422
    return answer


def _page(
    token: str, facilitator: Facilitator, declaration: Declaration, form: ProtocolForm, read_back: Any = None
) -> Response:
    entered = protocols.load_own(facilitator)
    page = render_template(
        "meetings/table.html",
        text=declaration, parts=load_parts(declaration), link=facilitator.table, form=form, token=token, kinds=KINDS,
        read_back=read_back, entered=entered, said={one.id: protocols.words_of(one) for one in entered},
    )  # fmt: skip
    return unlisted(make_response(page, 422 if form.errors else 200))


@meetings.post("/tisch/<token>/<int:number>/undo")
def undo(token: str, number: int) -> Response:
    facilitator = _facilitator(token)
    protocol = protocols.find_own(facilitator, number) or abort(404)
    if protocols.take_back(facilitator, protocol):
        flash(_("Zurückgenommen. Es zählt nicht mehr."), "done")
    return redirect(url_for("meetings.table", token=token, _anchor="eingetragen"), 303)

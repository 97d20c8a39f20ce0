"""Deleting a declaration: asking, confirming, taking back; and what stands at the address afterwards."""

from contextlib import suppress
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import DatabaseError
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from deliberation.annotations.views import readable_declaration
from deliberation.declarations.forms.ending import DeleteForm
from deliberation.declarations.models import is_gone
from deliberation.declarations.views import declarations
from deliberation.errors import error_page, kept_text
from deliberation.filters import day
from deliberation.permissions import Permission, require
from deliberation.privacy import deletion
from deliberation.settings import setting
from deliberation.web import viewer


@declarations.route("/d/<slug>/office/delete", methods=["GET", "POST"])
def ask_deletion(slug: str) -> Response:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.CHANGE_SETTINGS, declaration)
    form = DeleteForm(declaration)
    if request.method == "POST":
        require(viewer(), Permission.ASK_DELETION, declaration)
        if form.validate():
            deletion.ask(viewer(), declaration)
            flash(_("Beantragt. Gelöscht wird erst, wenn eine zweite Person es bestätigt."), "done")
            return redirect(url_for("declarations.ask_deletion", slug=slug), 303)
    page = render_template(
        "office/delete.html", declaration=declaration, form=form, asked=deletion.find_deletion(declaration),
        others=deletion.other_organisers(viewer(), declaration), days=deletion.DAYS, here="office", current="delete",
    )  # fmt: skip
    return make_response(page, 422 if form.errors else 200)


@declarations.post("/d/<slug>/office/delete/confirm")
def confirm_deletion(slug: str) -> Response:
    declaration = readable_declaration(slug)
    if deletion.confirm(viewer(), declaration, setting("DEFAULT_LOCALE")) is None:
        require(viewer(), Permission.CHANGE_SETTINGS, declaration)
        flash(_("Der Antrag wurde inzwischen zurückgenommen. Es wird nichts gelöscht."), "info")
    elif declaration.delete_on is not None:
        flash(_("Bestätigt. Die Erklärung wird am %(day)s gelöscht.", day=day(declaration.delete_on)), "done")
    return redirect(url_for("declarations.ask_deletion", slug=slug), 303)


@declarations.post("/d/<slug>/office/delete/back")
def take_deletion_back(slug: str) -> Response:
    declaration = readable_declaration(slug)
    if deletion.take_back(viewer(), declaration):
        flash(_("Zurückgenommen. Die Erklärung bleibt."), "done")
    return redirect(url_for("declarations.ask_deletion", slug=slug), 303)


@declarations.app_errorhandler(404)
def absent(_error: NotFound) -> Any:
    """What was deleted says so, instead of looking as if it had never been."""
    slug = (request.view_args or {}).get("slug")
    if slug is not None:
        with suppress(DatabaseError):
            if is_gone(slug):
                return error_page(410)
    return error_page(404, kept=kept_text())

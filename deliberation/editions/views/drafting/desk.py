"""The desk itself: beginning, every button, the note, and throwing the draft away."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _

from deliberation.annotations.views import readable_declaration
from deliberation.declarations.models import EditionDraft, current_edition
from deliberation.declarations.preview import ActRefused, Place
from deliberation.editions.arranging import perform, restore
from deliberation.editions.desk import load_desk
from deliberation.editions.drafting import (
    NothingToUndo,
    begin_anew,
    begin_draft,
    discard_draft,
    find_draft,
    keep_note,
    undo,
)
from deliberation.editions.forms import NoteForm, VersionForm, read_act
from deliberation.editions.views import editions
from deliberation.editions.views.drafting import back, back_outdated, back_refused, own_draft, render
from deliberation.permissions import Outdated, Permission, require
from deliberation.urls import next_edition_url
from deliberation.web import viewer


@editions.get("/d/<slug>/editions/draft")
def draft(slug: str) -> Any:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.READ_NEXT_EDITION, declaration)
    found = find_draft(declaration)
    if found is None:
        return render_template(
            "editions/begin.html",
            declaration=declaration, edition_number=current_edition(declaration).number, here="redaction",
        )  # fmt: skip
    return _render(found, NoteForm(formdata=None, note=found.note, seen=found.note))


def _render(found: EditionDraft, form: NoteForm, **context: Any) -> str:
    desk = load_desk(
        viewer(),
        found,
        request.args.get("page", 0, type=int),
        request.args.get("at", ""),
        request.values.get("show") == "changed",
    )
    return render("draft", found, desk=desk, form=form, **context)


@editions.post("/d/<slug>/editions")
def begin(slug: str) -> Any:
    declaration = readable_declaration(slug)
    begin_draft(viewer(), declaration)
    return redirect(next_edition_url(declaration), 303)


@editions.post("/d/<slug>/editions/draft")
def change_draft(slug: str) -> Any:
    """Every button of the desk. A page that is out of date does nothing, and is followed by the present one."""
    found = own_draft(slug)
    name, place, number = read_act(request.form)
    if name == "note":
        return _keep_note(found)
    version = VersionForm().seen_version
    try:
        if name == "restore":
            return back(found, restore(viewer(), found, number, version), "restore")
        if name == "undo":
            undo(viewer(), found, version)
            return back(found, None, "undo")
        if name == "anew":
            begin_anew(viewer(), found)
            return back(found)
        return back(found, perform(viewer(), found, name, place, version), name)
    except Outdated:
        return back_outdated(found)
    except NothingToUndo:
        flash(_("Es gibt nichts mehr rückgängig zu machen."), "warning")
        return back(found)
    except ActRefused:
        return back_refused(found, place if place.thesis >= 0 else Place(0))


def _keep_note(found: EditionDraft) -> Any:
    form = NoteForm()
    if not form.validate():
        return _render(found, form), 422
    try:
        keep_note(viewer(), found, form.note.data or "", form.seen.data or "")
    except Outdated:
        form.seen.data = found.note
        return _render(found, form, other_note=found.note), 409
    flash(_("Der Text zur Fassung ist gespeichert."), "done")
    return back(found)


@editions.route("/d/<slug>/editions/draft/discard", methods=["GET", "POST"])
def discard(slug: str) -> Any:
    found = own_draft(slug)
    form = VersionForm(version=found.version)
    if request.method == "GET":
        return render("discard", found, form=form)
    try:
        discard_draft(viewer(), found, form.seen_version)
    except Outdated:
        return back_outdated(found)
    flash(_("Der Entwurf ist verworfen. Die Erklärung ist geblieben, wie sie war."), "done")
    return redirect(next_edition_url(found.declaration), 303)

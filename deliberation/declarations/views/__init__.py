"""The way into a declaration, its whole text, and what its organiser does: bringing it in, opening it."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from deliberation.annotations import visits
from deliberation.annotations.overview import load_landing
from deliberation.annotations.positions import change_phase
from deliberation.annotations.views import readable_declaration
from deliberation.database import db
from deliberation.declarations import preview, unsaved
from deliberation.declarations.forms import (
    SHAPE_HINTS,
    SHAPE_LABELS,
    ImportForm,
    ParticularsForm,
    PhaseForm,
    SheetEdit,
    read_act,
    read_sheet,
)
from deliberation.declarations.importing import (
    NOTES,
    REFUSALS,
    SHAPES,
    ImportRefused,
    from_json,
    read_to_keep,
    split_in_cage,
)
from deliberation.declarations.models import ImportPreview
from deliberation.labels import phase_hint
from deliberation.permissions import Activity, Permission, Phase, require
from deliberation.proposals.ballots import count_ballots
from deliberation.urls import declaration_url
from deliberation.web import after_page, limiter, viewer

declarations = Blueprint("declarations", __name__)


@declarations.get("/d/<slug>")
def landing(slug: str) -> str:
    declaration = readable_declaration(slug)
    page = load_landing(viewer(), declaration)
    if page.visit_due:
        after_page(lambda: visits.mark_visit(viewer(), declaration))
    return render_template(
        "declarations/landing.html",
        page=page, declaration=declaration, news=page.news, edition_number=page.edition_number, here="text",
        ballots=0 if declaration.allows(Activity.ANNOTATE) else count_ballots(declaration),
    )  # fmt: skip


@declarations.get("/import")
def import_upload() -> str:
    require(viewer(), Permission.CREATE_DECLARATION)
    return _render_upload(ImportForm(formdata=None))


@declarations.post("/import")
@limiter.limit("60 per hour")
def import_read() -> Any:
    """Read a file or pasted words in the cage and keep what came of it."""
    require(viewer(), Permission.CREATE_DECLARATION)
    form = ImportForm()
    if not form.validate():
        return _render_upload(form), 422
    sent = unsaved.find_sent(viewer(), form.form_key.data or "")
    if sent is not None:
        return redirect(url_for("declarations.import_preview", key=sent.key), 303)
    _let_go()
    try:
        draft, source = read_to_keep(*_uploaded(form), form.shape.data or "auto")
    except ImportRefused as refused:
        form.refuse(_(REFUSALS[refused.reason], **refused.details))
        return _render_upload(form), 422
    kept = unsaved.keep_import(viewer(), draft, source, form.form_key.data or "")
    return redirect(url_for("declarations.import_preview", key=kept.key), 303)


def _uploaded(form: ImportForm) -> tuple[bytes, str]:
    if form.has_file:
        return form.file.data.read(), form.file.data.filename
    return form.pasted.encode(), "text.txt"


def _let_go() -> None:
    """End the transaction before the cage runs for seconds: others must not wait for the write lock."""
    db.session.commit()


def _render_upload(form: ImportForm) -> str:
    return render_template(
        "declarations/import.html",
        form=form,
        waiting=unsaved.load_imports(viewer()),
        shape_labels=SHAPE_LABELS,
        shape_hints=SHAPE_HINTS,
    )


@declarations.get("/import/<key>")
def import_preview(key: str) -> Any:
    kept = _own_import(key)
    if kept.declaration is not None:
        return redirect(declaration_url(kept.declaration), 303)
    draft = from_json(kept.draft)
    return _render_preview(kept, SheetEdit(draft), ParticularsForm(formdata=None, **kept.fields))


@declarations.post("/import/<key>")
def import_change(key: str) -> Any:
    """Every button of the preview: first what was typed is taken over, then the act is done."""
    kept = _own_import(key)
    if kept.declaration is not None:
        return redirect(declaration_url(kept.declaration), 303)
    name, place = read_act(request.form)
    if name == "discard":
        return _discard(kept)
    form = ParticularsForm()
    kept.fields = form.to_fields()
    if request.form.get("version") != str(kept.version):
        flash(_("Die Vorschau war schon weiter. Hier ist der neue Stand; bitte sehen Sie noch einmal hin."), "warning")
        return _back(kept, place)
    edit = read_sheet(request.form, from_json(kept.draft))
    if edit.problems:
        return _render_preview(kept, edit, form), 422
    return _OTHER_ACTS.get(name, _edit)(kept, edit, name, place, form)


def _edit(kept: ImportPreview, edit: SheetEdit, name: str, place: preview.Place, _form: Any) -> Any:
    try:
        done = preview.perform(edit.draft, name, place)
    except preview.ActRefused:
        flash(_("Das geht an dieser Stelle nicht."), "warning")
        done, name = preview.Edit(edit.draft, place), ""
    unsaved.change_import(viewer(), kept, done.draft, name, place)
    return _back(kept, done.place, name)


def _save(kept: ImportPreview, edit: SheetEdit, _name: str, _place: preview.Place, _form: Any) -> Any:
    place = edit.first_changed
    unsaved.change_import(viewer(), kept, edit.draft, "save", place or preview.Place(0))
    return _back(kept, place, "save")


def _show_page(kept: ImportPreview, edit: SheetEdit, _name: str, place: preview.Place, _form: Any) -> Any:
    unsaved.change_import(viewer(), kept, edit.draft, "save", edit.first_changed or place)
    return redirect(url_for("declarations.import_preview", key=kept.key, page=place.thesis + 1) + "#text", 303)


def _undo(kept: ImportPreview, _sheet: SheetEdit, _name: str, _place: preview.Place, _form: Any) -> Any:
    try:
        return _back(kept, unsaved.step_back(viewer(), kept), "undo")
    except unsaved.NothingToUndo:
        flash(_("Es gibt nichts mehr rückgängig zu machen."), "warning")
        return _back(kept, None)


def _count_anew(kept: ImportPreview, edit: SheetEdit, name: str, _place: preview.Place, _form: Any) -> Any:
    done = preview.count_anew(edit.draft, preview.Place(0))
    unsaved.change_import(viewer(), kept, done.draft, name, done.place)
    return _back(kept, done.place, name)


def _split_anew(kept: ImportPreview, edit: SheetEdit, name: str, _place: preview.Place, _form: Any) -> Any:
    shape, source, version = request.form.get("shape", ""), kept.source, kept.version
    if shape not in SHAPES:
        abort(422)
    _let_go()
    try:
        draft = preview.to_editable(split_in_cage(source, shape))
    except ImportRefused as refused:
        flash(_(REFUSALS[refused.reason], **refused.details), "error")
        return _back(kept, None)
    kept = _own_import(kept.key)
    if kept.version != version or kept.declaration is not None:
        return _back(kept, None)
    unsaved.change_import(viewer(), kept, edit.draft, "save", preview.Place(0))
    unsaved.change_import(viewer(), kept, draft, name, preview.Place(0))
    return _back(kept, preview.Place(0), name)


def _create(kept: ImportPreview, edit: SheetEdit, _name: str, _place: preview.Place, form: Any) -> Any:
    if not form.validate():
        return _render_preview(kept, edit, form), 422
    if not preview.count_numbered(edit.draft):
        flash(_("Mindestens ein Teil muss eine These mit Nummer sein."), "warning")
        return _save(kept, edit, "", preview.Place(0), form)
    unsaved.change_import(viewer(), kept, edit.draft, "save", edit.first_changed or preview.Place(0))
    declaration = unsaved.store_import(viewer(), kept, form.to_particulars())
    flash(
        _(
            "Die Erklärung ist angelegt. Sie ist ein Entwurf, den nur das Team sieht. Wenn alles stimmt, öffnen Sie "
            "die Beratung auf dieser Seite unter „Phase ändern“."
        ),
        "done",
    )
    return redirect(declaration_url(declaration), 303)


def _discard(kept: ImportPreview) -> Any:
    unsaved.discard_import(viewer(), kept)
    flash(_("Die Vorschau ist verworfen."), "done")
    return redirect(url_for("declarations.import_upload"), 303)


_OTHER_ACTS = {
    "save": _save,
    "page": _show_page,
    "undo": _undo,
    "count": _count_anew,
    "split": _split_anew,
    "create": _create,
}


def _own_import(key: str) -> ImportPreview:
    kept = unsaved.find_import(viewer(), key)
    if kept is None:
        abort(404)
    return kept


def _back(kept: ImportPreview, place: preview.Place | None, did: str = "") -> Any:
    """The preview again, at the thesis or paragraph that something was done to."""
    at = f"{place.thesis + 1}" + (f"-{place.paragraph + 1}" if place.paragraph >= 0 else "") if place else None
    return redirect(
        url_for(
            "declarations.import_preview",
            key=kept.key,
            page=preview.page_of(place) if place else request.form.get("page", type=int),
            at=at,
            did=did or None,
            _anchor=f"teil-{at}" if at else None,
        ),
        303,
    )


def _render_preview(kept: ImportPreview, edit: SheetEdit, form: Any) -> str:
    page = request.values.get("page", 1, type=int)
    return render_template(
        "declarations/import_preview.html",
        kept=kept,
        form=form,
        edit=edit,
        sheet=preview.to_sheet(edit.draft, page),
        notes=[
            _(NOTES[note.code], count=note.count) for note in edit.draft.notes if not note.code.startswith("split_")
        ],
        shape_labels=SHAPE_LABELS,
        typed=request.form,
        keep_days=unsaved.KEEP_DAYS,
    )


@declarations.route("/d/<slug>/phase", methods=["GET", "POST"])
def phase(slug: str) -> Any:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.CHANGE_SETTINGS, declaration)
    form = PhaseForm(phase=declaration.phase.value, ends_on=declaration.phase_ends_on)
    if request.method == "POST" and form.validate():
        change_phase(viewer(), declaration, Phase(form.phase.data), form.ends_on.data)
        flash(_("Gespeichert. %(hint)s", hint=phase_hint(declaration.phase)), "done")
        return redirect(declaration_url(declaration), 303)
    page = render_template("declarations/phase.html", declaration=declaration, form=form, here="text")
    return page, 422 if request.method == "POST" else 200


# The pages register themselves with the blueprint above.
from deliberation.declarations.views import (  # noqa: E402, F401
    accepting,
    calling,
    deleting,
    easy,
    ending,
    facilitating,
    glossary,
    invitations,
    office,
    showing,
    text,
)

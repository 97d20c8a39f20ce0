"""Bringing in a whole revised text as the next edition."""

from collections.abc import Mapping
from typing import Any

from flask import flash, render_template, request
from flask_babel import gettext as _

from deliberation.annotations.views import readable_declaration
from deliberation.database import db, set_reading
from deliberation.declarations.changes import ChangeState
from deliberation.declarations.forms import SHAPE_HINTS, SHAPE_LABELS
from deliberation.declarations.importing import NOTES, REFUSALS, DraftDeclaration, ImportRefused, read_in_cage
from deliberation.declarations.models import Declaration, EditionDraft, current_edition
from deliberation.editions.desk import count_changes
from deliberation.editions.drafting import begin_draft, find_draft, is_stale
from deliberation.editions.forms import UploadForm
from deliberation.editions.laying import lay_beside, to_continuation
from deliberation.editions.views import editions
from deliberation.editions.views.drafting import back, back_outdated
from deliberation.labels import label
from deliberation.permissions import Outdated, Permission, require
from deliberation.web import limiter, viewer


@editions.route("/d/<slug>/editions/draft/file", methods=["GET", "POST"])
@limiter.limit("60 per hour", methods=["POST"])
def upload(slug: str) -> Any:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.EDIT_TEXT, declaration)
    draft = find_draft(declaration)
    form = UploadForm(version=draft.version if draft else None)
    if draft is not None and is_stale(draft):
        return back_outdated(draft)
    if request.method == "GET":
        return _render(declaration, draft, form)
    if not form.validate():
        return _render(declaration, draft, form), 422
    try:
        revised = _read(form)
    except ImportRefused as refused:
        form.refuse(_(REFUSALS[refused.reason], **refused.details))
        return _render(declaration, draft, form), 422
    return _lay_beside(declaration, revised, form)


def _render(declaration: Declaration, draft: EditionDraft | None, form: UploadForm) -> str:
    return render_template(
        "editions/upload.html",
        declaration=declaration, draft=draft, form=form, shape_labels=SHAPE_LABELS, shape_hints=SHAPE_HINTS,
        edition_number=current_edition(declaration).number, here="redaction",
    )  # fmt: skip


def _read(form: UploadForm) -> DraftDeclaration:
    # The cage may run for seconds: others must not wait for the write lock.
    db.session.commit()
    content, name = (
        (form.file.data.read(), form.file.data.filename) if form.has_file else (form.pasted.encode(), "text.txt")
    )
    return read_in_cage(content, name, form.shape.data or "auto")


def _lay_beside(declaration: Declaration, revised: DraftDeclaration, form: UploadForm) -> Any:
    set_reading(True)
    laid = to_continuation(current_edition(declaration), revised)
    db.session.commit()
    set_reading(False)
    is_first = find_draft(declaration) is None
    draft = begin_draft(viewer(), declaration)
    try:
        lay_beside(viewer(), draft, laid, draft.version if is_first else form.seen_version)
    except Outdated:
        return back_outdated(draft)
    _tell(draft, revised)
    return back(draft, None, "upload")


def _tell(draft: EditionDraft, revised: DraftDeclaration) -> None:
    """What was matched, and what the file had that a text cannot keep."""
    number, counts = draft.edition.number, count_changes(draft)
    flash(
        _("Ihr Text ist eingelesen und mit Fassung %(number)s verglichen: %(counts)s. Sehen Sie bitte nach, ob alles "
          "richtig zugeordnet ist.", number=number, counts=in_words(counts)),
        "done",
    )  # fmt: skip
    if 2 * counts[ChangeState.GONE] > sum(counts.values()) - counts[ChangeState.NEW]:
        flash(
            _("Mehr als die Hälfte der Absätze fehlt in Ihrem Text und wäre gestrichen. War das wirklich der ganze Text? Mit "
              "„Rückgängig“ bekommen Sie den Entwurf zurück."),
            "warning",
        )  # fmt: skip
    notes = [_(NOTES[one.code], count=one.count) for one in revised.notes if not one.code.startswith("split_")]
    if notes:
        flash(" ".join(notes), "warning")


def in_words(counts: Mapping[ChangeState, int]) -> str:
    """`12 unverändert, 3 neu gefasst`, in the order of the enumeration."""
    return ", ".join(f"{counts[state]} {label(state)}" for state in ChangeState if counts[state])

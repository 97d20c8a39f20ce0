"""Putting a misprint right in the edition in force."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deliberation.annotations.views import readable_declaration
from deliberation.declarations.lines import from_source, to_lines, to_source
from deliberation.declarations.models import (
    Declaration,
    Paragraph,
    current_edition,
    find_paragraph,
    find_thesis,
    load_paragraphs,
)
from deliberation.editions.correcting import NothingCorrected, TooMuch, correct_misprint
from deliberation.editions.forms import CorrectionForm, to_number
from deliberation.editions.views import editions
from deliberation.permissions import Outdated, Permission, require
from deliberation.text import word_diff
from deliberation.urls import place_url
from deliberation.web import viewer

PROBLEMS = {
    NothingCorrected: _l("Sie haben nichts geändert."),
    TooMuch: _l(
        "Das ist mehr als ein Tippfehler. Berichtigen lassen sich nur wenige Buchstaben; die Sätze und die Liste "
        "bleiben, wie sie sind. Für andere Worte machen Sie bitte eine neue Fassung."
    ),
}


@editions.get("/d/<slug>/correction")
def choose_correction(slug: str) -> Any:
    """All paragraphs to choose from; with `place` the form for one of them."""
    declaration = readable_declaration(slug)
    require(viewer(), Permission.EDIT_TEXT, declaration)
    t, _dot, p = request.args.get("place", "").partition(".")
    if t and p:
        return redirect(url_for("editions.correction", slug=slug, t=t, p=p), 303)
    paragraphs = load_paragraphs([thesis.id for thesis in declaration.theses])
    return render_template(
        "editions/choose_correction.html",
        declaration=declaration, paragraphs=paragraphs, edition_number=current_edition(declaration).number,
        here="redaction",
    )  # fmt: skip


@editions.route("/d/<slug>/<t>/<p>/correction", methods=["GET", "POST"])
def correction(slug: str, t: str, p: str) -> Any:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.EDIT_TEXT, declaration)
    paragraph = _find(declaration, t, p)
    form = CorrectionForm(source=to_source(paragraph.wording.parts), seen=paragraph.wording_id)
    if request.method == "GET":
        return _render(paragraph, form)
    if _is_done(paragraph, form):
        return _thanks(paragraph)
    if not form.validate():
        return _render(paragraph, form), 422
    if request.form.get("action") == "preview":
        return _render(paragraph, form, diff=_diff(paragraph, form))
    try:
        correct_misprint(viewer(), paragraph, form.source.data, form.reason.data, to_number(form.seen.data))
    except (TooMuch, NothingCorrected) as refused:
        form.source.errors = (PROBLEMS[type(refused)],)
        return _render(paragraph, form, diff=_diff(paragraph, form), is_too_much=isinstance(refused, TooMuch)), 422
    except Outdated:
        form.seen.data = paragraph.wording_id
        return _render(paragraph, form, is_outdated=True), 409
    return _thanks(paragraph)


def _find(declaration: Declaration, t: str, p: str) -> Paragraph:
    thesis = find_thesis(declaration, t) or abort(404)
    paragraph = find_paragraph(thesis, p)
    return paragraph if paragraph is not None and not paragraph.is_removed else abort(404)


def _is_done(paragraph: Paragraph, form: CorrectionForm) -> bool:
    """The button was pressed twice: the words are there already."""
    is_other = to_number(form.seen.data) != paragraph.wording_id
    return is_other and to_source(from_source(form.source.data or "")) == to_source(paragraph.wording.parts)


def _thanks(paragraph: Paragraph) -> Any:
    flash(_("Berichtigt. Alle können nachlesen, was vorher da stand und warum es geändert ist."), "done")
    return redirect(place_url(paragraph.thesis, paragraph, f"absatz-{paragraph.thesis.number}-{paragraph.number}"), 303)


def _diff(paragraph: Paragraph, form: CorrectionForm) -> Any:
    new = from_source(form.source.data or "", paragraph.wording.parts)
    return word_diff(paragraph.wording.text, " ".join(line.words for line in to_lines(new)))


def _render(paragraph: Paragraph, form: CorrectionForm, **context: Any) -> str:
    declaration = paragraph.declaration
    return render_template(
        "editions/correction.html",
        declaration=declaration, paragraph=paragraph, form=form, edition_number=current_edition(declaration).number,
        here="redaction", **context,
    )  # fmt: skip

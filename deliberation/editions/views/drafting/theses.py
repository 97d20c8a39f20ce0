"""Theses of the draft: a new one with its first paragraph, and the heading of one."""

from typing import Any

from flask import request

from deliberation.declarations.editions import numbered_next
from deliberation.declarations.importing import DraftDeclaration, DraftThesis
from deliberation.declarations.models import EditionDraft
from deliberation.declarations.preview import ActRefused, Place
from deliberation.editions import drafting
from deliberation.editions.forms import HeadingForm, ThesisForm
from deliberation.editions.views import editions
from deliberation.editions.views.drafting import (
    back,
    back_outdated,
    is_outdated_link,
    own_draft,
    render,
)
from deliberation.editions.views.drafting.words import source_of, typed_source
from deliberation.permissions import Outdated
from deliberation.web import viewer


@editions.route("/d/<slug>/editions/draft/<int:t>/new", methods=["GET", "POST"])
def new_thesis(slug: str, t: int) -> Any:
    """A new thesis behind another one; `t` 0 is before all."""
    draft = own_draft(slug)
    text = numbered_next(draft.declaration, drafting.text_of(draft))
    form = ThesisForm(version=draft.version)
    if request.method == "GET":
        is_late = is_outdated_link(draft) or t > len(text.theses)
        return back_outdated(draft, Place(t - 1)) if is_late else _render_new(draft, text, t, form)
    if form.seen_version != draft.version:
        if _is_there(text, t, form):
            return back(draft, Place(t), "insert")
        form.version.data = draft.version
        return _render_new(draft, text, t, form, "moved"), 409
    if not form.validate():
        return _render_new(draft, text, t, form), 422
    words, reason = form.source.data or "", form.reason.data or ""
    try:
        drafting.insert_thesis(viewer(), draft, t - 1, form.heading.data, words, draft.version, reason)
    except Outdated:
        return _render_new(draft, text, t, form, "stale"), 409
    except ActRefused:
        return _render_new(draft, text, t, form, "refused"), 409
    return back(draft, Place(t), "insert")


def _is_there(text: DraftDeclaration, index: int, form: ThesisForm) -> bool:
    """Whether the thesis stands there already: the button was pressed twice."""
    thesis = _at(text, index)
    if thesis is None or thesis.heading != form.heading.data:
        return False
    return [source_of(one) for one in thesis.paragraphs[:1]] == [typed_source(form)]


def _at(text: DraftDeclaration, index: int) -> DraftThesis | None:
    return text.theses[index] if 0 <= index < len(text.theses) else None


def _render_new(draft: EditionDraft, text: DraftDeclaration, t: int, form: ThesisForm, conflict: str = "") -> str:
    after = _at(text, t - 1)
    return render("thesis", draft, form=form, place=Place(t - 1), after=after, is_new=True, conflict=conflict)


@editions.route("/d/<slug>/editions/draft/<int:t>", methods=["GET", "POST"])
def draft_thesis(slug: str, t: int) -> Any:
    """The heading of a thesis."""
    draft = own_draft(slug)
    thesis = _at(numbered_next(draft.declaration, drafting.text_of(draft)), t - 1)
    if thesis is None or is_outdated_link(draft):
        return back_outdated(draft)
    form = HeadingForm(heading=thesis.heading, version=draft.version)
    if request.method == "GET":
        return _render_heading(draft, t, thesis, form)
    if form.seen_version != draft.version and form.heading.data != thesis.heading:
        form.version.data = draft.version
        return _render_heading(draft, t, thesis, form, "changed"), 409
    if not form.validate():
        return _render_heading(draft, t, thesis, form), 422
    try:
        drafting.rename(viewer(), draft, t - 1, form.heading.data, draft.version)
    except Outdated:
        return _render_heading(draft, t, thesis, form, "stale"), 409
    return back(draft, Place(t - 1), "save")


def _render_heading(draft: EditionDraft, t: int, thesis: DraftThesis, form: HeadingForm, conflict: str = "") -> str:
    return render("thesis", draft, form=form, place=Place(t - 1), thesis=thesis, conflict=conflict)

"""The words of a paragraph of the draft, and of a new one.

Somebody who typed for an hour loses nothing because a colleague changed another paragraph meanwhile; and where it was
the same one, both versions stand beside each other.
"""

from typing import Any

from flask import request

from deliberation.declarations.editions import numbered_next, to_parts
from deliberation.declarations.importing import DraftDeclaration, DraftParagraph
from deliberation.declarations.line_changes import LineChange, line_changes
from deliberation.declarations.lines import from_source, to_lines, to_source
from deliberation.declarations.models import EditionDraft
from deliberation.declarations.preview import ActRefused, Place
from deliberation.editions import drafting
from deliberation.editions.forms import ParagraphForm, to_number
from deliberation.editions.views import editions
from deliberation.editions.views.drafting import (
    back,
    back_outdated,
    back_refused,
    is_outdated_link,
    own_draft,
    render,
)
from deliberation.permissions import Outdated
from deliberation.web import viewer


@editions.route("/d/<slug>/editions/draft/<int:t>-<int:p>", methods=["GET", "POST"])
def draft_paragraph(slug: str, t: int, p: int) -> Any:
    draft, place = own_draft(slug), Place(t - 1, p - 1)
    text = numbered_next(draft.declaration, drafting.text_of(draft))
    if request.method == "POST":
        return _reword(draft, text, place)
    if is_outdated_link(draft):
        return back_outdated(draft, place)
    try:
        one = drafting.paragraph_at(text, place)
    except ActRefused:
        return back_refused(draft)
    source = source_of(one)
    form = ParagraphForm(
        formdata=None, source=source, reason=one.reason, seen=source, origin=one.origin, version=draft.version
    )
    return _render(draft, text, place, form, kept=one.adopted)


def source_of(paragraph: DraftParagraph) -> str:
    return to_source(to_parts(paragraph.units))


def typed_source(form: Any) -> str:
    """What was typed, as the field would show it when it is stored."""
    return to_source(from_source(form.source.data or ""))


def _reword(draft: EditionDraft, text: DraftDeclaration, place: Place) -> Any:
    form = ParagraphForm()
    kept = [to_number(one) for one in request.form.getlist("adopted")]
    if form.seen_version != draft.version:
        found = _find_again(text, to_number(form.origin.data), form.seen.data or "", place)
        if found is None:
            return _render(draft, text, place, form, conflict="gone", kept=kept), 409
        place, present = found, source_of(drafting.paragraph_at(text, found))
        if present == typed_source(form):
            return back(draft, place, "save")
        if not _is_same(present, form.seen.data):
            form.seen.data, form.version.data = present, draft.version
            return _render(draft, text, place, form, conflict="changed", kept=kept), 409
    if not form.validate():
        return _render(draft, text, place, form, kept=kept), 422
    if request.form.get("action") == "preview":
        return _render(draft, text, place, form, kept=kept, is_preview=True)
    try:
        words, reason = form.source.data or "", form.reason.data or ""
        drafting.reword(viewer(), draft, place, words, reason, draft.version, kept)
    except Outdated:
        return _render(draft, text, place, form, conflict="stale", kept=kept), 409
    except ActRefused:
        return _render(draft, text, place, form, conflict="gone", kept=kept), 409
    return back(draft, place, "save")


def _is_same(present: str, seen: str | None) -> bool:
    """Browsers send line ends of their own."""
    return present == to_source(from_source(seen or ""))


def _find_again(text: DraftDeclaration, origin: int, seen: str, place: Place) -> Place | None:
    """Where the paragraph is that a page was about, after the draft was changed: by its identity, else by its words."""
    places = [Place(t, p) for t, thesis in enumerate(text.theses) for p, _one in enumerate(thesis.paragraphs)]
    if origin > 0:
        return next((one for one in places if drafting.paragraph_at(text, one).origin == origin), None)
    new = [one for one in places if not drafting.paragraph_at(text, one).origin]
    same = [one for one in new if _is_same(source_of(drafting.paragraph_at(text, one)), seen)]
    if len(same) == 1:
        return same[0]
    return place if place in new else None


def _render(
    draft: EditionDraft,
    text: DraftDeclaration,
    place: Place,
    form: ParagraphForm,
    is_preview: bool = False,
    **context: Any,
) -> str:
    is_there = place.thesis < len(text.theses) and place.paragraph < len(text.theses[place.thesis].paragraphs)
    is_there = is_there and context.get("conflict") != "gone"
    one = drafting.paragraph_at(text, place) if is_there else None
    before = drafting.load_origin(draft, max(to_number(form.origin.data), 0))
    return render(
        "paragraph", draft, form=form, one=one, thesis=text.theses[place.thesis] if one else None, place=place,
        before=to_lines(to_parts(before.units)) if before else (), present=source_of(one) if one else "",
        lines=_compared(before, form) if is_preview else (), is_preview=is_preview, **context,
    )  # fmt: skip


def _compared(before: DraftParagraph | None, form: Any) -> tuple[LineChange, ...]:
    """What was typed, beside the words in force."""
    old = to_parts(before.units) if before else []
    return line_changes(to_lines(old), to_lines(from_source(form.source.data or "", old)))


@editions.route("/d/<slug>/editions/draft/<int:t>-<int:p>/new", methods=["GET", "POST"])
def new_paragraph(slug: str, t: int, p: int) -> Any:
    """A new paragraph behind another one; `p` 0 is the top of the thesis."""
    draft, place = own_draft(slug), Place(t - 1, p - 1)
    text = numbered_next(draft.declaration, drafting.text_of(draft))
    form = ParagraphForm(version=draft.version)
    try:
        drafting.need_gap(text, place)
        if request.method == "GET":
            return back_outdated(draft, place) if is_outdated_link(draft) else _render_new(draft, text, place, form)
        if form.seen_version != draft.version:
            return _insert_late(draft, text, place, form)
        if not form.validate():
            return _render_new(draft, text, place, form), 422
        if request.form.get("action") == "preview":
            return _render_new(draft, text, place, form, lines=_compared(None, form), is_preview=True)
        words, reason = form.source.data or "", form.reason.data or ""
        return back(draft, drafting.insert_after(viewer(), draft, place, words, reason, draft.version), "insert")
    except Outdated:
        return _render_new(draft, text, place, form, conflict="stale"), 409
    except ActRefused:
        top = Place(min(max(place.thesis, 0), len(text.theses) - 1))
        form.version.data = draft.version
        return back_refused(draft) if request.method == "GET" else (_render_new(draft, text, top, form, "moved"), 409)


def _insert_late(draft: EditionDraft, text: DraftDeclaration, place: Place, form: ParagraphForm) -> Any:
    """The page was opened before somebody changed the draft; or the button was pressed twice."""
    behind = text.theses[place.thesis].paragraphs[place.paragraph + 1 : place.paragraph + 2]
    if any(source_of(one) == typed_source(form) for one in behind):
        return back(draft, Place(place.thesis, place.paragraph + 1), "insert")
    form.version.data = draft.version
    return _render_new(draft, text, place, form, conflict="moved"), 409


def _render_new(
    draft: EditionDraft, text: DraftDeclaration, place: Place, form: Any, conflict: str = "", **context: Any
) -> str:
    thesis = text.theses[place.thesis]
    after = thesis.paragraphs[place.paragraph] if place.paragraph >= 0 else None
    return render(
        "paragraph", draft, form=form, one=None, thesis=thesis, after=after, place=place, is_new=True, before=(),
        conflict=conflict, **context,
    )  # fmt: skip

"""Where a paragraph of the draft is to stand, and which one of the edition in force it continues."""

from typing import Any

from flask import request

from deliberation.declarations.editions import load_text, numbered_next
from deliberation.declarations.models import EditionDraft
from deliberation.declarations.preview import ActRefused, Place
from deliberation.editions.arranging import move_to
from deliberation.editions.desk import to_place
from deliberation.editions.drafting import paragraph_at, text_of
from deliberation.editions.forms import PlaceForm
from deliberation.editions.laying import pair
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


@editions.route("/d/<slug>/editions/draft/<int:t>-<int:p>/move", methods=["GET", "POST"])
def move_paragraph(slug: str, t: int, p: int) -> Any:
    """`target` is "3-2" for behind paragraph 2 of thesis 3, "3-0" for its top."""
    draft = own_draft(slug)
    return _choose(draft, Place(t - 1, p - 1), "move")


@editions.route("/d/<slug>/editions/draft/<int:t>-<int:p>/pair", methods=["GET", "POST"])
def pair_paragraph(slug: str, t: int, p: int) -> Any:
    """`target` is the id of a paragraph of the edition in force, 0 for none."""
    draft = own_draft(slug)
    return _choose(draft, Place(t - 1, p - 1), "pair")


def _choose(draft: EditionDraft, place: Place, act: str) -> Any:
    form = PlaceForm(version=draft.version)
    if is_outdated_link(draft):
        return back_outdated(draft, place)
    try:
        if request.method == "POST" and form.validate():
            return _carry_out(draft, place, act, form)
        return _render(draft, place, act, form), 422 if request.method == "POST" else 200
    except Outdated:
        return back_outdated(draft)
    except ActRefused:
        return back_refused(draft, place)


def _carry_out(draft: EditionDraft, place: Place, act: str, form: PlaceForm) -> Any:
    if act == "move":
        target = to_place(form.target.data)
        return back(draft, move_to(viewer(), draft, place, target, form.seen_version), "move")
    pair(viewer(), draft, place, int(form.target.data.partition("-")[0]), form.seen_version)
    return back(draft, place, "pair")


def _render(draft: EditionDraft, place: Place, act: str, form: PlaceForm) -> str:
    numbered = numbered_next(draft.declaration, text_of(draft))
    one = paragraph_at(numbered, place)
    return render(
        act, draft, form=form, one=one, thesis=numbered.theses[place.thesis], place=place, text=numbered,
        before=load_text(draft.edition) if act == "pair" else None,
    )  # fmt: skip

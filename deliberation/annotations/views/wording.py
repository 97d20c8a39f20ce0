"""After an edition: the words that an annotation was written on, and one's stances on words that read differently now."""

from typing import Any

from flask import abort, redirect, render_template, request

from deliberation.annotations import former, mine, positions, standing
from deliberation.annotations.marks import load_marks
from deliberation.annotations.models import NUMBER_MAX, find_annotation
from deliberation.annotations.threads import Entry
from deliberation.annotations.views import (
    annotations,
    find_place,
    readable_annotation,
    readable_declaration,
    thread_context,
)
from deliberation.permissions import Permission, require
from deliberation.urls import annotation_act_url, place_url, safe_next, sign_in_url
from deliberation.web import viewer


@annotations.app_template_filter("situation")
def situation(entry: Entry) -> former.Situation | None:
    """What became of the words an annotation was written on."""
    return former.situation(entry)


@annotations.app_template_filter("has_lost_quote")
def has_lost_quote(entry: Entry) -> bool:
    return former.has_lost_quote(entry)


@annotations.get("/a/<int:number>/wording")
def wording(number: int) -> Any:
    """Replies were written on what their thread was written on."""
    annotation = readable_annotation(number)
    if annotation.is_reply:
        root = find_annotation(annotation.thread_number) or abort(404)
        return redirect(annotation_act_url(root, "wording"), 303)
    entry = mine.load_thread(viewer(), annotation) or abort(404)
    page = former.load_former(entry)
    return render_template(
        "annotations/wording.html",
        declaration=annotation.declaration, page=page, edition_number=page.edition.number, here="text",
        **thread_context([entry]),
    )  # fmt: skip


@annotations.get("/d/<slug>/stances")
def own_stances(slug: str) -> Any:
    declaration = readable_declaration(slug)
    past = standing.load_past(viewer(), declaration)
    marks = load_marks(viewer(), declaration)
    return render_template(
        "annotations/own_stances.html",
        declaration=declaration, stances=past, edition_number=marks.edition_number, here="text",
    )  # fmt: skip


@annotations.route("/d/<slug>/<t>/<p>/stance/past", methods=["GET", "POST"])
def past_stance(slug: str, t: str, p: str) -> Any:
    """Whether a stance on earlier words holds for the present ones."""
    place = find_place(slug, t, p)
    here = place_url(place.thesis, place.paragraph, "haltung")
    if request.method == "GET":
        return redirect(here if viewer().is_signed_in else sign_in_url(here), 303)
    require(viewer(), Permission.TAKE_STANCE, place.declaration)
    answers = {"keep": positions.keep_stance, "drop": positions.let_go}
    answer, since = answers.get(request.form.get("value", "")), request.form.get("since", type=int)
    if answer is None or since is None or not 0 < since <= NUMBER_MAX:
        abort(422)
    answer(viewer(), place.thesis, place.paragraph, since)
    back = safe_next(request.form.get("next"))
    return redirect(back if back != "/" else here, 303)

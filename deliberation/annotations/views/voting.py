"""Votes on annotations and stances on the text."""

from typing import Any

from flask import abort, redirect, request

from deliberation.accounts.models import random_key
from deliberation.annotations.actions import NotInForce
from deliberation.annotations.forms import AnnotationForm, StanceForm
from deliberation.annotations.models import StanceValue, VoteValue, find_brief
from deliberation.annotations.positions import cast_vote, take_stance
from deliberation.annotations.views import annotations, find_place, readable_annotation
from deliberation.annotations.views.gone import gone_page
from deliberation.annotations.views.writing import render_composer
from deliberation.urls import annotation_url, place_url, safe_next, sign_in_url
from deliberation.web import viewer


@annotations.route("/d/<slug>/<t>/<p>/stance", methods=["GET", "POST"])
def stance(slug: str, t: str, p: str) -> Any:
    place = find_place(slug, t, p)
    here = place_url(place.thesis, place.paragraph, "haltung")
    if request.method == "GET":
        return redirect(here if viewer().is_signed_in else sign_in_url(here), 303)
    if not place.is_in_force:
        return gone_page(place)
    form = StanceForm()
    if not form.validate():
        return render_composer(place, AnnotationForm(formdata=None, form_key=random_key()), stance_form=form), 422
    value = StanceValue(form.stance.data) if form.stance.data else None
    try:
        take_stance(viewer(), place.thesis, place.paragraph, value, form.reason.data or "")
    except NotInForce:
        return gone_page(place)
    return redirect(here, 303)


@annotations.route("/a/<int:number>/vote", methods=["GET", "POST"])
def vote(number: int) -> Any:
    annotation = readable_annotation(number, find_brief)
    here = f"{annotation_url(annotation)}#a-{number}"
    if request.method == "GET":
        return redirect(here if viewer().is_signed_in else sign_in_url(here), 303)
    value = request.form.get("vote")
    if value is None or (value and value not in {v.value for v in VoteValue}):
        abort(422)
    cast_vote(viewer(), annotation, VoteValue(value) if value else None)
    back = safe_next(request.form.get("next"))
    return redirect(f"{back}#a-{number}" if back != "/" else here, 303)

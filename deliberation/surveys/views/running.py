"""From opening to publishing: what an organiser does with a survey once its questions stand."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from deliberation.accounts.models import random_key
from deliberation.permissions import Permission, require
from deliberation.surveys import actions, opening
from deliberation.surveys.actions import SurveyRefused
from deliberation.surveys.forms import CodesForm
from deliberation.surveys.models import TextState
from deliberation.surveys.views import readable_survey, refusal, surveys
from deliberation.surveys.views.building import desk_url, own_survey
from deliberation.web import limiter, viewer


@surveys.post("/d/<slug>/survey/<int:number>/state")
def change_state(slug: str, number: int) -> Any:
    """`act`: open, close, publish, unpublish or remove."""
    survey = own_survey(slug, number)
    acts = {
        "open": (opening.open_survey, _("Die Umfrage ist offen. Ihre Fragen bleiben jetzt, wie sie sind.")),
        "close": (opening.close_survey, _("Die Umfrage ist beendet und ausgezählt. Das Ergebnis sieht bis jetzt nur das Team.")),
        "publish": (opening.publish, _("Das Ergebnis ist veröffentlicht.")),
        "unpublish": (opening.unpublish, _("Das Ergebnis sieht jetzt nur noch das Team.")),
        "remove": (actions.remove_survey, _("Die Umfrage ist gelöscht.")),
    }
    wanted = request.form.get("act", "")
    verb, said = acts.get(wanted) or abort(422)
    try:
        verb(viewer(), survey)
        flash(said, "done")
    except SurveyRefused as refused:
        flash(refusal(refused), "error")
    else:
        if wanted == "remove":
            return redirect(url_for("surveys.index", slug=slug), 303)
    return redirect(desk_url(survey), 303)


@surveys.route("/d/<slug>/survey/<int:number>/codes", methods=["GET", "POST"])
@limiter.limit("60 per hour", methods=["POST"])
def codes(slug: str, number: int) -> Any:
    """Codes are shown this once."""
    survey = own_survey(slug, number)
    form, made = CodesForm(), list[str]()
    if request.method == "POST" and form.validate():
        try:
            made = opening.make_codes(viewer(), survey, form.amount.data, form.form_key.data or random_key())
            form = CodesForm(formdata=None)
        except SurveyRefused as refused:
            form.amount.errors = (refusal(refused),)
    page = render_template(
        "surveys/codes.html", declaration=survey.declaration, survey=survey, form=form, made=made, here="survey",
        count=opening.count_codes(survey),
    )  # fmt: skip
    return page, 422 if form.errors else 200


@surveys.route("/d/<slug>/survey/<int:number>/texts", methods=["GET", "POST"])
def texts(slug: str, number: int) -> Any:
    """What people wrote, one look at each: `text` and `act` show or keep."""
    survey = readable_survey(slug, number)
    require(viewer(), Permission.REVIEW_SURVEY_TEXTS, survey)
    if request.method == "POST":
        given = request.form.get("text", "")
        text = opening.find_text(survey, int(given)) if given.isascii() and given.isdigit() and len(given) < 10 else None
        state = {"show": TextState.SHOWN, "keep": TextState.KEPT_BACK}.get(request.form.get("act", ""))
        if text is None or state is None:
            abort(422)
        opening.review_text(viewer(), survey, text, state)
        return redirect(url_for("surveys.texts", slug=slug, number=number, _anchor=f"text-{text.id}"), 303)
    return render_template(
        "surveys/texts.html", declaration=survey.declaration, survey=survey, here="survey",
        texts=opening.load_texts(viewer(), survey), questions={item.id: item for item in survey.items},
    )  # fmt: skip

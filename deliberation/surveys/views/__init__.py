"""Surveys: the list of them, answering, building, and what came of each."""

from typing import Any

from flask import Blueprint, abort, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deliberation.annotations.views import readable_declaration
from deliberation.permissions import Permission, may
from deliberation.results.words import decimal
from deliberation.surveys import published, returning, words
from deliberation.surveys.actions import SurveyRefused
from deliberation.surveys.models import Item, Survey, find_survey
from deliberation.surveys.results import load_shelf
from deliberation.web import viewer

# They enter themselves where archives are made and read.
assert published
assert returning

surveys = Blueprint("surveys", __name__)

REFUSALS = {
    "frozen": _l("Die Umfrage ist schon geöffnet. Ihre Fragen bleiben jetzt, wie sie sind."),
    "number": _l("Mehr geht nicht."),
    "day_past": _l("Dieser Tag ist schon vorbei."),
    "empty": _l("Es gibt noch keine Frage."),
    "depends": _l("Davon hängt „%(words)s“ ab. Ändern Sie zuerst dort die Bedingung."),
    "backward": _l("„%(words)s“ hängt von einer Antwort ab, die erst danach käme. So geht die Reihenfolge nicht."),
    "code": _l("Codes gibt es nur, wenn man laut „Rahmen“ mit Code teilnimmt, und solange die Umfrage nicht beendet ist."),
}


def refusal(refused: SurveyRefused) -> str:
    """Why something about a survey cannot be done, for the organiser."""
    return str(_(str(REFUSALS[refused.reason]), words=refused.item.words if refused.item else ""))


def readable_survey(slug: str, number: int) -> Survey:
    """A survey of a declaration that the person may read; drafts are there for those who build them."""
    survey = find_survey(readable_declaration(slug), number) or abort(404)
    if survey.is_draft and not may(viewer(), Permission.EDIT_SURVEY, survey.declaration):
        abort(404)
    return survey


@surveys.app_template_filter("answer_words")
def answer_words(item: Item) -> dict[str, str]:
    """What each answer of a question is called, by its key."""
    return words.answer_words(item)


@surveys.app_template_filter("item_kind")
def item_kind(item: Any) -> str:
    return words.kind_words()[getattr(item, "kind", item)]


@surveys.app_template_filter("percent")
def percent(value: float) -> str:
    return decimal(value)


@surveys.app_template_filter("survey_method")
def survey_method(survey: Survey) -> Any:
    """How the figures came about: (what, in words)."""
    return words.method(survey)


@surveys.get("/d/<slug>/survey")
def index(slug: str) -> str:
    declaration = readable_declaration(slug)
    is_editor = may(viewer(), Permission.EDIT_SURVEY, declaration)
    return render_template(
        "surveys/index.html", declaration=declaration, here="survey",
        shelf=load_shelf(viewer(), declaration, may(viewer(), Permission.SEE_TEAM_LOG, declaration)), is_editor=is_editor,
    )  # fmt: skip


from deliberation.surveys.views import answering, building, running, showing  # noqa: E402, F401


"""Answering: one question after the other, without an account, with or without script."""

from typing import Any

from flask import abort, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from deliberation.accounts.models import random_key
from deliberation.annotations.patterns import find_hits
from deliberation.permissions import Permission, require
from deliberation.surveys import answering
from deliberation.surveys.actions import SurveyRefused
from deliberation.surveys.answering import AnswerInvalid
from deliberation.surveys.branching import asked, sections_of
from deliberation.surveys.models import Item, ItemKind, Sheet, Survey
from deliberation.surveys.views import readable_survey, surveys
from deliberation.surveys.views.building import own_survey
from deliberation.web import BEGUN, limiter, unlisted, viewer

BEGINNINGS = "600 per hour"
"""For one network address: a whole house can sit behind it, and codes are guarded by what they are."""
ANSWERS = "1200 per minute; 60000 per hour"
NO_ANSWER = "none"

PROBLEMS = {
    "choose": _l("Wählen Sie bitte eine Antwort oder „Keine Angabe“."),
    "number": _l("Schreiben Sie bitte eine Zahl, zum Beispiel 12 oder 19,5."),
    "range": _l("Bitte eine Zahl von %(low)s bis %(high)s."),
    "long": _l("Das ist zu lang. Höchstens 1000 Zeichen."),
}


def _key(survey: Survey) -> str:
    """Where a browser keeps the code of its sheet."""
    return f"{BEGUN}survey-{survey.id}"


def _sheet(survey: Survey) -> Sheet | None:
    return answering.find_sheet(survey, session.get(_key(survey), ""))


def _url(survey: Survey, endpoint: str, **more: Any) -> str:
    return url_for(f"surveys.{endpoint}", slug=survey.declaration.slug, number=survey.number, **more)


@surveys.get("/d/<slug>/survey/<int:number>")
def show(slug: str, number: int) -> str:
    survey = readable_survey(slug, number)
    return render_template(
        "surveys/show.html", declaration=survey.declaration, survey=survey, here="survey", sheet=_sheet(survey)
    )


@surveys.route("/d/<slug>/survey/<int:number>/begin", methods=["GET", "POST"])
@limiter.limit(BEGINNINGS, methods=["POST"])
def begin(slug: str, number: int) -> Any:
    """Start, or go on with a code that was written down (`resume`)."""
    survey = readable_survey(slug, number)
    require(viewer(), Permission.ANSWER_SURVEY, survey)
    problem = ""
    if request.method == "POST":
        typed = answering.plain_code(request.form.get("resume", "")[:100])
        if request.form.get("act") == "resume":
            sheet = answering.find_sheet(survey, typed)
            if sheet is not None:
                session[_key(survey)] = typed
                return redirect(_next_url(survey, sheet), 303)
            problem = _("Mit diesem Code gibt es hier nichts, was noch offen ist. Prüfen Sie bitte, ob er ganz dasteht.")
        else:
            try:
                given, key = request.form.get("entrance", "")[:100], request.form.get("form_key", "")[:64] or random_key()
                session[_key(survey)] = answering.begin(viewer(), survey, given, key)
                return redirect(_url(survey, "fill", q=1), 303)
            except SurveyRefused:
                problem = _("Diesen Code gibt es nicht, oder jemand hat ihn schon benutzt.")
    page = render_template(
        "surveys/begin.html", declaration=survey.declaration, survey=survey, problem=problem, here="survey", sheet=_sheet(survey)
    )
    return page, 422 if problem else 200


def _next_url(survey: Survey, sheet: Sheet) -> str:
    """Where somebody goes on: at the first question she has said nothing to, else at the end."""
    left = answering.open_questions(survey, sheet)
    return _url(survey, "fill", q=survey.questions.index(left[0]) + 1) if left else _url(survey, "send")


@surveys.route("/d/<slug>/survey/<int:number>/q/<int:q>", methods=["GET", "POST"])
@limiter.limit(ANSWERS, methods=["POST"])
def fill(slug: str, number: int, q: int) -> Any:
    """One question. `answer` is repeated where there are several, `go` says where to: next, back, later or end."""
    survey = readable_survey(slug, number)
    require(viewer(), Permission.ANSWER_SURVEY, survey)
    sheet, item = _sheet(survey), _question(survey, q)
    if sheet is None:
        return redirect(_url(survey, "begin"), 303)
    if item not in asked(survey.items, sheet.answers):
        return redirect(_next_url(survey, sheet), 303)
    if request.method == "GET":
        return _page(survey, sheet, item)
    go = request.form.get("go", "next")
    problem = _keep(survey, sheet, item, is_forward=go == "next")
    if problem:
        return _page(survey, sheet, item, problem), 422
    return redirect(_way(survey, sheet, item, go), 303)


def _question(survey: Survey, q: int) -> Item:
    questions = survey.questions
    return questions[q - 1] if 0 < q <= len(questions) else abort(404)


def _keep(survey: Survey, sheet: Sheet, item: Item, is_forward: bool) -> str:
    """Store what was sent; what is wrong with it, in words. Whoever goes back need not answer first."""
    given = request.form.getlist("answer")
    if NO_ANSWER in given or request.form.get("none"):
        answering.keep(viewer(), survey, sheet, item, None)
        return ""
    try:
        answer = answering.read_answer(item, given)
    except AnswerInvalid as invalid:
        if invalid.reason == "choose" and not any(one.strip() for one in given):
            if item.is_required and is_forward:
                return str(PROBLEMS["choose"])
            answering.leave_out(viewer(), survey, sheet, item)
            return ""
        return str(_(str(PROBLEMS[invalid.reason]), low=item.low, high=item.high))
    answering.keep(viewer(), survey, sheet, item, answer)
    return ""


def _way(survey: Survey, sheet: Sheet, item: Item, go: str) -> str:
    reached = asked(survey.items, sheet.answers)
    place = reached.index(item)
    if go == "later":
        return _url(survey, "later")
    if go == "back":
        return _url(survey, "fill", q=survey.questions.index(reached[place - 1]) + 1) if place else _url(survey, "show")
    if go == "end" or place + 1 == len(reached):
        return _url(survey, "send")
    return _url(survey, "fill", q=survey.questions.index(reached[place + 1]) + 1)


def _page(survey: Survey, sheet: Sheet, item: Item, problem: str = "") -> str:
    reached = asked(survey.items, sheet.answers)
    place = reached.index(item)
    section = sections_of(survey.items).get(item.id)
    before = sections_of(survey.items).get(reached[place - 1].id) if place else None
    key = str(item.id)
    text = answering.words_of(sheet, item) if item.kind is ItemKind.TEXT else ""
    given = request.form.getlist("answer") if problem else None
    return render_template(
        "surveys/fill.html", declaration=survey.declaration, survey=survey, item=item, place=place + 1, total=len(reached),
        section=section if section is not before else None, problem=problem, here="survey",
        number=survey.questions.index(item) + 1, answer=sheet.answers.get(key), is_answered=key in sheet.answers, given=given,
        text=given[0] if given else text, hits=find_hits(text) if text else [], is_preview=False,
        code=answering.spelled(session[_key(survey)]) if not sheet.answers else "",
    )  # fmt: skip


@surveys.get("/d/<slug>/survey/<int:number>/preview/<int:q>")
def preview(slug: str, number: int, q: int) -> str:
    """A question as people will see it; nothing is stored."""
    survey = own_survey(slug, number)
    item = _question(survey, q)
    sections = sections_of(survey.items)
    return render_template(
        "surveys/fill.html", declaration=survey.declaration, survey=survey, item=item, place=q, total=len(survey.questions),
        section=sections.get(item.id), problem="", here="survey", number=q, answer=None, is_answered=False, given=None, text="",
        hits=[], is_preview=True, code="",
    )  # fmt: skip


@surveys.route("/d/<slug>/survey/<int:number>/later", methods=["GET", "POST"])
def later(slug: str, number: int) -> Any:
    """The code to go on with; and leaving this browser behind, for computers that several people use."""
    survey = readable_survey(slug, number)
    if request.method == "POST":
        session.pop(_key(survey), None)
        return redirect(_url(survey, "show"), 303)
    if _sheet(survey) is None:
        return redirect(_url(survey, "begin" if survey.is_open else "show"), 303)
    code = answering.spelled(session[_key(survey)])
    page = render_template("surveys/later.html", declaration=survey.declaration, survey=survey, code=code, here="survey")
    return unlisted(make_response(page))


@surveys.route("/d/<slug>/survey/<int:number>/send", methods=["GET", "POST"])
def send(slug: str, number: int) -> Any:
    """What is still open, and handing in."""
    survey = readable_survey(slug, number)
    require(viewer(), Permission.ANSWER_SURVEY, survey)
    sheet, problem = _sheet(survey), ""
    if sheet is None:
        return redirect(_url(survey, "done" if request.method == "POST" else "begin"), 303)
    if request.method == "POST":
        try:
            answering.hand_in(viewer(), survey, sheet)
            session.pop(_key(survey), None)
            return redirect(_url(survey, "done"), 303)
        except SurveyRefused as refused:
            problem = _needed(refused)
    left = answering.open_questions(survey, sheet)
    reached = asked(survey.items, sheet.answers)
    page = render_template(
        "surveys/send.html", declaration=survey.declaration, survey=survey, problem=problem, here="survey",
        left=[(survey.questions.index(item) + 1, item) for item in left], answered=len(reached) - len(left), total=len(reached),
        last=survey.questions.index(reached[-1]) + 1,
    )  # fmt: skip
    return page, 422 if problem else 200


def _needed(refused: SurveyRefused) -> str:
    if refused.item is None:
        return str(_("Sie haben noch keine Frage beantwortet."))
    return str(_("Zu „%(words)s“ brauchen wir eine Antwort oder „Keine Angabe“.", words=refused.item.words))


@surveys.get("/d/<slug>/survey/<int:number>/done")
def done(slug: str, number: int) -> Response:
    survey = readable_survey(slug, number)
    return make_response(render_template("surveys/done.html", declaration=survey.declaration, survey=survey, here="survey"))

"""The organiser's desk: what stands around a survey, its questions, and figures from elsewhere."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deliberation.accounts.models import random_key
from deliberation.annotations.views import readable_declaration
from deliberation.declarations.importing import ImportRefused
from deliberation.declarations.models import Declaration
from deliberation.editions.forms import to_number
from deliberation.permissions import Outdated, Permission, require
from deliberation.surveys import actions, bringing
from deliberation.surveys.actions import SurveyRefused
from deliberation.surveys.forms import BringForm, FrameForm, HeadlineForm, ItemForm, NewSurveyForm
from deliberation.surveys.models import Item, ItemKind, Survey, load_citations
from deliberation.surveys.opening import count_codes, count_sheets
from deliberation.surveys.views import readable_survey, refusal, surveys
from deliberation.web import viewer

FAULTS = {
    "columns": _l("In der ersten Zeile müssen die Spalten stehen: Frage, Antwort und Anzahl oder Prozent."),
    "question": _l("Hier fehlt die Frage."),
    "answer": _l("Hier fehlt die Antwort."),
    "long": _l("Frage und Antwort haben höchstens 500 Zeichen."),
    "kind": _l("In der Spalte Art steht „einfach“ oder „mehrfach“."),
    "count": _l("Die Anzahl ist eine ganze Zahl, und bei einer Frage steht sie in jeder Zeile oder in keiner."),
    "percent": _l("Prozent ist eine Zahl von 0 bis 100."),
    "n": _l("n ist eine ganze Zahl und in allen Zeilen einer Frage dieselbe."),
    "sum": _l("Die Antworten dieser Frage ergeben zusammen mehr, als es Antwortende gab."),
    "twice": _l("Diese Antwort steht schon einmal da."),
    "number": _l("So viele Fragen oder Antworten gehen nicht."),
}


def editable(slug: str) -> Declaration:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.EDIT_SURVEY, declaration)
    return declaration


def own_survey(slug: str, number: int) -> Survey:
    editable(slug)
    return readable_survey(slug, number)


def desk_url(survey: Survey, fragment: str = "") -> str:
    return url_for("surveys.desk", slug=survey.declaration.slug, number=survey.number, _anchor=fragment or None)


@surveys.route("/d/<slug>/survey/new", methods=["GET", "POST"])
def new(slug: str) -> Any:
    declaration = editable(slug)
    form = NewSurveyForm()
    if request.method == "POST" and form.validate():
        made = actions.create_survey(viewer(), declaration, form.title.data, form.form_key.data or random_key())
        return redirect(desk_url(made), 303)
    return render_template("surveys/new.html", declaration=declaration, form=form, here="survey"), 422 if form.errors else 200


@surveys.get("/d/<slug>/survey/<int:number>/desk")
def desk(slug: str, number: int) -> str:
    survey = own_survey(slug, number)
    return render_template(
        "surveys/desk.html", declaration=survey.declaration, survey=survey, here="survey", kinds=list(ItemKind),
        numbers=numbers(survey), names={item.id: item for item in survey.items}, sheets=count_sheets(survey),
        codes=count_codes(survey),
    )  # fmt: skip


def numbers(survey: Survey) -> dict[int, int]:
    """The printed number of each question, by its id."""
    return {item.id: place for place, item in enumerate(survey.questions, start=1)}


@surveys.route("/d/<slug>/survey/<int:number>/frame", methods=["GET", "POST"])
def frame(slug: str, number: int) -> Any:
    survey = own_survey(slug, number)
    form = FrameForm.of(survey)
    if request.method == "POST" and form.validate():
        try:
            actions.change_frame(viewer(), survey, form.to_frame())
        except SurveyRefused as refused:
            form.last_day.errors = (refusal(refused),)
        else:
            flash(_("Gespeichert."), "done")
            return redirect(desk_url(survey), 303)
    page = render_template("surveys/frame.html", declaration=survey.declaration, survey=survey, form=form, here="survey")
    return page, 422 if form.errors else 200


@surveys.route("/d/<slug>/survey/<int:number>/questions/new", methods=["GET", "POST"])
def new_question(slug: str, number: int) -> Any:
    survey = own_survey(slug, number)
    form = ItemForm(sort=request.args.get("sort", ItemKind.SINGLE.value), form_key=random_key())
    if request.method == "POST" and form.validate():
        key = form.form_key.data or random_key()
        made = _tried(form, lambda: actions.add_item(viewer(), survey, form.to_question(survey.questions), key))
        if made:
            flash(_("Die Frage steht am Ende."), "done")
            return redirect(desk_url(survey), 303)
    return _question_page(survey, form, None)


@surveys.route("/d/<slug>/survey/<int:number>/questions/<int:item>", methods=["GET", "POST"])
def question(slug: str, number: int, item: int) -> Any:
    survey = own_survey(slug, number)
    found = actions.find_item(survey, item) or abort(404)
    if not survey.is_draft:
        return _headline(survey, found)
    form = ItemForm.of(found)
    if request.method == "POST" and form.validate():
        version = to_number(form.version.data)
        wanted = form.to_question(earlier(survey, found))
        try:
            if _tried(form, lambda: actions.change_item(viewer(), survey, found, wanted, version)):
                flash(_("Gespeichert."), "done")
                return redirect(desk_url(survey), 303)
        except Outdated:
            form.words.errors = (_("Jemand hat diese Frage inzwischen geändert. Wenn Sie noch einmal speichern, gilt Ihr Text."),)
            form.version.data = found.version
    return _question_page(survey, form, found)


def _tried(form: ItemForm, act: Any) -> bool:
    try:
        act()
    except SurveyRefused as refused:
        form.words.errors = (refusal(refused),)
        return False
    return True


def earlier(survey: Survey, item: Item | None) -> list[Item]:
    """The questions with fixed answers before this one; before a new one all."""
    before = survey.items if item is None else survey.items[: survey.items.index(item)]
    return [one for one in before if one.is_closed]


def _question_page(survey: Survey, form: ItemForm, item: Item | None) -> Any:
    form.mark_needed()
    page = render_template(
        "surveys/question.html", declaration=survey.declaration, survey=survey, form=form, item=item, kind=form.kind,
        earlier=earlier(survey, item), numbers=numbers(survey), here="survey",
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _headline(survey: Survey, item: Item) -> Any:
    """Once it is open, only what came of it is still to be put in words."""
    form = HeadlineForm(headline=item.headline)
    if request.method == "POST" and form.validate():
        actions.change_headline(viewer(), survey, item, form.headline.data)
        flash(_("Gespeichert."), "done")
        return redirect(desk_url(survey), 303)
    page = render_template(
        "surveys/headline.html", declaration=survey.declaration, survey=survey, form=form, item=item, here="survey",
        chosen={thesis.number for thesis in load_citations(survey).get(item.id, [])},
    )  # fmt: skip
    return page, 422 if form.errors else 200


@surveys.post("/d/<slug>/survey/<int:number>/questions/<int:item>/move")
def move_question(slug: str, number: int, item: int) -> Any:
    survey = own_survey(slug, number)
    found = actions.find_item(survey, item) or abort(404)
    try:
        actions.move_item(viewer(), survey, found, request.form.get("to") == "up")
    except SurveyRefused as refused:
        flash(refusal(refused), "error")
    return redirect(desk_url(survey, f"frage-{item}"), 303)


@surveys.post("/d/<slug>/survey/<int:number>/questions/<int:item>/remove")
def remove_question(slug: str, number: int, item: int) -> Any:
    survey = own_survey(slug, number)
    found = actions.find_item(survey, item) or abort(404)
    try:
        actions.remove_item(viewer(), survey, found)
        flash(_("Die Frage ist entfernt."), "done")
    except SurveyRefused as refused:
        flash(refusal(refused), "error")
    return redirect(desk_url(survey), 303)


@surveys.post("/d/<slug>/survey/<int:number>/questions/<int:item>/theses")
def cite(slug: str, number: int, item: int) -> Any:
    """`thesis`: numbers of the theses that belong to the result, repeated; all others do not."""
    survey = own_survey(slug, number)
    found = actions.find_item(survey, item) or abort(404)
    actions.cite(viewer(), survey, found, set(request.form.getlist("thesis")))
    flash(_("Gespeichert."), "done")
    return redirect(url_for("surveys.question", slug=slug, number=number, item=item), 303)


@surveys.route("/d/<slug>/survey/figures", methods=["GET", "POST"])
def bring_in(slug: str) -> Any:
    declaration = editable(slug)
    form, faults = BringForm(), list[tuple[int, str]]()
    if request.method == "POST" and form.validate():
        try:
            brought = bringing.read_table(*form.to_content())
        except ImportRefused:
            form.file.errors = (_("Das lässt sich nicht als Tabelle lesen. Wir lesen CSV und Excel (xlsx)."),)
        else:
            faults = [(fault.line, str(FAULTS[fault.reason])) for fault in brought.faults]
            if not faults:
                key = form.form_key.data or random_key()
                made = bringing.bring_in(viewer(), declaration, form.to_origin(), brought, key)
                flash(_("Die Zahlen sind da. Sehen Sie sie an, bevor Sie sie veröffentlichen."), "done")
                return redirect(desk_url(made), 303)
            form.file.errors = (_("In der Tabelle stimmt etwas nicht. Es wurde nichts übernommen."),)
    page = render_template("surveys/bring.html", declaration=declaration, form=form, faults=faults, here="survey")
    return page, 422 if form.errors else 200

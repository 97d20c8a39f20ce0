"""The organisers' office: what needs doing, the words around the text, and the plan of phases."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deliberation.annotations.calendar import PLANNABLE, PlanInvalid, plan_phases
from deliberation.annotations.views import readable_declaration
from deliberation.clock import today
from deliberation.declarations.actions import change_texts
from deliberation.declarations.focus import FocusTaken, focus_now, in_turn, load_focus, plan_focus
from deliberation.declarations.forms.office import FocusForm, PlanForm, TextsForm, typed
from deliberation.declarations.models import Declaration, place_of
from deliberation.declarations.office import load_office
from deliberation.declarations.views import declarations
from deliberation.labels import thesis_name
from deliberation.notifications.following import count_followers
from deliberation.permissions import Permission, require
from deliberation.text import to_safe_html
from deliberation.web import viewer


@declarations.get("/d/<slug>/office")
def office(slug: str) -> str:
    declaration = readable_declaration(slug)
    found = load_office(viewer(), declaration)
    return render_template(
        "office/hub.html", declaration=declaration, office=found, followers=count_followers(viewer(), declaration), here="office",
        current="office",
    )  # fmt: skip


@declarations.route("/d/<slug>/office/texts", methods=["GET", "POST"])
def texts(slug: str) -> Response:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.CHANGE_SETTINGS, declaration)
    form = TextsForm.of(declaration)
    is_sent, preview = request.method == "POST", None
    if is_sent and form.validate():
        if "preview" not in request.form:
            is_changed = change_texts(viewer(), declaration, form.to_surroundings())
            saved = _("Gespeichert. So steht es jetzt auf der Startseite der Erklärung.")
            flash(saved if is_changed else _("Nichts geändert."), "done")
            return redirect(url_for("declarations.landing", slug=slug), 303)
        preview = to_safe_html(form.about.data or "")
    page = render_template(
        "office/texts.html", declaration=declaration, form=form, preview=preview, here="office", current="texts"
    )
    return make_response(page, 422 if form.errors else 200)


@declarations.route("/d/<slug>/plan", methods=["GET", "POST"])
def plan(slug: str) -> Response:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.CHANGE_SETTINGS, declaration)
    form = PlanForm.of(declaration)
    if request.method == "POST" and form.validate() and _has_planned(declaration, form):
        return redirect(url_for("declarations.plan", slug=slug), 303)
    opened = {one.phase: one for one in declaration.calendar if one.is_opened}
    here = place_of(declaration.phase)
    page = render_template(
        "office/plan.html", declaration=declaration, form=form, here="office", current="plan", opened=opened,
        plannable=[phase for phase in PLANNABLE if phase in opened or place_of(phase) > here],
    )  # fmt: skip
    return make_response(page, 422 if form.errors else 200)


@declarations.route("/d/<slug>/office/focus", methods=["GET", "POST"])
def focus(slug: str) -> Response:
    """The theses of the weeks. A proposal in turn is shown first and stored by a second button."""
    declaration = readable_declaration(slug)
    require(viewer(), Permission.CHANGE_SETTINGS, declaration)
    form, is_proposal = FocusForm.of(declaration), False
    if request.method == "POST" and form.validate():
        is_proposal = "in_turn" in request.form
        if is_proposal:
            form.fill(declaration, in_turn(declaration.numbered_theses, form.first.data or today()))
        elif _has_focused(declaration, form):
            return redirect(url_for("declarations.focus", slug=slug), 303)
    page = render_template(
        "office/focus.html", declaration=declaration, form=form, is_proposal=is_proposal, here="office", current="focus",
        weeks={week.thesis.id: week for week in load_focus(declaration)},
    )  # fmt: skip
    return make_response(page, 422 if form.errors else 200)


def _has_focused(declaration: Declaration, form: FocusForm) -> bool:
    try:
        is_changed = plan_focus(viewer(), declaration, form.to_days(declaration))
    except FocusTaken as taken:
        form.refuse(taken.thesis, thesis_name(taken.by))
        return False
    saved = _("Gespeichert. Die These der Woche steht auf der Startseite der Erklärung.")
    flash(saved if is_changed else _("Nichts geändert."), "done")
    return True


declarations.add_app_template_filter(typed, "typed_day")
declarations.add_app_template_filter(focus_now)


def _has_planned(declaration: Declaration, form: PlanForm) -> bool:
    try:
        is_changed = plan_phases(viewer(), declaration, form.to_days())
    except PlanInvalid as problem:
        form.refuse(problem.phase, problem.problem)
        return False
    flash(_("Gespeichert. Der Zeitplan steht auf der Startseite der Erklärung.") if is_changed else _("Nichts geändert."), "done")
    return True

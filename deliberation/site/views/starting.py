"""From an empty installation to an opened deliberation: the first account, and one page for each step."""

from typing import Any

from flask import abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from deliberation.accounts import actions, passwords, sessions
from deliberation.annotations.positions import change_phase
from deliberation.annotations.views import readable_declaration
from deliberation.database import db
from deliberation.declarations.models import Declaration
from deliberation.moderation.words import house_rules
from deliberation.notifications.trying import transport_place
from deliberation.permissions import Permission, Phase, require
from deliberation.site import checklist as steps
from deliberation.site import first
from deliberation.site.forms import PASSWORD_BOUNDS, FirstForm, OpenForm
from deliberation.site.views import site
from deliberation.site.views.machine import TRIES, mail_facts, try_mail
from deliberation.site.views.settings import fields, filled, save
from deliberation.web import limiter, sign_in, unlisted, viewer


@site.route("/operator/first/<token>", methods=["GET", "POST"])
@limiter.limit("30 per hour")
def first_account(token: str) -> Response:
    """Whoever was given the link by the terminal. Once somebody runs the site it only leads to her pages."""
    if first.find_link(token) is None:
        return _first_page(None, 410)
    if first.has_operator():
        return redirect(url_for("site.start"), 303)
    form = FirstForm()
    if request.method == "GET":
        return _first_page(form)
    if not form.validate() or not _is_fit(form):
        return _first_page(form, 422)
    # Nobody shall wait for a lock while a password is being hashed.
    db.session.commit()
    hashed = passwords.hash_password(form.password.data, str(current_app.config.get("PASSWORD_COST", "")))
    try:
        user = first.become_operator(token, form.email.data, hashed)
    except first.LinkDead:
        return _first_page(None, 410)
    except actions.EmailTaken:
        db.session.rollback()
        form.email.errors = (_("Für diese Adresse gibt es schon ein Konto. Nehmen Sie bitte eine andere."),)
        return _first_page(form, 422)
    sign_in(user)
    if sessions.needs_second_factor(user, current_app.config["SECOND_FACTOR"] == "required"):
        return redirect(url_for("accounts.second", next=url_for("site.start")), 303)
    return redirect(url_for("site.start"), 303)


def _is_fit(form: FirstForm) -> bool:
    least, most = PASSWORD_BOUNDS
    try:
        actions.check_new_password(form.password.data, form.email.data)
    except actions.PasswordRefused:
        form.password.errors = (
            _(
                "Das Passwort braucht %(least)s bis %(most)s Zeichen und darf nicht leicht zu erraten sein.",
                least=least,
                most=most,
            ),
        )
    return not form.password.errors


def _first_page(form: FirstForm | None, status: int = 200) -> Response:
    return unlisted(make_response(render_template("site/first.html", form=form, bounds=PASSWORD_BOUNDS), status))


@site.get("/operator/start")
def start() -> str:
    """All steps with their state, and the next one."""
    found = steps.load_site_checklist(viewer(), transport_place())
    return render_template("site/start.html", checklist=found, here="operator")


@site.route("/operator/start/<step>", methods=["GET", "POST"])
@limiter.limit(TRIES, methods=["POST"], exempt_when=lambda: (request.view_args or {}).get("step") != "mail")
def step(step: str) -> Response:
    """One step of the site: one page with one thing to do."""
    require(viewer(), Permission.RUN_SITE)
    if step not in steps.SITE_STEPS:
        abort(404)
    form = filled(step) if step in ("legal", "privacy") else FlaskForm()
    if request.method == "POST" and step == "mail":
        try_mail()
        return redirect(url_for("site.step", step=step), 303)
    if request.method == "POST" and step != "text" and save(form, step):
        return redirect(url_for("site.start"), 303)
    found = steps.load_site_checklist(viewer(), transport_place())
    words = fields(step) if step in ("legal", "privacy") else mail_facts() if step == "mail" else {}
    page = render_template("site/step.html", form=form, checklist=found, step=found.step(step), **{"here": "operator", **words})
    return make_response(page, 422 if form.errors else 200)


@site.get("/d/<slug>/start")
def own_start(slug: str) -> str:
    """The steps of one declaration, for whoever organises it."""
    declaration = readable_declaration(slug)
    found = steps.load_own_checklist(viewer(), declaration)
    return render_template("site/own_start.html", declaration=declaration, checklist=found, here="office")


@site.route("/d/<slug>/start/<step>", methods=["GET", "POST"])
def own_step(slug: str, step: str) -> Response:
    """One step of a declaration."""
    declaration = readable_declaration(slug)
    require(viewer(), Permission.CHANGE_SETTINGS, declaration)
    if step not in steps.OWN_STEPS:
        abort(404)
    form = OpenForm()
    if request.method == "POST" and _take(declaration, step, form):
        return redirect(_overview(declaration), 303)
    found = steps.load_own_checklist(viewer(), declaration)
    page = render_template(
        "site/own_step.html",
        declaration=declaration, checklist=found, step=found.step(step), form=form, overview=_overview(declaration),
        rules=house_rules.rules_of(declaration), here="office",
    )  # fmt: skip
    return make_response(page, 422 if form.errors else 200)


def _take(declaration: Declaration, step: str, form: OpenForm) -> bool:
    """Do what the step is about. Opening again what is open already changes nothing."""
    if step == "rules":
        steps.note_rules_look(viewer(), declaration)
        return True
    if step == "open" and form.phase.data not in (Phase.READING.value, Phase.ANNOTATING.value):
        form.phase.errors = (_("Bitte wählen Sie, womit die Beratung beginnt."),)
        return False
    if step == "open" and declaration.is_draft:
        change_phase(viewer(), declaration, Phase(form.phase.data))
        flash(_("Die Beratung ist eröffnet."), "done")
    return True


def _overview(declaration: Declaration) -> str:
    """Where the steps stand, for this person."""
    is_operator: Any = viewer().is_operator
    return url_for("site.start") if is_operator else url_for("site.own_start", slug=declaration.slug)

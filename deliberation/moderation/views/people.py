"""People at the desk: who has measures, the page about the author of a contribution, taking and ending a measure."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from deliberation.annotations.views import readable_annotation, readable_declaration
from deliberation.database import ID_MAX
from deliberation.declarations.models import Declaration
from deliberation.moderation import people, restraining
from deliberation.moderation.forms.people import LiftForm, MeasureForm
from deliberation.moderation.models import Measure, MeasureKind, Rule
from deliberation.moderation.views import moderation
from deliberation.permissions import Permission, may, require
from deliberation.urls import annotation_act_url, people_url
from deliberation.web import viewer

SEARCH_MAX = 60


@moderation.app_template_global("own_restraints")
def own_restraints(declaration: Declaration) -> list[Measure]:
    """What keeps the viewer from writing there, or delays it."""
    return people.load_restraints(viewer(), declaration)


@moderation.get("/d/<slug>/moderation/people", endpoint="people")
def people_page(slug: str) -> str:
    declaration = readable_declaration(slug)
    words, before = request.args.get("q", "")[:SEARCH_MAX], request.args.get("before", type=int)
    page = people.load_people(viewer(), declaration, words, before if before and 0 < before <= ID_MAX else None)
    return render_template("moderation/people.html", declaration=declaration, page=page, words=words, here="queue")


@moderation.route("/a/<int:number>/author", methods=["GET", "POST"])
def author(number: int) -> Any:
    annotation = readable_annotation(number)
    page = people.load_author(viewer(), annotation)
    form = MeasureForm()
    if request.method == "POST":
        if page.member is None:
            abort(404)
        require(viewer(), Permission.RESTRAIN, page.member)
        if form.validate():
            kind = MeasureKind(form.kind.data)
            restraining.restrain(
                viewer(), page.member, kind, Rule(form.rule.data), form.reason.data, form.chosen_days, annotation,
                form.form_key.data or "",
            )  # fmt: skip
            flash(_("Eingetragen. %(name)s liest es im eigenen Bereich.", name=page.member.pseudonym), "done")
            return redirect(annotation_act_url(annotation, "author"), 303)
    rendered = render_template(
        "moderation/author.html",
        declaration=annotation.declaration, page=page, form=form, most=restraining.DAYS_MAX, here="queue",
    )  # fmt: skip
    return rendered, 422 if request.method == "POST" else 200


@moderation.route("/measures/<int:measure_id>/lift", methods=["GET", "POST"])
def lift(measure_id: int) -> Any:
    measure = restraining.find_measure(measure_id) if measure_id <= ID_MAX else None
    if measure is None or not may(viewer(), Permission.RESTRAIN, measure.member):
        # That there is a measure is nobody else's business.
        abort(404)
    form = LiftForm()
    if request.method == "POST" and form.validate():
        restraining.lift(viewer(), measure, form.reason.data or "")
        flash(_("Aufgehoben. %(name)s kann wieder mitmachen.", name=measure.member.pseudonym), "done")
        # Organisers take measures too, and have a list of their own.
        is_moderator = may(viewer(), Permission.SEE_QUEUE, measure.declaration)
        own_list = url_for("moderation.members", slug=measure.declaration.slug)
        return redirect(people_url(measure.declaration) if is_moderator else own_list, 303)
    page = render_template(
        "moderation/lift.html", declaration=measure.declaration, measure=measure, form=form, here="queue"
    )
    return page, 422 if request.method == "POST" else 200

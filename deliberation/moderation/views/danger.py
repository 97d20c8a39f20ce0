"""Danger to life or safety: the guide, and writing down what was done."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _

from deliberation.annotations.views import readable_annotation, readable_declaration
from deliberation.labels import label
from deliberation.moderation.danger import Step, note_danger
from deliberation.moderation.forms.people import DangerForm
from deliberation.moderation.views import moderation
from deliberation.permissions import Permission, require
from deliberation.urls import annotation_act_url
from deliberation.web import viewer


@moderation.get("/d/<slug>/moderation/guide")
def guide(slug: str) -> str:
    """What to do in heavy cases, for the team."""
    declaration = readable_declaration(slug)
    require(viewer(), Permission.SEE_TEAM_LOG, declaration)
    return render_template("moderation/guide.html", declaration=declaration, here="queue")


@moderation.route("/a/<int:number>/danger", methods=["GET", "POST"])
def danger(number: int) -> Any:
    annotation = readable_annotation(number)
    require(viewer(), Permission.HANDLE, annotation)
    form = DangerForm()
    if request.method == "POST" and form.validate():
        steps = [Step(value) for value in form.steps.data]
        done = _("Getan: %(steps)s.", steps=", ".join(label(step) for step in steps))
        words = f"{done}\n\n{form.body.data or ''}".strip()
        note_danger(viewer(), annotation, steps, words, form.form_key.data or "")
        flash(_("Aufgeschrieben. Das Team hat eine Nachricht bekommen und sieht den Fall mit an."), "done")
        return redirect(annotation_act_url(annotation, "decisions"), 303)
    page = render_template(
        "moderation/danger.html", declaration=annotation.declaration, annotation=annotation, form=form, steps=list(Step),
        here="queue",
    )  # fmt: skip
    return page, 422 if request.method == "POST" else 200

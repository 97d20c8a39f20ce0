"""Reports by readers; no account needed."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _

from deliberation.accounts.models import random_key
from deliberation.annotations.views import readable_annotation
from deliberation.moderation import flagging
from deliberation.moderation.forms import FlagForm
from deliberation.moderation.models import FlagReason
from deliberation.moderation.views import moderation
from deliberation.permissions import Permission, require
from deliberation.urls import annotation_url
from deliberation.web import limiter, viewer

FLAGS_LIMIT = "20 per hour"


@moderation.route("/a/<int:number>/flags", methods=["GET", "POST"])
@limiter.limit(FLAGS_LIMIT, methods=["POST"])
def flag(number: int) -> Any:
    annotation = readable_annotation(number)
    require(viewer(), Permission.FLAG, annotation)
    form = FlagForm()
    if request.method == "POST" and form.validate():
        reason = FlagReason(form.reason.data)
        flagging.flag(viewer(), annotation, reason, form.explanation.data or "", form.form_key.data or random_key())
        flash(_("Danke. Ihre Meldung ist angekommen. Ein Mensch sieht sich den Beitrag an."), "done")
        return redirect(f"{annotation_url(annotation)}#a-{number}", 303)
    page = render_template("moderation/flag.html", declaration=annotation.declaration, annotation=annotation, form=form)
    return page, 422 if request.method == "POST" else 200

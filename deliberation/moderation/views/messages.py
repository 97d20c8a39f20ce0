"""Letters between the moderation and an author, for nobody else to read."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _

from deliberation.accounts.models import random_key
from deliberation.annotations.views import readable_annotation
from deliberation.moderation import privately
from deliberation.moderation.forms.objections import MessageForm
from deliberation.moderation.views import moderation
from deliberation.permissions import NotAllowed, Permission, require
from deliberation.urls import annotation_act_url
from deliberation.web import limiter, viewer

MESSAGES_LIMIT = "30 per hour"


@moderation.route("/a/<int:number>/messages", methods=["GET", "POST"])
@limiter.limit(MESSAGES_LIMIT, methods=["POST"])
def messages(number: int) -> Any:
    if not viewer().is_signed_in:
        raise NotAllowed(Permission.WRITE_PRIVATELY, "signed_in")
    annotation = readable_annotation(number)
    require(viewer(), Permission.WRITE_PRIVATELY, annotation)
    form = MessageForm()
    if request.method == "POST" and form.validate():
        privately.write_privately(viewer(), annotation, form.body.data or "", form.form_key.data or random_key())
        flash(_("Ihre Nachricht ist abgeschickt."), "done")
        return redirect(annotation_act_url(annotation, "messages"), 303)
    page = render_template(
        "moderation/messages.html",
        declaration=annotation.declaration, annotation=annotation, form=form,
        messages=privately.load_messages(viewer(), annotation),
        is_author=viewer().wrote(annotation), here="me" if viewer().wrote(annotation) else "queue",
    )  # fmt: skip
    return page, 422 if request.method == "POST" else 200

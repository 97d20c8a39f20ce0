"""Reports by readers; no account needed. Whoever reported something finds what became of it at a secret address."""

from typing import Any

from flask import abort, current_app, make_response, redirect, render_template, request
from flask_babel import get_locale

from deliberation.accounts import limits
from deliberation.accounts.models import User, random_key
from deliberation.annotations.models import Annotation
from deliberation.annotations.views import readable_annotation
from deliberation.moderation import flagging
from deliberation.moderation.flagging import Reporter
from deliberation.moderation.forms.flags import FlagForm
from deliberation.moderation.forms.objections import ObjectionForm
from deliberation.moderation.models import Flag, FlagReason
from deliberation.moderation.objections import objecting
from deliberation.moderation.receipts import Receipt, find_receipt
from deliberation.moderation.views import moderation
from deliberation.notifications.actions import queue_mail
from deliberation.permissions import Permission, require
from deliberation.urls import receipt_url
from deliberation.web import limiter, unlisted, viewer

FLAGS_LIMIT = "20 per hour"
RECEIPT_MAILS = (limits.Limit(5, 60), limits.Limit(20, 24 * 60))
"""To one address that nobody has confirmed: enough for who reports a lot, too little to annoy somebody with."""


@moderation.route("/a/<int:number>/flags", methods=["GET", "POST"])
@limiter.limit(FLAGS_LIMIT, methods=["POST"])
def flag(number: int) -> Any:
    annotation = readable_annotation(number)
    require(viewer(), Permission.FLAG, annotation)
    form = FlagForm()
    if request.method == "POST" and form.validate():
        reported = _report(annotation, form)
        _confirm(reported)
        return redirect(receipt_url(reported), 303)
    page = render_template("moderation/flag.html", declaration=annotation.declaration, annotation=annotation, form=form)
    return page, 422 if request.method == "POST" else 200


def _report(annotation: Annotation, form: Any) -> Flag:
    reporter = Reporter(form.name.data or "", form.email.data, str(get_locale()), form.in_good_faith.data)
    return flagging.flag(
        viewer(), annotation, FlagReason(form.reason.data), form.explanation.data or "",
        form.form_key.data or random_key(), reporter,
    )  # fmt: skip


def _confirm(reported: Flag) -> None:
    """The receipt goes out at once: whoever reported something sees that it arrived."""
    person = viewer()
    if isinstance(person, User):
        address, locale = person.email if person.confirmed_at else "", person.locale or str(get_locale())
    else:
        address, locale = reported.email, str(get_locale())
    if not address:
        return
    if not isinstance(person, User):
        gate = limits.gate(current_app.config["SECRET_KEY"], "report mail", address, RECEIPT_MAILS)
        tries = limits.note([gate])
        if limits.open_again_at([gate], tries):
            limits.take_back(tries)
            return
    words = {"label": reported.label, "link": receipt_url(reported)}
    queue_mail(address, f"flag:{reported.id}", "flag_received", words, locale)


@moderation.route("/m/<key>", methods=["GET", "POST"])
@limiter.limit(FLAGS_LIMIT, methods=["POST"])
def receipt(key: str) -> Any:
    """What became of a report. Whoever knows the address made it."""
    found = find_receipt(key) or abort(404)
    form = ObjectionForm()
    is_sent = request.method == "POST"
    if is_sent and form.validate():
        objecting.object_as_reporter(found.flag, form.explanation.data or "", form.form_key.data or random_key())
        return redirect(receipt_url(found.flag), 303)
    return _receipt_page(found, form, 422 if is_sent else 200)


def _receipt_page(found: Receipt, form: Any, status: int) -> Any:
    page = render_template("moderation/receipt.html", receipt=found, form=form)
    return unlisted(make_response(page, status))

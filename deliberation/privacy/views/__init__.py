"""One's own data, leaving, and the operator's pages about keeping and forgetting."""

import json
from datetime import datetime
from enum import Enum
from typing import Any

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deliberation import web
from deliberation.accounts.models import random_key
from deliberation.accounts.staff_access import load_looks_at
from deliberation.clock import today
from deliberation.database import db
from deliberation.filters import day, time_of_day
from deliberation.labels import LABELS
from deliberation.notifications.actions import LAST_WORDS, queue_mail
from deliberation.privacy import erasures, leaving, own_data
from deliberation.privacy.forms import LeaveForm
from deliberation.privacy.models import Parting
from deliberation.privacy.periods import load_periods
from deliberation.privacy.views.columns import COLUMNS
from deliberation.urls import absolute
from deliberation.web import limiter, viewer

privacy = Blueprint("privacy", __name__)

EVERYTHING = '"cache", "cookies", "storage"'
FILE_LIMIT = "30 per hour"


@privacy.get("/me/data")
def own() -> str:
    """What there is, how to take it along, and who looked at it."""
    return render_template("privacy/own.html", looks=load_looks_at(viewer()), here="me")


@privacy.get("/me/data/read")
@limiter.limit(FILE_LIMIT)
def read() -> str:
    return render_template("privacy/read.html", data=own_data.load_own_data(viewer()), words=_words, columns=COLUMNS, here="me")


@privacy.get("/me/data/file")
@limiter.limit(FILE_LIMIT)
def file() -> Response:
    data = own_data.load_own_data(viewer())
    content = {
        "site": absolute("/"),
        "at": data.at.isoformat(),
        "account": data.account,
        "data": {table.name: table.rows for table in data.tables},
        "left_out": {name: _(reason) for name, reason in data.left_out.items()},
    }
    response = make_response(json.dumps(content, ensure_ascii=False, indent=1, default=own_data.to_json))
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="meine-daten-{today().isoformat()}.json"'
    return response


def _words(value: Any) -> str:
    """A value of the file as somebody reads it."""
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool):
        return _("ja") if value else _("nein")
    if isinstance(value, datetime):
        return f"{day(value)}, {time_of_day(value)}"
    if isinstance(value, Enum):
        return str(LABELS.get(value, value.value))
    if isinstance(value, list):
        return ", ".join(_words(each) for each in value)
    if isinstance(value, dict):
        return "\n".join(f"{name}: {_words(each)}" for name, each in value.items())
    return str(value)


@privacy.route("/me/leave", methods=["GET", "POST"])
@limiter.limit("20 per hour", methods=["POST"])
def leave() -> Response:
    form, user = LeaveForm(), viewer()
    if request.method == "GET" or not form.validate():
        page = render_template(
            "privacy/leave.html", form=form, estate=leaving.load_estate(user), periods=load_periods(), here="me"
        )
        return make_response(page, 422 if request.method == "POST" else 200)
    address, locale, is_confirmed = user.email, str(get_locale()), user.confirmed_at is not None
    try:
        leaving.leave(user, Parting(form.parting.data), current_app.config["SECRET_KEY"])
    except leaving.AlreadyGone:
        is_confirmed = False
    web.sign_out()
    if is_confirmed:
        queue_mail(address, f"erased-{random_key()}", LAST_WORDS, {"parting": form.parting.data}, locale)
    db.session.commit()
    erasures.write_list()
    response = redirect(url_for("privacy.left"), 303)
    response.headers["Clear-Site-Data"] = EVERYTHING
    return response


@privacy.get("/left")
def left() -> str:
    """For somebody who has just gone."""
    return render_template("privacy/left.html")


# The pages register themselves with the blueprint above.
from deliberation.privacy.views import operator, own_pages  # noqa: E402, F401

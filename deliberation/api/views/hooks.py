"""The organisers' page of webhooks."""

from typing import Any

from flask import Blueprint, abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectMultipleField, URLField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from deliberation.annotations.views import readable_declaration
from deliberation.api import hooks
from deliberation.api.hooks import MOST, TooManyHooks, Wish
from deliberation.api.models import URL_MAX, HookEvent, Webhook
from deliberation.api.targets import TargetRefused
from deliberation.declarations.models import Declaration
from deliberation.permissions import Permission, require
from deliberation.web import limiter, viewer

webhooks = Blueprint("webhooks", __name__)

EVENTS: dict[str, Any] = {
    HookEvent.ANNOTATION_PUBLISHED.value: _l("Eine Anmerkung oder Antwort ist erschienen"),
    HookEvent.ANNOTATION_OUTCOME.value: _l("Zu einer Anmerkung steht, was daraus wurde"),
    HookEvent.PHASE_CHANGED.value: _l("Die Phase hat gewechselt"),
    HookEvent.EDITION_PUBLISHED.value: _l("Eine neue Fassung ist veröffentlicht"),
    HookEvent.TEST.value: _l("Probe"),
}


class HookForm(FlaskForm):  # type: ignore[misc]
    url = URLField(
        _l("Adresse des anderen Programms"),
        [
            InputRequired(_l("Bitte geben Sie eine Adresse ein.")),
            Length(max=URL_MAX, message=_l("Diese Adresse ist zu lang.")),
        ],
    )
    events = SelectMultipleField(
        _l("Wovon soll es erfahren?"),
        choices=[SelectChoice(value, words) for value, words in EVENTS.items() if value != HookEvent.TEST.value],
        validators=[InputRequired(_l("Wählen Sie bitte mindestens ein Ereignis aus."))],
    )
    form_key = HiddenField(validators=[Length(max=64)])


@webhooks.route("/d/<slug>/webhooks", methods=["GET", "POST"])
@limiter.limit("60 per hour", methods=["POST"])
def index(slug: str) -> Response:
    """The list, and a form for one more; its secret is shown in the answer, this once."""
    declaration = _declaration(slug)
    if request.method == "GET":
        return _page(declaration, HookForm(formdata=None))
    form = HookForm()
    if not form.validate():
        return _page(declaration, form, 422)
    wanted = [HookEvent(value) for value in form.events.data]
    wish = Wish(form.url.data.strip(), wanted, form.form_key.data or "", not current_app.config["IS_PRODUCTION"])
    try:
        made = hooks.add(viewer(), declaration, wish)
    except TargetRefused:
        form.url.errors = (_("Das muss eine vollständige Adresse im Internet mit https:// sein, ohne Passwort darin."),)
        return _page(declaration, form, 422)
    except TooManyHooks:
        form.url.errors = (_("Hier gibt es schon %(most)s Webhooks. Widerrufen Sie bitte zuerst einen.", most=MOST),)
        return _page(declaration, form, 422)
    return _page(declaration, HookForm(formdata=None), made=made)


def _declaration(slug: str) -> Declaration:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.CHANGE_SETTINGS, declaration)
    return declaration


def _page(declaration: Declaration, form: HookForm, status: int = 200, made: Webhook | None = None) -> Response:
    page = render_template(
        "api/webhooks.html",
        declaration=declaration, form=form, lines=hooks.load(viewer(), declaration), made=made, events=EVENTS, here="office",
    )  # fmt: skip
    return make_response(page, status)


@webhooks.post("/d/<slug>/webhooks/<key>/test")
@limiter.limit("60 per hour")
def test(slug: str, key: str) -> Response:
    hooks.send_test(viewer(), _hook(slug, key))
    flash(_("Die Probe geht in den nächsten Sekunden hinaus. Laden Sie die Seite dann neu."), "done")
    return redirect(url_for("webhooks.index", slug=slug), 303)


@webhooks.post("/d/<slug>/webhooks/<key>/revoke")
def revoke(slug: str, key: str) -> Response:
    hooks.revoke(viewer(), _hook(slug, key))
    flash(_("Der Webhook ist widerrufen."), "done")
    return redirect(url_for("webhooks.index", slug=slug), 303)


def _hook(slug: str, key: str) -> Webhook:
    return hooks.find(viewer(), _declaration(slug), key) or abort(404)

"""The operator's pages: consents, what was forgotten, who looked at what, periods, and the address behind a pseudonym."""

from typing import Any

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from deliberation.accounts.models import Look, random_key
from deliberation.clock import now
from deliberation.database import ID_MAX
from deliberation.declarations.models import load_declarations
from deliberation.filters import day
from deliberation.notifications.actions import queue_mail
from deliberation.permissions import Permission, require
from deliberation.privacy import operation
from deliberation.privacy.forms import PERIODS, AddressForm, PeriodsForm
from deliberation.privacy.periods import BOUNDS, change_period, load_periods
from deliberation.privacy.views import privacy
from deliberation.settings import operator_facts, setting
from deliberation.web import after_page, limiter, viewer

LOOKS: dict[str, Any] = {
    Look.ADDRESS.value: _l("Adresse geöffnet"),
    Look.NAMES.value: _l("Datei mit Pseudonymen geholt"),
    Look.CONSENTS.value: _l("Einwilligungen angesehen"),
    "unseal": _l("Geschwärztes im Original gelesen"),
}
TRACES: dict[str, Any] = {
    "erased_kept": _l("Konto gelöscht, Texte bleiben ohne Namen"),
    "erased_taken": _l("Konto gelöscht, Texte mitgenommen"),
    "accounts": _l("Konten nach langer Abwesenheit gelöscht"),
    "unconfirmed": _l("Nie bestätigte Konten gelöscht"),
    "following": _l("Nie bestätigtes Mitlesen gelöscht"),
    "mails": _l("Mails gelöscht"),
    "drafts": _l("Entwürfe gelöscht"),
    "imports": _l("Eingelesene Texte gelöscht"),
    "seals": _l("Versiegelte Originale gelöscht"),
    "reporters": _l("Name und Adresse von Meldenden gelöscht"),
    "log_persons": _l("Personen aus dem Protokoll genommen"),
    "log_lines": _l("Einträge des Protokolls gelöscht"),
    "messages": _l("Briefe, Nachrichten und Notizen gelöscht"),
    "invitations": _l("Einladungen gelöscht"),
    "tables": _l("Links für Tische gelöscht"),
    "answers": _l("Einzelne Antworten auf Umfragen gelöscht"),
    "looks": _l("Zugriffe aus dem Verzeichnis gelöscht"),
    "barrier_addresses": _l("Adressen bei gemeldeten Barrieren gelöscht"),
    "barriers": _l("Gemeldete Barrieren gelöscht"),
}


@privacy.get("/operator/consents")
def consents() -> str:
    before = request.args.get("before", 0, type=int)
    found, more = operation.load_consents(viewer(), before if 0 < before <= ID_MAX else 0)
    person = viewer()
    after_page(lambda: operation.note_look_at_consents(person))
    return render_template("privacy/consents.html", consents=found, more=more, here="operator")


@privacy.get("/operator/register")
def processing() -> str:
    """The register of processing (Article 30 GDPR), from the settings."""
    require(viewer(), Permission.SEE_OPERATION)
    is_mailed_out = current_app.config["MAIL_URL"].startswith("smtp")
    return render_template(
        "privacy/processing.html", operator=operator_facts(), periods=load_periods(), is_mailed_out=is_mailed_out, here="operator"
    )


@privacy.get("/operator/forgotten")
def forgotten() -> str:
    return render_template(
        "privacy/forgotten.html", traces=operation.load_traces(viewer()), words=TRACES, here="operator"
    )


@privacy.get("/operator/looks")
def looks() -> str:
    return render_template("privacy/looks.html", seen=operation.load_seen(viewer()), words=LOOKS, here="operator")


@privacy.route("/operator/periods", methods=["GET", "POST"])
def periods() -> Response:
    require(viewer(), Permission.SEE_OPERATION)
    present = load_periods()
    form = PeriodsForm(data={name: getattr(present, name) for name in PERIODS})
    if request.method == "POST" and form.validate():
        for name in PERIODS:
            change_period(viewer(), name, form[name].data)
        flash(_("Gespeichert. Die Fristen gelten ab sofort und stehen auf der Seite Datenschutz."), "done")
        return redirect(url_for("privacy.periods"), 303)
    page = render_template("privacy/periods.html", form=form, names=PERIODS, bounds=BOUNDS, here="operator")
    return make_response(page, 422 if request.method == "POST" else 200)


@privacy.route("/operator/address", methods=["GET", "POST"])
@limiter.limit("30 per hour", methods=["POST"])
def address() -> Response:
    """An explicit act: with a reason, logged, and told to the person."""
    require(viewer(), Permission.OPEN_ADDRESS)
    form, opened = AddressForm(), ""
    if request.method == "POST" and form.validate():
        opened = _open(form)
    page = render_template(
        "privacy/address.html", form=form, opened=opened, declarations=load_declarations(), here="operator"
    )
    return make_response(page, 422 if request.method == "POST" and not opened else 200)


def _open(form: AddressForm) -> str:
    slug, pseudonym, reason = form.declaration.data or "", form.pseudonym.data or "", form.reason.data or ""
    try:
        user, found, is_new = operation.open_address_of(viewer(), slug, pseudonym, reason)
    except operation.NobodyThere:
        form.pseudonym.errors = (_("Unter diesem Namen schreibt dort niemand mit einem Konto."),)
        return ""
    if is_new:
        words = {"reason": reason, "day": day(now())}
        locale = user.locale or setting("DEFAULT_LOCALE")
        queue_mail(found, f"opened-{random_key()}", "address_opened", words, locale)
    return found

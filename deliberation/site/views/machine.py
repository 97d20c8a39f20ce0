"""Mail test, background and outbox, storage, versions, health."""

from pathlib import Path
from typing import Any

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from deliberation import __version__
from deliberation.clock import now
from deliberation.database import ID_MAX, db
from deliberation.notifications.trying import is_folder, send_test_mail, transport_place
from deliberation.permissions import Permission, require
from deliberation.settings import sender
from deliberation.site import health as checks
from deliberation.site import machine, outbox, readiness, runs
from deliberation.site.views import site
from deliberation.web import limiter, viewer

TRIES = "20 per hour"

FAULTS: dict[str, Any] = {
    "password": _l("Der Mailserver nimmt Benutzername oder Passwort nicht an. Prüfen Sie beides in MAIL_URL."),
    "sender": _l(
        "Der Mailserver nimmt die Absenderadresse nicht an. Meist darf man nur mit der Adresse des eigenen "
        "Postfachs senden: Prüfen Sie MAIL_FROM."
    ),
    "recipient": _l("Der Mailserver nimmt Ihre Adresse als Empfänger nicht an. Stimmt sie?"),
    "no_login": _l(
        "Der Mailserver bietet keine Anmeldung an, in MAIL_URL steht aber ein Benutzername. Oft hilft ein "
        "anderer Port."
    ),
    "hung_up": _l(
        "Der Mailserver hat mitten im Gespräch aufgelegt. Oft ist es der falsche Port: 465 gehört zu smtps://, "
        "587 zu smtp://."
    ),
    "refused": _l(
        "Der Mailserver lehnt die Mail ab, ohne einen Grund zu nennen, den wir verstehen. Seine Protokolle "
        "sagen mehr."
    ),
    "no_tls": _l(
        "Der Mailserver verschlüsselt nicht, und ein Passwort schicken wir nicht offen. Nehmen Sie smtps:// "
        "oder einen anderen Port."
    ),
    "no_host": _l("Einen Mailserver mit diesem Namen gibt es nicht. Prüfen Sie den Namen in MAIL_URL."),
    "certificate": _l("Das Zertifikat des Mailservers ist abgelaufen oder gehört zu einem anderen Namen."),
    "tls": _l(
        "Die verschlüsselte Verbindung kam nicht zustande. Oft ist es der falsche Port: 465 gehört zu "
        "smtps://, 587 zu smtp://."
    ),
    "slow": _l("Der Mailserver antwortet nicht. Vielleicht lässt eine Firewall die Verbindung nicht durch."),
    "closed": _l("Unter diesem Namen und Port nimmt kein Mailserver Verbindungen an."),
    "folder": _l("In den Ordner für Mails darf das Programm nicht schreiben."),
    "away": _l("Der Mailserver ist nicht zu erreichen."),
}  # fmt: skip
JOBS: dict[str, Any] = {
    runs.ROUND: (_l("Nachsehen, ob etwas zu tun ist"), _l("alle ein bis zwei Sekunden; hier steht es alle fünf Minuten")),
    runs.MAIL: (_l("Mails versenden"), _l("sobald eine fällig ist; nach einem Fehler in zwei Tagen bis zu siebenmal wieder")),
    runs.LETTERS: (_l("Briefe der Moderation auf den Weg bringen"), _l("eine halbe Stunde nach der Entscheidung")),
    runs.PHASES: (_l("Phasen nach dem Zeitplan öffnen"), _l("am Tag, an dem sie beginnen, kurz nach Mitternacht")),
    runs.FORGET: (_l("Löschen, was seine Frist überschritten hat"), _l("alle zehn Minuten")),
}  # fmt: skip


@site.route("/operator/mail", methods=["GET", "POST"])
@limiter.limit(TRIES, methods=["POST"])
def mail() -> Response:
    """Sends a real mail to the operator's own address and says what happened."""
    require(viewer(), Permission.RUN_SITE)
    if request.method == "POST":
        try_mail()
        return redirect(url_for("site.mail"), 303)
    return make_response(render_template("site/mail.html", form=FlaskForm(), here="operator", **mail_facts()))


def try_mail() -> None:
    """Send the test and keep how it went."""
    address, locale = viewer().email, str(get_locale())
    # A mail server may take its time; meanwhile nobody waits for us.
    db.session.commit()
    fault = send_test_mail(address, locale)
    runs.note_run(runs.TEST_MAIL, rows=0 if fault else 1, error=fault, detail=transport_place())


def mail_facts() -> dict[str, Any]:
    """What the page of the mail test shows: the way out, and the last try of it."""
    last = runs.load_runs().get(runs.TEST_MAIL)
    return {
        "address": viewer().email, "sender": sender(), "place": transport_place(), "is_folder": is_folder(), "last": last,
        "fault": FAULTS.get(last.error, FAULTS["away"]) if last and last.error else "",
        "is_current": last is not None and last.detail == transport_place()[:200],
    }  # fmt: skip


@site.get("/operator/jobs")
def jobs() -> str:
    found = outbox.load_outbox(viewer())
    done = runs.load_runs()
    lines = [(words, rhythm, done.get(name)) for name, (words, rhythm) in JOBS.items()]
    elsewhere = (runs.BACKUP, runs.REHEARSAL, runs.RELEASE, runs.TEST_MAIL)
    lines += [(name, "", run) for name, run in sorted(done.items()) if name not in (*JOBS, *elsewhere)]
    is_silent = runs.is_silent(done, now())
    return render_template(
        "site/jobs.html", outbox=found, lines=lines, is_silent=is_silent, kinds=KINDS, form=FlaskForm(), here="operator"
    )


@site.post("/operator/jobs")
def handle_mail() -> Response:
    """Try a given-up mail again, or throw it away. Whoever comes second is told that it is done."""
    if request.form.get("act") == "retry_all":
        count = outbox.retry_all(viewer(), request.form.get("fault", "")[:60])
        words = ngettext(
            "%(num)s Mail wird gleich noch einmal versucht.", "%(num)s Mails werden gleich noch einmal versucht.", count
        )
        flash(words, "done")
        return redirect(url_for("site.jobs"), 303)
    mail_id = request.form.get("mail", 0, type=int)
    act = outbox.discard if request.form.get("act") == "discard" else outbox.retry
    require(viewer(), Permission.RUN_SITE)
    if 0 < mail_id <= ID_MAX and act(viewer(), mail_id):
        words = _("Verworfen.") if act is outbox.discard else _("Die Mail wird gleich noch einmal versucht.")
    else:
        words = _("Diese Mail wartet nicht mehr.")
    flash(words, "done")
    return redirect(url_for("site.jobs"), 303)


@site.get("/operator/storage")
def storage() -> str:
    require(viewer(), Permission.SEE_OPERATION)
    found = machine.look_at_storage(current_app.config, Path(current_app.instance_path))
    backup = runs.load_runs().get(runs.BACKUP)
    return render_template("site/storage.html", storage=found, backup=backup, here="operator")


@site.get("/operator/versions")
def versions() -> str:
    require(viewer(), Permission.SEE_OPERATION)
    return render_template(
        "site/versions.html", versions=machine.look_at_versions(), program=__version__, here="operator"
    )


@site.get("/operator/health")
@limiter.limit("60 per hour")
def health() -> str:
    """The checks of `deliberation check`; on a large database they take a while."""
    require(viewer(), Permission.SEE_OPERATION)
    found = checks.examine(current_app.config)
    # Mail server and Redis are asked by the command alone: a page does not wait for others.
    found += readiness.examine(current_app.config, Path(current_app.instance_path), ask_others=False)
    findings = sorted(found, key=lambda one: one.is_fine)
    return render_template("site/health.html", findings=findings, here="operator")


KINDS: dict[str, Any] = {
    "welcome": _l("Code nach dem Anlegen eines Kontos"),
    "account_exists": _l("Hinweis, dass es das Konto schon gibt"),
    "sign_in": _l("Code zum Anmelden"),
    "no_account": _l("Hinweis, dass es kein Konto gibt"),
    "prove": _l("Code zur Bestätigung"),
    "letter": _l("Brief der Moderation"),
    "invitation": _l("Einladung"),
    "flag_received": _l("Eingang einer Meldung"),
    "declaration_ending": _l("Eine Erklärung wird gelöscht"),
    "flag_outcome": _l("Antwort auf eine Meldung"),
    "barrier_reported": _l("Hinweis auf eine gemeldete Barriere"),
}
"""What kind of mail it is; of others the name of the template."""

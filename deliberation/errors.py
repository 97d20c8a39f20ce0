"""One page for every refusal and fault, in the language of the reader. Nothing they wrote is lost on the way."""

import logging
from contextlib import suppress
from datetime import timedelta
from typing import Any

from flask import Flask, Response, g, make_response, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge, SecurityError

from deliberation.clock import BERLIN, now
from deliberation.connecting import may_pass
from deliberation.database import db
from deliberation.door import is_for_programs
from deliberation.permissions import NotAllowed, Outdated, Permission
from deliberation.problems import Refusal, challenge, problem, refused
from deliberation.urls import sign_in_url
from deliberation.web import forget_viewer, limiter, viewer

log = logging.getLogger("deliberation.web")

TITLES = {
    400: _l("Diese Anfrage haben wir nicht verstanden."),
    403: _l("Das geht hier nicht."),
    404: _l("Diese Seite gibt es nicht (mehr)."),
    405: _l("So lässt sich diese Seite nicht aufrufen."),
    409: _l("Jemand war schneller."),
    410: _l("Diese Erklärung wurde gelöscht."),
    413: _l("Das ist zu groß."),
    422: _l("Bitte prüfen Sie Ihre Eingaben."),
    429: _l("Das waren viele Anfragen in kurzer Zeit."),
    500: _l("Bei uns ist etwas schiefgegangen."),
    503: _l("Das hat gerade nicht geklappt."),
}
ADVICE = {
    400: _l("Gehen Sie bitte eine Seite zurück und versuchen Sie es noch einmal."),
    404: _l("Vielleicht hat sich die Adresse geändert. Von der Startseite aus finden Sie alles."),
    405: _l("Gehen Sie bitte eine Seite zurück und benutzen Sie den Knopf auf der Seite."),
    409: _l("Hier hat sich inzwischen etwas geändert. Sehen Sie sich den neuen Stand an und entscheiden Sie dann neu."),
    410: _l("Sie stand unter dieser Adresse und wurde mit allen Beiträgen gelöscht. Die Adresse wird nicht neu vergeben."),
    413: _l("Dateien dürfen höchstens 10 MB groß sein. Kürzen Sie bitte den Text, oder wählen Sie eine kleinere Datei."),
    500: _l("Gespeicherte Entwürfe sind noch da. Versuchen Sie es bitte in einer Minute noch einmal."),
    503: _l("Es wurde nichts gespeichert. Versuchen Sie es bitte in einer Minute noch einmal."),
}
REASONS = {
    "signed_in": _l("Dafür melden Sie sich bitte an."),
    "open_for_annotations": _l("In dieser Phase nehmen wir keine Anmerkungen an. Lesen können Sie alles."),
    "open_for_stances": _l("In dieser Phase werden keine Haltungen abgefragt."),
    "open_for_votes": _l("In dieser Phase wird nicht abgestimmt."),
    "open_for_rating": _l("Wortlaute werden nur in der Schlussrunde bewertet."),
    "is_proposal": _l("Mitzeichnen lassen sich nur Textvorschläge."),
    "undecided": _l("Über diesen Vorschlag ist schon entschieden."),
    "not_draft": _l("Die Erklärung ist noch nicht veröffentlicht."),
    "still_draft": _l("Die Beratung ist schon eröffnet. Ein Link zum Entwurf wird nicht mehr gebraucht."),
    "is_over": _l("Ins Archiv kommt, was beendet ist. Schließen Sie die Beratung zuerst."),
    "may_enter": _l("Diese Beratung ist nur für Eingeladene."),
    "is_admitted": _l("Hier schreiben nur Eingeladene mit. Lesen können Sie alles."),
    "has_vote": _l("Hier stimmen nur Eingeladene ab. Lesen und schreiben können Sie."),
    "open_for_flags": _l("In dieser Phase kann nichts gemeldet werden."),
    "open_for_responses": _l("In dieser Phase antwortet die Moderation nicht."),
    "is_author": _l("Das kann nur, wer den Beitrag geschrieben hat."),
    "not_author": _l("Das ist Ihr eigener Beitrag. Über den entscheiden oder stimmen andere."),
    "is_moderator": _l("Diese Seite ist für die Moderation."),
    "not_moderator": _l("Wer hier moderiert, stimmt hier nicht ab."),
    "is_organiser": _l("Das ist Sache der Organisation."),
    "is_team": _l("Diese Seite ist für das Team."),
    "is_operator": _l("Das ist Sache des Betriebs."),
    "is_organiser_somewhere": _l("Das können nur Menschen, die eine Beratung organisieren."),
    "is_visible": _l("Dieser Beitrag wird gerade nicht gezeigt."),
    "opens_thread": _l("Was aus einer Antwort wurde, steht bei dem Beitrag, auf den sie antwortet."),
    "not_withdrawn": _l("Dieser Beitrag wurde zurückgezogen."),
    "thread_open": _l("Dieses Gespräch ist geschlossen. Die Zusammenfassung steht darunter, lesen können Sie alles."),
    "not_paused": _l("Die Moderation hat Ihnen eine Schreibpause gesetzt. Warum und bis wann, steht in „Mein Bereich“."),
    "not_blocked": _l("Die Moderation hat Sie auf Zeit ausgeschlossen. Warum und bis wann, steht in „Mein Bereich“."),
    "is_concerned": _l("Das kann nur die Person, um die es geht."),
    "not_concerned": _l("Hier geht es um Sie selbst. Darüber entscheidet jemand anderes."),
    "is_decider": _l("Das kann nur zurücknehmen, wer es entschieden hat."),
    "not_decider": _l("Das haben Sie selbst entschieden. Darüber entscheidet jetzt jemand anderes."),
    "is_recent": _l("Rückgängig geht 24 Stunden lang. Danach wird neu entschieden."),
    "no_open_objection": _l("Dazu liegt eine Beschwerde vor. Über die entscheidet jemand anderes."),
    "is_objected": _l("Das ist nur zu sehen, solange eine Beschwerde offen ist."),
    "is_open_to_objection": _l("Eine Beschwerde ist hier nicht möglich, oder die sechs Monate sind vorbei."),
    "no_other_moderator": _l("Darüber entscheidet jemand anderes aus der Moderation."),
    "not_team_member": _l("Bei dieser Person geht das hier nicht. Sprechen Sie mit der Organisation."),
    "is_second": _l("Darum haben Sie selbst gebeten. Bestätigen kann es nur jemand anderes."),
    "not_held": _l("Diesen Fall hat gerade jemand anderes aus dem Team in der Hand."),
    "not_asker": _l("Um diese zweite Meinung haben Sie selbst gebeten."),
    "not_reporter": _l("Diesen Beitrag haben Sie selbst gemeldet. Darüber entscheidet jemand anderes."),
}
FOR_KNOWN = (
    "signed_in", "is_author", "is_moderator", "is_organiser", "is_team", "is_operator", "is_organiser_somewhere",
    "is_concerned",
)  # fmt: skip
"""Conditions that a guest may meet once we know who she is."""
ABSENT = {Permission.READ, Permission.FOLLOW, Permission.READ_ANNOTATION, Permission.READ_HIDDEN}
"""What may not be seen looks exactly like what is not there."""


def init_app(app: Flask) -> None:
    """Register the pages for refusals and faults."""
    app.register_error_handler(NotAllowed, _not_allowed)
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(Outdated, _outdated)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(SQLAlchemyError, _database_fault)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _fault)


def error_page(status: int, advice: Any = "", **context: Any) -> Response:
    """The page for a status; plain words if even that page cannot be made (an unknown host, no database)."""
    if status >= 500:
        # Whatever failed, asking the database who this is may fail too.
        forget_viewer()
    if is_for_programs():
        return problem(status, str(advice) or str(TITLES.get(status, "")))
    title = TITLES.get(status, TITLES[400 if status < 500 else 500])
    try:
        page = _rendered(status, title, advice, context)
    except Exception:
        # Under a foreign name no page has an address; programs ask like that all day, and it is nobody's fault.
        if not isinstance(request.routing_exception, SecurityError):
            log.exception("error page")
        return make_response((f"{title}\n", status, {"Content-Type": "text/plain; charset=utf-8"}))
    return make_response(page, status)


def _rendered(status: int, title: Any, advice: Any, context: dict[str, Any]) -> str:
    return render_template(
        "errors/error.html",
        status=status, title=title, advice=advice or ADVICE.get(status, ""), reference=g.get("request_id", ""), **context,
    )  # fmt: skip


def unavailable() -> Response:
    """The database cannot take the write now: say so, keep what was written on the page, ask to come back."""
    response = error_page(503, kept=kept_text())
    response.headers["Retry-After"] = "60"
    return response


def kept_text() -> dict[str, str]:
    """The words somebody just sent, to be shown again whatever went wrong."""
    if request.method != "POST":
        return {}
    try:
        form = request.form
    except RequestEntityTooLarge:
        # What is too large to be read cannot be shown again either.
        return {}
    names = ("body", "wording", "explanation", "reason", "source", "heading", "note")
    return {name: form[name] for name in names if form.get(name)}


def _not_allowed(error: NotAllowed) -> Any:
    if error.permission in ABSENT:
        return error_page(404, kept=kept_text())
    if not viewer().is_signed_in and error.missing in FOR_KNOWN:
        return redirect(sign_in_url(), 303) if not is_for_programs() else problem(401, headers=_bring_a_token())
    is_restrained = error.missing in ("not_paused", "not_blocked")
    return error_page(
        403, REASONS.get(error.missing, ""), kept=kept_text(), thing=error.thing, is_restrained=is_restrained
    )


def _bring_a_token() -> dict[str, str]:
    return {"WWW-Authenticate": challenge()}


def _outdated(error: Outdated) -> Any:
    if is_for_programs() and "If-Match" in request.headers:
        return problem(412, str(ADVICE[409]))
    return error_page(409, kept=kept_text(), thing=error.thing)


def _form_expired(error: CSRFError) -> Any:
    """The session ended while somebody was writing: show the text again with a fresh form."""
    advice = _("Die Seite war lange offen, deshalb haben wir Ihre Eingabe vorsichtshalber nicht übernommen.")
    return error_page(400, advice, kept=kept_text(), resend=bool(kept_text()))


def _database_busy(error: SQLAlchemyError) -> Any:
    with suppress(SQLAlchemyError):
        db.session.rollback()
    log.exception("database not available")
    return unavailable()


def _database_fault(error: SQLAlchemyError) -> Any:
    return _database_busy(error) if may_pass(error) else _fault(error)


def _http_error(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400:
        return error
    if status == 429:
        return _too_many(error)
    response = error_page(status, kept=kept_text())
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _too_many(error: HTTPException) -> Any:
    limit = limiter.current_limit
    wait = max(1, limit.reset_at - int(now().timestamp())) if limit else 60
    again = (now() + timedelta(seconds=wait)).astimezone(BERLIN).strftime("%H:%M")
    response = error_page(429, _("Ab %(time)s Uhr geht es weiter.", time=again), kept=kept_text())
    response.headers["Retry-After"] = str(wait)
    return response


def _fault(error: Exception) -> Any:
    db.session.rollback()
    log.exception("fault in %s", request.endpoint)
    return error_page(500, kept=kept_text())

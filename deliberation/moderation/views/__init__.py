"""The moderators' desk, reports by readers, public answers, and the public log. Here: words and what its pages share."""

from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deliberation.annotations.models import Annotation
from deliberation.clock import BERLIN, now
from deliberation.labels import label
from deliberation.moderation.desk.piles import Tab
from deliberation.moderation.models import DecisionKind
from deliberation.urls import annotation_url, safe_next

moderation = Blueprint("moderation", __name__)


TAB_LABELS = {
    Tab.PENDING: _l("Zurückgehalten"),
    Tab.FLAGGED: _l("Gemeldet"),
    Tab.FIRST: _l("Erste Beiträge"),
    Tab.UNANSWERED: _l("Fragen ohne Antwort"),
    Tab.MESSAGES: _l("Private Antworten"),
    Tab.UNSEEN: _l("Noch nicht gesichtet"),
    Tab.RETURNED: _l("Zurückgegeben"),
}
DONE_LABELS = {
    DecisionKind.PUBLISH: _l("gezeigt"),
    DecisionKind.HIDE: _l("nicht gezeigt"),
    DecisionKind.RESTORE: _l("wieder gezeigt"),
    DecisionKind.RETURN: _l("zurückgegeben"),
    DecisionKind.REDACT: _l("geschwärzt gezeigt"),
    DecisionKind.MOVE: _l("verschoben"),
    DecisionKind.BUNDLE: _l("gebündelt"),
    DecisionKind.UNBUNDLE: _l("aus dem Bündel genommen"),
    DecisionKind.CLOSE: _l("Gespräch geschlossen"),
    DecisionKind.REOPEN: _l("Gespräch wieder geöffnet"),
    DecisionKind.UNDO: _l("rückgängig gemacht"),
}
HIT_LABELS = {
    "address": _l("Anrede mit Namen"),
    "initial": _l("Name mit Kürzel"),
    "age": _l("Person mit Altersangabe"),
    "street": _l("Straße"),
    "phone": _l("Telefonnummer"),
    "mail": _l("E-Mail-Adresse"),
    "iban": _l("Kontonummer"),
    "file_number": _l("Aktenzeichen"),
    "birth": _l("Geburtsdatum"),
    "date": _l("Zeitangabe, zusammen mit einer Person"),
    "union": _l("Person und Gewerkschaft"),
    "health": _l("Gesundheit, zusammen mit einer Person"),
    "name": _l("Name einer Person"),
    "role": _l("Funktion mit Namen"),
    "employer": _l("Arbeitgeber oder Firma mit Vorwurf"),
}


@moderation.app_template_filter("hit_label")
def hit_label(code: str) -> str:
    """What the pattern check found, in words."""
    return str(HIT_LABELS.get(code, code))


@moderation.app_template_filter("tab_label")
def tab_label(tab: Tab) -> str:
    return str(TAB_LABELS[tab])


@moderation.app_template_filter("done_label")
def done_label(kind: DecisionKind) -> str:
    """What was decided, as something that has happened."""
    return str(DONE_LABELS[kind])


@moderation.app_template_filter("decision_name")
def decision_name(value: str) -> str:
    """What a form wanted to decide, in words."""
    return label(DecisionKind(value)) if value in {kind.value for kind in DecisionKind} else ""


@moderation.app_template_global("greeting")
def greeting() -> str:
    """By the time of day in Berlin."""
    hour = now().astimezone(BERLIN).hour
    if 5 <= hour < 11:
        return str(_("Guten Morgen"))
    return str(_("Guten Tag") if 11 <= hour < 18 else _("Guten Abend"))


@moderation.app_template_global("thanks_for_reading")
def thanks_for_reading() -> str:
    is_evening = not 5 <= now().astimezone(BERLIN).hour < 18
    return str(_("Danke für Ihre Zeit heute Abend.") if is_evening else _("Danke für Ihre Zeit heute."))


def back_from(form: Any, annotation: Annotation) -> str:
    """To the next case, or to the conversation for whoever came from the reading page."""
    back = safe_next(form.back.data)
    return back if back != "/" else f"{annotation_url(annotation)}#a-{annotation.number}"


from deliberation.moderation.views import (  # noqa: E402, F401 (their routes)
    blocks,
    danger,
    deciding,
    desk,
    flags,
    letters,
    log,
    members,
    messages,
    objections,
    people,
    rules,
    settings,
    team_log,
    tidying,
)

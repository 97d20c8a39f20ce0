"""The report: its public pages, the draft for those who take part, and the desk of whoever writes it."""

from typing import Any

from flask import Blueprint, abort
from flask_babel import lazy_gettext as _l

from deliberation.annotations.views import readable_declaration
from deliberation.declarations.models import Declaration
from deliberation.permissions import Permission, require
from deliberation.reports import bringing
from deliberation.reports.evidence import EvidenceInvalid
from deliberation.reports.models import EVIDENCE_MAX, PointState
from deliberation.reports.publishing import NotReady
from deliberation.results import words
from deliberation.results.headline import headline_sentence
from deliberation.web import viewer

reports = Blueprint("reports", __name__)
# It enters itself where archives are made and read.
assert bringing

STATES = {
    PointState.OPEN: _l("noch offen"),
    PointState.TAKEN: _l("aufgenommen"),
    PointState.DECLINED: _l("nicht aufgenommen"),
}
REASONS = {
    "central": _l("sagt, was viele sagen"),
    "agreed": _l("viele sehen das auch so"),
    "disputed": _l("umstritten"),
    "connects": _l("verbindet die Meinungsgruppen"),
    "divides": _l("trennt die Meinungsgruppen"),
}
EVIDENCE_PROBLEMS = {
    "unreadable": _l("„%(what)s“ ist keine Nummer einer Anmerkung. So ist es richtig: A-204, A-98"),
    "unknown": _l("%(what)s gibt es in dieser Erklärung nicht."),
    "hidden": _l("%(what)s wird nicht gezeigt und kann kein Beleg sein."),
    "unseen": _l("%(what)s hat die Moderation noch nicht gesehen. Bis dahin steht die Anmerkung in keinem Bericht."),
    "many": _l("Bitte höchstens %(what)s Belege für einen Satz."),
}
NOT_READY = {
    "empty": _l("Im Bericht steht noch kein Satz."),
    "unsupported": _l(
        "Es gibt noch Sätze ohne Beleg: %(count)s. Nennen Sie Anmerkungen, die den Satz tragen, oder kennzeichnen Sie "
        "ihn als Einordnung."
    ),
    "withheld": _l(
        "Es gibt noch Sätze mit Zitaten, die nicht mehr freigegeben sind oder so nicht mehr dastehen: %(count)s."
    ),
    "same": _l("Seit der letzten Ausgabe hat sich nichts geändert."),
    "note": _l("Sagen Sie bitte, was sich gegenüber der letzten Ausgabe ändert."),
}


@reports.app_template_filter("point_state")
def point_state(state: PointState) -> str:
    return str(STATES[state])


@reports.app_template_filter("candidate_reason")
def candidate_reason(reason: str) -> str:
    return str(REASONS[reason])


@reports.app_template_filter("not_ready")
def not_ready(problem: NotReady) -> str:
    return str(NOT_READY[problem.problem] % {"count": problem.count})


def evidence_problem(invalid: EvidenceInvalid) -> str:
    return str(EVIDENCE_PROBLEMS[invalid.problem] % {"what": invalid.what or EVIDENCE_MAX})


@reports.context_processor
def _speech() -> dict[str, Any]:
    """What every template of this feature speaks with."""
    return {"words": words, "headline_sentence": headline_sentence}


def declaration_for(slug: str, permission: Permission) -> Declaration:
    """The declaration of an address, for whoever may do this in it."""
    declaration = readable_declaration(slug)
    require(viewer(), permission, declaration)
    return declaration


def found(thing: Any) -> Any:
    """What was looked for; nothing is a page that does not exist."""
    return thing if thing is not None else abort(404)


from deliberation.reports.views import points, publishing, reading, writing  # noqa: E402, F401 (their routes)

"""The operator's hub, and one calm page for each thing that runs a site."""

from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, current_app, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from deliberation.clock import now
from deliberation.filters import day, file_size
from deliberation.notifications.trying import transport_place
from deliberation.permissions import Permission, require
from deliberation.site import barriers as told
from deliberation.site import outbox, runs
from deliberation.site.checklist import load_site_checklist
from deliberation.site.machine import can_write, look_at_storage
from deliberation.site.models import JobRun
from deliberation.web import viewer

site = Blueprint("site", __name__)


@dataclass(frozen=True)
class Todo:
    """One thing that wants the operator, and where it is done."""

    words: str
    url: str
    is_urgent: bool = False


@site.get("/operator")
def hub() -> str:
    require(viewer(), Permission.SEE_OPERATION)
    checklist = load_site_checklist(viewer(), transport_place())
    return render_template(
        "site/hub.html", todos=_todos(), checklist=checklist, barriers=told.count_open(), here="operator"
    )


def _todos() -> list[Todo]:
    """What needs doing, the urgent first."""
    found = runs.load_runs()
    storage = look_at_storage(current_app.config, Path(current_app.instance_path))
    todos = []
    if not can_write(current_app.config):
        todos.append(Todo(_("Die Festplatte ist voll: Es lässt sich nichts mehr speichern."), url_for("site.storage"), True))
    elif storage.is_low:
        words = _("Auf der Festplatte sind nur noch %(size)s frei.", size=file_size(storage.free))
        todos.append(Todo(words, url_for("site.storage"), True))
    if runs.is_silent(found, now()):
        todos.append(Todo(_("Im Hintergrund läuft nichts: Mails gehen nicht hinaus."), url_for("site.jobs"), True))
    if given_up := outbox.count_given_up():
        words = ngettext("%(num)s Mail ging nicht hinaus.", "%(num)s Mails gingen nicht hinaus.", given_up)
        todos.append(Todo(words, url_for("site.jobs"), True))
    if waiting := told.count_open():
        words = ngettext(
            "%(num)s gemeldete Barriere wartet auf Antwort.", "%(num)s gemeldete Barrieren warten auf Antwort.", waiting
        )
        todos.append(Todo(words, url_for("site.barriers"), bool(told.count_overdue())))
    if backup := _backup_due(found.get(runs.BACKUP)):
        todos.append(Todo(backup, url_for("site.storage")))
    return todos


def _backup_due(last: JobRun | None) -> str:
    """Only a site that people rely on is reminded."""
    if not current_app.config["IS_PRODUCTION"]:
        return ""
    if last is None:
        return _("Es gibt noch keine Sicherung.")
    if last.at < now() - runs.BACKUP_AFTER:
        return _("Die letzte Sicherung ist vom %(day)s.", day=day(last.at))
    return ""


# The pages register themselves with the blueprint above.
from deliberation.site.views import barriers, machine, settings, starting  # noqa: E402, F401

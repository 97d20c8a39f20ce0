"""Contributions from paper: one file, all of it or nothing."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from deliberation.annotations.views import readable_declaration
from deliberation.declarations.importing import ImportRefused
from deliberation.meetings import paper
from deliberation.meetings.forms import PaperForm
from deliberation.meetings.paper import WRONG, Fault
from deliberation.meetings.views import meetings
from deliberation.permissions import Permission, require
from deliberation.web import limiter, viewer


def _fault_words(fault: Fault) -> str:
    """What is wrong in a line, for people."""
    return str(_("Zeile %(line)s: %(words)s", line=fault.line, words=_(WRONG[fault.what], words=fault.words)))


@meetings.route("/d/<slug>/office/paper", methods=["GET", "POST"])
@limiter.limit("60 per hour", methods=["POST"])
def enter_paper(slug: str) -> Any:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.ENTER_PAPER, declaration)
    form, faults = PaperForm(), list[str]()
    if request.method == "POST" and form.validate():
        try:
            found = paper.read_paper(declaration, *form.to_content())
        except ImportRefused:
            form.file.errors = (_("Das lässt sich nicht als Tabelle lesen. Wir lesen CSV und Excel (xlsx)."),)
        else:
            if not found.faults:
                taken = paper.take_in(viewer(), declaration, found.entries)
                flash(_taken_words(taken), "done")
                return redirect(url_for("meetings.enter_paper", slug=slug), 303)
            faults = [_fault_words(fault) for fault in found.faults]
            form.file.errors = (_("In der Tabelle stimmt etwas nicht. Es wurde nichts übernommen."),)
    page = render_template("meetings/paper.html", declaration=declaration, form=form, faults=faults, here="office")
    return page, 422 if form.errors else 200


def _taken_words(taken: paper.Taken) -> str:
    """What came of it, for people."""
    words = [ngettext("%(num)s Beitrag übernommen.", "%(num)s Beiträge übernommen.", taken.new)]
    if taken.known:
        words.append(ngettext("%(num)s war schon da.", "%(num)s waren schon da.", taken.known))
    if taken.held:
        words.append(ngettext("%(num)s wartet auf die Moderation.", "%(num)s warten auf die Moderation.", taken.held))
    return " ".join(words)

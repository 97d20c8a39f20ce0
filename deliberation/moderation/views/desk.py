"""The desk: piles, list, one case."""

from flask import render_template, request

from deliberation.annotations.responses import NUDGE_FROM
from deliberation.annotations.views import readable_declaration
from deliberation.moderation import queue
from deliberation.moderation.forms import DecisionForm, ResponseForm
from deliberation.moderation.queue import Tab
from deliberation.moderation.views import moderation
from deliberation.web import viewer


@moderation.get("/d/<slug>/moderation", endpoint="queue")
def desk(slug: str) -> str:
    declaration = readable_declaration(slug)
    tab = request.args.get("tab")
    page = queue.load_queue(
        viewer(),
        declaration,
        Tab(tab) if tab in {t.value for t in Tab} else None,
        request.args.get("case", type=int),
        request.args.get("start", 0, type=int),
    )
    form = ResponseForm if page.tab is Tab.UNANSWERED else DecisionForm
    return render_template(
        "moderation/queue.html",
        declaration=declaration, page=page, form=form(formdata=None), nudge_from=NUDGE_FROM, here="queue",
    )  # fmt: skip

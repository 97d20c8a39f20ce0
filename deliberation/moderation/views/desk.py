"""The desk: piles, list, one case; several at once; taking back; single keys."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from deliberation.annotations.models import NUMBER_MAX, Annotation, Kind
from deliberation.annotations.responses import NUDGE_FROM
from deliberation.annotations.views import readable_declaration
from deliberation.declarations.models import Declaration
from deliberation.moderation.desk import bulk, queue, teamwork
from deliberation.moderation.desk.piles import AGES, Narrowing, Tab
from deliberation.moderation.desk.queue import QueuePage
from deliberation.moderation.forms import BulkForm, DecisionForm, ResponseForm
from deliberation.moderation.models import DecisionKind, Rule
from deliberation.moderation.objections.reviews import find_decision
from deliberation.moderation.undoing import CannotUndo
from deliberation.moderation.undoing import undo as take_back
from deliberation.moderation.views import done_label, moderation
from deliberation.moderation.words.text_blocks import load_blocks
from deliberation.permissions import Permission, require
from deliberation.text import normalised
from deliberation.urls import queue_url, safe_next
from deliberation.web import after_page, viewer


@moderation.get("/d/<slug>/moderation", endpoint="queue")
def desk(slug: str) -> str:
    declaration = readable_declaration(slug)
    page = _load(declaration, request.args)
    person, opened = viewer(), page.case.annotation if page.case else None
    after_page(lambda: teamwork.be_present(person, declaration, opened))
    return _render(page, BulkForm(formdata=None))


def _load(declaration: Declaration, asked: MultiDict[str, str]) -> QueuePage:
    tab, number = asked.get("tab"), asked.get("case", type=int)
    return queue.load_queue(
        viewer(),
        declaration,
        Tab(tab) if tab in {one.value for one in Tab} else None,
        number if number and 0 < number <= NUMBER_MAX else None,
        asked.get("start", 0, type=int),
        _narrowing(asked),
    )


def _narrowing(asked: MultiDict[str, str]) -> Narrowing:
    """What the address narrows the list down to; nonsense asks for everything."""
    kind, age = asked.get("kind"), asked.get("age", 0, type=int)
    return Narrowing(
        thesis=normalised(asked.get("thesis", ""))[:20],
        kind=Kind(kind) if kind in {one.value for one in Kind} else None,
        age=age if age in AGES else 0,
        is_mine=asked.get("mine") == "1",
    )


def desk_again(annotation: Annotation, form: Any) -> str | None:
    """The desk with this case open and what is wrong in its form; None if the form did not come from there."""
    back = safe_next(form.back.data)
    if urlsplit(back).path != queue_url(annotation.declaration):
        return None
    asked = MultiDict(parse_qsl(urlsplit(back).query))
    asked["case"] = str(annotation.number)
    declaration = readable_declaration(annotation.declaration.slug)
    page = _load(declaration, asked)
    if page.case is None or page.case.annotation.number != annotation.number or page.tab is Tab.UNANSWERED:
        return None
    return _render(page, BulkForm(formdata=None), form)


def _render(page: QueuePage, bulk_form: Any, sent: Any = None) -> str:
    form = sent or (ResponseForm if page.tab is Tab.UNANSWERED else DecisionForm)(formdata=None)
    return render_template(
        "moderation/queue.html",
        declaration=page.declaration, page=page, form=form, bulk_form=bulk_form, nudge_from=NUDGE_FROM,
        ages=AGES, bulk_kinds=bulk.KINDS, blocks=load_blocks(page.declaration), here="queue",
    )  # fmt: skip


@moderation.post("/d/<slug>/moderation/bulk")
def decide_many(slug: str) -> Any:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.SEE_QUEUE, declaration)
    form = BulkForm()
    if not form.validate():
        # The same pile again, with what was ticked.
        asked = MultiDict(parse_qsl(urlsplit(safe_next(form.back.data)).query))
        return _render(_load(declaration, asked), form), 422
    rule = Rule(form.rule.data) if form.rule.data in {one.value for one in Rule} else None
    kind = DecisionKind(form.decision.data)
    many = bulk.decide_many(viewer(), declaration, form.seen, kind, rule, form.reason.data or "")
    flash(_say(many), "done")
    back = safe_next(form.back.data)
    return redirect(back if back != "/" else queue_url(declaration), 303)


def _say(many: bulk.Many) -> str:
    words = ngettext("%(num)s Beitrag entschieden.", "%(num)s Beiträge entschieden.", len(many.decisions))
    if many.outdated:
        labels = ", ".join(annotation.label for annotation in many.outdated)
        words += " " + _("Inzwischen entschieden oder geändert und darum gelassen, wie es ist: %(labels)s.", labels=labels)
    if many.refused:
        labels = ", ".join(annotation.label for annotation in many.refused)
        words += " " + _("Darüber entscheidet jemand anderes: %(labels)s.", labels=labels)
    return str(words)


@moderation.post("/d/<slug>/moderation/undo")
def undo(slug: str) -> Any:
    declaration = readable_declaration(slug)
    number = request.form.get("decision", type=int)
    decision = find_decision(number) if number and 0 < number <= NUMBER_MAX else None
    if decision is None or decision.annotation.declaration_id != declaration.id:
        abort(404)
    back = queue_url(declaration, case=decision.annotation_id)
    try:
        take_back(viewer(), decision)
    except CannotUndo:
        page = render_template(
            "moderation/cannot_undo.html", declaration=declaration, decision=decision, back=back, here="queue"
        )
        return page, 409
    label, done = decision.annotation.label, done_label(decision.kind)
    flash(_("%(label)s: Rückgängig gemacht (war: %(decision)s).", label=label, decision=done), "done")
    return redirect(back, 303)


@moderation.route("/d/<slug>/moderation/team", methods=["GET", "POST"])
def team(slug: str) -> Any:
    """Who looks after which theses."""
    declaration = readable_declaration(slug)
    require(viewer(), Permission.SEE_QUEUE, declaration)
    if request.method == "POST":
        teamwork.assign(viewer(), declaration, _wanted())
        flash(_("Gespeichert. Alle sehen, wer für welche These zuständig ist."), "done")
        return redirect(url_for("moderation.team", slug=slug), 303)
    return render_template(
        "moderation/team.html",
        declaration=declaration, team=teamwork.load_team(declaration), here="queue",
        assignments=teamwork.load_assignments(declaration), own=viewer().membership_in(declaration.id),
    )  # fmt: skip


def _wanted() -> dict[int, list[int]]:
    """`duty` is repeated: thesis-membership."""
    wanted: dict[int, list[int]] = {}
    for duty in request.form.getlist("duty"):
        thesis, _dash, member = duty.partition("-")
        if not (thesis.isascii() and thesis.isdigit() and member.isascii() and member.isdigit() and len(duty) < 20):
            abort(422)
        wanted.setdefault(int(thesis), []).append(int(member))
    return wanted


@moderation.post("/d/<slug>/moderation/keys")
def keys(slug: str) -> Response:
    """Switch the single keys on or off."""
    declaration = readable_declaration(slug)
    teamwork.use_keys(viewer(), declaration, request.form.get("keys") == "on")
    back = safe_next(request.form.get("back"))
    return redirect(back if back != "/" else queue_url(declaration), 303)



"""Annotations whose place a person has to look at after the text has changed."""

from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from deliberation.annotations.actions import NotInForce
from deliberation.annotations.models import NUMBER_MAX, Annotation, find_annotation
from deliberation.annotations.views import readable_annotation, readable_declaration
from deliberation.declarations.fates import AnchorState
from deliberation.declarations.models import Declaration, current_edition
from deliberation.editions import checking, doubt, waiting
from deliberation.editions.checking import NoCandidate, NoSuchSentence, StaysWithThesis
from deliberation.editions.doubt import Case
from deliberation.editions.views import editions
from deliberation.editions.views.anchor_forms import AcceptForm, VerdictForm
from deliberation.labels import label
from deliberation.permissions import Outdated, Permission, may, require
from deliberation.urls import anchors_url, annotation_act_url, safe_next
from deliberation.web import viewer


@editions.get("/d/<slug>/moderation/anchors")
def anchors(slug: str) -> Any:
    return _render_list(readable_declaration(slug), AcceptForm(formdata=None))


@editions.post("/d/<slug>/moderation/anchors")
def accept_anchors(slug: str) -> Any:
    """Accept those on one page of the list that are nearly identical."""
    declaration = readable_declaration(slug)
    require(viewer(), Permission.CHECK_ANCHORS, declaration)
    form = AcceptForm()
    if not form.validate():
        return _render_list(declaration, form), 422
    try:
        accepted, others = checking.accept_all(viewer(), declaration, form.number.data, form.seen_edition)
    except Outdated:
        return _render_list(declaration, form, is_outdated=True), 409
    words = ngettext("%(num)s Anmerkung angenommen.", "%(num)s Anmerkungen angenommen.", accepted)
    if others:
        words += " " + ngettext(
            "%(num)s war schon entschieden oder ist nicht gleich genug.",
            "%(num)s waren schon entschieden oder sind nicht gleich genug.",
            others,
        )
    flash(words, "done")
    return redirect(anchors_url(declaration), 303)


def _render_list(declaration: Declaration, form: AcceptForm, **context: Any) -> str:
    page = waiting.load_anchors(viewer(), declaration, _wanted())
    return render_template(
        "editions/anchors.html",
        declaration=declaration, page=page, form=form, edition_number=page.edition.number, here=_here(declaration),
        **context,
    )  # fmt: skip


def _wanted() -> waiting.Filter:
    state, number = request.args.get("state"), request.args.get("case", type=int)
    return waiting.Filter(
        state=AnchorState(state) if state in {one.value for one in waiting.WAITING_STATES} else None,
        thesis=request.args.get("thesis", ""),
        start=request.args.get("start", 0, type=int),
        number=number if number and 0 < number <= NUMBER_MAX else None,
    )


def _here(declaration: Declaration) -> str:
    """Which entry of the menu this is: moderators have the desk, organisers the editing."""
    return "queue" if may(viewer(), Permission.SEE_QUEUE, declaration) else "redaction"


@editions.route("/a/<int:number>/anchor", methods=["GET", "POST"])
def anchor(number: int) -> Any:
    """One case; replies stand where their thread stands."""
    annotation = readable_annotation(number)
    require(viewer(), Permission.CHECK_ANCHORS, annotation.declaration)
    if annotation.is_reply:
        root = find_annotation(annotation.thread_number) or abort(404)
        return redirect(annotation_act_url(root, "anchor"), 303)
    require(viewer(), Permission.READ_ANNOTATION, annotation)
    case = doubt.load_case(annotation, current_edition(annotation.declaration))
    if case is None:
        flash(_("Bei %(label)s ist nichts zu prüfen.", label=annotation.label), "done")
        return redirect(annotation_act_url(annotation, "wording"), 303)
    if request.method == "POST":
        return _decide(annotation, case)
    return _render_case(case, VerdictForm(request.args, meta={"csrf": True}))


def _decide(annotation: Annotation, case: Case) -> Any:
    form = VerdictForm()
    if not form.validate():
        return _render_case(case, form), 422
    try:
        decided = _carry_out(annotation, form)
    except Outdated:
        fresh = doubt.load_case(annotation, current_edition(annotation.declaration)) or case
        return _render_case(fresh, VerdictForm(formdata=None, back=form.back.data), is_outdated=True), 409
    except NotInForce:
        form.paragraph.errors = (_("Diesen Absatz gibt es in der heutigen Fassung nicht."),)
        return _render_case(case, form), 422
    except NoSuchSentence:
        form.sentence.errors = (_("Diesen Satz gibt es in diesem Absatz nicht."),)
        return _render_case(case, form), 422
    except (NoCandidate, StaysWithThesis):
        form.verdict.errors = (_("Das geht bei dieser Anmerkung nicht."),)
        return _render_case(case, form), 422
    words = _("%(label)s: %(decision)s.", label=annotation.label, decision=label(decided.verdict))
    flash(words, "done")
    return _back(form, annotation)


def _carry_out(annotation: Annotation, form: VerdictForm) -> Any:
    person, edition, seen = viewer(), form.seen_edition, form.seen_at()
    match form.verdict.data:
        case "accept":
            return checking.accept(person, annotation, edition, seen)
        case "leave":
            return checking.leave(person, annotation, edition, seen)
        case _:
            target = doubt.find_target(annotation.declaration, form.paragraph.data)
            if target is None:
                raise NotInForce
            return checking.place(person, annotation, target, form.sentence.data, edition, seen)


def _back(form: VerdictForm, annotation: Annotation) -> Response:
    """To the next case, or to the list."""
    back = safe_next(form.back.data)
    return redirect(back if back != "/" else anchors_url(annotation.declaration), 303)


def _render_case(case: Case, form: VerdictForm, **context: Any) -> str:
    declaration = case.annotation.declaration
    return render_template(
        "editions/anchor.html",
        declaration=declaration, case=case, form=form, edition_number=case.edition.number, here=_here(declaration),
        targets=doubt.load_targets(declaration) if case.can_move else [],
        target=doubt.find_target(declaration, form.paragraph.data or ""), **context,
    )  # fmt: skip

"""Deciding about one contribution, sharing it with the team, and answering it in public."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _

from deliberation.annotations.actions import TextInvalid
from deliberation.annotations.models import Annotation, ResponseKind, find_annotation
from deliberation.annotations.responses import NUDGE_FROM, NothingCited
from deliberation.annotations.responses import respond as answer
from deliberation.annotations.views import readable_annotation
from deliberation.database import db
from deliberation.moderation import actions, posts
from deliberation.moderation.actions import Deed
from deliberation.moderation.desk import cases, teamwork
from deliberation.moderation.forms import DECISIONS, DecisionForm, HandlingForm, ResponseForm
from deliberation.moderation.models import Decision, DecisionKind, Rule
from deliberation.moderation.objections.reviews import load_last_decisions
from deliberation.moderation.redacting import PassageMissing, contains, find_echoes
from deliberation.moderation.views import back_from, done_label, moderation
from deliberation.moderation.views.blocks import insert_block
from deliberation.moderation.views.desk import desk_again
from deliberation.moderation.words.house_rules import load_rules_then
from deliberation.moderation.words.text_blocks import load_blocks
from deliberation.permissions import Outdated, Permission, may, require
from deliberation.web import viewer


@moderation.route("/a/<int:number>/decisions", methods=["GET", "POST"])
def decide(number: int) -> Any:
    annotation = readable_annotation(number)
    if not (annotation.is_hidden and may(viewer(), Permission.SEE_QUEUE, annotation)):
        require(viewer(), Permission.MODERATE, annotation)
    form = DecisionForm(back=request.args.get("back", ""))
    if request.method == "GET":
        return _render(annotation, form)
    if request.form.get("step") == "letter":
        return _render(annotation, form, post=_preview(annotation, form))
    if insert_block(form, form.reason, load_blocks(annotation.declaration)):
        return _render(annotation, form)
    if not form.validate():
        return desk_again(annotation, form) or _render(annotation, form), 422
    try:
        decision = actions.decide(viewer(), annotation, _to_deed(form))
    except PassageMissing as error:
        form.passage.errors = (_("Diese Stelle steht so nicht im Text: „%(words)s“.", words=error.passage),)
        return desk_again(annotation, form) or _render(annotation, form), 422
    except Outdated:
        return _conflict(annotation, form)
    flash(_said(annotation, decision, form.passage.data), "done")
    return redirect(back_from(form, annotation), 303)


def _said(annotation: Annotation, decision: Decision, passages: list[str]) -> str:
    """What was done, and where else the redacted passages can be read: those are other contributions, each decided on
    by itself."""
    words = str(_("%(label)s: %(decision)s.", label=annotation.label, decision=done_label(decision.kind)))
    echoes = find_echoes(annotation, passages) if decision.kind is DecisionKind.REDACT else []
    if echoes:
        labels = ", ".join(f"A-{number}" for number in echoes)
        words += " " + _("Dieselbe Stelle steht auch in %(labels)s. Sehen Sie bitte auch dort nach.", labels=labels)
    return words


def _preview(annotation: Annotation, form: Any) -> Any:
    """The letter as it would be; None if nobody would be told."""
    if form.preview.data not in {kind.value for kind in DECISIONS}:
        return None
    form.decision.data, form.version.data = form.preview.data, str(annotation.version)
    return posts.preview(viewer(), annotation, _to_deed(form))


def _to_deed(form: Any) -> Deed:
    return Deed(
        kind=DecisionKind(form.decision.data),
        version=int(form.version.data),
        rule=Rule(form.rule.data) if form.rule.data in {rule.value for rule in Rule} else None,
        reason=form.reason.data or "",
        letter=form.letter.data or "",
        passages=form.passage.data,
    )


def _render(annotation: Annotation, form: Any, **context: Any) -> str:
    case = cases.load_case(viewer(), annotation)
    return render_template(
        "moderation/decide.html",
        declaration=annotation.declaration, case=case, form=form, here="queue", nudge_from=NUDGE_FROM,
        colleagues=teamwork.load_colleagues(viewer(), annotation.declaration), blocks=load_blocks(annotation.declaration),
        rules_then=load_rules_then(annotation.declaration, case.decisions), **context,
    )  # fmt: skip


def _conflict(annotation: Annotation, form: Any) -> Any:
    """Somebody was faster: both decisions beside each other, and the form for deciding anew on the present state."""
    db.session.rollback()
    db.session.expire_all()
    fresh = find_annotation(annotation.number) or annotation
    theirs = load_decision(fresh)
    form.version.data = str(fresh.version)
    wanted = len(form.passage.data) if form.decision.data == DecisionKind.REDACT.value else 0
    # What is gone from the text cannot be redacted once more.
    form.passage.data = [words for words in form.passage.data if contains(fresh.body + fresh.proposed_wording, words)]
    case = cases.load_case(viewer(), fresh)
    page = render_template(
        "moderation/conflict.html",
        declaration=fresh.declaration, case=case, form=form, theirs=theirs, wanted=wanted, here="queue",
        can_decide=may(viewer(), Permission.MODERATE, fresh),
        colleagues=teamwork.load_colleagues(viewer(), fresh.declaration), blocks=load_blocks(fresh.declaration),
    )  # fmt: skip
    return page, 409


def load_decision(annotation: Annotation) -> Decision | None:
    """The last one on its words, with who took it."""
    found = load_last_decisions([annotation.number]).get(annotation.number)
    if found is not None:
        db.session.refresh(found, ["moderator"])
    return found


@moderation.post("/a/<int:number>/handling")
def handle(number: int) -> Any:
    """Taking a case, giving it away, asking the others, and notes."""
    annotation = readable_annotation(number)
    require(viewer(), Permission.HANDLE, annotation)
    form = HandlingForm()
    if not form.validate():
        return _render(annotation, DecisionForm(formdata=None, back=form.back.data), handling_form=form), 422
    try:
        flash(_carry_out(annotation, form), "done")
    except TextInvalid:
        form.note.errors = (_("Schreiben Sie bitte etwas. Das Feld ist noch leer."),)
        return _render(annotation, DecisionForm(formdata=None, back=form.back.data), handling_form=form), 422
    return redirect(back_from(form, annotation), 303)


def _carry_out(annotation: Annotation, form: Any) -> str:
    person, label, note, key = viewer(), annotation.label, form.note.data or "", form.form_key.data or ""
    match form.act.data:
        case "claim":
            teamwork.claim(person, annotation)
            return str(_("%(label)s haben Sie jetzt für eine halbe Stunde in der Hand.", label=label))
        case "take_over":
            teamwork.take_over(person, annotation)
            return str(_("%(label)s haben Sie übernommen.", label=label))
        case "release":
            teamwork.release(person, annotation)
            return str(_("%(label)s ist wieder frei.", label=label))
        case "hand_over":
            to = next((one for one in teamwork.load_team(annotation.declaration) if str(one.id) == form.to.data), None)
            teamwork.hand_over(person, annotation, to, note, key)
            if to is None:
                return str(_("%(label)s ist an das Team übergeben.", label=label))
            return str(_("%(label)s ist an %(name)s übergeben.", label=label, name=to.team_name))
        case "ask":
            teamwork.ask_opinion(person, annotation, note, key)
            return str(_("Die anderen sehen jetzt, dass Sie zu %(label)s eine zweite Meinung möchten.", label=label))
        case "opinion":
            advice = DecisionKind(form.advice.data) if form.advice.data else None
            teamwork.give_opinion(person, annotation, note, advice, key)
            return str(_("Danke. Ihre Meinung zu %(label)s steht beim Fall.", label=label))
        case _:
            teamwork.write_note(person, annotation, note, key)
            return str(_("Die Notiz zu %(label)s ist gespeichert. Nur das Team sieht sie.", label=label))


@moderation.route("/a/<int:number>/response", methods=["GET", "POST"])
def respond(number: int) -> Any:
    annotation = readable_annotation(number)
    require(viewer(), Permission.RESPOND, annotation)
    form = ResponseForm(back=request.args.get("back", ""))
    blocks = load_blocks(annotation.declaration)
    is_sent = request.method == "POST" and insert_block(form, form.body, blocks) is None
    if is_sent and form.validate() and _answered(annotation, form):
        flash(_("Ihre Antwort auf %(label)s ist veröffentlicht.", label=annotation.label), "done")
        return redirect(back_from(form, annotation), 303)
    case = cases.load_case(viewer(), annotation)
    page = render_template(
        "moderation/respond.html",
        declaration=annotation.declaration, case=case, form=form, nudge_from=NUDGE_FROM, blocks=blocks, here="queue",
    )  # fmt: skip
    return page, 422 if is_sent else 200


def _answered(annotation: Annotation, form: Any) -> bool:
    """Whether the answer was published; else the form says what is missing."""
    try:
        answer(viewer(), annotation, ResponseKind(form.kind.data), form.body.data, form.form_key.data or "")
    except NothingCited:
        example = annotation.label
        form.body.errors = (_("Nennen Sie mindestens einen Beitrag dieses Gesprächs, zum Beispiel %(label)s.", label=example),)
        return False
    return True

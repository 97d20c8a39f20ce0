"""Moving, bundling and closing: one page each, reached from the annotation; and leaving a bundle, for its author."""

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deliberation.annotations import mine
from deliberation.annotations.actions import NotInForce
from deliberation.annotations.likeness import find_alike
from deliberation.annotations.models import Annotation, find_annotation
from deliberation.annotations.responses import NothingCited
from deliberation.annotations.views import readable_annotation
from deliberation.declarations.models import Paragraph, Thesis, find_declaration, load_paragraphs
from deliberation.labels import place_name
from deliberation.moderation import posts
from deliberation.moderation.actions import Deed
from deliberation.moderation.forms.tidying import BundleForm, CloseForm, MoveForm, VersionForm
from deliberation.moderation.models import DecisionKind
from deliberation.moderation.ordering import bundling, closing, moving
from deliberation.moderation.ordering.bundling import CannotBundle
from deliberation.moderation.ordering.moving import CannotMove, printed
from deliberation.moderation.views import moderation
from deliberation.permissions import Permission, require
from deliberation.urls import annotation_act_url, annotation_url
from deliberation.web import viewer

MOVE_REFUSALS = {
    "here": _l("Dort steht die Anmerkung schon."),
    "elsewhere": _l("Diese Stelle gehört zu einer anderen Erklärung."),
    "ballot": _l("Über diesen Textvorschlag wird in der Schlussrunde abgestimmt. Er bleibt bei seinen Worten."),
    "signed": _l(
        "Andere haben diesen Textvorschlag mitgezeichnet, und zwar für diese Stelle. Er bleibt bei seinen Worten."
    ),
    "sentences": _l(
        "Dieser Textvorschlag ersetzt bestimmte Sätze. An einer anderen Stelle würde er den ganzen Absatz ersetzen. Fragen "
        "Sie lieber nach."
    ),
    "whole": _l("Ein Textvorschlag braucht einen Absatz, den er ersetzt."),
    "bundle": _l("Die Anmerkung steht in einem Bündel dieser These. Nehmen Sie sie erst heraus."),
    "gone": _l("Diese Stelle gibt es in der heutigen Fassung nicht."),
}
BUNDLE_REFUSALS = {
    "nobody": _l("Bitte wählen Sie mindestens eine andere Anmerkung."),
    "many": _l("Bitte bündeln Sie höchstens 50 auf einmal."),
    "reply": _l("%(label)s ist eine Antwort. Gebündelt werden nur Anmerkungen, die ein Gespräch eröffnen."),
    "thesis": _l("%(label)s gehört nicht zu dieser These."),
    "proposal": _l("%(label)s ist ein Textvorschlag. Vorschläge stehen nebeneinander und werden nicht gebündelt."),
    "left": _l(
        "%(label)s wurde von der Person, die das geschrieben hat, aus einem Bündel genommen und bleibt draußen."
    ),
    "unknown": _l("%(label)s gibt es in dieser Erklärung nicht."),
    "alone": _l("%(label)s steht in keinem Bündel."),
}


def _tidied(number: int) -> Annotation:
    annotation = readable_annotation(number)
    require(viewer(), Permission.TIDY, annotation)
    return annotation


def _root_of(annotation: Annotation, act: str) -> Any:
    """Replies go where their conversation goes."""
    root = find_annotation(annotation.thread_number) or abort(404)
    return redirect(annotation_act_url(root, act), 303)


def _done(annotation: Annotation, words: str) -> Any:
    """Where one slip is taken back is the list of one's own decisions at the desk."""
    later = _("Rückgängig machen können Sie das unter „Moderation“, 24 Stunden lang.")
    flash(f"{words} {later}", "done")
    return redirect(f"{annotation_url(annotation)}#a-{annotation.number}", 303)


@moderation.route("/a/<int:number>/move", methods=["GET", "POST"])
def move(number: int) -> Any:
    annotation = _tidied(number)
    if annotation.is_reply:
        return _root_of(annotation, "move")
    form = MoveForm(version=annotation.version)
    places = _load_places(annotation)
    if request.method == "GET":
        return _render_move(annotation, form, places)
    target = places.get(form.target.data or "")
    if request.form.get("step") == "letter":
        return _render_move(annotation, form, places, post=_preview(annotation, target, form))
    if not form.validate():
        return _render_move(annotation, form, places), 422
    refusal = _moved(annotation, target, form)
    if refusal:
        form.target.errors = (refusal,)
        return _render_move(annotation, form, places), 422
    return _done(annotation, str(_("%(label)s steht jetzt hier.", label=annotation.label)))


def _moved(annotation: Annotation, target: Paragraph | Thesis | None, form: Any) -> str:
    """Why it cannot be moved; empty if it was."""
    if target is None:
        return str(MOVE_REFUSALS["gone"])
    try:
        moving.move(
            viewer(), annotation, target, form.reason.data or "", int(form.version.data), form.letter.data or ""
        )
    except CannotMove as error:
        return str(MOVE_REFUSALS[error.reason])
    except NotInForce:
        return str(MOVE_REFUSALS["gone"])
    return ""


def _load_places(annotation: Annotation) -> dict[str, Paragraph | Thesis]:
    """Every place of the text in force, in its order."""
    declaration = find_declaration(annotation.declaration.slug) or abort(404)
    paragraphs = load_paragraphs([thesis.id for thesis in declaration.theses])
    places: dict[str, Paragraph | Thesis] = {}
    for thesis in declaration.theses:
        places[f"t{thesis.id}"] = thesis
        places |= {f"p{one.id}": one for one in paragraphs if one.thesis_id == thesis.id}
    return places


def _preview(annotation: Annotation, target: Paragraph | Thesis | None, form: Any) -> Any:
    facts = {}
    if target is not None:
        to = printed(target.thesis, target if isinstance(target, Paragraph) else None)
        facts = {"from": printed(annotation.thesis, annotation.paragraph), "to": to}
    words, letter = form.reason.data or "", form.letter.data or ""
    deed = Deed(DecisionKind.MOVE, annotation.version, reason=words, letter=letter, facts=facts)
    return posts.preview(viewer(), annotation, deed)


def _render_move(annotation: Annotation, form: Any, places: dict[str, Any], **context: Any) -> str:
    options = [
        (key, place_name(one.thesis, one if isinstance(one, Paragraph) else None), _words(one), isinstance(one, Thesis))
        for key, one in places.items()
    ]
    here = f"p{annotation.paragraph_id}" if annotation.paragraph_id else f"t{annotation.thesis_id}"
    return _render("moderation/move.html", annotation, form, options=options, place=here, **context)


def _words(place: Paragraph | Thesis) -> str:
    return place.wording.text if isinstance(place, Paragraph) else place.heading


def _render(template: str, annotation: Annotation, form: Any, **context: Any) -> str:
    return render_template(
        template, declaration=annotation.declaration, annotation=annotation, form=form, here="queue", **context
    )


@moderation.route("/a/<int:number>/bundle", methods=["GET", "POST"])
def bundle(number: int) -> Any:
    annotation = _tidied(number)
    if annotation.is_reply:
        return _root_of(annotation, "bundle")
    form = BundleForm()
    if request.method == "GET":
        return _render_bundle(annotation, form)
    if not form.validate():
        return _render_bundle(annotation, form), 422
    try:
        others = _picked(annotation, form)
        decisions = bundling.bundle(viewer(), annotation, others)
    except CannotBundle as error:
        form.numbers.errors = (str(BUNDLE_REFUSALS[error.reason]) % {"label": error.label},)
        return _render_bundle(annotation, form), 422
    return _done(annotation, str(_("%(n)s gebündelt. Wer das geschrieben hat, erfährt es.", n=len(decisions))))


def _picked(annotation: Annotation, form: Any) -> list[tuple[Annotation, int]]:
    seen = dict(form.pick.data)
    wanted = list(dict.fromkeys([*seen, *form.named()]))[: bundling.BUNDLE_MAX + 1]
    found = {one.number: one for one in bundling.load_annotations(annotation.declaration_id, wanted)}
    for number in wanted:
        if number not in found or not found[number].is_visible:
            raise CannotBundle("unknown", f"A-{number}")
    return [(found[number], seen.get(number, found[number].version)) for number in wanted]


def _render_bundle(annotation: Annotation, form: Any) -> str:
    lead = bundling.find_lead(annotation)
    bundled = bundling.load_followers(lead)
    known = [lead.number, *(one.number for one in bundled)]
    alike = find_alike(annotation.thesis_id, annotation.body, skip=known)
    own = viewer().membership_in(annotation.declaration_id)
    offered = [one for one in alike if one.annotation.left_bundle_at is None and one.annotation.author_id != own.id]
    return _render("moderation/bundle.html", annotation, form, lead=lead, bundled=bundled, alike=offered)


@moderation.route("/a/<int:number>/unbundle", methods=["GET", "POST"])
def unbundle(number: int) -> Any:
    annotation = _tidied(number)
    if request.method == "GET":
        return redirect(annotation_act_url(annotation, "bundle"), 303)
    lead = annotation.bundled_with
    try:
        bundling.unbundle(viewer(), annotation)
    except CannotBundle:
        # Somebody took it out before, or the button was pressed twice.
        return redirect(annotation_act_url(annotation, "bundle"), 303)
    flash(_("%(label)s steht wieder für sich.", label=annotation.label), "done")
    return redirect(annotation_act_url(find_annotation(lead or number) or annotation, "bundle"), 303)


@moderation.route("/a/<int:number>/leave", methods=["GET", "POST"])
def leave(number: int) -> Any:
    annotation = readable_annotation(number)
    require(viewer(), Permission.LEAVE_BUNDLE, annotation)
    if request.method == "POST":
        bundling.leave_bundle(viewer(), annotation)
        flash(_("%(label)s steht wieder für sich und wird nicht mehr gebündelt.", label=annotation.label), "done")
        return redirect(f"{annotation_url(annotation)}#a-{number}", 303)
    is_bundled = annotation.bundled_with is not None or bool(bundling.load_followers(annotation))
    return render_template(
        "moderation/leave.html", declaration=annotation.declaration, annotation=annotation, is_bundled=is_bundled
    )


@moderation.route("/a/<int:number>/close", methods=["GET", "POST"])
def close(number: int) -> Any:
    annotation = _tidied(number)
    if annotation.is_reply:
        return _root_of(annotation, "close")
    if request.form.get("action") == "reopen":
        return _reopened(annotation)
    form = CloseForm(version=annotation.version)
    if request.method == "GET":
        return _render_close(annotation, form)
    if not form.validate():
        return _render_close(annotation, form), 422
    try:
        closing.close_thread(viewer(), annotation, form.body.data or "", int(form.version.data))
    except NothingCited:
        example = annotation.label
        form.body.errors = (
            _("Nennen Sie mindestens einen Beitrag dieses Gesprächs, zum Beispiel %(label)s.", label=example),
        )
        return _render_close(annotation, form), 422
    return _done(annotation, str(_("Das Gespräch ist geschlossen, die Zusammenfassung steht darunter.")))


def _reopened(annotation: Annotation) -> Any:
    form = VersionForm()
    if not form.validate():
        return _render_close(annotation, CloseForm(formdata=None, version=annotation.version)), 422
    closing.reopen_thread(viewer(), annotation, int(form.version.data))
    return _done(annotation, str(_("Das Gespräch ist wieder offen.")))


def _render_close(annotation: Annotation, form: Any) -> str:
    thread = mine.load_thread(viewer(), annotation) or abort(404)
    entries: Sequence[Any] = [one for one in (thread, *thread.replies) if one.annotation.is_visible]
    return _render("moderation/close.html", annotation, form, entries=entries)

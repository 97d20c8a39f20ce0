"""Proposals beside each other, signing them too, and the closing round."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deliberation.annotations import reading
from deliberation.annotations.marks import load_marks
from deliberation.annotations.models import NUMBER_MAX, find_annotation
from deliberation.annotations.views import readable_annotation, readable_declaration
from deliberation.annotations.wordings import source_of
from deliberation.declarations.models import Declaration, Paragraph, Wording
from deliberation.labels import label
from deliberation.permissions import Outdated, Permission, require
from deliberation.proposals import ballots, cosigning
from deliberation.proposals.beside import load_beside
from deliberation.proposals.closing import BallotView, OptionView, load_closing
from deliberation.proposals.forms import BallotForm, Marks, read_marks
from deliberation.proposals.models import RESISTANCE_MAX
from deliberation.results.words import not_representative
from deliberation.urls import annotation_url, closing_url, safe_next, sign_in_url
from deliberation.web import viewer

proposals = Blueprint("proposals", __name__)

REFUSALS = {
    "number": _l("Zur Wahl stehen mindestens ein und höchstens vier Vorschläge und der bisherige Wortlaut."),
    "absent": _l("Einer der Vorschläge wird nicht mehr gezeigt. Sehen Sie bitte noch einmal hin."),
    "place": _l(
        "Diese Vorschläge ersetzen nicht genau dieselben Worte. In einer Abstimmung stehen nur Wortlaute für dieselben "
        "Sätze, oder nur solche für den ganzen Absatz."
    ),
    "twice": _l("Über diese Stelle wird schon abgestimmt. Zwei Abstimmungen über dieselben Worte gibt es nicht."),
    "overlap": _l(
        "Über Absatz %(place)s wird schon abgestimmt, im Ganzen oder in Teilen. Zwei Abstimmungen über dieselben Worte "
        "gibt es nicht."
    ),
    "present": _l("%(labels)s steht schon so im Text."),
    "same": _l("%(labels)s sind wortgleich. Stellen Sie bitte nur einen der beiden zur Wahl."),
    "phase": _l("In der Phase „%(phase)s“ kommt nichts mehr zur Wahl: Die Schlussrunde ist vorbei."),
}


@proposals.app_template_filter("present_words")
def present_words(wording: Wording, sentences: Sequence[int] = ()) -> str:
    """What stands in the field when somebody begins a proposal: the chosen sentences, or the whole paragraph."""
    return source_of(wording, sentences)


@proposals.app_template_filter("decimal")
def decimal(value: float) -> str:
    """One place behind the comma: 2,4."""
    return str(format_decimal(value, format="0.0"))


@proposals.app_template_filter("option_name")
def option_name(option: OptionView) -> str:
    """What a wording is called wherever several stand to choose among."""
    annotation = option.option.annotation
    if annotation is None:
        return str(_("Bisheriger Wortlaut"))
    author = annotation.author.pseudonym if annotation.author else _("Gelöschte Person")
    return str(_("Vorschlag %(label)s von %(name)s", label=annotation.label, name=author))


@proposals.get("/d/<slug>/<t>/<p>/proposals")
def place(slug: str, t: str, p: str) -> str:
    # Making a form makes a session; who only reads gets no cookie.
    return _render_place(_find_paragraph(slug, t, p), BallotForm(formdata=None) if viewer().is_signed_in else None)


def _find_paragraph(slug: str, t: str, p: str) -> Paragraph:
    declaration = readable_declaration(slug)
    found = reading.find_place(declaration, t, p) or abort(404)
    return found[1] or abort(404)


def _render_place(paragraph: Paragraph, form: Any) -> str:
    declaration = paragraph.declaration
    page = load_beside(viewer(), paragraph)
    return render_template(
        "proposals/beside.html",
        declaration=declaration, page=page, paragraph=paragraph, cosignatures=page.cosignatures, decisions={}, form=form,
        edition_number=load_marks(viewer(), declaration).edition_number, here="text",
    )  # fmt: skip


@proposals.post("/d/<slug>/<t>/<p>/ballots")
def put_up(slug: str, t: str, p: str) -> Any:
    paragraph = _find_paragraph(slug, t, p)
    require(viewer(), Permission.PREPARE_BALLOT, paragraph.declaration)
    form = BallotForm()
    if form.validate():
        found = [find_annotation(number) for number in form.proposal.data]
        try:
            ballot = ballots.put_up(viewer(), paragraph, [one for one in found if one], form.form_key.data or "")
        except ballots.BallotRefused as refused:
            form.proposal.errors = (_refusal(refused, paragraph),)
        else:
            flash(_("Steht zur Wahl in der Schlussrunde."), "done")
            return redirect(closing_url(paragraph.declaration, f"wahl-{ballot.id}"), 303)
    return _render_place(paragraph, form), 422


def _refusal(refused: ballots.BallotRefused, paragraph: Paragraph) -> str:
    labels = _(" und ").join(f"A-{number}" for number in refused.numbers)
    phase = label(paragraph.declaration.phase)
    return str(_(str(REFUSALS[refused.reason]), labels=labels, place=paragraph.full_number, phase=phase))


@proposals.get("/d/<slug>/closing")
def closing(slug: str) -> str:
    return _render_closing(readable_declaration(slug))


def _render_closing(declaration: Declaration, tried: int = 0, marks: Marks | None = None) -> str:
    return render_template(
        "proposals/closing.html",
        declaration=declaration, page=load_closing(viewer(), declaration), here="closing", scale=range(RESISTANCE_MAX + 1),
        tried=tried, marks=marks or Marks(), not_representative=not_representative(),
        edition_number=load_marks(viewer(), declaration).edition_number,
    )  # fmt: skip


@proposals.post("/d/<slug>/closing")
def rate(slug: str) -> Any:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.RATE, declaration)
    view = _find_ballot(declaration, request.form.get("ballot", ""))
    back = closing_url(declaration, f"wahl-{view.ballot.id}")
    given: dict[int, int | None] = {option.option.id: None for option in view.shown}
    if request.form.get("act") != "withdraw":
        marks = read_marks(request.form, view.shown)
        if marks.missing:
            return _render_closing(declaration, view.ballot.id, marks), 422
        given = {**marks.given}
    try:
        ballots.rate(viewer(), view.ballot, given)
    except ballots.BallotOver:
        raise Outdated(view.ballot) from None
    return redirect(back, 303)


def _find_ballot(declaration: Declaration, value: str) -> BallotView:
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 11 else 0
    found = load_closing(viewer(), declaration).find(number) if number <= NUMBER_MAX else None
    return found or abort(404)


@proposals.post("/d/<slug>/closing/<int:number>/remove")
def take_down(slug: str, number: int) -> Any:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.PREPARE_BALLOT, declaration)
    ballot = ballots.find_ballot(declaration, number) or abort(404)
    try:
        ballots.take_down(viewer(), ballot)
        flash(_("Steht nicht mehr zur Wahl."), "done")
    except ballots.BallotRated:
        flash(_("Darüber wird schon abgestimmt. Es bleibt zur Wahl stehen."), "error")
    return redirect(closing_url(declaration), 303)


@proposals.route("/a/<int:number>/cosign", methods=["GET", "POST"])
def cosign(number: int) -> Any:
    annotation = readable_annotation(number)
    here = f"{annotation_url(annotation)}#a-{number}"
    if request.method == "GET" or not viewer().is_signed_in:
        return redirect(here if viewer().is_signed_in else sign_in_url(here), 303)
    wish = request.form.get("cosign")
    if wish not in ("yes", ""):
        abort(422)
    if wish:
        cosigning.cosign(viewer(), annotation, request.form.get("version", type=int))
    else:
        cosigning.take_back(viewer(), annotation)
    back = safe_next(request.form.get("next"))
    return redirect(f"{back}#a-{number}" if back != "/" else here, 303)

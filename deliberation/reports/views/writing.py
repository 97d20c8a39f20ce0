"""The desk of whoever writes the report: everything on one page, one thesis, one sentence."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from deliberation.accounts.models import random_key
from deliberation.database import db
from deliberation.declarations.models import Declaration, Thesis, find_thesis
from deliberation.permissions import Outdated, Permission
from deliberation.reports import actions
from deliberation.reports.actions import NotQuotable, SentenceInvalid
from deliberation.reports.aids import best_words
from deliberation.reports.desk import load_bench, load_desk
from deliberation.reports.evidence import Cited, EvidenceInvalid, load_cited, read_numbers
from deliberation.reports.models import ReportSentence
from deliberation.reports.publishing import show_draft as open_draft
from deliberation.reports.views import declaration_for, evidence_problem, found, reports
from deliberation.reports.views.forms import SentenceForm, to_number
from deliberation.results.actions import note_first_look
from deliberation.urls import report_bench_url, report_desk_url
from deliberation.web import after_page, viewer


@reports.get("/d/<slug>/report/desk")
def desk(slug: str) -> str:
    declaration = declaration_for(slug, Permission.SEE_TEAM_LOG)
    return render_template(
        "reports/desk.html", declaration=declaration, desk=load_desk(viewer(), declaration), here="redaction",
    )  # fmt: skip


@reports.get("/d/<slug>/report/thesis/<t>")
def bench(slug: str, t: str) -> str:
    declaration = declaration_for(slug, Permission.EDIT_REPORT)
    thesis = found(next((one for one in declaration.theses if one.number == t), None))
    note_first_look(viewer(), declaration, after_page)
    return render_template(
        "reports/bench.html", declaration=declaration, thesis=thesis, bench=load_bench(viewer(), declaration, thesis),
        everything="all" in request.args, here="redaction",
    )  # fmt: skip


@reports.post("/d/<slug>/report/draft/shown")
def show_draft(slug: str) -> Any:
    declaration = declaration_for(slug, Permission.EDIT_REPORT)
    is_shown = request.form.get("shown") == "yes"
    if open_draft(viewer(), declaration, is_shown):
        flash(
            _("Wer an der Beratung teilnimmt, kann den Entwurf jetzt lesen und sagen, was fehlt.")
            if is_shown
            else _("Den Entwurf sieht jetzt nur noch das Team."),
            "done",
        )
    return redirect(report_desk_url(declaration), 303)


@reports.route("/d/<slug>/report/sentences/new", methods=["GET", "POST"])
def new_sentence(slug: str) -> Any:
    """Below a thesis (`thesis`), or in the overview; `cite` names an annotation, `quote` takes words of it along."""
    declaration = declaration_for(slug, Permission.EDIT_REPORT)
    thesis = _wanted_thesis(declaration)
    form = SentenceForm(**_prepared(declaration), form_key=random_key())
    if request.method == "POST" and form.validate() and _has_added(declaration, thesis, form):
        flash(_("Der Satz steht im Bericht."), "done")
        return redirect(_place(declaration, thesis), 303)
    return _page(declaration, thesis, form)


def _wanted_thesis(declaration: Declaration) -> Thesis | None:
    number = request.values.get("thesis", "")
    return found(find_thesis(declaration, number)) if number else None  # type: ignore[no-any-return]


def _prepared(declaration: Declaration) -> dict[str, str]:
    """What a new sentence begins with: the number of an annotation, and words of it if they may be quoted."""
    number = to_number(request.args.get("cite"))
    one = load_cited(declaration, [number]).get(number) if number > 0 else None
    if one is None or not one.is_public:
        return {}
    quote = best_words(one.body) if "quote" in request.args and one.is_quotable else ""
    return {"evidence": one.label, "text": f"„{quote}“" if quote else ""}


def _has_added(declaration: Declaration, thesis: Thesis | None, form: SentenceForm) -> bool:
    key = form.form_key.data or random_key()
    return _tried(form, lambda: actions.add_sentence(viewer(), declaration, thesis, form.to_words(), key))


def _tried(form: SentenceForm, act: Any) -> bool:
    """Whether the verb took it; else the form says why not. Outdated is for the caller."""
    try:
        act()
    except SentenceInvalid as invalid:
        form.refuse_words(invalid.problem)
    except EvidenceInvalid as invalid:
        form.refuse("evidence", evidence_problem(invalid))
    except NotQuotable as refused:
        form.refuse_quote(refused.label)
    else:
        return True
    return False


@reports.route("/d/<slug>/report/sentences/<int:number>", methods=["GET", "POST"])
def sentence(slug: str, number: int) -> Any:
    declaration = declaration_for(slug, Permission.EDIT_REPORT)
    one = found(actions.find_sentence(declaration, number))
    thesis = db.session.get(Thesis, one.thesis_id) if one.thesis_id else None
    form = SentenceForm(**_present(one))
    if request.method != "POST" or not form.validate():
        return _page(declaration, thesis, form, one)
    try:
        version = to_number(form.version.data)
        if _tried(form, lambda: actions.change_sentence(viewer(), one, form.to_words(), version)):
            flash(_("Gespeichert."), "done")
            return redirect(_place(declaration, thesis, one), 303)
    except Outdated:
        # Both stand on the page; what is sent from there was written with the other in view.
        form.version.data = str(one.version)
        return _page(declaration, thesis, form, one, is_outdated=True)
    return _page(declaration, thesis, form, one)


def _present(one: ReportSentence) -> dict[str, Any]:
    return {
        "text": one.text,
        "evidence": ", ".join(f"A-{number}" for number in one.numbers),
        "is_framing": one.is_framing,
        "version": str(one.version),
    }


def _page(
    declaration: Declaration, thesis: Thesis | None, form: SentenceForm, one: ReportSentence | None = None,
    is_outdated: bool = False,
) -> Any:  # fmt: skip
    page = render_template(
        "reports/sentence.html", declaration=declaration, thesis=thesis, form=form, sentence=one, is_outdated=is_outdated,
        present=_present(one) if one else {}, cited=_cited(declaration, form), back=_place(declaration, thesis, one),
        here="redaction",
    )  # fmt: skip
    return page, 409 if is_outdated else 422 if form.errors else 200


def _cited(declaration: Declaration, form: SentenceForm) -> list[Cited]:
    """What the named annotations say, to be read beside the field."""
    try:
        numbers = read_numbers(form.evidence.data or "")
    except EvidenceInvalid:
        return []
    cited = load_cited(declaration, numbers)
    return [cited[number] for number in numbers if number in cited and cited[number].is_public]


def _place(declaration: Declaration, thesis: Thesis | None, one: ReportSentence | None = None) -> str:
    is_there = thesis is not None and not thesis.is_removed
    return report_bench_url(
        declaration, thesis.number if thesis and is_there else "", f"satz-{one.id}" if one else "saetze"
    )


@reports.post("/d/<slug>/report/sentences/<int:number>/move")
def move_sentence(slug: str, number: int) -> Any:
    return _act(slug, number, lambda one: actions.move_sentence(viewer(), one, up=request.form.get("to") == "up"))


@reports.post("/d/<slug>/report/sentences/<int:number>/remove")
def remove_sentence(slug: str, number: int) -> Any:
    def remove(one: ReportSentence) -> None:
        if actions.remove_sentence(viewer(), one, to_number(request.form.get("version"))):
            flash(_("Der Satz ist entfernt. Unter „Entfernte Sätze“ lässt er sich zurückholen."), "done")

    return _act(slug, number, remove)


@reports.post("/d/<slug>/report/sentences/<int:number>/restore")
def restore_sentence(slug: str, number: int) -> Any:
    def restore(one: ReportSentence) -> None:
        if actions.restore_sentence(viewer(), one):
            flash(_("Der Satz steht wieder an seiner Stelle."), "done")

    return _act(slug, number, restore)


def _act(slug: str, number: int, act: Any) -> Any:
    """Do something to one sentence, and lead back to where it stands."""
    declaration = declaration_for(slug, Permission.EDIT_REPORT)
    one = found(actions.find_sentence(declaration, number))
    thesis = db.session.get(Thesis, one.thesis_id) if one.thesis_id else None
    try:
        act(one)
    except Outdated:
        flash(_("Jemand hat diesen Satz inzwischen geändert oder entfernt. Hier steht der jetzige Stand."), "warning")
    if request.form.get("back") == "desk":
        return redirect(report_desk_url(declaration, f"satz-{one.id}"), 303)
    return redirect(_place(declaration, thesis, one), 303)


@reports.app_template_filter("sentence_url")
def sentence_url(declaration: Declaration, key: int, act: str = "sentence") -> str:
    """`act`: sentence, move_sentence, remove_sentence or restore_sentence."""
    return url_for(f"reports.{act}", slug=declaration.slug, number=key)

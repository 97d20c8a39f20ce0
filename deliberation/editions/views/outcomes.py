"""What became of annotations: one at a time, many at once, and what still waits."""

from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from deliberation.annotations import mine
from deliberation.annotations.models import Annotation, Kind, Outcome
from deliberation.annotations.outcomes import Bulk, NoSuchEdition, NoSuchPlace, load_outcomes, set_outcome, set_outcomes
from deliberation.annotations.views import readable_annotation, readable_declaration
from deliberation.declarations.editions import load_editions
from deliberation.declarations.models import Declaration, find_thesis
from deliberation.editions.views import editions
from deliberation.editions.views.outcome_forms import OutcomeForm, OutcomesForm
from deliberation.editions.worklist import Tab, Wish, Worklist, count_signatures, load_chosen, load_worklist
from deliberation.labels import outcome_label
from deliberation.permissions import Permission, require
from deliberation.results.actions import note_first_look
from deliberation.urls import annotation_url, outcomes_url, safe_next
from deliberation.web import after_page, viewer

TAB_LABELS = {
    Tab.OPEN: _l("Ohne Ergebnis"),
    Tab.REVIEW: _l("In Prüfung"),
    Tab.DECIDED: _l("Entschieden"),
}


@editions.app_template_filter("outcome_tab_label")
def outcome_tab_label(tab: Tab) -> str:
    return str(TAB_LABELS[tab])


@editions.route("/a/<int:number>/outcome", methods=["GET", "POST"])
def outcome(number: int) -> Any:
    annotation = readable_annotation(number)
    require(viewer(), Permission.SET_OUTCOME, annotation)
    history = load_outcomes(annotation)
    all_editions = load_editions(annotation.declaration)
    later = [one for one in all_editions if one.number > annotation.edition.number]
    present = _present(history) or {"edition": str(later[0].number) if later else ""}
    form = OutcomeForm(later, back=request.args.get("back", ""), **present)
    if request.method == "POST" and form.validate() and (made := _set(annotation, form)):
        words = outcome_label(made.value, made.edition.number if made.edition else None)
        flash(_("%(label)s: %(outcome)s.", label=annotation.label, outcome=words), "done")
        back = safe_next(form.back.data)
        return redirect(back if back != "/" else f"{annotation_url(annotation)}#a-{number}", 303)
    thread = mine.load_thread(viewer(), annotation) or abort(404)
    note_first_look(viewer(), annotation.declaration, after_page)
    page = render_template(
        "editions/outcome.html",
        declaration=annotation.declaration, entry=thread, form=form, history=history, here="redaction",
        edition_number=all_editions[0].number, signatures=count_signatures([number])[number],
    )  # fmt: skip
    return page, 422 if request.method == "POST" else 200


def _set(annotation: Annotation, form: OutcomeForm) -> Outcome | None:
    """None if the form names a paragraph that is not there."""
    try:
        return set_outcome(
            viewer(),
            annotation,
            form.value,
            form.reason.data or "",
            form.edition_number,
            form.form_key.data or "",
            form.place.data or "",
        )
    except NoSuchPlace:
        form.refuse_place()
        return None


def _present(history: Any) -> dict[str, Any]:
    """What the form shows before anybody has touched it: what was said last."""
    if not history:
        return {}
    latest = history[0]
    edition = str(latest.edition.number) if latest.edition else ""
    return {"outcome": latest.value.value, "reason": latest.reason, "edition": edition}


@editions.route("/d/<slug>/outcomes", methods=["GET", "POST"])
def outcomes(slug: str) -> Any:
    declaration = readable_declaration(slug)
    page = load_worklist(viewer(), declaration, _wish(declaration))
    form = OutcomesForm(page.editions)
    if request.method == "POST" and form.validate() and (bulk := _carry_out(declaration, form)):
        _tell(bulk, form)
        return redirect(list_address(page), 303)
    note_first_look(viewer(), declaration, after_page)
    chosen = {str(row.annotation.number) for row in page.rows} if "all" in request.args else set(form.number.data or ())
    answer = render_template(
        "editions/outcomes.html",
        declaration=declaration, page=page, form=form, here="redaction", edition_number=page.edition_number,
        chosen=chosen, kinds=list(Kind), address=list_address,
    )  # fmt: skip
    return answer, 422 if request.method == "POST" else 200


def _wish(declaration: Declaration) -> Wish:
    """Whatever of the address makes sense."""
    tab, kind, thesis = (request.args.get(name) for name in ("tab", "kind", "thesis"))
    return Wish(
        tab=Tab(tab) if tab in {one.value for one in Tab} else None,
        kind=Kind(kind) if kind in {one.value for one in Kind} else None,
        thesis=find_thesis(declaration, thesis) if thesis else None,
        start=request.args.get("start", 0, type=int),
    )


def list_address(page: Worklist, **changes: Any) -> str:
    """Address of the list as it is shown, from its beginning, or with something else wanted."""
    wanted = {
        "tab": page.tab.value,
        "thesis": page.wish.thesis.number if page.wish.thesis else None,
        "kind": page.wish.kind.value if page.wish.kind else None,
    }
    return outcomes_url(page.declaration, **(wanted | changes))


def _carry_out(declaration: Declaration, form: Any) -> Bulk | None:
    """None if an edition was chosen that some of the contributions were only written to."""
    chosen = load_chosen(declaration, form.numbers)
    try:
        return set_outcomes(
            viewer(), declaration, chosen, form.value, form.reason.data or "", form.edition_number,
            form.form_key.data or "",
        )  # fmt: skip
    except NoSuchEdition as error:
        labels = ", ".join(f"A-{number}" for number in error.numbers)
        words = _("%(labels)s: erst zu dieser oder einer späteren Fassung geschrieben.", labels=labels)
        form.edition.errors = [*form.edition.errors, words]
        return None


def _tell(bulk: Bulk, form: Any) -> None:
    """What happened, and what did not."""
    if bulk.done:
        words = outcome_label(form.value, form.edition_number)
        count = len(bulk.done)
        flash(ngettext("%(num)s Beitrag: %(outcome)s.", "%(num)s Beiträge: %(outcome)s.", count, outcome=words), "done")
    if bulk.refused or not bulk.done:
        labels = ", ".join(one.label for one in bulk.refused)
        flash(
            _("Nicht festgehalten: %(labels)s wird nicht mehr gezeigt oder ist eine Antwort.", labels=labels), "error"
        )

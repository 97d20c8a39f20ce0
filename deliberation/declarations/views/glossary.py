"""Words that are explained: reading all of them, and writing them in the office."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from deliberation.annotations.views import readable_declaration
from deliberation.declarations import glossary as verbs
from deliberation.declarations.forms.glossary import TermForm
from deliberation.declarations.glossary import (
    TERMS_MAX,
    TermRefused,
    find_term,
    load_editions_of,
    load_terms,
    load_unused,
)
from deliberation.declarations.models import Declaration, Term
from deliberation.declarations.views import declarations
from deliberation.editions.forms import to_number
from deliberation.permissions import Outdated, Permission, require
from deliberation.web import viewer


@declarations.get("/d/<slug>/glossary")
def glossary(slug: str) -> str:
    """All of them, each at `begriff-<id>`."""
    declaration = readable_declaration(slug)
    if not declaration.terms:
        abort(404)
    return render_template("declarations/glossary.html", declaration=declaration, terms=load_terms(declaration), here="text")


@declarations.get("/d/<slug>/office/glossary")
def edit_glossary(slug: str) -> str:
    declaration = _editable(slug)
    return render_template(
        "office/glossary.html", declaration=declaration, terms=load_terms(declaration), most=TERMS_MAX, here="office",
        removed=load_terms(declaration, removed=True), unused=load_unused(declaration),
    )  # fmt: skip


def _editable(slug: str) -> Declaration:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.EDIT_PAGES, declaration)
    return declaration


@declarations.route("/d/<slug>/office/glossary/new", methods=["GET", "POST"])
def new_term(slug: str) -> Any:
    declaration = _editable(slug)
    form = TermForm()
    if request.method == "POST" and form.validate():
        try:
            verbs.add_term(viewer(), declaration, form.to_words())
            return _saved(slug)
        except TermRefused as refused:
            form.refuse(refused)
    return _page(declaration, form, None)


@declarations.route("/d/<slug>/office/glossary/<int:number>", methods=["GET", "POST"])
def edit_term(slug: str, number: int) -> Any:
    """With what stood there before. `act` remove takes it out, `back` puts it in again."""
    declaration = _editable(slug)
    term = find_term(declaration, number) or abort(404)
    act = request.form.get("act", "")
    if act == "remove":
        verbs.remove_term(viewer(), declaration, term)
        return _saved(slug)
    # What comes back is sent without the fields.
    form = TermForm.of(term) if act != "back" else TermForm(formdata=None, obj=term, seen=term.edition)
    if act == "back" or (request.method == "POST" and form.validate()):
        try:
            if act == "back":
                verbs.restore_term(viewer(), declaration, term)
            else:
                verbs.change_term(viewer(), declaration, term, form.to_words(), to_number(form.seen.data))
            return _saved(slug)
        except TermRefused as refused:
            form.refuse(refused)
        except Outdated:
            warning = _("Jemand hat diesen Begriff inzwischen geändert. Wenn Sie noch einmal speichern, gilt Ihr Text.")
            form.explanation.errors = (warning,)
            form.seen.data = term.edition
    return _page(declaration, form, term)


def _saved(slug: str) -> Any:
    flash(_("Gespeichert."), "done")
    return redirect(url_for("declarations.edit_glossary", slug=slug), 303)


def _page(declaration: Declaration, form: TermForm, term: Term | None) -> Any:
    shown = render_template(
        "office/term.html", declaration=declaration, form=form, term=term, here="office",
        editions=load_editions_of(term) if term else (),
    )  # fmt: skip
    return shown, 422 if form.errors else 200

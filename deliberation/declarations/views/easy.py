"""Leichte Sprache: reading the twins, and writing them."""

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deliberation.annotations.views import readable_declaration
from deliberation.declarations import easy as verbs
from deliberation.declarations.easy import (
    EASY_MAX,
    HEADING_MAX,
    EasyTooLong,
    load_before,
    load_easy,
    load_left,
    load_removed,
    to_lines,
)
from deliberation.declarations.forms import one_line
from deliberation.declarations.glossary import load_terms_in
from deliberation.declarations.models import find_thesis
from deliberation.declarations.views import declarations
from deliberation.permissions import Permission, require
from deliberation.web import viewer


@declarations.get("/d/<slug>/easy")
def easy(slug: str) -> str:
    """What it is about, and which theses can be read so."""
    declaration = readable_declaration(slug)
    if not declaration.has_easy:
        abort(404)
    return render_template(
        "declarations/easy.html", declaration=declaration, about=to_lines(declaration.easy or ""), here="text",
        terms=load_terms_in(declaration, {"about": declaration.easy or ""}),
        theses=load_easy(declaration, [one for one in declaration.theses if one.has_easy]),
    )  # fmt: skip


@declarations.get("/d/<slug>/<t>/easy")
def easy_thesis(slug: str, t: str) -> str:
    """The same places as in the thesis itself: `absatz-3-2`."""
    declaration = readable_declaration(slug)
    thesis = find_thesis(declaration, t)
    if thesis is None or thesis.is_removed or not thesis.has_easy:
        abort(404)
    readable = [one for one in declaration.theses if one.has_easy]
    place = readable.index(thesis)
    twin = load_easy(declaration, [thesis])[0]
    return render_template(
        "declarations/easy_thesis.html", declaration=declaration, here="text", easy=twin,
        terms=load_terms_in(declaration, {part.paragraph.id: part.source for part in twin.parts}),
        before=readable[place - 1] if place else None, after=readable[place + 1] if place + 1 < len(readable) else None,
    )  # fmt: skip


@declarations.route("/d/<slug>/office/easy", methods=["GET", "POST"])
def edit_easy(slug: str) -> Response:
    """What it is about, and a list of what is missing."""
    declaration = readable_declaration(slug)
    require(viewer(), Permission.CHANGE_SETTINGS, declaration)
    problem, source = "", declaration.easy or ""
    if request.method == "POST":
        source = request.form.get("about", "")
        try:
            verbs.change_about(viewer(), declaration, source)
            flash(_("Gespeichert."), "done")
            return redirect(url_for("declarations.edit_easy", slug=slug), 303)
        except EasyTooLong:
            problem = _too_long(EASY_MAX)
    page = render_template(
        "office/easy.html", declaration=declaration, source=source, problem=problem, here="office",
        theses=load_easy(declaration, declaration.theses), removed=load_removed(declaration),
    )  # fmt: skip
    return make_response(page, 422 if problem else 200)


def _too_long(most: int) -> str:
    return str(_("Bitte höchstens %(most)s Zeichen.", most=most))


@declarations.route("/d/<slug>/office/easy/<t>", methods=["GET", "POST"])
def edit_easy_thesis(slug: str, t: str) -> Response:
    """One field for each paragraph: `p` and its id. `act` fits says that everything fits the text as it reads now."""
    declaration = readable_declaration(slug)
    require(viewer(), Permission.CHANGE_SETTINGS, declaration)
    thesis = find_thesis(declaration, t) or abort(404)
    if thesis.is_removed:
        abort(404)
    found, problems = load_easy(declaration, [thesis])[0], dict[str, str]()
    typed = {f"p{part.paragraph.id}": part.source for part in found.parts} | {"heading": found.heading}
    if request.method == "POST":
        typed |= {name: request.form[name] for name in typed if name in request.form}
        try:
            if request.form.get("act") == "fits":
                verbs.confirm(viewer(), thesis)
            else:
                texts = {part.paragraph.id: typed[f"p{part.paragraph.id}"] for part in found.parts}
                verbs.change_thesis(viewer(), thesis, one_line(typed["heading"]), texts)
            flash(_("Gespeichert."), "done")
            return redirect(url_for("declarations.edit_easy", slug=slug), 303)
        except EasyTooLong as error:
            problems = {error.name: _too_long(HEADING_MAX if error.name == "heading" else EASY_MAX)}
    page = render_template(
        "office/easy_thesis.html", declaration=declaration, thesis=thesis, easy=found, typed=typed, problems=problems,
        left=load_left(thesis), here="office",
    )  # fmt: skip
    return make_response(page, 422 if problems else 200)


@declarations.get("/d/<slug>/office/easy/editions")
def easy_before(slug: str) -> str:
    """What stood there before about the declaration."""
    declaration = readable_declaration(slug)
    require(viewer(), Permission.CHANGE_SETTINGS, declaration)
    return render_template(
        "office/easy_before.html", declaration=declaration, thesis=None, editions=load_before(declaration), left=(),
        here="office",
    )  # fmt: skip


@declarations.get("/d/<slug>/office/easy/<t>/editions")
def easy_thesis_before(slug: str, t: str) -> str:
    """Of a thesis that an edition took out, too: then also what stood there last."""
    declaration = readable_declaration(slug)
    require(viewer(), Permission.CHANGE_SETTINGS, declaration)
    thesis = find_thesis(declaration, t) or abort(404)
    return render_template(
        "office/easy_before.html", declaration=declaration, thesis=thesis, editions=load_before(declaration, thesis),
        left=load_left(thesis), here="office",
    )  # fmt: skip

"""Pages that organisers write around a declaration: reading, news, writing with a preview, and what stood there before."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from deliberation.annotations.views import readable_declaration
from deliberation.declarations.easy import to_lines
from deliberation.declarations.glossary import load_terms_in
from deliberation.declarations.models import Declaration
from deliberation.editions.forms import to_number
from deliberation.pages import actions
from deliberation.pages.actions import PageRefused
from deliberation.pages.forms import PageForm
from deliberation.pages.linking import to_html
from deliberation.pages.models import Page, find_page, load_editions_of, load_pages
from deliberation.pages.signing import SignPlace, find_signed
from deliberation.pages.views import editable_declaration, pages
from deliberation.permissions import Outdated, Permission, may
from deliberation.text import to_words
from deliberation.web import viewer


@pages.get("/d/<slug>/page/<address>")
def own_page(slug: str, address: str) -> str:
    """What is not shown is there for those who write it."""
    declaration = readable_declaration(slug)
    page = _readable(declaration, address)
    terms = load_terms_in(declaration, {"page": f"{page.title} {to_words(page.body_html)}"}).get("page")
    return render_template(
        "pages/own.html", declaration=declaration, page=page, terms=terms, here=f"page:{address}",
        signed=find_signed(SignPlace(declaration, page=page)),
    )  # fmt: skip


@pages.get("/d/<slug>/page/<address>/easy")
def own_page_easy(slug: str, address: str) -> str:
    """Its twin in Leichte Sprache."""
    declaration = readable_declaration(slug)
    page = _readable(declaration, address)
    if not page.easy:
        abort(404)
    return render_template(
        "pages/own_easy.html", declaration=declaration, page=page, lines=to_lines(page.easy), here=f"page:{address}"
    )


def _readable(declaration: Declaration, address: str) -> Page:
    page = find_page(declaration, address) or abort(404)
    if not page.is_shown and not may(viewer(), Permission.EDIT_PAGES, declaration):
        abort(404)
    return page


@pages.get("/d/<slug>/page/<address>/editions")
def own_page_editions(slug: str, address: str) -> str:
    declaration = readable_declaration(slug)
    page = _readable(declaration, address)
    editions = load_editions_of(page, may(viewer(), Permission.EDIT_PAGES, declaration))
    return render_template(
        "pages/own_editions.html", declaration=declaration, page=page, editions=editions, here=f"page:{address}",
        to_html=lambda body: to_html(declaration, body), to_lines=to_lines,
    )  # fmt: skip


@pages.get("/d/<slug>/announcements")
def announcements(slug: str) -> str:
    """News by day, the latest first."""
    declaration = readable_declaration(slug)
    return render_template(
        "pages/announcements.html", declaration=declaration, found=actions.load_latest(declaration), here="announcements"
    )


@pages.get("/d/<slug>/office/pages")
def own_pages(slug: str) -> str:
    declaration = editable_declaration(slug)
    return render_template("office/pages.html", declaration=declaration, found=load_pages(declaration), here="office")


@pages.route("/d/<slug>/office/pages/new", methods=["GET", "POST"])
def new_page(slug: str) -> Any:
    declaration = editable_declaration(slug)
    form = PageForm()
    if request.method == "POST" and form.validate() and "preview" not in request.form:
        try:
            made = actions.create_page(viewer(), declaration, form.to_words(), form.place.data)
            flash(_("Gespeichert."), "done")
            return redirect(url_for("pages.own_page", slug=slug, address=made.address), 303)
        except PageRefused as refused:
            form.refuse(refused)
    return _page(declaration, form, None)


@pages.route("/d/<slug>/office/pages/<address>", methods=["GET", "POST"])
def edit_page(slug: str, address: str) -> Any:
    declaration = editable_declaration(slug)
    page = find_page(declaration, address) or abort(404)
    form = PageForm.of(page)
    if request.method == "POST" and form.validate() and "preview" not in request.form:
        try:
            actions.change_page(viewer(), page, form.to_words(), to_number(form.seen.data))
            flash(_("Gespeichert."), "done")
            return redirect(url_for("pages.own_page", slug=slug, address=page.address), 303)
        except PageRefused as refused:
            form.refuse(refused)
        except Outdated:
            form.body.errors = (_("Jemand hat diese Seite inzwischen geändert. Wenn Sie noch einmal speichern, gilt Ihr Text."),)
            form.seen.data = page.edition
    return _page(declaration, form, page)


def _page(declaration: Declaration, form: PageForm, page: Page | None) -> Any:
    """With what it will look like, if that was asked for."""
    is_preview = "preview" in request.form and not form.errors
    shown = render_template(
        "office/page.html", declaration=declaration, form=form, page=page, here="office",
        preview=to_html(declaration, form.body.data or "") if is_preview else "",
        preview_easy=to_lines(form.easy.data or "") if is_preview else [],
    )  # fmt: skip
    return shown, 422 if form.errors else 200

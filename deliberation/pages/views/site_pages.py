"""Pages of the site: about, taking part safely, questions and answers, contact, whatever else; written by the operator in both
languages, delivered with words to begin with."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from deliberation.config import LOCALES
from deliberation.declarations.easy import to_lines
from deliberation.editions.forms import to_number
from deliberation.pages.actions import PageRefused
from deliberation.pages.forms import PageForm
from deliberation.pages.linking import FIXED, to_html
from deliberation.pages.models import Page, load_editions_of, load_pages
from deliberation.pages.shipped import (
    AT_THE_FOOT,
    SHIPPED,
    START,
    SitePage,
    delivered,
    find_gaps,
    find_in,
    find_site_page,
    load_foot,
    load_public,
)
from deliberation.pages.views import pages
from deliberation.permissions import Outdated, Permission, may, require
from deliberation.site.writing import write_page
from deliberation.web import viewer


def find_here(address: str) -> SitePage | None:
    """In the language of the reader, if she may read it."""
    return find_site_page(address, str(get_locale()), may(viewer(), Permission.RUN_SITE))


@pages.get("/page")
def site_index() -> str:
    """Everything that there is around the site."""
    return render_template("pages/site_index.html", found=load_public(str(get_locale())))


@pages.get("/page/<address>")
def site_page(address: str) -> Any:
    if address in FIXED:
        return redirect(f"/{address}", 303)
    if address == START:
        return redirect(url_for("pages.shelf"), 303)
    return render_template("pages/site_page.html", page=find_here(address) or abort(404))


@pages.get("/page/<address>/easy")
def site_page_easy(address: str) -> str:
    found = find_here(address)
    if not found or not found.page or not found.page.easy:
        abort(404)
    return render_template("pages/site_page_easy.html", page=found, lines=to_lines(found.page.easy))


@pages.get("/page/<address>/editions")
def site_page_editions(address: str) -> str:
    found = find_here(address)
    if not found or not found.page:
        abort(404)
    editions = load_editions_of(found.page, may(viewer(), Permission.RUN_SITE))
    # What it said when it was delivered is no secret either, but for gaps.
    return render_template(
        "pages/site_page_editions.html", page=found, to_html=lambda body: to_html(None, body), to_lines=to_lines,
        editions=[one for one in editions if not find_gaps(one.body) or may(viewer(), Permission.RUN_SITE)],
    )  # fmt: skip


@pages.get("/operator/pages")
def site_pages() -> str:
    """All there are, in both languages, with their gaps."""
    require(viewer(), Permission.RUN_SITE)
    written = load_pages(None)
    addresses = [*SHIPPED, *FIXED, *sorted({one.address for one in written} - {*SHIPPED, *FIXED})]
    known = {(one.address, one.language): one for one in written}
    rows = []
    for address in addresses:
        both = {}
        for language in LOCALES:
            page = known.get((address, language))
            both[language] = SitePage.of(page) if page else delivered(address, language)
        rows.append((address, both))
    return render_template("site/pages.html", rows=rows, fixed=FIXED, here="operator")


@pages.route("/operator/pages/<language>/new", methods=["GET", "POST"])
def new_site_page(language: str) -> Any:
    require(viewer(), Permission.RUN_SITE)
    return _write("", language, None)


@pages.route("/operator/pages/<language>/<address>", methods=["GET", "POST"])
def edit_site_page(language: str, address: str) -> Any:
    require(viewer(), Permission.RUN_SITE)
    if language not in LOCALES:
        abort(404)
    found = find_in(address, language)
    if found is None and address not in FIXED and not any(find_in(address, other) for other in LOCALES):
        abort(404)
    # Written in the other language only: here it is begun.
    return _write(address, language, found or SitePage(address, language, "", "", False))


def _write(address: str, language: str, found: SitePage | None) -> Any:
    if language not in LOCALES:
        abort(404)
    form = _form(found)
    if request.method == "POST" and form.validate() and "preview" not in request.form:
        try:
            page = write_page(viewer(), address or form.place.data, language, form.to_words(), to_number(form.seen.data or "0"))
            flash(_("Gespeichert."), "done")
            return redirect(url_for("pages.edit_site_page", language=language, address=page.address), 303)
        except PageRefused as refused:
            form.refuse(refused)
        except Outdated as outdated:
            form.body.errors = (_("Jemand hat diese Seite inzwischen geändert. Wenn Sie noch einmal speichern, gilt Ihr Text."),)
            form.seen.data = outdated.thing.edition
    is_preview = "preview" in request.form and not form.errors
    preview = SitePage(address, language, form.title.data or "", form.body.data or "", True) if is_preview else None
    shown = render_template(
        "site/page.html", form=form, address=address, language=language, found=found, preview=preview, fixed=FIXED, start=START,
        preview_easy=to_lines(form.easy.data or "") if is_preview else [], here="operator",
    )  # fmt: skip
    return shown, 422 if form.errors else 200


def _form(found: SitePage | None) -> PageForm:
    if found is None:
        return PageForm(shown=True)
    if found.page is not None:
        return PageForm.of(found.page)
    title = found.title or (_("Ergänzung") if found.address in FIXED else "")
    return PageForm(title=title, body=found.source, shown=True, footed=found.address in AT_THE_FOOT)


def find_addition() -> SitePage | None:
    """What the operator wrote below this page, which the program makes."""
    return find_here(request.path.strip("/"))


def load_site_news() -> list[Page]:
    """What is new around the site, in the language of the reader, the latest first."""
    found = [one for one in load_pages(None) if one.news_on and one.is_shown and one.language == str(get_locale())]
    return sorted(found, key=lambda one: (one.news_on, one.id), reverse=True)


@pages.app_template_global("site_foot")
def site_foot() -> list[tuple[str, str, str]]:
    return load_foot(str(get_locale()))

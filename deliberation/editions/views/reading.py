"""Pages to read: all editions, one of them, what changed between two, and the draft of the next one."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response, abort, current_app, make_response, redirect, render_template, request
from flask_babel import gettext as _

from deliberation.annotations.views import readable_declaration
from deliberation.declarations.editions import find_edition, load_editions
from deliberation.declarations.line_changes import LineChange, exact_diff, paragraph_lines
from deliberation.declarations.models import Declaration, find_declaration
from deliberation.editions.beside import ChangesPage, NoSuchPair, load_changes_page, load_draft_page
from deliberation.editions.comparing import load_changes
from deliberation.editions.drafting import find_draft_by_key
from deliberation.editions.shelf import load_edition_page, load_shelf
from deliberation.editions.views import editions
from deliberation.errors import error_page
from deliberation.permissions import Permission, may_enter, require
from deliberation.results.redline import docx, html, words
from deliberation.text import DiffPart
from deliberation.urls import changes_url, editions_url
from deliberation.web import limiter, unlisted, viewer

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FILES_LIMIT = "300 per hour"
"""Everybody may have these files, and an office of readers shares a network address."""
NUMBER_MAX = 9
"""Digits of an edition number in an address; more are no number that a database knows."""


@editions.app_template_filter("changed_lines")
def changed_lines(paragraph: Any) -> Sequence[LineChange]:
    """The lines of a paragraph in both states, paired."""
    return paragraph_lines(paragraph)


@editions.app_template_filter("exact_diff")
def differing_words(old: str, new: str) -> Sequence[DiffPart]:
    return exact_diff(old, new)


@editions.app_template_filter("side")
def side(parts: Sequence[DiffPart], hidden: str) -> list[DiffPart]:
    """One of two sides: what was inserted is not on the old one, what was deleted not on the new one."""
    return [part for part in parts if part.kind != hidden]


@editions.app_template_filter("bare")
def bare(parts: Sequence[DiffPart]) -> Iterator[tuple[str, str, str, str]]:
    """Kind, blanks in front, words, blanks behind: a line under or through a blank looks like a word that is missing."""
    for part in parts:
        text = part.text.strip()
        before, _text, after = part.text.partition(text) if text else (part.text, "", "")
        yield (part.kind if text else "kept", before, text, after)


@editions.get("/d/<slug>/editions")
def shelf(slug: str) -> str:
    declaration = readable_declaration(slug)
    page = load_shelf(viewer(), declaration)
    return render_template(
        "editions/shelf.html", declaration=declaration, page=page, edition_number=page.edition_number, here="text"
    )


@editions.get("/d/<slug>/editions/<int:number>")
def show(slug: str, number: int) -> str:
    declaration = readable_declaration(slug)
    page = load_edition_page(declaration, number) or abort(404)
    return render_template(
        "editions/show.html", declaration=declaration, page=page, edition_number=page.current.number, here="text"
    )


@editions.get("/d/<slug>/changes")
def changes(slug: str) -> Any:
    declaration = readable_declaration(slug)
    old, new = _asked("from"), _asked("to")
    if old is not None and new is not None and old > new:
        # The two selects of the page can be set the wrong way round.
        return redirect(changes_url(declaration, new, old), 303)
    if old is None and new is None and len(load_editions(declaration)) < 2:
        return redirect(editions_url(declaration), 303)
    page = _compared(declaration, old, new)
    return render_template(
        "editions/changes.html", declaration=declaration, page=page, edition_number=page.edition_number, words=words,
        here="text",
    )  # fmt: skip


def _asked(name: str) -> int | None:
    """The number in the address; one that is none leads nowhere."""
    given = request.args.get(name)
    if not given:
        return None
    return int(given) if given.isascii() and given.isdigit() and len(given) <= NUMBER_MAX else abort(404)


def _compared(declaration: Declaration, old: int | None, new: int | None) -> ChangesPage:
    try:
        return load_changes_page(declaration, old, new, everything="all" in request.args)
    except NoSuchPair:
        abort(404)


@editions.get("/d/<slug>/changes.<file_format>")
@limiter.limit(FILES_LIMIT)
def redline(slug: str, file_format: str) -> Response:
    """The same as a file: a page that stands alone, or one for Word with tracked changes."""
    declaration = readable_declaration(slug)
    old, new = _asked("from"), _asked("to")
    pair = [find_edition(declaration, number) for number in (old, new) if number is not None]
    if file_format not in ("html", "docx") or len(pair) != 2 or None in pair or (old or 0) >= (new or 0):
        abort(404)
    before, after = pair
    assert before is not None
    assert after is not None
    found = load_changes(declaration, before, after, for_file=True)
    if file_format == "html":
        response = make_response(html.write(found, current_app.config["BASE_URL"]))
        response.mimetype = "text/html"
    else:
        response = make_response(docx.write(found, after.published_at, declaration.publisher or declaration.title))
        response.mimetype = DOCX
    name = f"{declaration.slug}-fassung-{old}-{new}.{file_format}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@editions.get("/d/<slug>/editions/preview/<key>")
def preview(slug: str, key: str) -> Response:
    """The draft of the next edition for whoever has its link, also while only the team sees the declaration; into a private
    one it lets nobody who does not belong there."""
    declaration = find_declaration(slug) or abort(404)
    if not may_enter(viewer(), declaration):
        require(viewer(), Permission.READ, declaration)
    draft = find_draft_by_key(declaration, key)
    if draft is None:
        return error_page(404, _("Diesen Entwurf gibt es nicht mehr. Er ist veröffentlicht oder verworfen."))
    page = load_draft_page(draft)
    shown = render_template("editions/preview.html", declaration=declaration, page=page, draft=draft, words=words)
    return unlisted(make_response(shown))

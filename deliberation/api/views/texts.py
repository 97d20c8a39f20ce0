"""Declarations, their text, results and files."""

from collections import defaultdict

from flask import Response, abort, current_app, request

from deliberation.api import rendering
from deliberation.api.paging import read_window, to_cursor
from deliberation.api.reading import load_readable
from deliberation.api.views import addresses, answer, api, readable
from deliberation.declarations.models import (
    Paragraph,
    current_edition,
    find_thesis,
    load_declarations,
    load_paragraphs,
)
from deliberation.permissions import Permission, require
from deliberation.problems import Refusal
from deliberation.results.actions import note_first_look, note_names
from deliberation.results.exports import export as make_file
from deliberation.results.exports import is_long
from deliberation.results.filters import FiltersInvalid, read_filters
from deliberation.results.summary import summarise
from deliberation.results.writers import WRITERS
from deliberation.web import FILES, after_page, limiter, viewer


@api.get("/declarations")
def list_declarations() -> Response:
    window = read_window(request.args.get("cursor"), request.args.get("limit"))
    found = load_readable(viewer(), window.after, window.limit, load_declarations())
    shown = found[: window.limit]
    following = (
        f"{request.path}?cursor={to_cursor(shown[-1].id)}&limit={window.limit}" if found[window.limit :] else None
    )
    items = [rendering.declaration(one, current_edition(one).number, addresses()) for one in shown]
    return answer({"items": items, "next": following and addresses().site + following})


@api.get("/d/<slug>")
def declaration(slug: str) -> Response:
    found = readable(slug)
    return answer(rendering.declaration(found, current_edition(found).number, addresses()))


@api.get("/d/<slug>/theses")
def theses(slug: str) -> Response:
    found = readable(slug)
    paragraphs: dict[int, list[Paragraph]] = defaultdict(list)
    for one in load_paragraphs([thesis.id for thesis in found.theses]):
        paragraphs[one.thesis_id].append(one)
    items = [rendering.thesis(one, paragraphs[one.id], addresses()) for one in found.theses]
    return answer({"edition": current_edition(found).number, "items": items})


@api.get("/d/<slug>/theses/<t>")
def thesis(slug: str, t: str) -> Response:
    one = find_thesis(readable(slug), t)
    if one is None or one.is_removed:
        abort(404)
    return answer(rendering.thesis(one, load_paragraphs([one.id]), addresses()))


@api.get("/d/<slug>/results")
def results(slug: str) -> Response:
    found, person = readable(slug), viewer()
    note_first_look(person, found, after_page)
    return answer(rendering.results(summarise(person, found, site=current_app.config["BASE_URL"])))


@api.get("/d/<slug>/export.<file_format>")
@limiter.limit(FILES)
def export(slug: str, file_format: str) -> Response:
    found, person = readable(slug), viewer()
    require(person, Permission.EXPORT, found)
    if file_format not in WRITERS:
        abort(404)
    try:
        filters = read_filters(found, request.args)
    except FiltersInvalid as invalid:
        raise Refusal(422, f"These filters cannot be right: {', '.join(invalid.fields)}.") from None
    if is_long(person, found, file_format, filters):
        page = f"{addresses().declaration(slug)}/export"
        raise Refusal(409, f"Too many at once: narrow it with thesis, kind or since, or order the file at {page}.")
    made = make_file(person, found, file_format, filters, current_app.config["BASE_URL"])
    after_page(lambda: note_names(person, found, file_format, filters))
    note_first_look(person, found, after_page)
    response = Response(made.content, content_type=WRITERS[file_format].content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response

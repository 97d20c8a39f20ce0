"""Reading annotations: as plain JSON page by page, or as a Web Annotation container."""

from datetime import date

from flask import Response, request

from deliberation.annotations.models import Kind
from deliberation.api import container, rendering
from deliberation.api.container import Shelf
from deliberation.api.operations import LD
from deliberation.api.paging import Window, read_window, to_cursor
from deliberation.api.reading import AnnotationPage, Wish, load_page
from deliberation.api.views import VARY, addresses, answer, api, readable, readable_annotation, show, wants_linked_data
from deliberation.declarations.models import Declaration, find_thesis
from deliberation.problems import Refusal
from deliberation.web import viewer

FILTERS = ("thesis", "kind", "since")
ALLOWED = "GET, HEAD, OPTIONS, POST"


@api.get("/d/<slug>/annotations/")
def annotations(slug: str) -> Response:
    declaration = readable(slug)
    window = read_window(request.args.get("cursor"), request.args.get("limit"))
    page = load_page(viewer(), declaration, _read_wish(declaration), window)
    response = _container(declaration, window, page) if wants_linked_data() else _plain(declaration, window, page)
    response.headers["Allow"] = ALLOWED
    response.vary.update(VARY)
    return response


@api.get("/d/<slug>/annotations/<int:number>")
def annotation(slug: str, number: int) -> Response:
    return show(readable_annotation(slug, number))


def _plain(declaration: Declaration, window: Window, page: AnnotationPage) -> Response:
    shelf = Shelf(declaration, addresses(), _query(), window)
    following = shelf.address(cursor=to_cursor(page.until), limit=str(window.limit)) if page.has_more else None
    items = [rendering.annotation(entry, viewer(), addresses()) for entry in page.entries]
    return answer({"items": items, "next": following})


def _container(declaration: Declaration, window: Window, page: AnnotationPage) -> Response:
    """The collection, or one of its pages where the address names one."""
    iris = request.args.get("iris")
    if iris not in (None, "0", "1"):
        raise Refusal(400, "`iris` is 0 or 1.")
    shelf = Shelf(declaration, addresses(), _query(), window)
    if "cursor" in request.args:
        return answer(container.to_page(shelf, page, iris == "1"), media=LD)
    preference = container.read_preference(request.headers.get("Prefer", ""), iris)
    response = answer(container.to_collection(shelf, page, preference), media=LD)
    for link in container.CONTAINER_LINKS:
        response.headers.add("Link", link)
    if preference.applied:
        response.headers["Preference-Applied"] = preference.applied
    return response


def _query() -> dict[str, str]:
    """The filters, for addresses of further pages."""
    return {name: request.args[name] for name in FILTERS if name in request.args}


def _read_wish(declaration: Declaration) -> Wish:
    words = request.args
    thesis = find_thesis(declaration, words["thesis"]) if "thesis" in words else None
    if "thesis" in words and thesis is None:
        raise Refusal(400, "`thesis` is the number of one of this declaration.")
    try:
        kind = Kind(words["kind"]) if "kind" in words else None
        since = date.fromisoformat(words["since"]) if "since" in words else None
    except ValueError:
        raise Refusal(400, "`kind` is one of those described, `since` a day such as 2026-11-23.") from None
    return Wish(thesis, kind, since)

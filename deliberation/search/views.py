"""The page of the search: a form that asks by address, so that a search can be kept and passed on."""

from datetime import date

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from deliberation.annotations.models import Kind
from deliberation.annotations.views import readable_declaration
from deliberation.database import ID_MAX
from deliberation.search.finding import Wanted, load_search
from deliberation.web import limiter, viewer

search = Blueprint("search", __name__)

SEARCHES = "60 per minute; 600 per hour"


@search.get("/d/<slug>/search")
@limiter.limit(SEARCHES)
def show(slug: str) -> Response:
    declaration = readable_declaration(slug)
    page = load_search(viewer(), declaration, _wanted())
    html = render_template(
        "search/show.html", declaration=declaration, page=page, wanted=page.wanted, kinds=list(Kind), here="search",
        is_asked="q" in request.args,
    )  # fmt: skip
    return make_response(html)


def _wanted() -> Wanted:
    """What the address says; what cannot be is left out."""
    since = None
    try:
        since = date.fromisoformat(request.args.get("since", "")) if request.args.get("since") else None
    except ValueError:
        since = None
    before = request.args.get("before", 0, type=int) or 0
    return Wanted(
        words=request.args.get("q", ""),
        thesis=request.args.get("thesis", "")[:20],
        kind=next((kind for kind in Kind if kind.value == request.args.get("kind")), None),
        since=since,
        before=before if 0 < before <= ID_MAX else 0,
    )

"""Surveys, tables and own pages: what everybody sees around the text."""

from flask import Response, abort

from deliberation.api import around
from deliberation.api.views import addresses, answer, api, readable
from deliberation.meetings.protocols import load_hands
from deliberation.pages.models import find_page, load_editions_of, load_pages
from deliberation.surveys.published import find_published, load_published
from deliberation.surveys.results import load_results
from deliberation.web import viewer


@api.get("/d/<slug>/surveys")
def surveys(slug: str) -> Response:
    found = load_published(readable(slug))
    return answer({"items": [around.survey_head(one, addresses()) for one in found]})


@api.get("/d/<slug>/surveys/<int:number>")
def survey(slug: str, number: int) -> Response:
    found = find_published(readable(slug), number) or abort(404)
    return answer(around.survey(load_results(viewer(), found), addresses()))


@api.get("/d/<slug>/hands")
def hands(slug: str) -> Response:
    declaration = readable(slug)
    return answer(around.hands(declaration, load_hands(viewer(), declaration), addresses()))


@api.get("/d/<slug>/pages")
def pages(slug: str) -> Response:
    found = [one for one in load_pages(readable(slug)) if one.is_shown]
    return answer({"items": [around.page_head(one, slug, addresses()) for one in found]})


@api.get("/d/<slug>/pages/<address>")
def page(slug: str, address: str) -> Response:
    found = find_page(readable(slug), address)
    if found is None or not found.is_shown:
        abort(404)
    return answer(around.page(found, slug, load_editions_of(found, with_drafts=False), addresses()))

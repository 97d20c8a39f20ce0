"""The whole text on one page."""

from flask import render_template

from deliberation import parts
from deliberation.annotations import glance, visits
from deliberation.annotations.counts import Counts, load_counts
from deliberation.annotations.gaps import find_ground, say_count
from deliberation.annotations.overview import load_whole_text
from deliberation.annotations.views import readable_declaration
from deliberation.declarations.views import declarations
from deliberation.permissions import Permission, may
from deliberation.urls import absolute, declaration_url
from deliberation.web import viewer


@declarations.get("/d/<slug>/text")
def whole_text(slug: str) -> str:
    parts.begin()
    person, ground = viewer(), find_ground(slug)
    if ground is None or not may(person, Permission.READ, ground):
        # Who loads it says what is wrong with the address.
        return _make(slug)
    counts = load_counts(person, ground, visits.new_since(glance.load_visit(person, ground)))
    key = counts.find_commented()
    return parts.page("text", ground, key, lambda: _make(slug, counts), lambda gap: say_count(gap, counts, None))


def _make(slug: str, counts: Counts | None = None) -> str:
    declaration = readable_declaration(slug)
    page = load_whole_text(viewer(), declaration, absolute(declaration_url(declaration)), counts)
    return render_template(
        "declarations/whole_text.html", page=page, declaration=declaration, edition_number=page.edition_number, here="text"
    )

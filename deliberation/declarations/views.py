"""The way into a declaration, and its whole text."""

from typing import Any

from flask import Blueprint, render_template

from deliberation.annotations import visits
from deliberation.annotations.overview import load_landing, load_whole_text
from deliberation.annotations.views import readable_declaration
from deliberation.urls import absolute, declaration_url
from deliberation.web import after_page, viewer

declarations = Blueprint("declarations", __name__)


@declarations.get("/d/<slug>")
def landing(slug: str) -> str:
    declaration = readable_declaration(slug)
    page = load_landing(viewer(), declaration)
    _remember(declaration)
    return render_template(
        "declarations/landing.html",
        page=page, declaration=declaration, news=page.news, edition_number=page.edition_number, here="text",
    )  # fmt: skip


@declarations.get("/d/<slug>/text")
def whole_text(slug: str) -> str:
    declaration = readable_declaration(slug)
    page = load_whole_text(viewer(), declaration, absolute(declaration_url(declaration)))
    return render_template(
        "declarations/whole_text.html",
        page=page,
        declaration=declaration,
        edition_number=page.edition_number,
        here="text",
    )


def _remember(declaration: Any) -> None:
    person = viewer()
    if person.is_signed_in:
        after_page(lambda: visits.mark_visit(person, declaration))

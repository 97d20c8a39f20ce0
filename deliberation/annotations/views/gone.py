"""What somebody finds who wants to write about a place that an edition took out: where its words went, and her own."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, request

from deliberation.annotations import reading
from deliberation.annotations.history import load_history
from deliberation.annotations.marks import load_marks
from deliberation.annotations.views import Place
from deliberation.web import viewer

KEPT = ("kind", "body", "wording", "reason", "form_key")
"""What of her words can go along to another place; sentences and quotes belong to the old one."""


def gone_page(place: Place, fields: Mapping[str, Any] | None = None) -> Any:
    """The page with its status: nothing was stored. `fields` are the words to be kept, else those just sent."""
    sent = request.form if fields is None else fields
    kept = {name: str(sent[name]) for name in KEPT if sent.get(name)}
    past = load_history([place.paragraph])[place.paragraph.id] if place.paragraph else None
    removed_in = reading.number_of_edition((place.paragraph or place.thesis).removed_in_id or 0)
    marks = load_marks(viewer(), place.declaration)
    page = render_template(
        "annotations/not_in_force.html",
        declaration=place.declaration, thesis=place.thesis, paragraph=place.paragraph, past=past, kept=kept,
        removed_in=removed_in, edition_number=marks.edition_number, here="text",
    )  # fmt: skip
    return page, 409 if request.method == "POST" else 200

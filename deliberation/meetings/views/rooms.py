"""For a room: a paragraph on the wall, sheets to print, and what all tables said."""

from typing import Any

from flask import abort, render_template, request, url_for

from deliberation.annotations import reading
from deliberation.annotations.overview import load_parts, to_qr
from deliberation.annotations.views import readable_declaration
from deliberation.meetings.protocols import load_hands
from deliberation.meetings.rooms import load_said
from deliberation.meetings.views import meetings
from deliberation.permissions import Permission, require
from deliberation.results.words import not_representative
from deliberation.urls import absolute
from deliberation.web import viewer


def short_url(slug: str, thesis: str, paragraph: str = "0") -> str:
    return absolute(url_for("pages.short_address", code=f"{slug}-{thesis}-{paragraph}"))


@meetings.get("/d/<slug>/<t>/<p>/room")
def room(slug: str, t: str, p: str) -> str:
    """One paragraph, large, with what tables say about it today. `numbers` shows the hands, once the room shall see them."""
    declaration = readable_declaration(slug)
    require(viewer(), Permission.SHOW_IN_ROOM, declaration)
    found = reading.find_place(declaration, t, p) or abort(404)
    paragraph = found[1]
    if paragraph is None or paragraph.is_removed:
        abort(404)
    address = short_url(slug, t, p)
    hands: list[Any] = load_hands(viewer(), declaration, paragraph) if "numbers" in request.args else []
    return render_template(
        "meetings/room.html", declaration=declaration, thesis=found[0], paragraph=paragraph, short=address, qr=to_qr(address),
        said=load_said(viewer(), paragraph), shows_numbers="numbers" in request.args, hands=hands[0] if hands else None,
        order=[(part.thesis, one) for part in load_parts(declaration) for one in part.paragraphs],
    )  # fmt: skip


@meetings.get("/d/<slug>/sheets")
def sheets(slug: str) -> str:
    """For every table: large text, where to find it, and lines to write on. `thesis` narrows, `each` takes a sheet for each
    paragraph instead of each thesis."""
    declaration = readable_declaration(slug)
    wanted = request.args.get("thesis", "")
    parts = [part for part in load_parts(declaration) if part.thesis.is_numbered and wanted in ("", part.thesis.number)]
    if not parts:
        abort(404)
    codes = {}
    for part in parts:
        codes[part.thesis.id, 0] = to_qr(short_url(slug, part.thesis.number))
        for one in part.paragraphs:
            codes[part.thesis.id, one.id] = to_qr(short_url(slug, part.thesis.number, one.number))
    return render_template(
        "meetings/sheets.html", declaration=declaration, parts=parts, codes=codes, each="each" in request.args, wanted=wanted,
        short=short_url, here="office",
    )  # fmt: skip


@meetings.get("/d/<slug>/tables")
def hands(slug: str) -> str:
    """Hands at all tables, paragraph by paragraph, apart from what single people said."""
    declaration = readable_declaration(slug)
    return render_template(
        "meetings/hands.html", declaration=declaration, hands=load_hands(viewer(), declaration), here="tables",
        not_representative=not_representative(),
    )  # fmt: skip

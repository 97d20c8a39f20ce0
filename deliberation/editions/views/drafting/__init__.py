"""The organiser's desk for the next edition. Here: what its pages share."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from deliberation.annotations.views import readable_declaration
from deliberation.declarations.importing import DraftParagraph, DraftThesis
from deliberation.declarations.models import EditionDraft
from deliberation.declarations.preview import Place, is_edge
from deliberation.editions.desk import to_position
from deliberation.editions.drafting import find_draft
from deliberation.editions.views import editions
from deliberation.labels import thesis_name
from deliberation.permissions import Outdated, Permission, require
from deliberation.urls import next_edition_url
from deliberation.web import viewer


@editions.app_template_global("draft_place")
def draft_place(thesis: DraftThesis, paragraph: DraftParagraph) -> str:
    """`Absatz 3.2` or `Vorbemerkung, Absatz 1`, for the numbered text of a draft."""
    if is_edge(thesis):
        return str(_("%(part)s, Absatz %(number)s", part=thesis_name(thesis), number=paragraph.number))  # type: ignore[arg-type]
    return str(_("Absatz %(number)s", number=f"{thesis.number}.{paragraph.number}"))


def own_draft(slug: str) -> EditionDraft:
    """The draft to work on, which nobody else changes until this request is done; the desk where there is none.

    Raises Outdated instead if somebody sent words for it: the edge shows them again.
    """
    declaration = readable_declaration(slug)
    require(viewer(), Permission.EDIT_TEXT, declaration)
    draft = find_draft(declaration, for_update=request.method == "POST")
    if draft is None:
        if any(request.form.get(name) for name in ("source", "note")):
            raise Outdated(declaration)
        if request.method == "POST":
            flash(_("Diesen Entwurf gibt es nicht mehr. Er ist veröffentlicht oder verworfen."), "warning")
        abort(redirect(next_edition_url(declaration), 303))
    return draft


def desk_url(draft: EditionDraft, place: Place | None = None, did: str = "", show: str = "") -> str:
    """The desk, at the thesis or paragraph that something was done to."""
    at = to_position(place) if place and place.thesis >= 0 else None
    return url_for(
        "editions.draft",
        slug=draft.declaration.slug,
        at=at,
        did=did or None,
        show=show or None,
        _anchor=f"teil-{at}" if at else "text" if did == "undo" else None,
    )


def back(draft: EditionDraft, place: Place | None = None, did: str = "") -> Any:
    show = request.values.get("show", "")
    return redirect(desk_url(draft, place, did, show if show == "changed" else ""), 303)


def back_outdated(draft: EditionDraft, place: Place | None = None) -> Any:
    """The desk as it is now, since the page was made for another state of the draft."""
    flash(
        _("Jemand hat den Entwurf inzwischen geändert. Hier ist der neue Stand; bitte sehen Sie noch einmal hin."),
        "warning",
    )
    return back(draft, place)


def back_refused(draft: EditionDraft, place: Place | None = None) -> Any:
    flash(_("Das geht an dieser Stelle nicht."), "warning")
    return back(draft, place)


def is_outdated_link(draft: EditionDraft) -> bool:
    """Whether a link came from a page of another state: what it points at may stand elsewhere now."""
    return request.method == "GET" and request.args.get("v", str(draft.version)) != str(draft.version)


def render(template: str, draft: EditionDraft, **context: Any) -> str:
    """A page about the draft; `back_url` leads to the desk, to the `place` that the page is about."""
    show = "changed" if request.values.get("show") == "changed" else ""
    return render_template(
        f"editions/{template}.html",
        declaration=draft.declaration, draft=draft, edition_number=draft.edition.number, here="redaction",
        back_url=desk_url(draft, context.get("place"), show=show), **context,
    )  # fmt: skip


from deliberation.editions.views.drafting import (  # noqa: E402 (their routes)
    correct,  # noqa: F401
    desk,  # noqa: F401
    places,  # noqa: F401
    publish,  # noqa: F401
    theses,  # noqa: F401
    upload,  # noqa: F401
    words,  # noqa: F401
)

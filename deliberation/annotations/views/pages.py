"""Pages to read: a thesis, an opened paragraph, a conversation, what is new, one's own area."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import abort, redirect, render_template, request
from werkzeug.wrappers import Response

from deliberation import parts
from deliberation.accounts.models import random_key
from deliberation.accounts.staff_access import load_looks_at
from deliberation.annotations import glance, held, mine, reading, visits
from deliberation.annotations.counts import Counts
from deliberation.annotations.forms import AnnotationForm
from deliberation.annotations.gaps import find_ground, say_count
from deliberation.annotations.marks import Known, load_marks
from deliberation.annotations.models import Kind, find_annotation
from deliberation.annotations.news import START_MAX, load_news
from deliberation.annotations.ordering import Order
from deliberation.annotations.reading import Wish
from deliberation.annotations.standing import count_past
from deliberation.annotations.threads import Entry
from deliberation.annotations.views import (
    annotations,
    draft_fields,
    draft_owner,
    find_place,
    readable_annotation,
    readable_declaration,
    thread_context,
    thread_key,
)
from deliberation.clock import today
from deliberation.declarations.models import find_thesis
from deliberation.labels import call_as
from deliberation.moderation.own_decisions import load_own_letters
from deliberation.permissions import Permission, may, require
from deliberation.proposals.cosigning import find_signed
from deliberation.reports.points import load_own_points
from deliberation.site.checklist import load_open_checklists
from deliberation.surveys.results import load_cited
from deliberation.urls import annotation_url, sign_in_url
from deliberation.web import after_page, viewer


class Loaded(NamedTuple):
    """A page of a thesis; `signed` are the numbers of proposals on it that the reader has signed."""

    page: reading.ThesisPage
    signed: Collection[int] = ()


@annotations.get("/d/<slug>/<t>")
def thesis(slug: str, t: str) -> str:
    return _thesis_page(slug, t, None, _load_thesis)


@annotations.get("/d/<slug>/<t>/<p>")
def paragraph(slug: str, t: str, p: str) -> str:
    return _thesis_page(slug, t, p, _load_paragraph)


def _thesis_page(slug: str, t: str, p: str | None, load: Callable[..., Loaded]) -> str:
    """The page as somebody else got it, but for what differs between both; else made anew."""
    parts.begin()
    person = viewer()
    ground = find_ground(slug)
    spot = ground.find(t, p) if ground and may(person, Permission.READ, ground) else None
    if ground is None or spot is None:
        # Who loads it says what is wrong with the address.
        return _render_page(load(slug, t, p))
    visit = glance.load_visit(person, ground)
    if person.is_signed_in and visits.is_due(visit):
        after_page(lambda: visits.mark_visit(person, ground))
    if not parts.is_shared(ground):
        _mark_opening(person, spot)
        return _render_page(load(slug, t, p))
    seen = glance.load_glance(person, ground, spot, visit, today())
    if not seen.is_seen:
        _mark_opening(person, spot)
    known = Known(ground.edition_number, ground.has_history, seen.since, seen.has_stance, seen.counts)

    loaded: list[Loaded] = []

    def make() -> str:
        loaded.append(load(slug, t, p, seen.counts))
        return _render_page(loaded[0])

    def make_opened() -> str:
        return _render("annotations/opened.html", loaded[0] if loaded else load(slug, t, p, seen.counts, known))

    def fill(name: str) -> Any:
        if name == "opened":
            opened = (parts.here(), *seen.opened) if seen.opened else None
            return parts.made_once("opened", ground, opened, make_opened, is_rare=person.is_signed_in)
        if name == "form_key":
            return random_key()
        if name == "pseudonym":
            membership = person.membership_in(ground.id)
            return membership.pseudonym if membership else ""
        return say_count(name, seen.counts, seen.news)

    return parts.page("thesis", ground, seen.key, make, fill)


def _mark_opening(person: Any, spot: glance.Spot) -> None:
    if person.is_signed_in and (opened := spot.opened) is not None:
        after_page(lambda: visits.mark_opening(person, spot.thesis, opened))


def _load_thesis(slug: str, t: str, _p: None, counts: Counts | None = None) -> Loaded:
    declaration = readable_declaration(slug)
    found = find_thesis(declaration, t) or abort(404)
    return Loaded(reading.load_thesis_page(viewer(), declaration, found, counts))


def _load_paragraph(slug: str, t: str, p: str, counts: Counts | None = None, known: Known | None = None) -> Loaded:
    """`known`: only what is opened is needed."""
    declaration = readable_declaration(slug)
    found = find_thesis(declaration, t) or abort(404)
    signed: set[int] = set()

    def choose(shown: Sequence[Entry]) -> list[Entry]:
        proposals = [entry.annotation.number for entry in shown if entry.annotation.kind is Kind.PROPOSAL]
        signed.update(find_signed(viewer(), declaration, proposals))
        back = f"/d/{slug}/{t}/{p}"
        return [one for one in shown if not parts.is_kept("annotation", declaration, thread_key(one, back, signed))]

    if known is not None:
        page = reading.load_opened(viewer(), declaration, found, p, _wish(), known, choose)
    else:
        page = reading.load_open_page(viewer(), declaration, found, p, _wish(), draft_owner(), counts, choose)
    if page is None:
        # Either it moved to another thesis, or nobody ever printed this number.
        find_place(slug, t, p)
        abort(404)
    return Loaded(page, signed)


def _render_page(loaded: Loaded) -> str:
    page = loaded.page
    # Making a form makes a session; who only reads gets no cookie.
    has_form = page.is_open and viewer().is_signed_in
    return _render(
        "annotations/thesis.html", loaded,
        edition_number=page.edition_number, news=page.news, here="text",
        past_stances=_count_past_stances(page), surveyed=load_cited(page.thesis),
        form=AnnotationForm(formdata=None, **draft_fields(page.draft)) if has_form else None,
    )  # fmt: skip


def _render(template: str, loaded: Loaded, **context: Any) -> str:
    page = loaded.page
    # Conversations stand in a gap of their own.
    shown = page.panel.loaded if page.panel and not parts.has_gaps() else ()
    return render_template(
        template, page=page, declaration=page.declaration, orders=list(Order), signed=loaded.signed,
        **thread_context(shown), **context,
    )  # fmt: skip


def _count_past_stances(page: reading.ThesisPage) -> int:
    """An opened place asks for itself."""
    return count_past(viewer(), page.declaration) if page.edition_number > 1 and not page.is_open else 0


def _wish() -> Wish:
    kind, order = request.args.get("kind"), request.args.get("order")
    return Wish(
        kind=Kind(kind) if kind in {k.value for k in Kind} else None,
        order=Order(order) if order in {o.value for o in Order} else Order.MIXED,
        all_threads="all" in request.args,
        start=request.args.get("from", 0, type=int),
    )


@annotations.get("/a/<int:number>")
def show(number: int) -> Any:
    annotation = find_annotation(number) or abort(404)
    person, declaration = viewer(), annotation.declaration
    require(person, Permission.READ, declaration)
    call_as(declaration)
    # A number that is none, or too large, is the first page or the last.
    page = request.args.get("page", type=int) if annotation.root_id is None else None
    thread = mine.load_thread(person, annotation, page) or abort(404)
    shown = {entry.annotation.number: entry for entry in (thread, *thread.replies)}
    if number not in shown:
        abort(404)
    if thread.annotation.number != number:
        query = urlencode([*request.args.items(), *([("page", str(thread.page))] if thread.page > 1 else [])])
        return redirect(f"{annotation_url(thread.annotation)}{'?' if query else ''}{query}#a-{number}", 303)
    return render_template(
        "annotations/thread.html",
        declaration=declaration, annotation=annotation, thread=thread, here="text",
        edition_number=load_marks(person, declaration).edition_number,
        **thread_context([thread]),
    )  # fmt: skip


@annotations.get("/a/<int:number>/history")
def history(number: int) -> str:
    """What stood there before; seen by whoever may read what stands there now."""
    annotation = readable_annotation(number)
    require(viewer(), Permission.READ_ANNOTATION, annotation)
    versions = mine.load_versions(annotation)
    return render_template(
        "annotations/history.html",
        declaration=annotation.declaration,
        annotation=annotation,
        versions=versions,
    )


@annotations.get("/me")
def me() -> Any:
    person = viewer()
    if not person.is_signed_in:
        return redirect(sign_in_url("/me"), 303)
    letters = load_own_letters(person)
    return render_template(
        "annotations/mine.html", area=mine.load_area(person), letters=letters, looks=load_looks_at(person),
        setups=load_open_checklists(person) if person.is_organiser_somewhere else (), points=load_own_points(person),
        here="me",
    )  # fmt: skip


@annotations.get("/me/drafts")
def own_drafts() -> str:
    """What is begun and not sent."""
    return render_template("annotations/drafts.html", drafts=mine.load_draft_links(viewer()), here="me")


@annotations.get("/me/stances")
def own_standpoints() -> str:
    """Where one stands, in all declarations."""
    return render_template("annotations/standpoints.html", standpoints=held.load_standpoints(viewer()), here="me")


@annotations.get("/d/<slug>/new")
def whats_new(slug: str) -> str:
    parts.begin()
    declaration = readable_declaration(slug)
    start = request.args.get("start", 0, type=int) or 0
    page = load_news(viewer(), declaration, request.args.get("since"), start if 0 < start <= START_MAX else 0)
    return render_template(
        "annotations/new.html",
        declaration=declaration,
        page=page,
        edition_number=page.edition_number,
        asked=request.args.get("since", ""),
        here="new",
    )


@annotations.post("/d/<slug>/new")
def all_read(slug: str) -> Response:
    declaration = readable_declaration(slug)
    if not viewer().is_signed_in:
        return redirect(sign_in_url(), 303)
    visits.mark_all_read(viewer(), declaration)
    return redirect(request.path, 303)

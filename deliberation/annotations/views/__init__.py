"""The reading page and everything people do on it. Here: what its pages share."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

from flask import Blueprint, abort, request, url_for
from werkzeug.routing import RequestRedirect

from deliberation import parts, web
from deliberation.accounts.models import random_key
from deliberation.accounts.views import after_sign_in
from deliberation.annotations import bundles, drafts, mine, reading, threads
from deliberation.annotations.models import Annotation, find_annotation
from deliberation.annotations.threads import Entry
from deliberation.declarations.models import Declaration, Paragraph, Thesis, find_declaration
from deliberation.labels import call_as
from deliberation.moderation.traces import load_traces
from deliberation.moderation.words.house_rules import load_rules_then
from deliberation.permissions import Permission, may, require
from deliberation.proposals.cosigning import load_cosignatures
from deliberation.urls import paragraph_number
from deliberation.web import viewer

annotations = Blueprint("annotations", __name__)
after_sign_in.append(drafts.adopt_drafts)


@annotations.app_template_filter("proposal_diff")
def proposal_diff(annotation: Annotation) -> Any:
    """What a proposal changes in the words it is about."""
    return mine.proposal_diff(annotation.wording, annotation.sentences, annotation.proposed_wording)


def thread_context(entries: Sequence[Entry]) -> dict[str, Any]:
    """What the component `annotation` needs beside the entries: what the moderation did to them with the rules that held
    then, and who signed too."""
    everything = [one for thread in entries for lead in (thread, *thread.bundled) for one in (lead, *lead.replies)]
    traces = load_traces(everything)
    proposals = [
        one.annotation.number for one in everything if one.annotation.is_proposal and one.annotation.is_visible
    ]
    return {
        "decisions": traces.decisions,
        "moves": traces.moves,
        "redactions": traces.redactions,
        "rules_then": load_rules_then(everything[0].annotation.declaration, traces.told) if traces.told else {},
        "cosignatures": load_cosignatures(proposals) if proposals else {},
    }


@annotations.app_template_filter("thread_key")
def thread_key(entry: Entry, back: str, signed: Collection[int]) -> tuple[Any, ...] | None:
    """The key of a conversation as a part of the page (`parts`); None for whoever wrote something in it or signed it: `signed`
    are the numbers of what this reader has signed."""
    key = threads.variant(entry)
    return None if key is None or entry.annotation.number in signed else (back, *key)


@annotations.app_template_filter("bundle_count")
def bundle_count(lead: Entry) -> bundles.BundleCount:
    return bundles.count_bundle(lead)


class Place(NamedTuple):
    declaration: Declaration
    thesis: Thesis
    paragraph: Paragraph | None

    @property
    def is_in_force(self) -> bool:
        return not (self.paragraph or self.thesis).is_removed


class MovedForGood(RequestRedirect):
    """A printed number leads to where its paragraph stands now."""

    code = 301


def readable_declaration(slug: str) -> Declaration:
    """The declaration of an address; absent and not yet public look alike."""
    parts.begin()
    declaration = find_declaration(slug) or abort(404)
    require(viewer(), Permission.READ, declaration)
    call_as(declaration)
    return declaration


def find_place(slug: str, t: str, p: str) -> Place:
    """The place of an address. Raises MovedForGood for a page under a number of former days; what is sent there
    arrives at the present place."""
    declaration = readable_declaration(slug)
    found = reading.find_place(declaration, t, p) or abort(404)
    place = Place(declaration, *found)
    present = place.thesis.number, paragraph_number(place.paragraph)
    if request.method == "GET" and present != (t, p):
        query = f"?{request.query_string.decode()}" if request.query_string else ""
        raise MovedForGood(url_for(str(request.endpoint), slug=slug, t=present[0], p=present[1]) + query)
    return place


def readable_annotation(number: int, find: Callable[[int], Annotation | None] = find_annotation) -> Annotation:
    """An annotation somebody may know of: its words may be out of reach of those of the team who look after it, and for
    everybody else what is not shown is not there."""
    annotation = find(number) or abort(404)
    person, declaration = viewer(), annotation.declaration
    require(person, Permission.READ, declaration)
    if annotation.is_pending or not (annotation.is_visible or may(person, Permission.SEE_TEAM_LOG, declaration)):
        require(person, Permission.READ_ANNOTATION, annotation)
    call_as(declaration)
    return annotation


def draft_owner(make: bool = False) -> drafts.Owner | None:
    """Whose drafts these are: the account's, or this browser's."""
    person = viewer()
    if person.is_signed_in:
        return person  # type: ignore[no-any-return]
    return web.browser_key() if make else web.known_browser()


def draft_fields(draft: Any) -> dict[str, Any]:
    if draft is None:
        return {"form_key": random_key(), "kind": request.args.get("kind") or None}
    fields = dict(draft.fields)
    return {**fields, "kind": fields.get("kind") or None, "form_key": draft.form_key}


from deliberation.annotations.views import pages, voting, wording, writing  # noqa: E402, F401 (their routes)

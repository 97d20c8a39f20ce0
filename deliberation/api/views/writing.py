"""Writing with a token: annotations, replies, changes, stances and votes, through the verbs of the pages."""

import re
from typing import Any

from flask import Response, abort, request

from deliberation.annotations import reading as places
from deliberation.annotations.actions import (
    Contribution,
    NotInForce,
    TextInvalid,
    post_annotation,
    post_reply,
    withdraw,
)
from deliberation.annotations.models import BODY_MAX, Annotation, Kind, StanceValue, VoteValue
from deliberation.annotations.positions import cast_vote, take_stance
from deliberation.api import changing
from deliberation.api.checking import unfit
from deliberation.api.operations import LD
from deliberation.api.views import addresses, api, body, etags_of, readable, readable_annotation, show
from deliberation.api.views.sent import find_target, read_linked
from deliberation.declarations.models import Paragraph, Thesis
from deliberation.permissions import Permission, require
from deliberation.problems import Refusal
from deliberation.text import has_words, normalised
from deliberation.web import POSTS, limiter, viewer

_KEY = re.compile(r"[!-~]{1,64}")
NO_BODY = ("", 204)


@api.post("/d/<slug>/annotations/")
@limiter.limit(POSTS)
def annotate(slug: str) -> Response:
    """An annotation; as JSON-LD about another annotation it is a reply."""
    declaration, sent = readable(slug), body()
    require(viewer(), Permission.ANNOTATE, declaration)
    if request.mimetype == LD:
        linked = read_linked(declaration, sent, addresses())
        words = _with_key(linked.words)
        if linked.parent is not None:
            return _reply(slug, linked.parent, words, is_confirmed=False)
        return _annotate(slug, linked.place, words, is_confirmed=False)
    place = find_target(declaration, sent["thesis"], sent.get("paragraph"), sent.get("edition"))
    return _annotate(slug, place, _with_key(_to_words(sent)), bool(sent.get("confirm")))


def _to_words(sent: dict[str, Any]) -> Contribution:
    return Contribution(
        body=sent["body"],
        kind=Kind(sent["kind"]),
        sentences=sent.get("sentences", ()),
        quote=sent.get("quote", ""),
        wording=sent.get("wording", ""),
        is_quotable=sent.get("quotable", False),
    )


def _with_key(words: Contribution) -> Contribution:
    """With the key under which it is stored once. Raises Refusal for one that is none."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return words
    if not _KEY.fullmatch(key):
        raise Refusal(400, "`Idempotency-Key` has 1 to 64 visible characters.")
    return Contribution(**{**words.__dict__, "form_key": key})


def _annotate(slug: str, place: tuple[Thesis, Paragraph | None], words: Contribution, is_confirmed: bool) -> Response:
    thesis, paragraph = place
    _check_words(words)
    if paragraph is not None and max(words.sentences, default=0) > len(paragraph.wording.sentences):
        raise unfit([("/sentences", "names a sentence that the paragraph does not have")])
    changing.require_checked(viewer(), thesis.declaration, words, is_confirmed)
    return _created(slug, lambda: post_annotation(viewer(), thesis, paragraph, words))


def _check_words(words: Contribution) -> None:
    """As the form on the page does. Raises Refusal."""
    faults = []
    if not has_words(normalised(words.body)) or len(normalised(words.body)) > BODY_MAX:
        faults.append(("/body", f"must have 1 to {BODY_MAX} characters"))
    if len(normalised(words.wording)) > BODY_MAX:
        faults.append(("/wording", f"must have at most {BODY_MAX} characters"))
    if words.kind is Kind.PROPOSAL and not has_words(normalised(words.wording)):
        faults.append(("/wording", "is what a proposal proposes"))
    if faults:
        raise unfit(faults)


def _created(slug: str, make: Any) -> Response:
    try:
        made: Annotation = make()
    except TextInvalid:
        raise unfit([("/body", f"must have 1 to {BODY_MAX} characters")]) from None
    except NotInForce:
        raise Refusal(409, "The edition in force does not contain this place any more.") from None
    found = readable_annotation(slug, made.number)
    return show(found, 201, {"Location": addresses().annotation(slug, made.number)})


@api.post("/d/<slug>/annotations/<int:number>/replies")
@limiter.limit(POSTS)
def reply(slug: str, number: int) -> Response:
    parent, sent = readable_annotation(slug, number), body()
    return _reply(slug, parent, _with_key(Contribution(body=sent["body"])), bool(sent.get("confirm")))


def _reply(slug: str, parent: Annotation, words: Contribution, is_confirmed: bool) -> Response:
    require(viewer(), Permission.REPLY, parent)
    _check_words(words)
    changing.require_checked(viewer(), parent.declaration, words, is_confirmed)
    return _created(slug, lambda: post_reply(viewer(), parent, words))


@api.put("/d/<slug>/annotations/<int:number>")
def edit(slug: str, number: int) -> Response:
    annotation, sent = _own(slug, number, Permission.EDIT), body()
    if request.mimetype == LD:
        linked = read_linked(annotation.declaration, sent, addresses(), is_new=False)
        sent = {"body": linked.words.body, "wording": linked.words.wording}
    words = Contribution(sent["body"], annotation.kind, wording=sent.get("wording", annotation.proposed_wording))
    _check_words(words)
    try:
        changing.change(viewer(), annotation, words, bool(sent.get("confirm")))
    except TextInvalid:
        raise unfit([("/body", f"must have 1 to {BODY_MAX} characters")]) from None
    return show(readable_annotation(slug, number))


@api.delete("/d/<slug>/annotations/<int:number>")
def withdraw_one(slug: str, number: int) -> tuple[str, int]:
    withdraw(viewer(), _own(slug, number, Permission.WITHDRAW))
    return NO_BODY


def _own(slug: str, number: int, permission: Permission) -> Annotation:
    """One's own in the state that the program has read. Raises Refusal (428 without saying which, 412 if it is past)."""
    annotation = readable_annotation(slug, number)
    require(viewer(), permission, annotation)
    wanted = request.headers.get("If-Match")
    if wanted is None:
        raise Refusal(428, "Say with `If-Match` which state you have read.")
    changing.hold(viewer(), annotation, permission)
    if "*" not in wanted and not {one.strip() for one in wanted.split(",")} & etags_of(annotation):
        raise Refusal(412, "It has changed since. Read it again.")
    return annotation


@api.put("/d/<slug>/annotations/<int:number>/vote")
def vote(slug: str, number: int) -> tuple[str, int]:
    annotation, sent = readable_annotation(slug, number), body()
    cast_vote(viewer(), annotation, VoteValue(sent["vote"]) if sent["vote"] else None)
    return NO_BODY


@api.put("/d/<slug>/stances/<t>/<p>")
def stance(slug: str, t: str, p: str) -> tuple[str, int]:
    declaration, sent = readable(slug), body()
    thesis, paragraph = places.find_place(declaration, t, p) or abort(404)
    value = StanceValue(sent["stance"]) if sent["stance"] else None
    try:
        take_stance(viewer(), thesis, paragraph, value, sent.get("reason", ""))
    except NotInForce:
        raise Refusal(409, "The edition in force does not contain this place any more.") from None
    return NO_BODY

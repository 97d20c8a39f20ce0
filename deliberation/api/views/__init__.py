"""The operations of `/api/v1`. Here: who is let in with which token, and how an answer is made."""

import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, abort, current_app, g, request

from deliberation.accounts.models import Scope
from deliberation.annotations.models import Annotation
from deliberation.api import checking, container, reading, rendering, web_annotation
from deliberation.api.openapi import describe as description
from deliberation.api.operations import BY_ENDPOINT, JSON, LD, ROOT
from deliberation.declarations.models import Declaration, find_declaration
from deliberation.permissions import Permission, require
from deliberation.problems import Refusal
from deliberation.results.addresses import Addresses
from deliberation.web import csrf, viewer

api = Blueprint("api", __name__, url_prefix=ROOT)
csrf.exempt(api)

SENT_MAX = 256 * 1024
"""Bytes of a body: more than any of them needs."""
VARY = ("Accept", "Prefer")


@api.before_request
def _check_token() -> None:
    """A token that opens nothing is told so; one without the scope too; what needs one is closed without."""
    operation = BY_ENDPOINT[str(request.endpoint)]
    if g.has_bad_token:
        raise Refusal(
            401, "This token opens nothing: it is wrong, past its end, or was revoked.", error="invalid_token"
        )
    if g.token is None:
        if operation.scope is not None:
            raise Refusal(401, "This needs a personal token.")
        return
    scope = operation.scope or Scope.READ
    if not g.token.allows(scope):
        raise Refusal(403, f"The token lacks the scope {scope.value}.", error="insufficient_scope")


def addresses() -> Addresses:
    return Addresses(current_app.config["BASE_URL"])


def readable(slug: str) -> Declaration:
    """The declaration of an address; what is not there and what is not for this person look alike."""
    declaration = find_declaration(slug) or abort(404)
    require(viewer(), Permission.READ, declaration)
    return declaration


def readable_annotation(slug: str, number: int) -> Annotation:
    return reading.find_readable(viewer(), readable(slug), number) or abort(404)


def answer(data: Any, status: int = 200, media: str = JSON, headers: Mapping[str, str] | None = None) -> Response:
    """JSON with the ETag of its content; 304 if the program has it already."""
    content = json.dumps(data, ensure_ascii=False)
    response = Response(content, status, content_type=container.MEDIA_TYPE if media == LD else media)
    response.headers["ETag"] = etag(content)
    response.headers.extend(dict(headers or {}))
    # What a token gets differs, and so does the language of the few words in it.
    response.vary.update(("Authorization", "Accept-Language"))
    if status == 200 and request.method == "GET":
        response.make_conditional(request)
    return response


def etag(content: str) -> str:
    return f'"{sha256(content.encode()).hexdigest()[:32]}"'


def wants_linked_data() -> bool:
    """Whether JSON-LD is asked for, and no less than plain JSON."""
    qualities = {JSON: 0.0, LD: 0.0}
    for media, quality in request.accept_mimetypes:
        name = media.partition(";")[0].strip().lower()
        if name in qualities:
            qualities[name] = max(qualities[name], quality)
    return qualities[LD] > 0 and qualities[LD] >= qualities[JSON]


def body_media() -> str:
    """What was sent, if the operation takes it. Raises Refusal (415)."""
    known = BY_ENDPOINT[str(request.endpoint)].body
    if request.mimetype not in known:
        raise Refusal(415, f"Send {' or '.join(known)}.")
    return request.mimetype


def body() -> Any:
    """What was sent, checked against the schema of the operation. Raises Refusal (400, 415, 422)."""
    schema = BY_ENDPOINT[str(request.endpoint)].body[body_media()]
    if (request.content_length or 0) > SENT_MAX or len(content := request.get_data(cache=False)) > SENT_MAX:
        raise Refusal(413, f"A body has at most {SENT_MAX} bytes.")
    return checking.check(checking.read_json(content), schema)


def show(annotation: Annotation, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """One annotation, in the form that is asked for."""
    is_linked = wants_linked_data()
    data = represent(annotation, is_linked)
    response = answer(data, status, LD if is_linked else JSON, headers)
    response.vary.update(VARY)
    for link in container.ANNOTATION_LINKS if is_linked else ():
        response.headers.add("Link", link)
    if request.method == "GET":
        response.headers["Allow"] = "DELETE, GET, HEAD, OPTIONS, PUT"
    return response


def represent(annotation: Annotation, is_linked: bool) -> dict[str, Any]:
    entry, places = reading.load_entry(viewer(), annotation)
    if is_linked:
        return web_annotation.to_web_annotation(entry, places, addresses())
    return rendering.annotation(entry, viewer(), addresses())


def etags_of(annotation: Annotation) -> set[str]:
    """Of all its forms, as this person gets them."""
    return {etag(json.dumps(represent(annotation, linked), ensure_ascii=False)) for linked in (False, True)}


@cache
def _description(site: str) -> dict[str, Any]:
    return description(site)


@api.get("/openapi.json")
def describe() -> Response:
    return answer(_description(current_app.config["BASE_URL"]))


from deliberation.api.views import annotations as annotations  # noqa: E402
from deliberation.api.views import around, moderating, texts, writing  # noqa: E402, F401 (their routes)

"""The moderators' public answers: under what they answer, never above."""

from sqlalchemy import select

from deliberation.accounts.models import User, random_key
from deliberation.annotations.actions import TextInvalid, once
from deliberation.annotations.models import RESPONSE_MAX, Annotation, Response, ResponseKind
from deliberation.declarations.actions import join
from deliberation.permissions import Permission, require
from deliberation.text import has_words, normalised, to_safe_html

NUDGE_FROM = 3
"""Responses in one conversation from which moderators are asked to leave room to others."""


def respond(moderator: User, annotation: Annotation, kind: ResponseKind, body: str, form_key: str = "") -> Response:
    """Answer an annotation as moderation; the same form key sent again returns the first answer.

    Raises TextInvalid for an empty text or one over RESPONSE_MAX characters.
    """
    require(moderator, Permission.RESPOND, annotation)
    text = normalised(body)
    if not has_words(text) or len(text) > RESPONSE_MAX:
        raise TextInvalid(f"{len(text)} characters")
    membership = join(moderator, annotation.declaration)
    key = form_key or random_key()
    sent = select(Response).where(Response.author_id == membership.id, Response.form_key == key)

    def make() -> Response:
        return Response(
            annotation_id=annotation.number,
            author_id=membership.id,
            kind=kind,
            body=text,
            body_html=to_safe_html(text),
            form_key=key,
        )

    return once(sent, make)

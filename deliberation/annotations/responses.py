"""The moderators' public answers: under what they answer, never above."""

import re

from sqlalchemy import or_, select

from deliberation.accounts.models import User, random_key
from deliberation.annotations.actions import TextInvalid
from deliberation.annotations.models import RESPONSE_MAX, Annotation, Response, ResponseKind, Status
from deliberation.database import db, once
from deliberation.declarations.actions import join
from deliberation.declarations.models import Act
from deliberation.declarations.record import record
from deliberation.permissions import Permission, require
from deliberation.text import has_words, normalised, to_safe_html

NUDGE_FROM = 3
"""Responses in one conversation from which moderators are asked to leave room to others."""
_CITED = re.compile(r"(?<![\w-])A-([1-9]\d{0,8})(?![\w-])")


class NothingCited(TextInvalid):
    """A summary names the contributions it is about, by their numbers: at least one of its own conversation."""


def respond(moderator: User, annotation: Annotation, kind: ResponseKind, body: str, form_key: str = "") -> Response:
    """Answer an annotation as moderation; the same form key sent again returns the first answer.

    Raises TextInvalid for an empty text or one over RESPONSE_MAX characters, NothingCited for a summary that names no
    contribution of the conversation.
    """
    require(moderator, Permission.RESPOND, annotation)
    text = checked_answer(annotation, kind, body)
    membership = join(moderator, annotation.declaration)
    key = form_key or random_key()
    sent = select(Response).where(Response.author_id == membership.id, Response.form_key == key)

    def make() -> Response:
        record(membership, annotation.declaration, Act.RESPOND, annotation, after=kind.value)
        return Response(
            annotation_id=annotation.number,
            author_id=membership.id,
            kind=kind,
            body=text,
            body_html=to_safe_html(text),
            form_key=key,
        )

    return once(sent, make)


def checked_answer(annotation: Annotation, kind: ResponseKind, body: str) -> str:
    """The words as they are kept. Raises TextInvalid, NothingCited."""
    text = normalised(body)
    if not has_words(text) or len(text) > RESPONSE_MAX:
        raise TextInvalid(f"{len(text)} characters")
    if kind is ResponseKind.SUMMARY and not _cites_conversation(annotation, text):
        raise NothingCited
    return text


def _cites_conversation(annotation: Annotation, text: str) -> bool:
    """Whether a text names a contribution that is shown in the conversation of this one; at most one query."""
    numbers = {int(number) for number in _CITED.findall(text)}
    if not numbers:
        return False
    thread = annotation.thread_number
    query = select(Annotation.number).where(
        Annotation.number.in_(numbers),
        Annotation.status == Status.VISIBLE,
        or_(Annotation.number == thread, Annotation.root_id == thread),
    )
    return db.session.scalar(query.limit(1)) is not None

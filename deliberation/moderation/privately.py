"""What moderation and an author write each other about a contribution, seen by nobody else."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased, joinedload

from deliberation.accounts.models import User
from deliberation.annotations.actions import key_about
from deliberation.annotations.models import Annotation
from deliberation.database import db, once
from deliberation.declarations.actions import join
from deliberation.declarations.models import Act
from deliberation.declarations.record import record
from deliberation.moderation.actions import ReasonMissing
from deliberation.moderation.letters import write_letter
from deliberation.moderation.models import Message
from deliberation.permissions import Permission, require
from deliberation.text import has_words, normalised

MESSAGE_MAX = 2000


def write_privately(person: User, annotation: Annotation, body: str, form_key: str = "") -> Message:
    """Write to the author, or as the author to the moderation. The author is told by mail that there is something to
    read, and never what; the moderation finds it at the desk. Raises NotAllowed, ReasonMissing for no words."""
    require(person, Permission.WRITE_PRIVATELY, annotation)
    words = normalised(body)[:MESSAGE_MAX]
    if not has_words(words):
        raise ReasonMissing("message")
    membership = join(person, annotation.declaration)
    key = key_about(form_key, "message", membership.id, annotation.number)
    from_team = not person.wrote(annotation)
    made: list[Message] = []

    def make() -> Message:
        made.append(
            Message(
                annotation_id=annotation.number,
                sender_id=membership.id,
                from_team=from_team,
                body=words,
                form_key=key,
            )
        )
        return made[0]

    message = once(select(Message).where(Message.form_key == key), make)
    if message not in made:
        return message
    record(membership, annotation.declaration, Act.MESSAGE, annotation, after="team" if from_team else "author")
    if from_team and annotation.author_id is not None:
        write_letter(f"message:{message.id}", annotation.author_id, "message", {}, annotation.number)
    return message


def load_messages(person: User, annotation: Annotation) -> Sequence[Message]:
    """Oldest first, each with who sent it."""
    require(person, Permission.WRITE_PRIVATELY, annotation)
    query = (
        select(Message)
        .options(joinedload(Message.sender))
        .where(Message.annotation_id == annotation.number)
        .order_by(Message.id)
    )
    return db.session.scalars(query).unique().all()


def waits_for_team() -> ColumnElement[bool]:
    """Annotations whose author wrote to the moderation last. Found from the messages, not by asking each annotation."""
    later = aliased(Message)
    answered = exists().where(later.annotation_id == Message.annotation_id, later.id > Message.id, later.from_team)
    return Annotation.number.in_(select(Message.annotation_id).where(Message.from_team.is_(False), ~answered))

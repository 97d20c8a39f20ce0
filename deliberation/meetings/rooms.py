"""What a room sees of one paragraph."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from deliberation.annotations.models import Annotation
from deliberation.annotations.threads import visible_to
from deliberation.database import db
from deliberation.declarations.models import Membership, Origin, Paragraph
from deliberation.permissions import Guest, Permission, Person, require

SHOWN = 12
"""Sentences on the wall: the newest."""


def load_said(viewer: Person, paragraph: Paragraph) -> Sequence[Annotation]:
    """What tables wrote about it, the newest first, as everybody may read it; without any number."""
    declaration = paragraph.declaration
    require(viewer, Permission.SHOW_IN_ROOM, declaration)
    query = (
        select(Annotation)
        .join(Membership, Membership.id == Annotation.author_id)
        .options(contains_eager(Annotation.author))
        .where(
            Annotation.paragraph_id == paragraph.id,
            Membership.origin == Origin.TABLE,
            visible_to(Guest(), declaration.id),
        )
    )
    return db.session.scalars(query.order_by(Annotation.number.desc()).limit(SHOWN)).all()

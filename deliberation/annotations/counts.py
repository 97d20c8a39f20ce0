"""How much people wrote at each place of a text, and how much of it is new to the reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from deliberation.annotations.models import Annotation, Opening
from deliberation.database import db
from deliberation.declarations.models import Declaration, Thesis


@dataclass(frozen=True)
class Count:
    """How many annotations and replies a place has, and how many of them are new to the reader."""

    total: int = 0
    new: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.total + other.total, self.new + other.new)


class Counts:
    """The counts of all places of a declaration, added up once for each thesis and for the whole."""

    def __init__(self, places: Mapping[tuple[int, int], Count]) -> None:
        self._places = places
        self._theses: dict[int, Count] = {}
        self.whole = Count()
        for (thesis, _place), count in places.items():
            self._theses[thesis] = self._theses.get(thesis, Count()) + count
            self.whole += count

    def of_place(self, thesis_id: int, paragraph_id: int | None) -> Count:
        return self._places.get((thesis_id, paragraph_id or 0), Count())

    def of_thesis(self, thesis: Thesis) -> Count:
        """All places of a thesis together."""
        return self._theses.get(thesis.id, Count())


@dataclass(frozen=True)
class News:
    """What the strip says: new annotations in the whole declaration since the last visit."""

    count: int
    since: datetime


def load_counts(person: Any, declaration: Declaration, since: datetime | None) -> Counts:
    """Annotations and replies at each place, and how many are new to the reader."""
    key = func.coalesce(Annotation.paragraph_id, 0)
    opening = and_(
        Opening.user_id == (person.id or 0),
        Opening.thesis_id == Annotation.thesis_id,
        Opening.paragraph_key == key,
    )
    membership = person.membership_in(declaration.id)
    is_new = and_(
        Annotation.created_at > since if since else Annotation.number < 0,
        or_(Opening.opened_at.is_(None), Annotation.created_at > Opening.opened_at),
        or_(Annotation.author_id.is_(None), Annotation.author_id != (membership.id if membership else 0)),
    )
    query = (
        select(Annotation.thesis_id, key, func.count(), func.sum(case((is_new, 1), else_=0)))
        .outerjoin(Opening, opening)
        .where(Annotation.declaration_id == declaration.id, Annotation.status == "visible")
        .group_by(Annotation.thesis_id, Annotation.paragraph_id)
    )
    rows = db.session.execute(query)
    return Counts({(thesis, place): Count(total, int(new)) for thesis, place, total, new in rows})


def to_news(counts: Counts, since: datetime | None) -> News | None:
    return News(counts.whole.new, since) if since and counts.whole.new else None

"""How much people wrote at each place of a text, and how much of it is new to the reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Subquery, and_, func, literal, or_, select

from deliberation.annotations.models import Annotation, Opening
from deliberation.annotations.places import PlaceCount
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
    """Annotations and replies at each place, and how many are new to the reader; one query."""
    query: Any = select(PlaceCount.thesis_id, PlaceCount.paragraph_key, PlaceCount.visible)
    if since:
        new = _new(person, declaration, since)
        same = and_(new.c.thesis == PlaceCount.thesis_id, new.c.place == PlaceCount.paragraph_key)
        query = query.add_columns(func.coalesce(new.c.count, 0)).outerjoin(new, same)
    else:
        query = query.add_columns(literal(0))
    rows = db.session.execute(query.where(PlaceCount.declaration_id == declaration.id, PlaceCount.visible > 0))
    return Counts({(thesis, place): Count(total, count) for thesis, place, total, count in rows})


def _new(person: Any, declaration: Declaration, since: datetime) -> Subquery:
    """What was written since, by others, and after the place was last opened."""
    key = func.coalesce(Annotation.paragraph_id, 0)
    opening = and_(
        Opening.user_id == (person.id or 0),
        Opening.thesis_id == Annotation.thesis_id,
        Opening.paragraph_key == key,
    )
    membership = person.membership_in(declaration.id)
    # By sums, or SQLite would look through the index that has the places in order: at all that was ever written.
    place = (Annotation.thesis_id + 0).label("thesis"), (key + 0).label("place")
    return (
        select(*place, func.count().label("count"))
        .outerjoin(Opening, opening)
        .where(
            Annotation.declaration_id == declaration.id,
            Annotation.status == "visible",
            Annotation.created_at > since,
            or_(Opening.opened_at.is_(None), Annotation.created_at > Opening.opened_at),
            or_(Annotation.author_id.is_(None), Annotation.author_id != (membership.id if membership else 0)),
        )
        .group_by("thesis", "place")
        .subquery()
    )


def to_news(counts: Counts, since: datetime | None) -> News | None:
    return News(counts.whole.new, since) if since and counts.whole.new else None

"""How much people wrote at each place of a text, and how much of it is new to the reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, Subquery, and_, bindparam, case, cast, func, literal, or_, select

from deliberation.annotations.models import Annotation, Opening
from deliberation.annotations.places import PlaceCount
from deliberation.database import db

ELSEWHERE = -1
"""Stands for all places of another thesis."""


class Count(NamedTuple):
    """How many annotations and replies a place has, and how many of them are new to the reader."""

    total: int = 0
    new: int = 0


class Counts:
    """The counts of all places of a declaration, added up once for each thesis and for the whole."""

    def __init__(self, places: Mapping[tuple[int, int], Count]) -> None:
        self._places = places
        self._theses: dict[int, Count] = {}
        for (thesis, _place), (total, new) in places.items():
            before = self._theses.get(thesis, Count())
            self._theses[thesis] = Count(before.total + total, before.new + new)
        everything = self._theses.values()
        self.whole = Count(sum(one.total for one in everything), sum(one.new for one in everything))

    def of_place(self, thesis_id: int, paragraph_id: int | None) -> Count:
        return self._places.get((thesis_id, paragraph_id or 0), Count())

    def of_thesis(self, thesis_id: int) -> Count:
        """All places of a thesis together."""
        return self._theses.get(thesis_id, Count())

    def find_commented(self, thesis_id: int | None = None) -> tuple[tuple[int, int], ...]:
        """At which places anything was written, of all theses or of one; 0 for a thesis as a whole."""
        some = (place for place, count in self._places.items() if count.total and thesis_id in (None, place[0]))
        return tuple(sorted(some))


@dataclass(frozen=True)
class News:
    """What the strip says: new annotations in the whole declaration since the last visit."""

    count: int
    since: datetime


def load_counts(person: Any, declaration: Any, since: datetime | None, thesis_id: int | None = None) -> Counts:
    """Annotations and replies at each place, and how many are new to the reader; one query. `thesis_id`: only places of this
    thesis are told apart."""
    membership = person.membership_in(declaration.id)
    asked = {
        "declaration": declaration.id, "since": since, "user": person.id or 0, "member": membership.id if membership else 0,
        "here": thesis_id,
    }  # fmt: skip
    rows = db.session.execute(_counts(since is not None, thesis_id is not None), asked)
    return Counts({(thesis, place): Count(total, new) for thesis, place, total, new in rows})


@lru_cache
def _counts(has_visited: bool, is_for_thesis: bool) -> Select[Any]:
    """The question but for what is asked about: putting it together takes longer than answering it."""
    query: Any = select(PlaceCount.thesis_id, PlaceCount.paragraph_key, PlaceCount.visible)
    if has_visited:
        new = _new()
        same = and_(new.c.thesis == PlaceCount.thesis_id, new.c.place == PlaceCount.paragraph_key)
        query = query.add_columns(func.coalesce(new.c.count, 0).label("fresh")).outerjoin(new, same)
    else:
        query = query.add_columns(literal(0).label("fresh"))
    query = query.where(PlaceCount.declaration_id == bindparam("declaration"), PlaceCount.visible > 0)
    if is_for_thesis:
        thesis, place, total, found = query.subquery().c
        told = case((thesis == bindparam("here"), place), else_=ELSEWHERE)
        query = select(thesis, told, cast(func.sum(total), Integer), cast(func.sum(found), Integer)).group_by(thesis, told)
    return query  # type: ignore[no-any-return]


def _new() -> Subquery:
    """What was written since, by others, and after the place was last opened."""
    key = func.coalesce(Annotation.paragraph_id, 0)
    opening = and_(
        Opening.user_id == bindparam("user"),
        Opening.thesis_id == Annotation.thesis_id,
        Opening.paragraph_key == key,
    )
    # By sums, or SQLite would look through the index that has the places in order: at all that was ever written.
    place = (Annotation.thesis_id + 0).label("thesis"), (key + 0).label("place")
    return (
        select(*place, func.count().label("count"))
        .outerjoin(Opening, opening)
        .where(
            Annotation.declaration_id == bindparam("declaration"),
            Annotation.status == "visible",
            Annotation.created_at > bindparam("since"),
            or_(Opening.opened_at.is_(None), Annotation.created_at > Opening.opened_at),
            or_(Annotation.author_id.is_(None), Annotation.author_id != bindparam("member")),
        )
        .group_by("thesis", "place")
        .subquery()
    )


def to_news(counts: Counts, since: datetime | None) -> News | None:
    return News(counts.whole.new, since) if since and counts.whole.new else None

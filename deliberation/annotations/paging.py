"""Long conversations in parts: nobody loads ten thousand replies to read fifty.

Replies are ranked by number inside their conversation; what is left out is counted, so that a page can say so.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from deliberation.annotations.models import NUMBER_MAX, Annotation
from deliberation.annotations.threads import Entry, visible_to
from deliberation.database import db

ON_A_PAGE = 50
IN_A_PANEL = 20
"""Replies that an opened paragraph shows of one conversation."""
_reply = aliased(Annotation)


def first_replies(where: ColumnElement[bool], most: int = IN_A_PANEL) -> ColumnElement[bool]:
    """`where`, with of each conversation only the first replies."""
    rank = func.row_number().over(partition_by=Annotation.root_id, order_by=Annotation.number)
    ranked = select(Annotation.number.label("number"), rank.label("rank")).where(where, Annotation.root_id.is_not(None))
    replies = ranked.subquery()
    first = select(replies.c.number).where(replies.c.rank <= most)
    return where & (Annotation.root_id.is_(None) | Annotation.number.in_(first))


def one_page(number: int, page: int) -> ColumnElement[bool]:
    """A conversation with the replies of one page, counted from 1, and the first of the next."""
    first = (page - 1) * ON_A_PAGE
    replies = [Annotation.root_id == number, Annotation.number <= func.coalesce(_nth(number, first + ON_A_PAGE), NUMBER_MAX)]
    if first:
        replies.append(Annotation.number >= _nth(number, first))
    # By bounds: asked for "this one or one of a list that is found first", PostgreSQL looks through all that was ever written.
    return or_(Annotation.number == number, and_(*replies))


def _nth(number: int, place: int) -> Any:
    """The number of one of its replies, counted from 0; NULL if there are fewer."""
    numbers = select(_reply.number).where(_reply.root_id == number).order_by(_reply.number)
    return numbers.offset(place).limit(1).scalar_subquery()


def find_page(annotation: Annotation) -> tuple[int, int]:
    """On which page of its conversation an annotation stands, and how many there are. What opened it stands on each."""
    before = case((Annotation.number < annotation.number, 1), else_=0)
    query = select(func.count(Annotation.number), func.coalesce(func.sum(before), 0))
    count, earlier = db.session.execute(query.where(Annotation.root_id == annotation.thread_number)).one()
    page = 1 if annotation.root_id is None else int(earlier) // ON_A_PAGE + 1
    return page, max(1, -(-count // ON_A_PAGE))


def count_left_out(person: Any, declaration_id: int, threads: Sequence[Entry], most: int = IN_A_PANEL) -> set[int]:
    """Note on each conversation how many readable replies were not loaded and when the last was written. Returns who
    wrote all of those conversations; asks nothing where everything was loaded."""
    long = {entry.annotation.number: entry for entry in threads if len(entry.replies) >= most}
    if not long:
        return set()
    readable = (Annotation.root_id.in_(long), visible_to(person, declaration_id))
    count, last = func.count(Annotation.number), func.max(Annotation.created_at)
    query = select(Annotation.root_id, count, last).where(*readable).group_by(Annotation.root_id)
    for number, found, latest in db.session.execute(query):
        entry = long[number or 0]
        shown = sum(reply.is_readable for reply in entry.replies)
        entry.more_replies, entry.latest_reply = max(0, found - shown), latest
    authors = select(Annotation.author_id).where(*readable).distinct()
    return {author for author in db.session.scalars(authors) if author is not None}

"""Finding what there is to tell, once for all readers, and giving it a place in the order of telling when it may be told.

Verbs do not know of this. What is held has no place; it gets one when it is shown, however late. Whoever calls this commits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, func, insert, select, type_coerce

from deliberation.annotations.models import Annotation, Outcome, OutcomeValue, Response
from deliberation.annotations.outcomes import latest_outcome
from deliberation.annotations.threads import is_passed_on
from deliberation.database import db
from deliberation.declarations.models import Act, Declaration, Edition, LogEntry
from deliberation.moderation.models import LETTERS_WAIT
from deliberation.notifications.interests import latest_place
from deliberation.notifications.models import Harvest, Matter, News
from deliberation.permissions import Phase

SHORT_WAIT = timedelta(minutes=5)
"""Mail cannot be called back: whoever sees a slip at once puts it right first."""
LOOK_AGAIN = timedelta(minutes=10)
AT_ONCE = 2000
"""Rows taken in one round."""


@dataclass(frozen=True)
class Source:
    """Where news of one matter come from: the row's number, what it has to be, when it was made, and how long it waits."""

    number: Any
    declaration: Any
    made_at: Any
    wait: timedelta
    where: ColumnElement[bool] | None = None


def _phase_of(column: Any) -> Any:
    """The log has the last day of a phase behind its name; four letters tell each from the others."""
    return func.substr(column, 1, 4)


SOURCES: Mapping[Matter, Source] = {
    Matter.ANNOTATION: Source(Annotation.number, Annotation.declaration_id, Annotation.created_at, SHORT_WAIT),
    Matter.RESPONSE: Source(Response.id, Annotation.declaration_id, Response.created_at, SHORT_WAIT),
    Matter.OUTCOME: Source(
        Outcome.id, Annotation.declaration_id, Outcome.decided_at, LETTERS_WAIT, Outcome.value != OutcomeValue.RECEIVED
    ),
    Matter.EDITION: Source(Edition.id, Edition.declaration_id, Edition.published_at, LETTERS_WAIT, Edition.number > 1),
    Matter.PHASE: Source(
        LogEntry.id, LogEntry.declaration_id, LogEntry.at, LETTERS_WAIT,
        and_(LogEntry.act == Act.PHASE, _phase_of(LogEntry.before) != _phase_of(LogEntry.after)),
    ),
}
"""Letters and reports settle for themselves when they are due, and come in by `tell`."""


def has_news(moment: datetime) -> bool:
    """Whether there is a row that was not looked at, or one that may be told now; reads only."""
    marks = {mark.matter: mark.up_to for mark in db.session.scalars(select(Harvest))}
    return any(
        db.session.execute(_unseen(matter, marks.get(matter, 0)).limit(1)).first() is not None
        or db.session.execute(_tellable(matter, moment).limit(1)).first() is not None
        for matter in SOURCES
    )


def harvest(moment: datetime) -> int:
    """Take in what is new and give places to what may be told; how many got one."""
    for matter in SOURCES:
        _take_in(matter, moment)
    db.session.flush()
    placed = 0
    for matter in SOURCES:
        found = db.session.scalars(_tellable(matter, moment).order_by(News.id).limit(AT_ONCE)).all()
        for news in found:
            _give_place(news, moment)
        placed += len(found)
    return placed


def tell(matter: Matter, ref: int, declaration_id: int, moment: datetime) -> None:
    """News that somebody else found to be due."""
    _lock(matter, moment)
    same = select(News.id).where(News.matter == matter, News.ref == ref)
    if db.session.scalar(same) is None:
        news = News(matter=matter, ref=ref, declaration_id=declaration_id)
        db.session.add(news)
        _give_place(news, moment)


def _give_place(news: News, moment: datetime) -> None:
    news.place, news.told_at = latest_place() + 1, moment
    db.session.flush()


def _lock(matter: Matter, moment: datetime) -> Harvest:
    """Two runs at the same time: the second waits and finds what the first has done."""
    # One row stands for all: places are given one after the other, whatever the matter.
    first = db.session.get(Harvest, Matter.ANNOTATION, with_for_update=True)
    if first is None:
        first = Harvest(matter=Matter.ANNOTATION, up_to=0, latest=0, latest_at=moment)
        db.session.add(first)
        db.session.flush()
    if matter is Matter.ANNOTATION:
        return first
    own = db.session.get(Harvest, matter)
    if own is None:
        own = Harvest(matter=matter, up_to=0, latest=0, latest_at=moment)
        db.session.add(own)
    return own


def _take_in(matter: Matter, moment: datetime) -> None:
    source, mark = SOURCES[matter], _lock(matter, moment)
    rows = [
        {"matter": matter, "ref": number, "declaration_id": declaration}
        for number, declaration in db.session.execute(_unseen(matter, mark.up_to).order_by(source.number).limit(AT_ONCE))
    ]
    if rows:
        db.session.execute(insert(News), rows)
    if len(rows) < AT_ONCE and mark.latest_at <= moment - LOOK_AGAIN:
        last = db.session.scalar(select(func.max(source.number)))
        mark.up_to, mark.latest, mark.latest_at = mark.latest, last or 0, moment


def _unseen(matter: Matter, up_to: int) -> Select[Any]:
    source = SOURCES[matter]
    is_known = select(News.id).where(News.matter == matter, News.ref == source.number).exists()
    query = select(source.number, source.declaration).where(source.number > up_to, ~is_known)
    if source.where is not None:
        query = query.where(source.where)
    if matter is Matter.RESPONSE:
        return query.join(Annotation, Annotation.number == Response.annotation_id)
    if matter is Matter.OUTCOME:
        return query.join(Annotation, Annotation.number == Outcome.annotation_id)
    return query


def _tellable(matter: Matter, moment: datetime) -> Select[Any]:
    """News without a place that may be told now."""
    source = SOURCES[matter]
    query = (
        select(News)
        .join(Declaration, Declaration.id == News.declaration_id)
        .where(
            News.place.is_(None), News.matter == matter, Declaration.phase != Phase.DRAFT,
            source.made_at <= moment - source.wait,
        )
    )
    if matter is Matter.ANNOTATION:
        return query.join(Annotation, Annotation.number == News.ref).where(is_passed_on())
    if matter is Matter.RESPONSE:
        return query.join(Response, Response.id == News.ref).join(
            Annotation, Annotation.number == Response.annotation_id
        ).where(is_passed_on())  # fmt: skip
    if matter is Matter.OUTCOME:
        return query.join(Outcome, Outcome.id == News.ref).join(
            Annotation, Annotation.number == Outcome.annotation_id
        ).where(is_passed_on(), Outcome.id == latest_outcome())  # fmt: skip
    if matter is Matter.EDITION:
        return query.join(Edition, Edition.id == News.ref)
    # Another one may have begun meanwhile.
    still = _phase_of(LogEntry.after) == _phase_of(type_coerce(Declaration.phase, String))
    return query.join(LogEntry, LogEntry.id == News.ref).where(still)

"""How long people waited: for a decision, for what became of a report, for a first answer. Counted in the database.

Medians are given from five cases on. Of a promise only so much is said that the few who waited too long cannot be counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Subquery, and_, case, func, literal, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.functions import FunctionElement

from deliberation.annotations.models import Annotation, Kind, Response, Status
from deliberation.clock import now
from deliberation.database import UtcDateTime, db
from deliberation.declarations.models import Act, Declaration, LogEntry
from deliberation.moderation.desk.queue import promised_until
from deliberation.moderation.models import Flag
from deliberation.moderation.records.merging import LEAST, merge_small

HELD_HOURS = 24
ANSWER_HOURS = 72
"""What the public is promised (ux A5); hours at weekends count half, see `promised_until`."""
WAITS_FROM = (Act.HELD, Act.REVISED)
DECIDED = (Act.PUBLISH, Act.RETURN, Act.REDACT, Act.HIDE)


class Period:
    """Moments that cut a stretch of time into months, or whatever they are, in the time of Berlin."""

    def __init__(self, starts: Sequence[datetime], end: datetime) -> None:
        self.starts, self.end = tuple(starts), end

    def contains(self, moment: Any) -> ColumnElement[bool]:
        return and_(moment >= self.starts[0], moment < self.end)

    def place_of(self, moment: Any) -> Any:
        """The number of the month in which it is, from 0."""
        later = [(moment >= start, literal(place, Integer)) for place, start in enumerate(self.starts)]
        return case(*reversed(later), else_=literal(0, Integer))

    def joined(self, sizes: Sequence[int]) -> "Period":
        """The same stretch cut less often: so many neighbours in each part."""
        places = [sum(sizes[:number]) for number in range(len(sizes))]
        return Period([self.starts[place] for place in places], self.end)


class seconds_of(FunctionElement[int]):
    """Seconds since 1970, so that times can be subtracted on both engines."""

    type = Integer()
    inherit_cache = True


@compiles(seconds_of, "sqlite")
def _seconds_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **options)}) AS INTEGER)"


@compiles(seconds_of, "postgresql")
def _seconds_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(EXTRACT(EPOCH FROM {compiler.process(element.clauses, **options)}) AS BIGINT)"


def waits_for_decision(declaration: Declaration, period: Period) -> Subquery:
    """`since` and `until` of everything that waited for a moderator; `until` is empty while it still waits."""
    begun, later, end = aliased(LogEntry), aliased(LogEntry), aliased(LogEntry)
    following = (
        select(func.min(later.id))
        .where(later.annotation_id == begun.annotation_id, later.id > begun.id)
        .where(later.act.in_((*WAITS_FROM, *DECIDED, Act.WITHDRAWN)))
        .correlate(begun)
        .scalar_subquery()
    )
    return (
        select(begun.at.label("since"), end.at.label("until"))
        .join(Annotation, Annotation.number == begun.annotation_id)
        .outerjoin(end, end.id == following)
        .where(begun.declaration_id == declaration.id, period.contains(begun.at))
        .where(begun.act.in_(WAITS_FROM), begun.after == Status.PENDING.value)
        .where(or_(end.act.in_(DECIDED), and_(end.id.is_(None), Annotation.status == Status.PENDING)))
        .subquery()
    )


def waits_for_answer(declaration: Declaration, period: Period) -> Subquery:
    """The same of questions: until the first answer by the moderation or by anybody else."""
    reply = aliased(Annotation)
    responded = select(func.min(Response.created_at)).where(Response.annotation_id == Annotation.number)
    replied = select(func.min(reply.created_at)).where(
        reply.root_id == Annotation.number,
        reply.status == Status.VISIBLE,
        reply.author_id.is_distinct_from(Annotation.author_id),
    )
    first, second = responded.correlate(Annotation).scalar_subquery(), replied.correlate(Annotation).scalar_subquery()
    until = case((first.is_(None), second), (second.is_(None), first), (first < second, first), else_=second)
    return (
        select(Annotation.created_at.label("since"), until.label("until"))
        .where(Annotation.declaration_id == declaration.id, Annotation.kind == Kind.QUESTION)
        .where(Annotation.status == Status.VISIBLE, period.contains(Annotation.created_at))
        .subquery()
    )


def waits_for_outcome(declaration: Declaration, period: Period) -> Subquery:
    """The same of reports."""
    return (
        select(Flag.created_at.label("since"), Flag.closed_at.label("until"))
        .join(Annotation, Annotation.number == Flag.annotation_id)
        .where(Annotation.declaration_id == declaration.id, period.contains(Flag.created_at))
        .subquery()
    )


def count_ended(waits: Subquery, period: Period) -> list[int]:
    """How many waits of each month have ended; one query."""
    place = select(period.place_of(waits.c.since).label("place")).where(waits.c.until.is_not(None)).subquery()
    rows = db.session.execute(select(place.c.place, func.count()).group_by(place.c.place))
    counted = {number: many for number, many in rows}  # noqa: C416
    return [counted.get(number, 0) for number in range(len(period.starts))]


def load_medians(waits: Subquery, period: Period) -> list[float | None]:
    """The median of each part in hours, None with fewer than five cases; one query."""
    length = seconds_of(waits.c.until) - seconds_of(waits.c.since)
    placed = (
        select(period.place_of(waits.c.since).label("place"), length.label("length"))
        .where(waits.c.until.is_not(None))
        .subquery()
    )
    ranked = select(
        placed.c.place,
        placed.c.length,
        func.row_number().over(partition_by=placed.c.place, order_by=placed.c.length).label("rank"),
        func.count().over(partition_by=placed.c.place).label("many"),
    ).subquery()
    middle = (
        select(ranked.c.place, func.avg(ranked.c.length))
        .where(ranked.c.many >= LEAST)
        .where(or_(ranked.c.rank == (ranked.c.many + 1) // 2, ranked.c.rank == (ranked.c.many + 2) // 2))
        .group_by(ranked.c.place)
    )
    found = {place: round(float(seconds) / 3600, 1) for place, seconds in db.session.execute(middle)}
    return [found.get(number) for number in range(len(period.starts))]


@dataclass(frozen=True)
class Promise:
    """How a promise was kept. `percent` of the cases, if neither side is a small number; else `nearly` says whether all
    but a few were in time (True), or hardly any (False). Both None: too few cases to say."""

    hours: int
    percent: int | None = None
    nearly: bool | None = None


def to_promise(hours: int, kept: int, late: int) -> Promise:
    """From ten cases on, "all but a few" fits one as well as four."""
    if kept + late >= LEAST and len(merge_small([("kept", kept), ("late", late)])) == 2:
        return Promise(hours, percent=round(100 * kept / (kept + late)))
    if kept + late >= 2 * LEAST:
        return Promise(hours, nearly=late < LEAST)
    return Promise(hours)


def load_promise(waits: Subquery, hours: int) -> Promise:
    """Two queries: what is clear by its length alone is counted, the rest looked at for its weekend."""
    end = func.coalesce(waits.c.until, literal(now(), UtcDateTime))
    length = seconds_of(end) - seconds_of(waits.c.since)
    is_quick, is_slow = length <= hours * 3600, length > 2 * hours * 3600
    kept = func.sum(case((and_(is_quick, waits.c.until.is_not(None)), 1), else_=0))
    late = func.sum(case((is_slow, 1), else_=0))
    quick, slow = db.session.execute(select(kept, late).select_from(waits)).one()
    counts = [quick or 0, slow or 0]
    between = select(waits.c.since, waits.c.until).where(~is_quick, ~is_slow)
    for since, until in db.session.execute(between):
        is_late = (until or now()) > promised_until(since, hours)
        if is_late or until is not None:
            counts[is_late] += 1
    return to_promise(hours, counts[0], counts[1])

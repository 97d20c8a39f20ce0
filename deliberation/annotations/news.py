"""What is new in a declaration: since the last visit, or since a day in the address. What was held is new when it is published.

Five queries after person and declaration: marks, what concerns oneself (three), what is new by place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased, joinedload

from deliberation.annotations import reading
from deliberation.annotations.models import Annotation, Outcome, OutcomeValue, Response, Status
from deliberation.annotations.outcomes import latest_outcome
from deliberation.annotations.threads import visible_to
from deliberation.database import db
from deliberation.declarations.models import Act, Declaration, LogEntry, Membership, Paragraph, Thesis

NEWS_MAX = 100
OWN_MAX = 50
SINCE_FORMAT = "%Y-%m-%d"
START_MAX = 1_000_000


@dataclass(frozen=True)
class NewsGroup:
    """What is new about one place."""

    thesis: Thesis
    paragraph: Paragraph | None
    annotations: Sequence[Annotation]


@dataclass(frozen=True)
class NewsPage:
    """`replies` are to what the person wrote or in conversations she opened, and stand there alone. `shown` are those of the
    places that fit on this page; `following` is where the next one begins."""

    since: datetime | None
    groups: Sequence[NewsGroup]
    edition_number: int
    replies: Sequence[Annotation] = ()
    responses: Sequence[Response] = ()
    outcomes: Sequence[Outcome] = ()
    start: int = 0
    following: int | None = None

    @property
    def day(self) -> str:
        """For the address."""
        return self.since.strftime(SINCE_FORMAT) if self.since else ""

    @property
    def has_own(self) -> bool:
        return bool(self.replies or self.responses or self.outcomes)

    @property
    def is_empty(self) -> bool:
        return not (self.groups or self.has_own)


def load_news(person: Any, declaration: Declaration, since: str | None, start: int = 0) -> NewsPage:
    """Own matters first, the rest grouped by place, in document order. `start`: how many of the places' were shown before."""
    marks = reading.load_marks(person, declaration)
    moment = _parsed(since) or marks.since
    if moment is None:
        return NewsPage(None, [], marks.edition_number)
    membership = person.membership_in(declaration.id)
    replies = _load_replies(declaration, membership, moment) if membership else []
    found = _load_by_place(person, declaration, membership, moment, max(0, start), {one.number for one in replies})
    groups = [
        NewsGroup(thesis, paragraph, list(group))
        for (thesis, paragraph), group in groupby(found[:NEWS_MAX], key=lambda a: (a.thesis, a.paragraph))
    ]
    return NewsPage(
        since=moment,
        groups=groups,
        edition_number=marks.edition_number,
        replies=replies if not start else (),
        responses=_load_responses(membership, moment) if membership and not start else (),
        outcomes=_load_outcomes(membership, moment) if membership and not start else (),
        start=start,
        following=start + NEWS_MAX if len(found) > NEWS_MAX else None,
    )


def _appeared_after(declaration: Declaration, moment: datetime) -> ColumnElement[bool]:
    """Shown, and written since then, or held before and published since then. By their numbers, which are found once: SQLite
    would look through all that were ever written, and ask for each whether it was published."""
    one = aliased(Annotation)
    written = select(one.number).where(
        one.declaration_id == declaration.id, one.status == Status.VISIBLE, one.created_at > moment
    )
    published = select(LogEntry.annotation_id).where(
        LogEntry.declaration_id == declaration.id, LogEntry.act == Act.PUBLISH, LogEntry.before == Status.PENDING.value,
        LogEntry.at > moment, LogEntry.annotation_id.is_not(None),
    )  # fmt: skip
    here = Annotation.declaration_id + 0 == declaration.id
    return and_(here, Annotation.status == Status.VISIBLE, Annotation.number.in_(written.union(published)))


def _with_place() -> Any:
    # The thesis of the paragraph is that of the annotation.
    return (
        joinedload(Annotation.thesis), joinedload(Annotation.paragraph).lazyload(Paragraph.thesis), joinedload(Annotation.author),
        joinedload(Annotation.declaration),
    )  # fmt: skip


def _load_by_place(
    person: Any, declaration: Declaration, membership: Membership | None, moment: datetime, start: int, told: set[int]
) -> list[Annotation]:
    not_mine = Annotation.author_id.is_distinct_from(membership.id) if membership else Annotation.number > 0
    query = (
        select(Annotation)
        .join(Annotation.thesis)
        .outerjoin(Annotation.paragraph)
        .options(*_with_place())
        .where(_appeared_after(declaration, moment), visible_to(person, declaration.id), not_mine, Annotation.number.not_in(told))
        .order_by(Thesis.position, Paragraph.position, Annotation.number)
        .offset(start)
        .limit(NEWS_MAX + 1)
    )
    return list(db.session.scalars(query).unique())


def _load_replies(declaration: Declaration, membership: Membership, moment: datetime) -> list[Annotation]:
    parent, root = aliased(Annotation), aliased(Annotation)
    query = (
        select(Annotation)
        .join(parent, parent.number == Annotation.parent_id)
        .outerjoin(root, root.number == Annotation.root_id)
        .options(*_with_place())
        .where(
            _appeared_after(declaration, moment),
            or_(parent.author_id == membership.id, root.author_id == membership.id),
            Annotation.author_id.is_distinct_from(membership.id),
        )
        .order_by(Annotation.number.desc())
        .limit(OWN_MAX)
    )  # fmt: skip
    return list(db.session.scalars(query).unique())


def _load_responses(membership: Membership, moment: datetime) -> list[Response]:
    query = (
        select(Response)
        .join(Response.annotation)
        .options(joinedload(Response.annotation).joinedload(Annotation.thesis))
        .options(joinedload(Response.annotation).joinedload(Annotation.paragraph))
        .options(joinedload(Response.annotation).joinedload(Annotation.declaration))
        .where(
            Annotation.author_id == membership.id, Annotation.status == Status.VISIBLE, Response.created_at > moment,
            Response.author_id != membership.id,
        )
        .order_by(Response.id.desc())
        .limit(OWN_MAX)
    )  # fmt: skip
    return list(db.session.scalars(query).unique())


def _load_outcomes(membership: Membership, moment: datetime) -> list[Outcome]:
    query = (
        select(Outcome)
        .join(Outcome.annotation)
        .options(joinedload(Outcome.annotation).joinedload(Annotation.declaration))
        .where(
            Annotation.author_id == membership.id, Annotation.status == Status.VISIBLE, Outcome.decided_at > moment,
            Outcome.id == latest_outcome(), Outcome.value != OutcomeValue.RECEIVED,
        )
        .order_by(Outcome.id.desc())
        .limit(OWN_MAX)
    )  # fmt: skip
    return list(db.session.scalars(query).unique())


def _parsed(since: str | None) -> datetime | None:
    try:
        return datetime.strptime(since or "", SINCE_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None

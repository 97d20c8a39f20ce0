"""What is new in a declaration: since the last visit, or since a day in the address. What was held is new when it is published.

At most a dozen queries after person and declaration, whatever there is: marks, what was published, what concerns oneself
(four), the theses, what is new in one of them and in twice as many again until there is enough, and the words of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import bindparam, func, or_, select, tuple_, union_all
from sqlalchemy.orm import aliased, contains_eager, joinedload

from deliberation.annotations.marks import load_marks
from deliberation.annotations.models import Annotation, Outcome, OutcomeValue, Response, Status
from deliberation.annotations.outcomes import latest_outcome
from deliberation.annotations.places import PlaceCount
from deliberation.annotations.threads import WHERE, give_places
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
    marks = load_marks(person, declaration)
    moment = _parsed(since) or marks.since
    if moment is None:
        return NewsPage(None, [], marks.edition_number)
    membership = person.membership_in(declaration.id)
    published = set(db.session.scalars(_published(), {"declaration": declaration.id, "moment": moment}))
    replies = _load_replies(declaration, membership, moment, published) if membership else []
    told = {one.number for one in replies}
    numbers = _find_by_place(declaration, membership, moment, published, told, max(0, start) + NEWS_MAX + 1)[max(0, start) :]
    groups = [
        NewsGroup(thesis, paragraph, list(group))
        for (thesis, paragraph), group in groupby(_load(numbers[:NEWS_MAX]), key=lambda a: (a.thesis, a.paragraph))
    ]
    return NewsPage(
        since=moment,
        groups=groups,
        edition_number=marks.edition_number,
        replies=replies if not start else (),
        responses=_load_responses(membership, moment) if membership and not start else (),
        outcomes=_load_outcomes(membership, moment) if membership and not start else (),
        start=start,
        following=start + NEWS_MAX if len(numbers) > NEWS_MAX else None,
    )


@lru_cache
def _published() -> Any:
    """What was held and has been published since; it may be older than the moment."""
    return select(LogEntry.annotation_id).where(
        LogEntry.declaration_id == bindparam("declaration"), LogEntry.act == Act.PUBLISH,
        LogEntry.before == Status.PENDING.value, LogEntry.at > bindparam("moment"), LogEntry.annotation_id.is_not(None),
    )  # fmt: skip


def _find_by_place(
    declaration: Declaration, membership: Membership | None, moment: datetime, published: set[int], told: set[int], most: int
) -> list[int]:
    """The numbers of what is new by others, but for what was `told`, in document order; at most so many, and nothing is read that
    stands behind them."""
    theses: list[int] = list(db.session.scalars(_theses(), {"declaration": declaration.id}))
    found: list[int] = []
    start, size = 0, 1
    while start < len(theses) and len(found) < most:
        asked = {
            "declaration": declaration.id, "moment": moment, "theses": theses[start : start + size],
            "published": sorted(published), "member": membership.id if membership else 0,
        }  # fmt: skip
        found += (number for number in db.session.scalars(_new_there(), asked) if number not in told)
        start, size = start + size, size * 2
    return found[:most]


@lru_cache
def _theses() -> Any:
    return select(Thesis.id).where(Thesis.declaration_id == bindparam("declaration")).order_by(Thesis.position, Thesis.id)


@lru_cache
def _new_there() -> Any:
    """By places, so that SQLite finds the latest of each in the index that has the places in order."""
    theses: Any = bindparam("theses", expanding=True)
    known = PlaceCount.declaration_id == bindparam("declaration"), PlaceCount.thesis_id.in_(theses)
    places = select(PlaceCount.thesis_id, PlaceCount.paragraph_key).where(*known)
    one = aliased(Annotation)
    shown = one.declaration_id == bindparam("declaration"), one.status == Status.VISIBLE
    written = *shown, one.created_at > bindparam("moment")
    new = union_all(
        select(one.number).where(*written, tuple_(one.thesis_id, one.paragraph_id).in_(places)),
        select(one.number).where(*written, one.thesis_id.in_(theses), one.paragraph_id.is_(None)),
        select(one.number).where(
            one.number.in_(bindparam("published", expanding=True)), one.thesis_id.in_(theses), one.status == Status.VISIBLE
        ),
    )
    return (
        select(Annotation.number)
        .join(Annotation.thesis)
        .outerjoin(Annotation.paragraph)
        .where(Annotation.number.in_(new), Annotation.author_id.is_distinct_from(bindparam("member")))
        .order_by(Thesis.position, Thesis.id, func.coalesce(Paragraph.position, -1), Annotation.number)
    )


def _load(numbers: Sequence[int]) -> list[Annotation]:
    """These annotations with all that a line says of them, in this order."""
    found = {one.number: one for one in db.session.scalars(_with_author(), {"numbers": numbers})} if numbers else {}
    give_places(found.values(), WHERE)
    return [found[number] for number in numbers]


@lru_cache
def _with_author() -> Any:
    query = select(Annotation).options(joinedload(Annotation.author))
    return query.where(Annotation.number.in_(bindparam("numbers", expanding=True)))


def _load_replies(declaration: Declaration, membership: Membership, moment: datetime, published: set[int]) -> list[Annotation]:
    """To what she wrote, or in conversations that she opened, the latest first."""
    asked = {
        "declaration": declaration.id, "member": membership.id, "moment": moment, "published": sorted(published), "most": OWN_MAX
    }
    return _load(db.session.scalars(_replies(), asked).all())


@lru_cache
def _replies() -> Any:
    own = select(Annotation.number).where(Annotation.author_id == bindparam("member"))
    one, answer = aliased(Annotation), aliased(Annotation)
    # Each found in its index; for one or the other PostgreSQL would look through everything that was ever written.
    answers = union_all(
        select(answer.number).where(answer.parent_id.in_(own)), select(answer.number).where(answer.root_id.in_(own))
    )
    is_new = or_(one.created_at > bindparam("moment"), one.number.in_(bindparam("published", expanding=True)))
    return (
        select(one.number)
        .where(
            one.number.in_(answers), is_new, one.declaration_id + 0 == bindparam("declaration"),
            one.status == Status.VISIBLE, one.author_id.is_distinct_from(bindparam("member")),
        )
        .order_by(one.number.desc())
        .limit(bindparam("most"))
    )  # fmt: skip


def _load_responses(membership: Membership, moment: datetime) -> list[Response]:
    query = (
        select(Response)
        .join(Response.annotation)
        .options(contains_eager(Response.annotation))
        .where(
            Annotation.author_id == membership.id, Annotation.status == Status.VISIBLE, Response.created_at > moment,
            Response.author_id != membership.id,
        )
        .order_by(Response.id.desc())
        .limit(OWN_MAX)
    )  # fmt: skip
    found = list(db.session.scalars(query).unique())
    give_places([one.annotation for one in found], WHERE)
    return found


def _load_outcomes(membership: Membership, moment: datetime) -> list[Outcome]:
    query = (
        select(Outcome)
        .join(Outcome.annotation)
        .options(contains_eager(Outcome.annotation))
        .where(
            Annotation.author_id == membership.id, Annotation.status == Status.VISIBLE, Outcome.decided_at > moment,
            Outcome.id == latest_outcome(), Outcome.value != OutcomeValue.RECEIVED,
        )
        .order_by(Outcome.id.desc())
        .limit(OWN_MAX)
    )  # fmt: skip
    found = list(db.session.scalars(query).unique())
    give_places([one.annotation for one in found], WHERE)
    return found


def _parsed(since: str | None) -> datetime | None:
    try:
        return datetime.strptime(since or "", SINCE_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None

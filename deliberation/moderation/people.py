"""People as moderators see them: under their pseudonym, with what they wrote, what was decided, and measures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from deliberation.accounts.pseudonyms import to_key
from deliberation.annotations.models import Annotation, Status
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.models import Declaration, Membership
from deliberation.moderation.models import Decision, Measure, MeasureKind
from deliberation.permissions import Permission, Person, require

LIST_MAX = 50
FOUND_MAX = 5
"""Nobody lists everybody by searching for one letter."""
RECENT_MAX = 20


@dataclass(frozen=True)
class Known:
    """Somebody who wrote here: `annotation` is the number of the latest contribution, through which the page about
    this person is reached."""

    member: Membership
    annotation: int
    contributions: int


@dataclass(frozen=True)
class PeoplePage:
    """Who was found, and all measures: those in force, then those that are over, newest first; `before` continues
    the latter. `latest` is the number of the latest contribution by membership id."""

    found: Sequence[Known] | None
    in_force: Sequence[Measure]
    past: Sequence[Measure]
    before: int | None
    latest: dict[int, int]


@dataclass(frozen=True)
class AuthorPage:
    """What moderators know about the author of a contribution. `member` is None when that person is gone."""

    annotation: Annotation
    member: Membership | None
    counts: dict[Status, int]
    recent: Sequence[Annotation]
    decisions: Sequence[Decision]
    measures: Sequence[Measure]


def load_people(person: Person, declaration: Declaration, words: str = "", before: int | None = None) -> PeoplePage:
    """The list with search by pseudonym; four queries."""
    require(person, Permission.SEE_QUEUE, declaration)
    measures = (
        select(Measure)
        .join(Measure.member)
        .options(joinedload(Measure.member), joinedload(Measure.moderator))
        .where(Membership.declaration_id == declaration.id)
        .order_by(Measure.id.desc())
    )
    is_over = or_(Measure.until.is_(None), Measure.until <= now(), Measure.lifted_at.is_not(None))
    in_force = db.session.scalars(measures.where(~is_over)).all()
    query = measures.where(is_over).limit(LIST_MAX + 1)
    past = db.session.scalars(query.where(Measure.id < before) if before else query).all()
    return PeoplePage(
        found=_find(person, declaration, words) if words.strip() else None,
        in_force=in_force,
        past=past[:LIST_MAX],
        before=past[LIST_MAX - 1].id if len(past) > LIST_MAX else None,
        latest=_load_latest({measure.member_id for measure in (*in_force, *past)}),
    )


def _find(person: Any, declaration: Declaration, words: str) -> list[Known]:
    """Whose pseudonym contains the words, however they are written; not oneself, and only who wrote something."""
    key = to_key(words)
    own = person.membership_in(declaration.id)
    query = (
        select(Membership, func.max(Annotation.number), func.count(Annotation.number))
        .join(Annotation, Annotation.author_id == Membership.id)
        .where(Membership.declaration_id == declaration.id, Membership.pseudonym_key.contains(key, autoescape=True))
        .where(Membership.id != own.id)
        .group_by(Membership.id)
        .order_by(Membership.pseudonym_key)
        .limit(FOUND_MAX)
    )
    return [Known(*row) for row in db.session.execute(query)] if key else []


def _load_latest(ids: set[int]) -> dict[int, int]:
    query = (
        select(Annotation.author_id, func.max(Annotation.number))
        .where(Annotation.author_id.in_(ids))
        .group_by(Annotation.author_id)
    )
    return {author: number for author, number in db.session.execute(query) if author is not None}


def load_author(person: Person, annotation: Annotation) -> AuthorPage:
    """What is known about whoever wrote it; five queries. Nothing about oneself."""
    require(person, Permission.HANDLE, annotation)
    member = _find_member(annotation.author_id)
    if member is None:
        return AuthorPage(annotation, None, {}, (), (), ())
    by_author = Annotation.author_id == member.id
    counted = select(Annotation.status, func.count()).where(by_author).group_by(Annotation.status)
    recent = (
        select(Annotation)
        .options(joinedload(Annotation.thesis), joinedload(Annotation.paragraph))
        .where(by_author)
        .order_by(Annotation.number.desc())
        .limit(RECENT_MAX)
    )
    decisions = (
        select(Decision)
        .join(Decision.annotation)
        .options(joinedload(Decision.moderator))
        .where(by_author)
        .order_by(Decision.id.desc())
        .limit(RECENT_MAX)
    )
    return AuthorPage(
        annotation=annotation,
        member=member,
        counts={status: many for status, many in db.session.execute(counted)},  # noqa: C416
        recent=db.session.scalars(recent).all(),
        decisions=db.session.scalars(decisions).all(),
        measures=load_measures(member.id),
    )


def _find_member(member_id: int | None) -> Membership | None:
    query = (
        select(Membership)
        .options(joinedload(Membership.declaration), joinedload(Membership.grants))
        .where(Membership.id == member_id, Membership.user_id.is_not(None))
    )
    return db.session.scalars(query).unique().one_or_none()


def load_measures(member_id: int) -> Sequence[Measure]:
    """All about one person, newest first, with who took them."""
    query = (
        select(Measure)
        .options(joinedload(Measure.moderator), joinedload(Measure.member))
        .where(Measure.member_id == member_id)
        .order_by(Measure.id.desc())
    )
    return db.session.scalars(query).all()


def load_restraints(person: Any, declaration: Declaration) -> list[Measure]:
    """What keeps somebody from writing or delays it, the longest of each kind, for that person alone to read; no query
    for everybody else."""
    own = person.membership_in(declaration.id)
    if own is None or not (own.is_reviewed or own.is_paused or own.is_blocked):
        return []
    query = (
        select(Measure)
        .where(Measure.member_id == own.id, Measure.lifted_at.is_(None), Measure.until > now())
        .order_by(Measure.until.desc())
    )
    longest: dict[MeasureKind, Measure] = {}
    for measure in db.session.scalars(query):
        longest.setdefault(measure.kind, measure)
    return [longest[kind] for kind in reversed(MeasureKind) if kind in longest]

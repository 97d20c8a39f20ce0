"""Who is told what: for every topic the pairs of account and news, in one home for queueing and for sending.

A piece of news has one topic for each person, the nearest; so nobody is told the same thing under two headings."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from deliberation.annotations.models import Annotation, Outcome, Response
from deliberation.annotations.threads import is_passed_on
from deliberation.clock import now
from deliberation.declarations.models import Declaration, Membership
from deliberation.moderation.models import Letter
from deliberation.notifications.models import Matter, News, Rhythm, Subscription, Topic
from deliberation.permissions import Access, Phase
from deliberation.proposals.models import Cosignature

TOPIC_OF: Mapping[Matter, Topic] = {
    Matter.EDITION: Topic.EDITIONS,
    Matter.PHASE: Topic.PHASES,
    Matter.REPORT: Topic.REPORTS,
    Matter.ANNOUNCEMENT: Topic.REPORTS,
    Matter.ANNOTATION: Topic.ANNOTATIONS,
}
"""What happens to everybody."""
MILESTONES = (Matter.EDITION, Matter.PHASE, Matter.REPORT, Matter.ANNOUNCEMENT)

Pairs = Any
"""A `Select` of three columns, named as `told` and `followed` say."""
_Parent, _Root = aliased(Annotation), aliased(Annotation)


def told(topic: Topic) -> Pairs:
    """`user_id`, `news_id`, `place` of whom the news are about, now and whatever they chose. Raises KeyError for WAITING."""
    return _WAYS[topic]()


def _pairs(*matters: Matter) -> Pairs:
    """News of these kinds, with their declaration; members are joined by whoever goes on."""
    return (
        select(Membership.user_id.label("user_id"), News.id.label("news_id"), News.place.label("place"))
        .select_from(News)
        .join(Declaration, and_(Declaration.id == News.declaration_id, Declaration.phase != Phase.DRAFT))
        .where(News.matter.in_(matters), News.place.is_not(None))
    )


def _member(where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Nobody who is blocked, and nothing from before somebody came."""
    return and_(
        where,
        Membership.declaration_id == News.declaration_id,
        Membership.user_id.is_not(None),
        or_(Membership.blocked_until.is_(None), Membership.blocked_until <= now()),
        Membership.joined_at <= News.told_at,
    )


def _decisions() -> Pairs:
    """Letters that were not taken back, about texts that their authors have not taken from view since."""
    return (
        _pairs(Matter.LETTER)
        .join(Letter, and_(Letter.id == News.ref, Letter.is_withdrawn.is_(False)))
        .join(Membership, and_(Membership.id == Letter.member_id, Membership.user_id.is_not(None)))
    )


def _contributions() -> Pairs:
    return (
        _pairs(Matter.ANNOTATION)
        .join(Annotation, and_(Annotation.number == News.ref, is_passed_on()))
        .outerjoin(_Parent, _Parent.number == Annotation.parent_id)
        .outerjoin(_Root, _Root.number == Annotation.root_id)
    )


def _is_answered() -> ColumnElement[bool]:
    """Whether the annotation replies to the member, or in a conversation that she opened."""
    return or_(func.coalesce(_Parent.author_id, 0) == Membership.id, func.coalesce(_Root.author_id, 0) == Membership.id)


def _is_others() -> ColumnElement[bool]:
    return func.coalesce(Annotation.author_id, 0) != Membership.id


def _replies() -> Pairs:
    return _contributions().join(Membership, _member(and_(_is_answered(), _is_others())))


def _annotations() -> Pairs:
    return _contributions().join(Membership, _member(and_(~_is_answered(), _is_others())))


def _responses() -> Pairs:
    return (
        _pairs(Matter.RESPONSE)
        .join(Response, Response.id == News.ref)
        .join(Annotation, and_(Annotation.number == Response.annotation_id, is_passed_on()))
        .join(Membership, _member(and_(Membership.id == Annotation.author_id, Membership.id != Response.author_id)))
    )


def _outcomes() -> Pairs:
    """For whoever wrote it, signed it, or wrote the same."""
    signed = exists().where(Cosignature.annotation_id == Annotation.number, Cosignature.signer_id == Membership.id)
    bundled = aliased(Annotation)
    same = exists().where(bundled.bundled_with == Annotation.number, bundled.author_id == Membership.id)
    return (
        _pairs(Matter.OUTCOME)
        .join(Outcome, Outcome.id == News.ref)
        .join(Annotation, and_(Annotation.number == Outcome.annotation_id, is_passed_on()))
        .join(Membership, _member(or_(Membership.id == Annotation.author_id, signed, same)))
    )


def _to_all(*matters: Matter) -> Callable[[], Pairs]:
    return lambda: _pairs(*matters).join(Membership, _member(Membership.user_id.is_not(None)))


_WAYS: Mapping[Topic, Callable[[], Pairs]] = {
    Topic.DECISIONS: _decisions,
    Topic.REPLIES: _replies,
    Topic.RESPONSES: _responses,
    Topic.OUTCOMES: _outcomes,
    Topic.ANNOTATIONS: _annotations,
    Topic.EDITIONS: _to_all(Matter.EDITION),
    Topic.PHASES: _to_all(Matter.PHASE),
    Topic.REPORTS: _to_all(Matter.REPORT, Matter.ANNOUNCEMENT),
}


def followed(subscription: Subscription) -> Pairs:
    """`news_id`, `place` and `matter` of what somebody without an account is told: what everybody can read."""
    matters = MILESTONES if subscription.rhythm is Rhythm.MILESTONES else (*MILESTONES, Matter.ANNOTATION)
    is_seen = and_(News.matter == Matter.ANNOTATION, is_passed_on())
    if subscription.theses:
        is_seen = and_(is_seen, Annotation.thesis_id.in_(subscription.theses))
    return (
        select(News.id.label("news_id"), News.place.label("place"), News.matter.label("matter"))
        .join(Declaration, and_(Declaration.id == News.declaration_id, Declaration.phase != Phase.DRAFT))
        .outerjoin(Annotation, and_(News.matter == Matter.ANNOTATION, Annotation.number == News.ref))
        .where(
            News.declaration_id == subscription.declaration_id,
            Declaration.access != Access.PRIVATE,
            News.matter.in_(matters),
            News.place.is_not(None),
            or_(News.matter != Matter.ANNOTATION, is_seen),
        )
    )

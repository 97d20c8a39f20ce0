"""What the moderation decided about somebody's own contribution, for nobody else to see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from deliberation.accounts.models import User
from deliberation.annotations.models import Annotation
from deliberation.database import db
from deliberation.moderation.models import Decision, DecisionKind, Flag, Letter, Message, Objection, Occasion, Seal
from deliberation.moderation.objections.reviews import Review, find_decision, review_of
from deliberation.moderation.posts import Post, load_posts, load_posts_about, whole
from deliberation.permissions import Permission, may, require

LETTERS_MAX = 50
OBJECTABLE_MAX = 5
AGAINST_AUTHOR = (DecisionKind.HIDE, DecisionKind.RETURN, DecisionKind.REDACT, DecisionKind.MOVE)


@dataclass(frozen=True)
class OwnDecisions:
    """`posts` are the letters, newest first; `passages` what is blackened, as long as it is kept; `review` the latest
    decision against the text, `objection` what its author said against that; `objectable` every decision that the
    author can object to, newest first."""

    annotation: Annotation
    posts: Sequence[Post]
    passages: Sequence[str]
    review: Review | None
    objection: Objection | None
    messages: int
    objectable: Sequence[Review]


def load_own_decisions(author: Any, annotation: Annotation) -> OwnDecisions:
    """Everything the page shows; at most twelve queries, however much was decided."""
    require(author, Permission.READ_LETTERS, annotation)
    review = find_review(annotation)
    objection = find_objection(review.deed.id) if review else None
    passages = db.session.scalars(
        select(Seal.passages).where(Seal.annotation_id == annotation.number).order_by(Seal.id)
    )
    counted = select(func.count()).where(Message.annotation_id == annotation.number)
    return OwnDecisions(
        annotation=annotation,
        posts=load_posts_about(annotation.author_id or 0, annotation.number),
        passages=[words for found in passages for words in found],
        review=review,
        objection=objection,
        messages=db.session.scalar(counted) or 0,
        objectable=_load_objectable(author, annotation),
    )


def _load_objectable(author: Any, annotation: Annotation) -> list[Review]:
    said = select(Objection.decision_id).where(Objection.decision_id.is_not(None), Objection.flag_id.is_(None))
    undone = select(Decision.undoes_id).where(Decision.undoes_id.is_not(None))
    query = (
        select(Decision)
        .options(joinedload(Decision.annotation).joinedload(Annotation.declaration))
        .where(
            Decision.annotation_id == annotation.number,
            Decision.kind.in_(AGAINST_AUTHOR),
            Decision.occasion != Occasion.OBJECTION,
            Decision.id.not_in(said),
            Decision.id.not_in(undone),
        )
        .order_by(Decision.id.desc())
        .limit(OBJECTABLE_MAX)
    )
    # Whoever else moderates is of no importance to who may object.
    reviews = [Review(one, 0, has_open_objection=False, is_undone=False) for one in db.session.scalars(query)]
    return [review for review in reviews if may(author, Permission.OBJECT, review)]


def find_review(annotation: Annotation, decision_id: int | None = None) -> Review | None:
    """The latest decision against the text that still stands, or the one asked for."""
    undone = select(Decision.undoes_id).where(Decision.undoes_id.is_not(None))
    query = select(Decision.id).where(
        Decision.annotation_id == annotation.number,
        Decision.kind.in_(AGAINST_AUTHOR),
        Decision.id.not_in(undone),
        # What came of an objection is final.
        Decision.occasion != Occasion.OBJECTION,
    )
    if decision_id is not None:
        query = query.where(Decision.id == decision_id)
    found = db.session.scalar(query.order_by(Decision.id.desc()).limit(1))
    decision = find_decision(found) if found else None
    return review_of(decision) if decision else None


def find_objection(decision_id: int) -> Objection | None:
    """The author's own against a decision."""
    query = (
        select(Objection)
        .options(joinedload(Objection.decision))
        .where(Objection.decision_id == decision_id, Objection.flag_id.is_(None))
    )
    return db.session.scalars(query).one_or_none()


@dataclass(frozen=True)
class OwnLetters:
    """What the moderation wrote to somebody about the own person, the latest letters about contributions, and the own
    reports."""

    posts: Sequence[Post]
    letters: Sequence[Letter]
    flags: Sequence[Flag]


def load_own_letters(user: User) -> OwnLetters:
    """For the own area: two queries, and what the words of the letters need."""
    ids = [membership.id for membership in user.memberships]
    letters = whole(select(Letter)).where(Letter.member_id.in_(ids), Letter.is_withdrawn.is_(False))
    found = db.session.scalars(letters.order_by(Letter.id.desc()).limit(LETTERS_MAX)).unique().all()
    flags = (
        select(Flag)
        .options(joinedload(Flag.annotation))
        .where(Flag.reporter_id.in_(ids), Flag.key.is_not(None))
        .order_by(Flag.id.desc())
        .limit(LETTERS_MAX)
    )
    return OwnLetters(
        posts=load_posts([letter for letter in found if letter.annotation_id is None]),
        letters=[letter for letter in found if letter.annotation_id is not None],
        flags=db.session.scalars(flags).unique().all(),
    )

"""Objections at the desk: which wait for whom, and one with everything that is needed to decide it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import joinedload

from deliberation.annotations.models import Annotation
from deliberation.database import db
from deliberation.declarations.models import Declaration, Membership, Paragraph
from deliberation.moderation.models import Decision, Flag, Measure, Objection
from deliberation.moderation.objections.objecting import can_be_partly, require_review
from deliberation.moderation.objections.remedies import Original, find_seal, original_of
from deliberation.moderation.objections.reviews import count_other_moderators, had_decided_against, review_of
from deliberation.permissions import Permission, Role, may, require

DECIDED_MAX = 30


@dataclass(frozen=True)
class ObjectionsPage:
    """`waiting` are those that this person can decide, oldest first; `others` how many wait for somebody else."""

    declaration: Declaration
    waiting: Sequence[Objection]
    others: int
    decided: Sequence[Objection]


@dataclass(frozen=True)
class Appeal:
    """One objection with the text as it was before anything was redacted. `passages` are those that are blackened."""

    objection: Objection
    original: Original | None
    passages: Sequence[str]
    can_be_partly: bool

    @property
    def annotation(self) -> Annotation | None:
        return self.objection.decision.annotation if self.objection.decision else None


def waits_for(person: Membership, declaration: Declaration) -> ColumnElement[bool]:
    """Which objections somebody can decide: as a moderator all but those about her own decisions, words, reports or
    person; as an organiser those that no moderator can decide."""
    of_decision = exists().where(
        Decision.id == Objection.decision_id,
        Annotation.number == Decision.annotation_id,
        Decision.moderator_id != person.id,
        Annotation.author_id.is_distinct_from(person.id),
        or_(_moderates(person), _is_alone(declaration, Decision.moderator_id, Annotation.author_id, Decision.id)),
        ~had_decided_against(person.id, Decision.id),
        ~exists()
        .where(Flag.annotation_id == Annotation.number, Flag.reporter_id == person.id)
        .where(or_(Flag.closed_at.is_(None), Flag.decision_id == Decision.id, Flag.id == Objection.flag_id))
        .correlate(Annotation, Decision, Objection),
    )
    of_measure = exists().where(
        Measure.id == Objection.measure_id,
        Measure.moderator_id != person.id,
        Measure.member_id != person.id,
        or_(_moderates(person), _is_alone(declaration, Measure.moderator_id, Measure.member_id)),
    )
    return and_(Objection.declaration_id == declaration.id, Objection.verdict.is_(None), or_(of_decision, of_measure))


def _moderates(person: Membership) -> ColumnElement[bool]:
    return true() if Role.MODERATOR in person.roles else false()


def _is_alone(declaration: Declaration, decider: Any, concerned: Any, decision_id: Any = None) -> Any:
    others = count_other_moderators(declaration.id, decider, concerned, decision_id=decision_id)
    return others == 0


def count_waiting_for(person: Membership, declaration: Declaration) -> int:
    """How many objections somebody can decide; one query."""
    return db.session.scalar(select(func.count(Objection.id)).where(waits_for(person, declaration))) or 0


def load_objections(person: Any, declaration: Declaration) -> ObjectionsPage:
    """What waits and what was decided last; three queries after person and declaration."""
    require(person, Permission.SEE_OBJECTIONS, declaration)
    own = person.membership_in(declaration.id)
    waiting = db.session.scalars(_whole().where(waits_for(own, declaration)).order_by(Objection.id)).unique().all()
    about = (Objection.declaration_id == declaration.id,)
    open_ones = db.session.scalar(select(func.count(Objection.id)).where(*about, Objection.verdict.is_(None))) or 0
    decided = _whole().where(*about, Objection.verdict.is_not(None)).order_by(Objection.decided_at.desc())
    return ObjectionsPage(
        declaration=declaration,
        waiting=waiting,
        others=open_ones - len(waiting),
        decided=db.session.scalars(decided.limit(DECIDED_MAX)).unique().all(),
    )


def _whole() -> Any:
    """Objections with everything that a permission or a page asks for."""
    about = joinedload(Objection.decision).joinedload(Decision.annotation)
    member = joinedload(Objection.measure).joinedload(Measure.member)
    return select(Objection).options(
        joinedload(Objection.declaration),
        joinedload(Objection.flag),
        joinedload(Objection.decider),
        joinedload(Objection.decision).joinedload(Decision.moderator),
        about.joinedload(Annotation.declaration),
        about.joinedload(Annotation.thesis),
        about.joinedload(Annotation.paragraph).joinedload(Paragraph.wording),
        about.joinedload(Annotation.wording),
        about.joinedload(Annotation.author),
        member.joinedload(Membership.declaration),
        joinedload(Objection.measure).joinedload(Measure.moderator),
    )


def find_objection(objection_id: int) -> Objection | None:
    return db.session.scalars(_whole().where(Objection.id == objection_id)).unique().one_or_none()  # type: ignore[no-any-return]


def load_appeal(person: Any, objection: Objection) -> Appeal:
    """With the original, if it is sealed: whoever shows this writes into the log that it was read
    (`objecting.note_reading`)."""
    require_review(person, objection)
    decision = objection.decision
    if decision is None:
        return Appeal(objection, None, (), False)
    kept = find_seal(decision) if may(person, Permission.READ_SEAL, review_of(decision)) else None
    is_shown = objection.is_open and not decision.annotation.is_withdrawn
    return Appeal(
        objection=objection,
        original=original_of(decision.annotation, kept) if is_shown else None,
        passages=tuple(kept.passages) if kept else (),
        can_be_partly=can_be_partly(objection),
    )

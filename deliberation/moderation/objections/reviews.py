"""A decision or measure seen by whoever asks whether it may be taken back, objected to, or decided on anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased, joinedload

from deliberation.annotations.models import Annotation
from deliberation.clock import BERLIN, now
from deliberation.database import db
from deliberation.declarations.models import Declaration, Membership
from deliberation.moderation.models import (
    ABOUT_WORDS,
    OBJECTION_MONTHS,
    Decision,
    DecisionKind,
    Flag,
    Measure,
    Objection,
    Occasion,
)
from deliberation.permissions import Role


@dataclass(frozen=True)
class Review:
    """`deed` with what the permission table asks about it. `flag` is the report whose outcome it is about, when it is
    the reporter who objects."""

    deed: Decision | Measure
    other_moderators: int
    has_open_objection: bool
    is_undone: bool
    flag: Flag | None = None

    @property
    def declaration(self) -> Declaration:
        return self.deed.declaration

    @property
    def annotation(self) -> Annotation | None:
        return self.deed.annotation if isinstance(self.deed, Decision) else None

    @property
    def member_id(self) -> int | None:
        """The person it is about, who decides nothing about it."""
        return self.deed.annotation.author_id if isinstance(self.deed, Decision) else self.deed.member_id

    @property
    def decider_id(self) -> int:
        return self.deed.moderator_id

    @property
    def decided_at(self) -> datetime:
        return self.deed.decided_at if isinstance(self.deed, Decision) else self.deed.taken_at

    @property
    def is_recent(self) -> bool:
        return isinstance(self.deed, Decision) and self.deed.is_recent

    @property
    def objections_until(self) -> datetime:
        return end_of_objections(self.decided_at)

    @property
    def is_open_to_objection(self) -> bool:
        """Whether its person can object: within six months, once, and to what goes against her."""
        is_against = isinstance(self.deed, Measure) or self.deed.is_against_author
        # What came of an objection is final.
        is_final = isinstance(self.deed, Decision) and self.deed.occasion is Occasion.OBJECTION
        return is_against and not is_final and not self.is_undone and now() <= self.objections_until


def end_of_objections(decided_at: datetime) -> datetime:
    """The end of the last day in Berlin, which is the day that the letter names."""
    last = months_later(decided_at.astimezone(BERLIN), OBJECTION_MONTHS)
    return last.replace(hour=23, minute=59, second=59, microsecond=999_999).astimezone(UTC)


def months_later(moment: datetime, months: int) -> datetime:
    """The same day some months later, or the last one of a month that is too short."""
    year, month = divmod(moment.month - 1 + months, 12)
    for day in (moment.day, 30, 29, 28):
        try:
            return moment.replace(year=moment.year + year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def review_of(deed: Decision | Measure, flag: Flag | None = None) -> Review:
    """Two queries; the deed has its annotation or member loaded, and those their declaration."""
    is_decision = isinstance(deed, Decision)
    concerned = deed.annotation.author_id if isinstance(deed, Decision) else deed.member_id
    query = select(
        count_other_moderators(
            deed.declaration.id, deed.moderator_id, concerned, decision_id=deed.id if is_decision else None
        ),
        select(Objection.id)
        .where(Objection.verdict.is_(None))
        .where(Objection.decision_id == deed.id if isinstance(deed, Decision) else Objection.measure_id == deed.id)
        .exists(),
        select(Decision.id).where(Decision.undoes_id == deed.id).exists(),
    )
    others, is_objected, is_undone = db.session.execute(query).one()
    if isinstance(deed, Measure):
        is_undone = deed.lifted_at is not None
    return Review(deed, others, bool(is_objected), bool(is_undone), flag)


def count_other_moderators(declaration_id: int, *membership_ids: Any, decision_id: Any = None) -> Any:
    """How many moderate there beside these, as part of a query: beside who decided, and whom it is about. With a
    decision, those who had reported the text or decided against it before do not count either: they have no say."""
    others = [Membership.id.is_distinct_from(one) for one in membership_ids if one is not None]
    if decision_id is not None:
        had_reported = exists().where(Flag.reporter_id == Membership.id, Flag.decision_id == decision_id)
        others.append(~had_reported.correlate(Membership, Decision))
        others.append(~had_decided_against(Membership.id, decision_id))
    return (
        select(func.count(Membership.id))
        .where(
            Membership.declaration_id == declaration_id,
            Membership.user_id.is_not(None),
            Membership.holds(Role.MODERATOR),
            *others,
        )
        .scalar_subquery()
    )


def had_decided_against(membership_id: Any, decision_id: Any) -> ColumnElement[bool]:
    """Whether somebody has hidden, returned or redacted the same words, in another decision that was not taken back."""
    other, this, undo, about = aliased(Decision), aliased(Decision), aliased(Decision), aliased(Annotation)
    return (
        select(other.id)
        .join(this, this.annotation_id == other.annotation_id)
        .join(about, about.number == this.annotation_id)
        .where(
            this.id == decision_id,
            other.id != this.id,
            other.moderator_id == membership_id,
            other.kind.in_((DecisionKind.HIDE, DecisionKind.RETURN, DecisionKind.REDACT)),
            other.decided_at >= func.coalesce(about.edited_at, about.created_at),
            ~exists().where(undo.undoes_id == other.id),
        )
        .correlate(Membership, Decision)
        .exists()
    )


def find_decision(decision_id: int) -> Decision | None:
    """With its annotation and declaration, and who took it."""
    about = joinedload(Decision.annotation)
    query = (
        select(Decision)
        .options(
            about.joinedload(Annotation.declaration),
            about.joinedload(Annotation.thesis),
            about.joinedload(Annotation.paragraph),
            about.joinedload(Annotation.author),
            joinedload(Decision.moderator),
        )
        .where(Decision.id == decision_id)
    )
    return db.session.scalars(query).unique().one_or_none()


def hold_decision(decision: Decision) -> None:
    """Until the end of the transaction nobody else takes it back or objects to it."""
    db.session.execute(select(Decision.id).where(Decision.id == decision.id).with_for_update()).all()


def find_last_decision(annotation: Annotation) -> Decision | None:
    """What was decided last about the words of an annotation and was not taken back."""
    last = load_last_decisions([annotation.number]).get(annotation.number)
    return find_decision(last.id) if last else None


def load_last_decisions(numbers: Sequence[int]) -> dict[int, Decision]:
    """The latest decision about the words of each of these annotations that was not taken back, by annotation number;
    one query."""
    undo = aliased(Decision)
    query = (
        select(Decision)
        .where(Decision.annotation_id.in_(numbers), Decision.kind.in_(ABOUT_WORDS))
        .where(~exists().where(undo.undoes_id == Decision.id))
        .order_by(Decision.id)
    )
    return {decision.annotation_id: decision for decision in db.session.scalars(query)}

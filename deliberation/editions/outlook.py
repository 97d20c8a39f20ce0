"""What publishing the draft would do to everything that people wrote and said, for the organiser to read before."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from deliberation.annotations.models import Annotation, Kind, OutcomeValue, Status
from deliberation.database import db
from deliberation.declarations.fates import AnchorState
from deliberation.declarations.models import Declaration
from deliberation.editions.reanchoring import Plan
from deliberation.permissions import Permission, Person, require

SHOWN = 20
"""Annotations named one by one."""
UNDECIDED = (OutcomeValue.RECEIVED, OutcomeValue.IN_REVIEW)


@dataclass(frozen=True)
class Row:
    """How much falls into one state: annotations that are shown, stances that hold, votes."""

    state: AnchorState
    annotations: int
    stances: int
    votes: int


@dataclass(frozen=True)
class Affected:
    """An annotation whose words read differently or are gone, with the beginning of what it says."""

    number: int
    state: AnchorState
    body: str


@dataclass(frozen=True)
class Outlook:
    """`waiting` counts all annotations that a person will look at, `unseen` those of them that are not shown now."""

    rows: Sequence[Row]
    waiting: int
    unseen: int
    affected: Sequence[Affected]
    affected_count: int
    adopted: Sequence[int]
    undecided: int
    is_unchanged: bool

    @property
    def total(self) -> tuple[int, int, int]:
        return (
            sum(row.annotations for row in self.rows),
            sum(row.stances for row in self.rows),
            sum(row.votes for row in self.rows),
        )


def load_outlook(organiser: Person, declaration: Declaration, plan: Plan) -> Outlook:
    """A plan in figures, and the first annotations that are affected. Two queries."""
    require(organiser, Permission.EDIT_TEXT, declaration)
    waiting = plan.waiting
    shown = [one for one in waiting if one.status is Status.VISIBLE]
    adopted = sorted(plan.adopted)
    first = shown[:SHOWN]
    found = select(Annotation.number, Annotation.body).where(Annotation.number.in_([one.number for one in first]))
    bodies = {number: body for number, body in db.session.execute(found)}  # noqa: C416
    return Outlook(
        rows=[Row(one, plan.annotations[one], plan.stances[one], plan.votes[one]) for one in AnchorState],
        waiting=len(waiting),
        unseen=len(waiting) - len(shown),
        affected=[Affected(one.number, one.fate.state, bodies[one.number]) for one in first if one.number in bodies],
        affected_count=len(shown),
        adopted=adopted,
        undecided=_count_undecided(declaration, adopted),
        is_unchanged=plan.is_unchanged,
    )


def _count_undecided(declaration: Declaration, adopted: Sequence[int]) -> int:
    """Proposals of which nobody has said what becomes of them."""
    query = select(func.count(Annotation.number)).where(
        Annotation.declaration_id == declaration.id,
        Annotation.kind == Kind.PROPOSAL,
        Annotation.status == Status.VISIBLE,
        or_(Annotation.outcome.is_(None), Annotation.outcome.in_(UNDECIDED)),
        Annotation.number.not_in(adopted),
    )
    return db.session.scalar(query) or 0

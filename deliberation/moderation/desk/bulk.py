"""Deciding several alike cases at once, each by itself: what somebody else decided meanwhile is left alone and named."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberation.accounts.models import User
from deliberation.annotations.models import Annotation
from deliberation.database import db
from deliberation.declarations.models import Declaration
from deliberation.moderation.actions import NEEDS_REASON, Deed, ReasonMissing, decide
from deliberation.moderation.models import REASON_MIN, Decision, DecisionKind, Rule
from deliberation.permissions import NotAllowed, Outdated, Permission, require
from deliberation.text import normalised

MANY_MAX = 100
KINDS = (DecisionKind.PUBLISH, DecisionKind.RETURN, DecisionKind.HIDE)
"""Redacting needs a look at each text."""


@dataclass(frozen=True)
class Many:
    """What became of a decision on several: `outdated` were decided or changed meanwhile, `refused` are not this
    moderator's to decide."""

    decisions: Sequence[Decision]
    outdated: Sequence[Annotation]
    refused: Sequence[Annotation]


def decide_many(
    moderator: User,
    declaration: Declaration,
    seen: Sequence[tuple[int, int]],
    kind: DecisionKind,
    rule: Rule | None = None,
    reason: str = "",
) -> Many:
    """Take the same decision on each of `seen`, numbers with the version that was on the page; at most MANY_MAX.

    Raises ReasonMissing before anything is decided.
    """
    require(moderator, Permission.SEE_QUEUE, declaration)
    if kind not in KINDS:
        raise ValueError(kind)
    if kind in NEEDS_REASON and (rule is None or len(normalised(reason)) < REASON_MIN):
        raise ReasonMissing(kind.value)
    versions = dict(seen[:MANY_MAX])
    decisions: list[Decision] = []
    outdated: list[Annotation] = []
    refused: list[Annotation] = []
    for annotation in _load(declaration, versions):
        try:
            with db.session.begin_nested():
                decisions.append(decide(moderator, annotation, Deed(kind, versions[annotation.number], rule, reason)))
        except Outdated:
            outdated.append(annotation)
        except NotAllowed:
            refused.append(annotation)
    return Many(decisions, outdated, refused)


def _load(declaration: Declaration, numbers: dict[int, int]) -> Sequence[Annotation]:
    query = (
        select(Annotation)
        .options(joinedload(Annotation.declaration), joinedload(Annotation.author))
        .where(Annotation.declaration_id == declaration.id, Annotation.number.in_(numbers))
        .order_by(Annotation.number)
    )
    return db.session.scalars(query).all()

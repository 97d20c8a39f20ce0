"""What became of a report, for whoever made it: found by the secret key of its page, with or without an account."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberation.annotations.models import Annotation
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.models import Declaration
from deliberation.moderation.models import Decision, DecisionKind, Flag, Objection, Verdict
from deliberation.moderation.objections.reviews import end_of_objections
from deliberation.permissions import Phase

FULLY_DONE = (DecisionKind.HIDE, DecisionKind.RETURN)
"""What whoever reported something cannot want more of."""


@dataclass(frozen=True)
class Receipt:
    """A report with what became of it; `objection` is the reporter's own against that."""

    flag: Flag
    objection: Objection | None
    is_undone: bool = False

    @property
    def annotation(self) -> Annotation:
        return self.flag.annotation

    @property
    def declaration(self) -> Declaration:
        return self.flag.annotation.declaration

    @property
    def is_readable(self) -> bool:
        """Whether the conversation has a page for everybody."""
        return self.declaration.phase is not Phase.DRAFT

    @property
    def decision(self) -> Decision | None:
        """None while the report is open."""
        return self.flag.decision if self.flag.closed_at is not None else None

    @property
    def objections_until(self) -> datetime | None:
        return end_of_objections(self.decision.decided_at) if self.decision else None

    @property
    def is_rejected(self) -> bool:
        """Whether the reporter's objection was of no avail."""
        return self.objection is not None and self.objection.verdict is Verdict.REJECTED

    @property
    def is_open_to_objection(self) -> bool:
        """Once, within six months, and only against what left the text as it is or shows it in part."""
        if self.decision is None or self.objection is not None or self.annotation.is_withdrawn or self.is_undone:
            return False
        until = self.objections_until
        return self.decision.kind not in FULLY_DONE and until is not None and now() <= until


def find_receipt(key: str) -> Receipt | None:
    """By the secret key of its page."""
    return _find(Flag.key == key)


def find_receipt_of(flag_id: int) -> Receipt | None:
    return _find(Flag.id == flag_id)


def _find(which: object) -> Receipt | None:
    query = (
        select(Flag)
        .options(joinedload(Flag.annotation).joinedload(Annotation.declaration), joinedload(Flag.decision))
        .where(which)  # type: ignore[arg-type]
    )
    flag = db.session.scalars(query).one_or_none()
    if flag is None:
        return None
    objected = select(Objection).where(Objection.flag_id == flag.id, Objection.decision_id == flag.decision_id)
    objection = db.session.scalars(objected.order_by(Objection.id.desc()).limit(1)).one_or_none()
    undone = select(Decision.id).where(Decision.undoes_id == flag.decision_id).limit(1)
    return Receipt(flag, objection, flag.decision_id is not None and db.session.scalar(undone) is not None)

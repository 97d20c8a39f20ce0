"""What is still open when a deliberation is to end: organisers see it before they close, and can finish it first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from deliberation.annotations.models import EXPECTS_OUTCOME, Annotation, Draft, OutcomeValue, Status
from deliberation.database import count_rows, db
from deliberation.declarations.models import Act, Declaration, EditionDraft, LogEntry
from deliberation.moderation.models import Flag, Objection
from deliberation.permissions import Permission, Person, Phase, require


@dataclass(frozen=True)
class Leftover:
    """Numbers of what waits; `closed_at` is when it was closed, None while it is open."""

    pending: int
    flags: int
    objections: int
    undecided: int
    drafts: int
    has_next_edition: bool
    closed_at: datetime | None

    @property
    def is_empty(self) -> bool:
        waiting = self.pending, self.flags, self.objections, self.undecided, self.drafts
        return not (any(waiting) or self.has_next_edition)


def load_leftover(organiser: Person, declaration: Declaration) -> Leftover:
    """Seven queries, each a count."""
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    here = Annotation.declaration_id == declaration.id
    undecided = or_(
        Annotation.outcome.is_(None), Annotation.outcome.in_((OutcomeValue.RECEIVED, OutcomeValue.IN_REVIEW))
    )
    asks = Annotation.parent_id.is_(None), Annotation.status == Status.VISIBLE, Annotation.kind.in_(EXPECTS_OUTCOME)
    reported = Flag.annotation_id.in_(select(Annotation.number).where(here))
    return Leftover(
        pending=count_rows(Annotation.number, here, Annotation.status == Status.PENDING),
        flags=count_rows(Flag.id, reported, Flag.closed_at.is_(None)),
        objections=count_rows(Objection.id, Objection.declaration_id == declaration.id, Objection.decided_at.is_(None)),
        undecided=count_rows(Annotation.number, here, undecided, *asks),
        drafts=count_rows(Draft.id, Draft.declaration_id == declaration.id),
        has_next_edition=bool(count_rows(EditionDraft.id, EditionDraft.declaration_id == declaration.id)),
        closed_at=_closed_at(declaration),
    )


def _closed_at(declaration: Declaration) -> datetime | None:
    if not declaration.is_closed:
        return None
    closed = select(func.max(LogEntry.at)).where(
        LogEntry.declaration_id == declaration.id, LogEntry.act == Act.PHASE, LogEntry.after == Phase.CLOSED.value
    )
    return db.session.scalar(closed)


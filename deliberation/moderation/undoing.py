"""Taking a decision back: as if it had not been taken, as long as nothing happened to the contribution since."""

from typing import Any

from sqlalchemy import select, update

from deliberation.accounts.models import User
from deliberation.annotations.models import Annotation, Status
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.actions import join
from deliberation.declarations.models import Membership
from deliberation.moderation import letters, redacting, tidying
from deliberation.moderation.actions import write_decision
from deliberation.moderation.models import Decision, DecisionKind, Flag, Occasion, Seal
from deliberation.moderation.reviews import find_decision, review_of
from deliberation.permissions import Permission, require


class CannotUndo(Exception):
    """Something was done to the contribution since: it has to be decided anew."""


def undo(moderator: User, decision: Decision) -> Decision:
    """Take one's own decision back, within 24 hours: state, passages, place and reports are as before.

    A letter that has not gone goes no more; one that has is corrected. Raises CannotUndo when something happened to the
    contribution since, NotAllowed; a decision taken back twice answers like the first time.
    """
    done = db.session.scalar(select(Decision.id).where(Decision.undoes_id == decision.id))
    if done is not None and (found := find_decision(done)):
        return found
    require(moderator, Permission.UNDO, review_of(decision))
    is_final = decision.kind is DecisionKind.UNDO or decision.occasion is Occasion.OBJECTION
    if decision.annotation.is_withdrawn or is_final:
        raise CannotUndo
    by = revert(join(moderator, decision.declaration), decision, decision.old_status)
    reopened = update(Flag).where(Flag.decision_id == decision.id)
    db.session.execute(reopened.values(closed_at=None, decision_id=None, answered_at=None))
    return by


def revert(
    membership: Membership, decision: Decision, status: Status, kind: DecisionKind = DecisionKind.UNDO
) -> Decision:
    """Make it as if the decision had not been taken, and record that as a decision of `kind`. Whoever calls this asked
    who may. Raises CannotUndo."""
    annotation = decision.annotation
    old_status = annotation.status
    _change(annotation, decision, status)
    kept = db.session.scalars(select(Seal).where(Seal.decision_id == decision.id)).one_or_none()
    if kept is not None:
        redacting.unseal(annotation, kept)
    tidying.put_back(annotation, decision)
    is_undo = kind is DecisionKind.UNDO
    by = write_decision(
        membership,
        annotation,
        kind,
        old_status,
        facts={"undone": decision.kind.value, "reviewed": True},
        occasion=Occasion.OWN if is_undo else Occasion.OBJECTION,
        undoes_id=decision.id if is_undo else None,
    )
    letters.take_back(decision, by, annotation.author_id)
    return by


def _change(annotation: Annotation, decision: Decision, status: Status) -> None:
    was_reviewed = decision.facts.get("reviewed")
    unchanged = update(Annotation).where(Annotation.number == annotation.number, Annotation.version == decision.version)
    values: dict[str, Any] = {
        "status": status,
        "version": decision.version + 1,
        "reviewed_at": now() if was_reviewed else None,
    }
    changed = db.session.execute(unchanged.values(values), execution_options={"synchronize_session": False})
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise CannotUndo
    db.session.refresh(annotation, ["status", "version", "reviewed_at"])

"""Taking a decision back: as if it had not been taken, as long as nothing happened to the contribution since."""

from typing import Any

from sqlalchemy import select, update

from deliberation.accounts.models import User
from deliberation.annotations.models import Annotation, Status, Vote
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.actions import join
from deliberation.declarations.models import Membership
from deliberation.moderation import letters, redacting
from deliberation.moderation.actions import require_free_hands, write_decision
from deliberation.moderation.models import Decision, DecisionKind, Flag, Occasion, Seal
from deliberation.moderation.objections.reviews import find_decision, hold_decision, review_of
from deliberation.moderation.ordering import tidying
from deliberation.permissions import Permission, require


class CannotUndo(Exception):
    """Something was done to the contribution since: it has to be decided anew."""


def undo(moderator: User, decision: Decision) -> Decision:
    """Take one's own decision back, within 24 hours: state, passages, place and reports are as before.

    A letter that has not gone goes no more; one that has is corrected. Raises CannotUndo when something happened to the
    contribution since, NotAllowed; a decision taken back twice answers like the first time.
    """
    hold_decision(decision)
    require(moderator, Permission.UNDO, review_of(decision))
    done = db.session.scalar(select(Decision.id).where(Decision.undoes_id == decision.id))
    if done is not None and (found := find_decision(done)):
        return found
    require_free_hands(join(moderator, decision.declaration), decision.annotation)
    is_final = decision.kind is DecisionKind.UNDO or decision.occasion is Occasion.OBJECTION
    if decision.annotation.is_withdrawn or is_final or _is_talked_about(decision):
        raise CannotUndo
    by = _revert(join(moderator, decision.declaration), decision)
    reopened = update(Flag).where(Flag.decision_id == decision.id)
    db.session.execute(reopened.values(closed_at=None, decision_id=None, answered_at=None))
    return by


def _is_talked_about(decision: Decision) -> bool:
    """Whether it made a text appear that somebody has answered or voted on since: taking it from view now would be
    hiding it, and that needs a rule and a reason."""
    if decision.new_status is not Status.VISIBLE or decision.old_status is Status.VISIBLE:
        return False
    replied = select(Annotation.number).where(
        Annotation.parent_id == decision.annotation_id, Annotation.status == Status.VISIBLE
    )
    voted = select(Vote.id).where(Vote.annotation_id == decision.annotation_id)
    return bool(db.session.scalar(select(replied.exists() | voted.exists())))


def _revert(membership: Membership, decision: Decision) -> Decision:
    annotation = decision.annotation
    old_status = annotation.status
    _change(annotation, decision)
    kept = db.session.scalars(select(Seal).where(Seal.decision_id == decision.id)).one_or_none()
    if kept is not None:
        redacting.unseal(annotation, kept)
    tidying.put_back(annotation, decision)
    facts = {"undone": decision.kind.value, "reviewed": True}
    by = write_decision(membership, annotation, DecisionKind.UNDO, old_status, facts=facts, undoes_id=decision.id)
    letters.take_back(decision, by, annotation.author_id)
    return by


def _change(annotation: Annotation, decision: Decision) -> None:
    was_reviewed = decision.facts.get("reviewed")
    unchanged = update(Annotation).where(Annotation.number == annotation.number, Annotation.version == decision.version)
    values: dict[str, Any] = {
        "status": decision.old_status,
        "version": decision.version + 1,
        "reviewed_at": now() if was_reviewed else None,
    }
    changed = db.session.execute(unchanged.values(values), execution_options={"synchronize_session": False})
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise CannotUndo
    db.session.refresh(annotation, ["status", "version", "reviewed_at"])

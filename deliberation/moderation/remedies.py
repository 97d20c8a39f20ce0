"""What an objection changes when it is upheld. Called by `objecting`, which asked who may; each says whether anything
changed: a text that its author has rewritten since stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, select, update

from deliberation.annotations.models import Annotation, Status
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.models import Membership
from deliberation.moderation import redacting, restraining
from deliberation.moderation.actions import let_go, write_decision
from deliberation.moderation.models import Decision, DecisionKind, Flag, Letter, Objection, Occasion, Seal, Verdict
from deliberation.moderation.undoing import CannotUndo, revert
from deliberation.permissions import Outdated


def put_right(membership: Membership, objection: Objection) -> bool:
    """Make it as if the decision had not been taken, or the measure."""
    if objection.measure is not None:
        restraining.lift_measure(membership, objection.measure)
        return True
    decision = objection.decision
    if decision is None or decision.annotation.is_withdrawn:
        return False
    kind = DecisionKind.MOVE if decision.kind is DecisionKind.MOVE else DecisionKind.RESTORE
    status = decision.annotation.status if decision.kind is DecisionKind.MOVE else Status.VISIBLE
    try:
        by = revert(membership, decision, status, kind)
    except CannotUndo:
        return False
    _follow_up(decision, by)
    return True


@dataclass(frozen=True)
class Original:
    """The words of a contribution before passages were taken out of them."""

    body: str
    proposed_wording: str


def find_seal(decision: Decision) -> Seal | None:
    return db.session.scalars(select(Seal).where(Seal.decision_id == decision.id)).one_or_none()


def original_of(annotation: Annotation, kept: Seal | None) -> Original:
    """What would be shown if nothing were redacted; for whoever may read the seal."""
    before = {}
    for table, number, column, old, new in kept.texts if kept else ():
        if table == annotation.__tablename__ and number == annotation.number and getattr(annotation, column) == new:
            before[column] = old
    return Original(before.get("body", annotation.body), before.get("proposed_wording", annotation.proposed_wording))


def fitting_passages(objection: Objection, passages: Sequence[str]) -> list[str]:
    """As they are looked for. Raises PassageMissing for one that is not in the original."""
    assert objection.decision is not None
    original: Any = original_of(objection.decision.annotation, find_seal(objection.decision))
    return redacting.cleaned(original, passages)


def show_in_part(membership: Membership, objection: Objection, passages: Sequence[str]) -> bool:
    """Show the text without these passages: less than was redacted, or something of what was not shown at all."""
    decision = objection.decision
    assert decision is not None
    annotation, old_status = decision.annotation, decision.annotation.status
    unchanged = update(Annotation).where(Annotation.number == annotation.number, Annotation.version == decision.version)
    values = {"status": Status.VISIBLE, "version": decision.version + 1, "reviewed_at": now()}
    result = db.session.execute(unchanged.values(values), execution_options={"synchronize_session": False})
    db.session.refresh(annotation, ["status", "version", "reviewed_at"])
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise Outdated(annotation)
    kept = find_seal(decision)
    if kept is not None:
        redacting.unseal(annotation, kept)
        db.session.flush()
    wanted = list(passages)
    objection.reason = redacting.blacken(objection.reason, wanted)
    by = write_decision(
        membership,
        annotation,
        DecisionKind.REDACT,
        old_status,
        rule=decision.rule,
        reason=objection.reason,
        occasion=Occasion.OBJECTION,
        facts={"passages": len(wanted), "codes": [], "reviewed": True},
    )
    redacting.seal(annotation, by, wanted)
    _withdraw_letter(decision.id)
    _follow_up(decision, by)
    return True


def answer_reporter(objection: Objection) -> None:
    """Upheld: the report is open again, so that it is decided on anew. Otherwise the reporter is told."""
    values = {"answered_at": None}
    if objection.verdict is Verdict.UPHELD:
        values |= {"closed_at": None, "decision_id": None}
    db.session.execute(update(Flag).where(Flag.id == objection.flag_id).values(values))


def _follow_up(decision: Decision, by: Decision) -> None:
    """Who reported the text learns what holds now; the objector's letter says it all, a second one says nothing."""
    decision.annotation.reviewed_at = now()
    let_go(decision.annotation)
    reported = update(Flag).where(Flag.decision_id == decision.id)
    db.session.execute(reported.values(decision_id=by.id, answered_at=None))
    _withdraw_letter(by.id)


def _withdraw_letter(decision_id: int) -> None:
    db.session.flush()
    letter = update(Letter).where(Letter.cause == f"decision:{decision_id}")
    db.session.execute(letter.values(is_withdrawn=True, settled_at=now()))

"""What an objection changes when it is upheld. Called by `objecting`, which asked who may; each says whether anything
changed: a text that its author has rewritten since stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from deliberation.annotations.models import Annotation, Status
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.models import Membership
from deliberation.moderation import redacting, restraining
from deliberation.moderation.actions import let_go, write_decision
from deliberation.moderation.letters import take_back
from deliberation.moderation.models import Decision, DecisionKind, Flag, Letter, Objection, Occasion, Seal, Verdict
from deliberation.moderation.objections.reviews import load_last_decisions
from deliberation.moderation.ordering import tidying
from deliberation.permissions import Outdated

TAKES_FROM_VIEW = (DecisionKind.HIDE, DecisionKind.RETURN)


def put_right(membership: Membership, objection: Objection) -> bool:
    """Make it as if the decision had not been taken, or the measure."""
    if objection.measure is not None:
        restraining.lift_measure(membership, objection.measure)
        return True
    decision = objection.decision
    if decision is None or decision.annotation.is_withdrawn:
        return False
    annotation = _look_again(decision)
    was = (annotation.status, annotation.body, annotation.proposed_wording, annotation.paragraph_id, annotation.thesis_id)
    old_status = annotation.status
    if decision.kind in TAKES_FROM_VIEW and still_holds(decision):
        annotation.status = Status.VISIBLE
    kept = find_seal(decision)
    if kept is not None:
        redacting.unseal(annotation, kept)
    tidying.put_back(annotation, decision)
    annotation.version += 1
    db.session.flush()
    kind = DecisionKind.MOVE if decision.kind is DecisionKind.MOVE else DecisionKind.RESTORE
    facts = {"undone": decision.kind.value, "reviewed": True}
    by = write_decision(membership, annotation, kind, old_status, facts=facts, occasion=Occasion.OBJECTION)
    take_back(decision, by, annotation.author_id)
    _follow_up(decision, by)
    now_is = (annotation.status, annotation.body, annotation.proposed_wording, annotation.paragraph_id, annotation.thesis_id)
    return was != now_is


def _look_again(decision: Decision) -> Annotation:
    """The contribution as it is now, kept from changing until the end."""
    annotation = decision.annotation
    db.session.flush()
    db.session.refresh(annotation, ["status", "version", "body", "edited_at", "reviewed_at"], with_for_update=True)
    return annotation


def still_holds(decision: Decision) -> bool:
    """Whether it is what was decided last about the present words; else its author has rewritten them, or somebody
    has decided anew."""
    annotation = decision.annotation
    if annotation.edited_at is not None and annotation.edited_at > decision.decided_at:
        return False
    last = load_last_decisions([annotation.number]).get(annotation.number)
    return last is not None and last.id == decision.id


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
    annotation = _look_again(decision)
    old_status = annotation.status
    if not still_holds(decision):
        raise Outdated(annotation)
    annotation.status, annotation.reviewed_at = Status.VISIBLE, now()
    annotation.version += 1
    db.session.flush()
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

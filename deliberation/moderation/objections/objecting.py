"""Objections: said by the author of a text, by whoever a measure is about, or by who reported a text; decided once, by
somebody who had no part in the decision.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select, update

from deliberation.accounts.models import User
from deliberation.annotations.actions import key_about
from deliberation.clock import now
from deliberation.database import db, once, rows_changed
from deliberation.declarations.actions import join
from deliberation.declarations.models import Act, Membership
from deliberation.declarations.record import record
from deliberation.moderation.actions import ReasonMissing
from deliberation.moderation.letters import write_letter
from deliberation.moderation.models import (
    EXPLANATION_MAX,
    REASON_MAX,
    REASON_MIN,
    Decision,
    DecisionKind,
    Flag,
    Measure,
    Objection,
    Verdict,
)
from deliberation.moderation.objections import remedies
from deliberation.moderation.objections.reviews import Review, had_decided_against, hold_decision, review_of
from deliberation.moderation.receipts import find_receipt_of
from deliberation.permissions import NotAllowed, Outdated, Permission, Person, require
from deliberation.text import has_words, normalised

IN_PART = (DecisionKind.HIDE, DecisionKind.RETURN, DecisionKind.REDACT)
"""Decisions that can be put right in part: the text is shown, some passages are not."""


class VerdictUnfit(Exception):
    """In part is not possible here: nothing was taken from view, or the text has changed since."""


def object_to(member: User, decision: Decision, explanation: str, form_key: str = "") -> Objection:
    """Say that a decision about one's own text was wrong. Once for each decision: a second time answers like the
    first. Raises NotAllowed, ReasonMissing."""
    said = select(Objection).where(Objection.decision_id == decision.id, Objection.flag_id.is_(None))
    return _object(member, review_of(decision), said, explanation, form_key)


def object_to_measure(member: User, measure: Measure, explanation: str, form_key: str = "") -> Objection:
    """As `object_to`, about what was decided about one's person."""
    said = select(Objection).where(Objection.measure_id == measure.id)
    return _object(member, review_of(measure), said, explanation, form_key)


def _object(member: User, review: Review, said: Any, explanation: str, form_key: str) -> Objection:
    own = member.membership_in(review.declaration.id)
    earlier = db.session.scalars(said).one_or_none()
    if earlier is not None and own is not None and earlier.objector_id == own.id:
        return earlier  # type: ignore[no-any-return]
    if isinstance(review.deed, Decision):
        # Nobody takes it back at this moment.
        hold_decision(review.deed)
        review = review_of(review.deed)
    require(member, Permission.OBJECT, review)
    words, membership = _checked(explanation), join(member, review.declaration)

    def make() -> Objection:
        return Objection(
            declaration_id=review.declaration.id,
            decision_id=review.deed.id if isinstance(review.deed, Decision) else None,
            measure_id=review.deed.id if isinstance(review.deed, Measure) else None,
            objector_id=membership.id,
            explanation=words,
            form_key=key_about(form_key, type(review.deed).__name__, review.deed.id, membership.id),
        )

    subject, before = membership if isinstance(review.deed, Measure) else None, review.deed.kind.value

    def note(_objection: Objection) -> None:
        record(membership, review.declaration, Act.OBJECT, review.annotation, before=before, subject=subject)

    return once(said, make, note)


def object_as_reporter(flag: Flag, explanation: str, form_key: str = "") -> Objection:
    """Say that what became of one's report was wrong. Whoever has the key of its page made it; no account is needed.
    Raises NotAllowed, ReasonMissing."""
    said = select(Objection).where(Objection.flag_id == flag.id, Objection.decision_id == flag.decision_id)
    # In this order: what closes it between the two looks is then found as sent earlier.
    receipt = find_receipt_of(flag.id)
    earlier = db.session.scalars(said).one_or_none()
    if earlier is not None:
        return earlier
    if receipt is None or not receipt.is_open_to_objection:
        raise NotAllowed(Permission.OBJECT, "is_open_to_objection", flag.annotation)
    words, declaration = _checked(explanation), receipt.declaration

    def make() -> Objection:
        return Objection(
            declaration_id=declaration.id,
            decision_id=flag.decision_id,
            flag_id=flag.id,
            objector_id=flag.reporter_id,
            explanation=words,
            form_key=key_about(form_key, "report", flag.id, flag.decision_id),
        )

    kind = receipt.decision.kind.value if receipt.decision else ""

    def note(_objection: Objection) -> None:
        # Who reported stays unnamed in the log.
        record(None, declaration, Act.OBJECT, receipt.annotation, before=kind, after="flag")

    return once(said, make, note)


def _checked(explanation: str) -> str:
    words = normalised(explanation)[:EXPLANATION_MAX]
    if not has_words(words):
        raise ReasonMissing("objection")
    return words


def review_of_objection(objection: Objection) -> Review:
    """What the permission table asks; the objection has decision or measure loaded."""
    deed = objection.decision or objection.measure
    assert deed is not None
    return review_of(deed, objection.flag)


def require_review(person: Person, objection: Objection) -> Review:
    """Whether the person decides on it: never who took the decision, whom it is about, or who reported the text."""
    review = review_of_objection(objection)
    require(person, Permission.REVIEW, review)
    own = person.membership_in(objection.declaration_id)
    if own is not None and (own.id == objection.objector_id or _has_reported(own, objection)):
        raise NotAllowed(Permission.REVIEW, "not_reporter", review)
    if own is not None and objection.decision_id is not None:
        against = select(had_decided_against(own.id, objection.decision_id))
        if db.session.scalar(against):
            raise NotAllowed(Permission.REVIEW, "not_decider", review)
    return review


def _has_reported(own: Membership, objection: Objection) -> bool:
    if objection.decision is None:
        return False
    about = or_(Flag.closed_at.is_(None), Flag.decision_id == objection.decision_id, Flag.id == objection.flag_id)
    query = select(Flag.id).where(Flag.reporter_id == own.id, Flag.annotation_id == objection.decision.annotation_id)
    return db.session.scalar(query.where(about).limit(1)) is not None


def can_be_partly(objection: Objection) -> bool:
    """Whether it can be upheld in part: what holds about words that their author has not changed since."""
    decision = objection.decision
    if decision is None or objection.flag_id is not None or decision.kind not in IN_PART:
        return False
    return not decision.annotation.is_withdrawn and remedies.still_holds(decision)


def decide_objection(
    moderator: User, objection: Objection, verdict: Verdict, reason: str, passages: Sequence[str] = ()
) -> Objection:
    """Decide it once and for all, with a reason for who objected.

    Upheld: as if the decision had not been taken; of a report: it is open again. In part: the text is shown, `passages`
    of it are not. Raises NotAllowed, ReasonMissing, VerdictUnfit, PassageMissing, and Outdated if somebody was faster.
    """
    require_review(moderator, objection)
    words = normalised(reason)[:REASON_MAX]
    if len(words) < REASON_MIN:
        raise ReasonMissing(verdict.value)
    membership = join(moderator, objection.declaration)
    if (objection.decider_id, objection.verdict, objection.reason) == (membership.id, verdict, words):
        return objection
    if verdict is Verdict.PARTLY and not can_be_partly(objection):
        raise VerdictUnfit
    wanted = remedies.fitting_passages(objection, passages) if verdict is Verdict.PARTLY else []
    _settle(objection, membership, verdict, words)
    if objection.flag_id is not None:
        remedies.answer_reporter(objection)
        is_changed = verdict is Verdict.UPHELD
    elif verdict is Verdict.PARTLY:
        is_changed = remedies.show_in_part(membership, objection, wanted)
    else:
        is_changed = verdict is Verdict.UPHELD and remedies.put_right(membership, objection)
    _write_down(membership, objection, is_changed)
    return objection


def _settle(objection: Objection, membership: Membership, verdict: Verdict, words: str) -> None:
    """Of two who decide at the same moment, the database lets one through."""
    open_one = update(Objection).where(Objection.id == objection.id, Objection.verdict.is_(None))
    values = {"verdict": verdict, "reason": words, "decider_id": membership.id, "decided_at": now()}
    is_first = rows_changed(open_one.values(values)) == 1
    db.session.refresh(objection, ["verdict", "reason", "decider_id", "decided_at"])
    if not is_first:
        raise Outdated(objection)


def _write_down(membership: Membership, objection: Objection, is_changed: bool) -> None:
    """Log and letter. Whoever reported something is told by the page of the report."""
    decision, measure, verdict = objection.decision, objection.measure, objection.verdict
    annotation = decision.annotation if decision else None
    subject = measure.member if measure else None
    after = verdict.value if verdict else ""
    record(membership, objection.declaration, Act.OBJECTION, annotation, before="open", after=after, subject=subject)
    if objection.flag_id is not None or objection.objector_id is None:
        return
    deed = decision or measure
    facts = {
        "objection": objection.id,
        "verdict": after,
        "against": deed.kind.value if deed else "",
        "changed": is_changed,
    }
    number = annotation.number if annotation is not None else None
    write_letter(f"objection:{objection.id}", objection.objector_id, "objection", facts, number)


def note_reading(person: Person, objection: Objection) -> None:
    """Write into the log that somebody read what had been redacted."""
    review = review_of_objection(objection)
    require(person, Permission.READ_SEAL, review)
    record(person.membership_in(objection.declaration_id), objection.declaration, Act.UNSEAL, review.annotation)

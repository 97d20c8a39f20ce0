"""What moderators decide about a contribution. State, record, letter and reports change in the same function."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, update

from deliberation.accounts.models import User
from deliberation.annotations.models import Annotation, EarlierVersion, Status
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.actions import join
from deliberation.declarations.models import Act, Membership
from deliberation.declarations.record import record
from deliberation.moderation import letters, redacting
from deliberation.moderation.models import (
    REASON_MAX,
    REASON_MIN,
    Decision,
    DecisionKind,
    Flag,
    Handling,
    Objection,
    Occasion,
    Rule,
    Verdict,
)
from deliberation.moderation.objections.reviews import find_last_decision, review_of
from deliberation.permissions import NotAllowed, Outdated, Permission, require
from deliberation.text import normalised

_BECOMES = {
    DecisionKind.PUBLISH: Status.VISIBLE,
    DecisionKind.HIDE: Status.HIDDEN,
    DecisionKind.RESTORE: Status.VISIBLE,
    DecisionKind.RETURN: Status.PENDING,
    DecisionKind.REDACT: Status.VISIBLE,
}
NEEDS_REASON = frozenset({DecisionKind.HIDE, DecisionKind.RETURN, DecisionKind.REDACT})


class ReasonMissing(Exception):
    """Who hides a text, sends it back or redacts it says by which rule and why."""


@dataclass(frozen=True)
class Deed:
    """What a moderator wants to do. `version` is the state she saw, `letter` her own words for the author."""

    kind: DecisionKind
    version: int
    rule: Rule | None = None
    reason: str = ""
    letter: str = ""
    passages: Sequence[str] = ()
    occasion: Occasion | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def publish(moderator: User, annotation: Annotation, version: int, reason: str = "", letter: str = "") -> Decision:
    """Let a held contribution appear as it is; one that is shown and reported, or not looked at yet: leave it so."""
    return decide(moderator, annotation, Deed(DecisionKind.PUBLISH, version, reason=reason, letter=letter))


def hide(
    moderator: User, annotation: Annotation, rule: Rule, reason: str, version: int, letter: str = ""
) -> Decision:
    """Take a contribution from view. Replies stay; a placeholder names rule and date. Raises ReasonMissing."""
    return decide(moderator, annotation, Deed(DecisionKind.HIDE, version, rule, reason, letter))


def restore(moderator: User, annotation: Annotation, version: int, reason: str = "", letter: str = "") -> Decision:
    """Show a hidden contribution again."""
    return decide(moderator, annotation, Deed(DecisionKind.RESTORE, version, reason=reason, letter=letter))


def return_for_revision(
    moderator: User, annotation: Annotation, rule: Rule, reason: str, version: int, letter: str = ""
) -> Decision:
    """Ask the author to revise; until then only author and team see the text. Raises ReasonMissing."""
    return decide(moderator, annotation, Deed(DecisionKind.RETURN, version, rule, reason, letter))


def redact(
    moderator: User,
    annotation: Annotation,
    rule: Rule,
    reason: str,
    passages: Sequence[str],
    version: int,
    letter: str = "",
) -> Decision:
    """Show a contribution without some passages; the original is sealed. Raises ReasonMissing, PassageMissing."""
    return decide(moderator, annotation, Deed(DecisionKind.REDACT, version, rule, reason, letter, passages))


def decide(moderator: User, annotation: Annotation, deed: Deed) -> Decision:
    """Check, change, record: the only place where moderation changes a status.

    The same deed by the same person sent twice answers like the first. Raises NotAllowed, Outdated if somebody was
    faster, ReasonMissing, and PassageMissing for a passage that is not in the text.
    """
    if deed.kind is DecisionKind.RESTORE:
        _require_restore(moderator, annotation)
    else:
        require(moderator, Permission.MODERATE, annotation)
    words = normalised(deed.reason)[:REASON_MAX]
    if deed.kind in NEEDS_REASON and (deed.rule is None or len(words) < REASON_MIN):
        raise ReasonMissing(deed.kind.value)
    membership = join(moderator, annotation.declaration)
    if sent_before := _find_repeated(membership, annotation, deed, words):
        return sent_before
    require_free_hands(membership, annotation)
    require_fair(membership, annotation, deed.kind)
    if annotation.version != deed.version:
        # Before the passages are looked for: who was faster may have redacted them.
        raise Outdated(annotation)
    is_redaction = deed.kind is DecisionKind.REDACT
    passages = redacting.cleaned(annotation, deed.passages, _earlier_words(annotation)) if is_redaction else []
    occasion = deed.occasion or find_occasion(annotation)
    old_status = annotation.status
    facts = {**deed.facts, "reviewed": annotation.reviewed_at is not None}
    if is_redaction:
        codes = dict(annotation.held_because and [(text, code) for code, text in annotation.held_because])
        facts |= {"passages": len(passages), "codes": sorted({codes[one] for one in passages if one in codes})}
    _change_status(annotation, deed)
    decision = write_decision(
        membership,
        annotation,
        deed.kind,
        old_status,
        rule=deed.rule,
        reason=redacting.blacken(words, passages),
        occasion=occasion,
        facts=facts,
    )
    if is_redaction:
        redacting.seal(annotation, decision, passages)
    letters.write_about(decision, annotation.author_id, redacting.blacken(deed.letter, passages))
    _close_flags(annotation, decision)
    let_go(annotation)
    return decision


def _earlier_words(annotation: Annotation) -> list[str]:
    """What can still be read in its history."""
    query = select(EarlierVersion.body, EarlierVersion.proposed_wording).where(
        EarlierVersion.annotation_id == annotation.number
    )
    return [words for row in db.session.execute(query) for words in row]


def write_decision(
    membership: Membership, annotation: Annotation, kind: DecisionKind, old_status: Status, **fields: Any
) -> Decision:
    """The decision and its line in the log; the annotation has changed already."""
    decision = Decision(
        annotation_id=annotation.number,
        moderator_id=membership.id,
        kind=kind,
        old_status=old_status,
        new_status=annotation.status,
        decided_at=now(),
        rules_version=annotation.declaration.rules_version,
        version=annotation.version,
        **fields,
    )
    db.session.add(decision)
    db.session.flush()
    facts = decision.facts or {}
    record(
        membership,
        annotation.declaration,
        Act(kind.value),
        annotation,
        before=str(facts.get("from", old_status.value)),
        after=str(facts.get("to", annotation.status.value)),
        rule=decision.rule.value if decision.rule else "",
    )
    return decision


def _require_restore(moderator: User, annotation: Annotation) -> None:
    """Asked about the decision that hid it."""
    last = find_last_decision(annotation)
    if last is None:
        require(moderator, Permission.MODERATE, annotation)
        return
    require(moderator, Permission.RESTORE, review_of(last))
    if annotation.is_withdrawn:
        raise NotAllowed(Permission.RESTORE, "not_withdrawn", annotation)


def require_free_hands(membership: Membership, annotation: Annotation) -> None:
    """Nobody decides what a colleague has in hand, nor on a report of her own."""
    held = select(Handling.holder_id).where(
        Handling.annotation_id == annotation.number, Handling.held_until > now(), Handling.holder_id.is_not(None)
    )
    if db.session.scalar(held) not in (None, membership.id):
        raise NotAllowed(Permission.MODERATE, "not_held", annotation)
    # Also when a colleague has answered the report: it was about these words.
    reported = select(Flag.id).where(
        Flag.annotation_id == annotation.number,
        Flag.reporter_id == membership.id,
        or_(Flag.closed_at.is_(None), Flag.created_at >= (annotation.edited_at or annotation.created_at)),
    )
    if db.session.scalar(reported.limit(1)) is not None:
        raise NotAllowed(Permission.MODERATE, "not_reporter", annotation)


def require_fair(membership: Membership, annotation: Annotation, kind: DecisionKind) -> None:
    """While its author objects, the objection is the only way; and who was overruled does not decide against the same
    words once more."""
    of_author = (
        select(Objection.id)
        .join(Decision, Decision.id == Objection.decision_id)
        .where(Decision.annotation_id == annotation.number, Objection.flag_id.is_(None))
    )
    if db.session.scalar(of_author.where(Objection.verdict.is_(None)).limit(1)) is not None:
        raise NotAllowed(Permission.MODERATE, "no_open_objection", annotation)
    if kind not in NEEDS_REASON:
        return
    overruled = of_author.where(
        Decision.moderator_id == membership.id,
        Objection.verdict.in_((Verdict.UPHELD, Verdict.PARTLY)),
        Objection.decided_at >= (annotation.edited_at or annotation.created_at),
    )
    if db.session.scalar(overruled.limit(1)) is not None:
        raise NotAllowed(Permission.MODERATE, "not_decider", annotation)


def find_occasion(annotation: Annotation) -> Occasion:
    """What made somebody look at it."""
    flagged = select(Flag.id).where(Flag.annotation_id == annotation.number, Flag.closed_at.is_(None)).limit(1)
    if db.session.scalar(flagged) is not None:
        return Occasion.NOTICE
    if annotation.is_pending:
        return Occasion.PATTERN if annotation.held_because else Occasion.POLICY
    return Occasion.OWN


def _find_repeated(membership: Membership, annotation: Annotation, deed: Deed, words: str) -> Decision | None:
    """The same decision by the same person, sent twice from one page."""
    if annotation.version != deed.version + 1:
        return None
    query = select(Decision).where(Decision.annotation_id == annotation.number).order_by(Decision.id.desc())
    latest = db.session.scalars(query.limit(1)).one_or_none()
    if latest is None or latest.moderator_id != membership.id:
        return None
    reason = redacting.blacken(words, deed.passages)
    return latest if (latest.kind, latest.rule, latest.reason) == (deed.kind, deed.rule, reason) else None


def _change_status(annotation: Annotation, deed: Deed) -> None:
    """Raises Outdated unless it is still what the moderator saw, also if somebody decides at the same moment."""
    seen = update(Annotation).where(
        Annotation.number == annotation.number, Annotation.version == deed.version, _is_open_to(annotation, deed.kind)
    )
    values = {"status": _BECOMES[deed.kind], "version": deed.version + 1, "reviewed_at": now()}
    changed = db.session.execute(seen.values(values), execution_options={"synchronize_session": False})
    db.session.refresh(annotation, ["status", "version", "reviewed_at"])
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Outdated(annotation)


def _is_open_to(annotation: Annotation, kind: DecisionKind) -> ColumnElement[bool]:
    """The states from which a decision can be taken. What is shown can be left so if somebody reported it, or if it
    waits for a look before it goes into mails."""
    flagged = exists().where(Flag.annotation_id == Annotation.number, Flag.closed_at.is_(None))
    unseen = Annotation.reviewed_at.is_(None) if annotation.declaration.sends_after_look else flagged
    match kind:
        case DecisionKind.PUBLISH:
            is_asked = and_(Annotation.status == Status.VISIBLE, or_(flagged, unseen))
            return or_(Annotation.status == Status.PENDING, is_asked)
        case DecisionKind.RESTORE:
            return Annotation.status == Status.HIDDEN
        case _:
            return Annotation.status.in_((Status.PENDING, Status.VISIBLE))


def _close_flags(annotation: Annotation, decision: Decision) -> None:
    open_ones = update(Flag).where(Flag.annotation_id == annotation.number, Flag.closed_at.is_(None))
    db.session.execute(open_ones.values(closed_at=now(), decision_id=decision.id))


def let_go(annotation: Annotation) -> None:
    """What is decided is in nobody's hands any more."""
    handling = db.session.get(Handling, annotation.number)
    if handling is not None:
        db.session.delete(handling)
        db.session.flush()

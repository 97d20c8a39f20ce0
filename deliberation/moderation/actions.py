"""What moderators decide, and what readers report. State and record change in the same function."""

from sqlalchemy import select, update

from deliberation.accounts.models import User, random_key
from deliberation.annotations.actions import once
from deliberation.annotations.models import Annotation, Status
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.actions import join
from deliberation.moderation.models import (
    EXPLANATION_MAX,
    REASON_MAX,
    REASON_MIN,
    Decision,
    DecisionKind,
    Flag,
    FlagReason,
    Rule,
)
from deliberation.permissions import Outdated, Permission, Person, require
from deliberation.text import normalised


class ReasonMissing(Exception):
    """Who hides a text or sends it back says by which rule and why."""


def publish(moderator: User, annotation: Annotation, version: int, reason: str = "") -> Decision:
    """Let a held contribution appear as it is; of a flagged one that is shown: leave it so."""
    return _decide(moderator, annotation, DecisionKind.PUBLISH, Status.VISIBLE, version, None, reason)


def hide(moderator: User, annotation: Annotation, rule: Rule, reason: str, version: int) -> Decision:
    """Take a contribution from view. Replies stay; a placeholder names rule and date. Raises ReasonMissing."""
    return _decide(moderator, annotation, DecisionKind.HIDE, Status.HIDDEN, version, rule, reason)


def restore(moderator: User, annotation: Annotation, version: int, reason: str = "") -> Decision:
    """Show a hidden contribution again."""
    return _decide(moderator, annotation, DecisionKind.RESTORE, Status.VISIBLE, version, None, reason)


def return_for_revision(moderator: User, annotation: Annotation, rule: Rule, reason: str, version: int) -> Decision:
    """Ask the author to revise; until then only author and team see the text. Raises ReasonMissing."""
    return _decide(moderator, annotation, DecisionKind.RETURN, Status.PENDING, version, rule, reason)


_FROM: dict[DecisionKind, frozenset[Status]] = {
    DecisionKind.PUBLISH: frozenset({Status.PENDING, Status.VISIBLE}),
    DecisionKind.HIDE: frozenset({Status.PENDING, Status.VISIBLE}),
    DecisionKind.RESTORE: frozenset({Status.HIDDEN}),
    DecisionKind.RETURN: frozenset({Status.PENDING, Status.VISIBLE}),
}


def _decide(
    moderator: User,
    annotation: Annotation,
    kind: DecisionKind,
    new_status: Status,
    version: int,
    rule: Rule | None,
    reason: str,
) -> Decision:
    """Check, change, record: the only place where moderation changes a status."""
    require(moderator, Permission.MODERATE, annotation)
    words = normalised(reason)[:REASON_MAX]
    if kind in (DecisionKind.HIDE, DecisionKind.RETURN) and (rule is None or len(words) < REASON_MIN):
        raise ReasonMissing(kind.value)
    if annotation.status not in _FROM[kind]:
        raise Outdated(annotation)
    old_status = annotation.status
    _claim(annotation, version, new_status)
    decision = Decision(
        annotation_id=annotation.number,
        moderator_id=join(moderator, annotation.declaration).id,
        kind=kind,
        old_status=old_status,
        new_status=new_status,
        rule=rule,
        reason=words,
        decided_at=now(),
    )
    db.session.add(decision)
    db.session.flush()
    _close_flags(annotation, decision)
    return decision


def _claim(annotation: Annotation, version: int, new_status: Status) -> None:
    """Change the status only if it is still what the moderator saw, also against somebody deciding right now."""
    seen = update(Annotation).where(Annotation.number == annotation.number, Annotation.version == version)
    changed = db.session.execute(
        seen.values(status=new_status, version=version + 1), execution_options={"synchronize_session": False}
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Outdated(annotation)
    db.session.refresh(annotation, ["status", "version"])


def _close_flags(annotation: Annotation, decision: Decision) -> None:
    open_ones = update(Flag).where(Flag.annotation_id == annotation.number, Flag.closed_at.is_(None))
    db.session.execute(open_ones.values(closed_at=now(), decision_id=decision.id))


def flag(
    reporter: Person, annotation: Annotation, reason: FlagReason, explanation: str = "", form_key: str = ""
) -> Flag:
    """Report an annotation. Changes nothing by itself; open until a decision closes it.

    A member has one open flag per annotation: reporting again replaces its words. About guests nothing is kept.
    """
    require(reporter, Permission.FLAG, annotation)
    membership = join(reporter, annotation.declaration) if isinstance(reporter, User) else None
    words = normalised(explanation)[:EXPLANATION_MAX]
    open_flag = _find_open_flag(annotation, membership.id) if membership else None
    if open_flag is not None:
        open_flag.reason, open_flag.explanation = reason, words
        return open_flag
    key = form_key or random_key()

    def make() -> Flag:
        return Flag(
            annotation_id=annotation.number,
            reporter_id=membership.id if membership else None,
            reason=reason,
            explanation=words,
            form_key=key,
        )

    return once(select(Flag).where(Flag.form_key == key), make)


def _find_open_flag(annotation: Annotation, reporter_id: int) -> Flag | None:
    query = select(Flag).where(
        Flag.annotation_id == annotation.number, Flag.reporter_id == reporter_id, Flag.closed_at.is_(None)
    )
    return db.session.scalars(query).first()

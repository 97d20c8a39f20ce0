"""What moderators decide, and what readers report. State and record change in the same function."""

from sqlalchemy import ColumnElement, and_, exists, or_, select, update

from deliberation.accounts.models import User, random_key
from deliberation.annotations.actions import once
from deliberation.annotations.models import Annotation, Status
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.actions import join
from deliberation.declarations.models import Membership
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
from deliberation.text import has_words, normalised

_BECOMES = {
    DecisionKind.PUBLISH: Status.VISIBLE,
    DecisionKind.HIDE: Status.HIDDEN,
    DecisionKind.RESTORE: Status.VISIBLE,
    DecisionKind.RETURN: Status.PENDING,
}


class ReasonMissing(Exception):
    """Who hides a text or sends it back says by which rule and why; who reports it as illegal, what is."""


def publish(moderator: User, annotation: Annotation, version: int, reason: str = "") -> Decision:
    """Let a held contribution appear as it is; of a flagged one that is shown: leave it so."""
    return _decide(moderator, annotation, DecisionKind.PUBLISH, version, None, reason)


def hide(moderator: User, annotation: Annotation, rule: Rule, reason: str, version: int) -> Decision:
    """Take a contribution from view. Replies stay; a placeholder names rule and date. Raises ReasonMissing."""
    return _decide(moderator, annotation, DecisionKind.HIDE, version, rule, reason)


def restore(moderator: User, annotation: Annotation, version: int, reason: str = "") -> Decision:
    """Show a hidden contribution again."""
    return _decide(moderator, annotation, DecisionKind.RESTORE, version, None, reason)


def return_for_revision(moderator: User, annotation: Annotation, rule: Rule, reason: str, version: int) -> Decision:
    """Ask the author to revise; until then only author and team see the text. Raises ReasonMissing."""
    return _decide(moderator, annotation, DecisionKind.RETURN, version, rule, reason)


def _decide(
    moderator: User,
    annotation: Annotation,
    kind: DecisionKind,
    version: int,
    rule: Rule | None,
    reason: str,
) -> Decision:
    """Check, change, record: the only place where moderation changes a status."""
    require(moderator, Permission.MODERATE, annotation)
    words = normalised(reason)[:REASON_MAX]
    if kind in (DecisionKind.HIDE, DecisionKind.RETURN) and (rule is None or len(words) < REASON_MIN):
        raise ReasonMissing(kind.value)
    membership = join(moderator, annotation.declaration)
    if sent_before := _find_repeated(membership, annotation, version, (kind, rule, words)):
        return sent_before
    old_status = annotation.status
    _change_status(annotation, kind, version)
    decision = Decision(
        annotation_id=annotation.number,
        moderator_id=membership.id,
        kind=kind,
        old_status=old_status,
        new_status=annotation.status,
        rule=rule,
        reason=words,
        decided_at=now(),
    )
    db.session.add(decision)
    db.session.flush()
    _close_flags(annotation, decision)
    return decision


def _find_repeated(
    membership: Membership, annotation: Annotation, version: int, act: tuple[DecisionKind, Rule | None, str]
) -> Decision | None:
    """The same decision by the same person, sent twice from one page."""
    if annotation.version != version + 1:
        return None
    query = select(Decision).where(Decision.annotation_id == annotation.number).order_by(Decision.id.desc())
    latest = db.session.scalars(query.limit(1)).one_or_none()
    if latest is None or latest.moderator_id != membership.id:
        return None
    return latest if (latest.kind, latest.rule, latest.reason) == act else None


def _change_status(annotation: Annotation, kind: DecisionKind, version: int) -> None:
    """Raises Outdated unless it is still what the moderator saw, also if somebody decides at the same moment."""
    seen = update(Annotation).where(
        Annotation.number == annotation.number, Annotation.version == version, _is_open_to(kind)
    )
    changed = db.session.execute(
        seen.values(status=_BECOMES[kind], version=version + 1), execution_options={"synchronize_session": False}
    )
    db.session.refresh(annotation, ["status", "version"])
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Outdated(annotation)


def _is_open_to(kind: DecisionKind) -> ColumnElement[bool]:
    """The states from which a decision can be taken. What is shown can be left so only if somebody reported it."""
    flagged = exists().where(Flag.annotation_id == Annotation.number, Flag.closed_at.is_(None))
    match kind:
        case DecisionKind.PUBLISH:
            return or_(Annotation.status == Status.PENDING, and_(Annotation.status == Status.VISIBLE, flagged))
        case DecisionKind.HIDE | DecisionKind.RETURN:
            return Annotation.status.in_((Status.PENDING, Status.VISIBLE))
        case DecisionKind.RESTORE:
            return Annotation.status == Status.HIDDEN


def _close_flags(annotation: Annotation, decision: Decision) -> None:
    open_ones = update(Flag).where(Flag.annotation_id == annotation.number, Flag.closed_at.is_(None))
    db.session.execute(open_ones.values(closed_at=now(), decision_id=decision.id))


def flag(
    reporter: Person, annotation: Annotation, reason: FlagReason, explanation: str = "", form_key: str = ""
) -> Flag:
    """Report an annotation. Changes nothing by itself; open until a decision closes it.

    A member has one open flag per annotation: reporting again replaces its words. About guests nothing is kept.
    Raises ReasonMissing when something is called illegal without a word why.
    """
    require(reporter, Permission.FLAG, annotation)
    membership = join(reporter, annotation.declaration) if isinstance(reporter, User) else None
    words = normalised(explanation)[:EXPLANATION_MAX]
    if reason is FlagReason.ILLEGAL and not has_words(words):
        raise ReasonMissing(reason.value)
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

"""Bringing a conversation to its end, with a summary that says where its points stand; and opening it again."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, update

from deliberation.accounts.models import User
from deliberation.annotations.actions import TextInvalid
from deliberation.annotations.models import Annotation, Response, ResponseKind
from deliberation.annotations.responses import checked_answer, respond
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.actions import join
from deliberation.moderation.actions import find_occasion, require_free_hands, write_decision
from deliberation.moderation.models import Decision, DecisionKind
from deliberation.moderation.ordering.touching import find_sent, known_facts, touch
from deliberation.permissions import NotAllowed, Outdated, Permission, require

SUMMARY_MIN = 10


def close_thread(moderator: User, root: Annotation, summary: str, version: int) -> Decision:
    """Close a conversation: nobody replies any more, all of it stays readable, and the summary stands below.

    The same deed sent twice answers like the first. Raises NotAllowed, TextInvalid for a summary that is too short or
    too long, NothingCited for one that names none of its contributions, and Outdated if somebody was faster.
    """
    require(moderator, Permission.TIDY, root)
    require(moderator, Permission.RESPOND, root)
    if root.is_reply:
        raise NotAllowed(Permission.TIDY, "opens_thread", root)
    words = checked_answer(root, ResponseKind.SUMMARY, summary)
    if len(words) < SUMMARY_MIN:
        raise TextInvalid("summary")
    membership = join(moderator, root.declaration)
    if sent := find_sent(membership, root, DecisionKind.CLOSE, version):
        return sent
    require_free_hands(membership, root)
    if root.is_closed:
        raise Outdated(root)
    facts, occasion = known_facts(root), find_occasion(root)
    touch(root, version)
    response = respond(moderator, root, ResponseKind.SUMMARY, words)
    _set_closed(root, now())
    return write_decision(
        membership,
        root,
        DecisionKind.CLOSE,
        root.status,
        occasion=occasion,
        facts={**facts, "response": response.id, "from": "open", "to": "closed"},
    )


def reopen_thread(moderator: User, root: Annotation, version: int) -> Decision:
    """Let people go on; the summary stays. Otherwise as `close_thread`."""
    require(moderator, Permission.TIDY, root)
    if root.is_reply:
        raise NotAllowed(Permission.TIDY, "opens_thread", root)
    membership = join(moderator, root.declaration)
    if sent := find_sent(membership, root, DecisionKind.REOPEN, version):
        return sent
    require_free_hands(membership, root)
    if root.closed_at is None:
        raise Outdated(root)
    facts = {**known_facts(root), "closed_at": root.closed_at.isoformat(), "from": "closed", "to": "open"}
    touch(root, version)
    _set_closed(root, None)
    return write_decision(membership, root, DecisionKind.REOPEN, root.status, facts=facts)


def _set_closed(root: Annotation, moment: datetime | None) -> None:
    change = update(Annotation).where(_in_thread(root)).values(closed_at=moment)
    db.session.execute(change.execution_options(synchronize_session="fetch"))
    db.session.refresh(root, ["closed_at"])


def _in_thread(root: Annotation) -> ColumnElement[bool]:
    return or_(Annotation.number == root.number, Annotation.root_id == root.number)


def put_back(annotation: Annotation, decision: Decision) -> None:
    """Open again what was closed by mistake, without the summary that said so; or closed again as it was."""
    if decision.kind is DecisionKind.REOPEN:
        _set_closed(annotation, datetime.fromisoformat(decision.facts["closed_at"]))
        return
    _set_closed(annotation, None)
    written = delete(Response).where(Response.id == decision.facts["response"])
    db.session.execute(written.execution_options(synchronize_session="fetch"))

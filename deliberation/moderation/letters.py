"""What members are told about decisions. Nothing is sent here: the mail run finds what is due (notifications/pulling)."""

from typing import Any

from sqlalchemy import select, update

from deliberation.annotations.models import Status
from deliberation.clock import now
from deliberation.database import db
from deliberation.moderation.models import LETTER_MAX, LETTERS_WAIT, Decision, DecisionKind, Letter
from deliberation.text import normalised

ABOUT_STATUS = "decision"
"""The template of letters that tell what became of a text; the latest of them is the one that counts."""
TELLS = {
    DecisionKind.HIDE: ABOUT_STATUS,
    DecisionKind.RETURN: ABOUT_STATUS,
    DecisionKind.REDACT: ABOUT_STATUS,
    DecisionKind.RESTORE: ABOUT_STATUS,
    DecisionKind.PUBLISH: ABOUT_STATUS,
    DecisionKind.MOVE: "move",
    DecisionKind.BUNDLE: "bundle",
}


def write_letter(
    cause: str,
    member_id: int,
    template: str,
    facts: dict[str, Any],
    annotation_id: int | None = None,
    body: str = "",
) -> Letter:
    """One letter for one cause; it is mailed after LETTERS_WAIT. `body` are a moderator's own words for it."""
    letter = Letter(
        cause=cause,
        member_id=member_id,
        annotation_id=annotation_id,
        template=template,
        facts=facts,
        body=normalised(body)[:LETTER_MAX],
        due_at=now() + LETTERS_WAIT,
    )
    db.session.add(letter)
    return letter


def write_about(decision: Decision, member_id: int | None, body: str = "") -> Letter | None:
    """The letter about a decision, if its author learns anything new by it; one about an earlier state that has not
    gone yet goes no more."""
    template = TELLS.get(decision.kind, "")
    if member_id is None or not is_told(decision.kind, decision.old_status):
        return None
    if template == ABOUT_STATUS:
        _take_back_unsent(decision.annotation_id)
    return write_letter(
        f"decision:{decision.id}", member_id, template, to_facts(decision), decision.annotation_id, body
    )  # fmt: skip


def is_told(kind: DecisionKind, old_status: Status) -> bool:
    """Whether an author learns anything new by such a decision."""
    return kind in TELLS and not (kind is DecisionKind.PUBLISH and old_status is Status.VISIBLE)


def to_facts(decision: Decision) -> dict[str, Any]:
    """What the words of a letter are made of: never words of the text, nor the reason. That stays in the decision, where
    later redactions reach it (`posts.load_posts`)."""
    return {
        "kind": decision.kind.value,
        "rule": decision.rule.value if decision.rule else "",
        "occasion": decision.occasion.value,
        "decision": decision.id,
        **decision.facts,
    }


def take_back(undone: Decision, by: Decision, member_id: int | None) -> None:
    """The letter of a decision that was taken back: not sent, or corrected if it has gone already."""
    letter = db.session.scalars(select(Letter).where(Letter.cause == f"decision:{undone.id}")).one_or_none()
    if letter is None or member_id is None:
        return
    if letter.was_mailed:
        write_letter(f"decision:{by.id}", member_id, "undo", to_facts(undone), undone.annotation_id)
    letter.is_withdrawn = True
    letter.settled_at = letter.settled_at or now()


def _take_back_unsent(annotation_id: int) -> None:
    unsent = update(Letter).where(
        Letter.annotation_id == annotation_id, Letter.template == ABOUT_STATUS, Letter.settled_at.is_(None)
    )
    db.session.execute(unsent.values(settled_at=now(), is_withdrawn=True))

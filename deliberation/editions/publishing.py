"""Making the next edition the one in force: the text, and everything that people wrote on the one before.

All or nothing: the caller commits. What is expensive was computed before (`reanchoring.plan_edition`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, or_, select, update

from deliberation.annotations.models import (
    Anchor,
    AnchorVerdict,
    Annotation,
    Opening,
    Stance,
    StanceTally,
)
from deliberation.annotations.moving import move_annotations
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.editions import load_text
from deliberation.declarations.fates import AnchorState
from deliberation.declarations.models import (
    Declaration,
    Edition,
    EditionDraft,
    Paragraph,
    current_edition,
    hold_text,
)
from deliberation.declarations.writing import Written, write_edition
from deliberation.editions.adoptions import load_adopted, record_adoptions, with_true_reasons
from deliberation.editions.drafting import NOTE_MAX, hold
from deliberation.editions.reanchoring import Plan, PlannedAnchor, plan_anchors, to_check
from deliberation.permissions import Outdated, Permission, Person, require
from deliberation.text import normalised

CHUNK = 5000
CLOCKS_DIFFER = timedelta(minutes=5)


class NoteMissing(Exception):
    """Who publishes an edition says what changed and why."""


class NothingChanged(Exception):
    """The text is word for word the edition in force."""


@dataclass(frozen=True)
class Published:
    """What publishing did: anchors by state, and how many wait for a person."""

    edition: Edition
    anchors: dict[AnchorState, int]
    waiting: int


def publish_edition(organiser: Person, declaration: Declaration, plan: Plan, note: str) -> Published:
    """Publish a planned edition. Every annotation, stance and vote stays bound to the wording it was made on.

    Identical words take their annotations along; whatever is not sure waits for a person and stays where it was.
    Adopted proposals get their outcome. Raises NoteMissing, NothingChanged, and Outdated if another edition was
    published, or a misprint corrected, since the plan was made.
    """
    require(organiser, Permission.EDIT_TEXT, declaration)
    words = normalised(note)[:NOTE_MAX]
    if not words:
        raise NoteMissing
    if plan.is_unchanged:
        raise NothingChanged
    hold_text(declaration)
    # A misprint may have been put right since; then "the same words" would be said of other ones.
    if current_edition(declaration).id != plan.edition.id or load_text(plan.edition) != plan.old:
        raise Outdated(declaration)
    # Looking once more costs nothing, and the clocks of two machines, or one that was set back, may differ.
    since = plan.made_at - CLOCKS_DIFFER
    meanwhile = or_(Annotation.number > plan.last_number, Anchor.checked_at >= since)
    late = plan_anchors(declaration, plan.edition, plan.reanchoring, meanwhile)
    proposals = load_adopted(plan)
    text = with_true_reasons(plan.text, proposals)
    written = write_edition(declaration, text, words)
    _name_successors(plan, written)
    _take_along(written)
    anchors = list({one.number: one for one in (*plan.anchors, *late)}.values())
    _keep_anchors(written, anchors)
    _move_annotations(written, anchors)
    record_adoptions(organiser, text, written, proposals)
    db.session.flush()
    states = [one.fate.state for one in anchors]
    counts = {state: states.count(state) for state in AnchorState}
    return Published(written.edition, counts, len(to_check(anchors, plan.adopted)))


def publish_draft(organiser: Person, draft: EditionDraft, plan: Plan, note: str, version: int) -> Published:
    """Publish the draft of the next edition, which ends it. `version` is the state that the organiser saw; raises
    Outdated if it was changed meanwhile, and as `publish_edition`."""
    require(organiser, Permission.EDIT_TEXT, draft.declaration)
    hold(draft, version)
    published = publish_edition(organiser, draft.declaration, plan, note)
    db.session.delete(draft)
    db.session.flush()
    return published


def _name_successors(plan: Plan, written: Written) -> None:
    """Let a paragraph that was merged into another lead there."""
    kept = set(written.paragraph_ids)
    changes = []
    for origin in plan.reanchoring.old_paragraphs:
        at = plan.reanchoring.successor(origin) if origin not in kept else None
        if at is not None:
            changes.append({"id": origin, "successor_id": written.paragraph_ids[at]})
    if changes:
        db.session.execute(update(Paragraph), changes)


def _take_along(written: Written) -> None:
    """What hangs on a paragraph that is in another thesis now."""
    for paragraph_id, thesis_id in written.moved.items():
        for table in (Annotation, Stance, StanceTally):
            change = update(table).where(table.paragraph_id == paragraph_id).values(thesis_id=thesis_id)
            db.session.execute(change.execution_options(synchronize_session=False))
        openings = update(Opening).where(Opening.paragraph_key == paragraph_id).values(thesis_id=thesis_id)
        db.session.execute(openings.execution_options(synchronize_session=False))


def _keep_anchors(written: Written, anchors: Sequence[PlannedAnchor]) -> None:
    rows = [_to_row(written, one) for one in anchors]
    for start in range(0, len(rows), CHUNK):
        db.session.execute(insert(Anchor), rows[start : start + CHUNK])


def _to_row(written: Written, one: PlannedAnchor) -> dict[str, Any]:
    spot = one.fate.spot
    is_left = one.is_left and one.fate.state is not AnchorState.SAME
    return {
        "annotation_id": one.number,
        "edition_id": written.edition.id,
        "state": one.fate.state,
        "similarity": one.fate.similarity,
        "paragraph_id": written.paragraph_ids[spot.paragraph] if spot else None,
        "wording_id": written.wording_ids[spot.paragraph] if spot else None,
        "sentences": list(spot.sentences) if spot else [],
        # Somebody decided that it stays with the old wording: nobody is asked again.
        "verdict": AnchorVerdict.LEFT if is_left else None,
        "checked_at": now() if is_left else None,
    }


def _move_annotations(written: Written, anchors: Iterable[PlannedAnchor]) -> None:
    """Where identical words went, their annotations go, with all replies."""
    wanted = {
        one.number: written.paragraph_ids[one.fate.spot.paragraph]
        for one in anchors
        if one.fate.spot and one.fate.state in (AnchorState.SAME, AnchorState.MOVED)
    }
    query = select(Annotation.number, Annotation.paragraph_id).where(
        Annotation.declaration_id == written.edition.declaration_id, Annotation.parent_id.is_(None)
    )
    moves: dict[int, list[int]] = {}
    for number, paragraph_id in db.session.execute(query):
        if number in wanted and wanted[number] != paragraph_id:
            moves.setdefault(wanted[number], []).append(number)
    for paragraph_id, numbers in moves.items():
        move_annotations(numbers, paragraph_id)

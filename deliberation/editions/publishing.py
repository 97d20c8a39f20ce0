"""Making the next edition the one in force: the text, and everything that people wrote on the one before.

All or nothing: the caller commits. What is expensive was computed before (`reanchoring.plan_edition`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, or_, select, update

from deliberation.annotations.models import (
    Anchor,
    AnchorVerdict,
    Annotation,
    Opening,
    Outcome,
    OutcomeValue,
    Stance,
    StanceTally,
)
from deliberation.annotations.outcomes import adopted_sentences, record_outcome
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.editions import load_changed_sentences, load_text
from deliberation.declarations.fates import AnchorState
from deliberation.declarations.importing import DraftParagraph
from deliberation.declarations.models import (
    Declaration,
    Edition,
    EditionDraft,
    Paragraph,
    current_edition,
    hold_text,
)
from deliberation.declarations.writing import Written, write_edition
from deliberation.editions.drafting import NOTE_MAX, hold
from deliberation.editions.reanchoring import Plan, PlannedAnchor, plan_anchors, to_check
from deliberation.permissions import Outdated, Permission, Person, require
from deliberation.proposals.merging import is_taken_over
from deliberation.text import normalised

CHUNK = 5000


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
    meanwhile = or_(Annotation.number > plan.last_number, Anchor.checked_at >= plan.made_at)
    late = plan_anchors(declaration, plan.edition, plan.reanchoring, meanwhile)
    written = write_edition(declaration, plan.text, words)
    _name_successors(plan, written)
    _take_along(written)
    anchors = list({one.number: one for one in (*plan.anchors, *late)}.values())
    _keep_anchors(written, anchors)
    _move_annotations(written, anchors)
    _record_adoptions(organiser, plan, written)
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


def move_annotations(numbers: Sequence[int], paragraph_id: int) -> None:
    """Let annotations be read beside another paragraph, with their replies. Whoever calls this asked who may."""
    thesis_id = db.session.scalar(select(Paragraph.thesis_id).where(Paragraph.id == paragraph_id))
    for start in range(0, len(numbers), 500):
        some = numbers[start : start + 500]
        change = (
            update(Annotation)
            .where(or_(Annotation.number.in_(some), Annotation.root_id.in_(some)))
            .values(paragraph_id=paragraph_id, thesis_id=thesis_id)
        )
        db.session.execute(change.execution_options(synchronize_session=False))


def _record_adoptions(organiser: Person, plan: Plan, written: Written) -> None:
    """Adopted proposals learn in which sentences they live on."""
    paragraphs = [part for thesis in plan.text.theses for part in thesis.paragraphs]
    numbers = {number for part in paragraphs for number in part.adopted}
    if not numbers:
        return
    query = select(Annotation).where(Annotation.number.in_(numbers))
    annotations = {one.number: one for one in db.session.scalars(query)}
    for part, paragraph_id in zip(paragraphs, written.paragraph_ids, strict=True):
        changed = load_changed_sentences(written.edition, paragraph_id) if part.adopted else {}
        for number in part.adopted:
            annotation = annotations.get(number)
            if annotation is not None and annotation.is_visible:
                annotation.declaration = written.edition.declaration
                sentences = sorted(adopted_sentences(changed, annotation.proposed_wording) or changed)
                outcome = record_outcome(
                    organiser,
                    annotation,
                    # Where the organisers wrote words of their own, the proposals behind them are adopted in part.
                    OutcomeValue.ADOPTED if is_taken_over(annotation.proposed_wording, part) else OutcomeValue.PARTLY,
                    _reason(part, written.edition),
                    f"edition-{written.edition.number}-{number}",
                    edition_id=written.edition.id,
                    paragraph_id=paragraph_id,
                    sentences=sentences,
                )
                _settle_adopted(written, outcome)


def _settle_adopted(written: Written, outcome: Outcome) -> None:
    """Who adopted a proposal said where it belongs: nobody is asked about it again."""
    if not outcome.sentences:
        return
    wording_id = written.wording_ids[written.paragraph_ids.index(outcome.paragraph_id or 0)]
    change = (
        update(Anchor)
        .where(
            Anchor.annotation_id == outcome.annotation_id,
            Anchor.edition_id == written.edition.id,
            Anchor.state.in_((AnchorState.REWORDED, AnchorState.GONE)),
        )
        .values(
            paragraph_id=outcome.paragraph_id,
            wording_id=wording_id,
            sentences=outcome.sentences,
            verdict=AnchorVerdict.ACCEPTED,
            checked_by_id=outcome.decider_id,
            checked_at=now(),
        )
    )
    db.session.execute(change.execution_options(synchronize_session=False))
    move_annotations([outcome.annotation_id], outcome.paragraph_id or 0)


def _reason(part: DraftParagraph, edition: Edition) -> str:
    """The reason given for the paragraph, else that it was adopted; part of the text, and therefore in its language."""
    return part.reason if len(part.reason) >= 10 else f"Übernommen in Fassung {edition.number}."

"""What publishing tells the authors of proposals that the text took over, each about their own proposal alone."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select, update

from deliberation.annotations.models import (
    OUTCOME_REASON_MIN,
    Anchor,
    AnchorVerdict,
    Annotation,
    Outcome,
    OutcomeValue,
    Status,
)
from deliberation.annotations.moving import move_annotations
from deliberation.annotations.outcomes import adopted_sentences, record_outcome
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.editions import load_changed_sentences
from deliberation.declarations.fates import AnchorState
from deliberation.declarations.importing import DraftDeclaration, DraftParagraph
from deliberation.declarations.writing import Written
from deliberation.editions.adopting import ADOPTED_REASON
from deliberation.editions.drafting import map_paragraphs
from deliberation.editions.reanchoring import Plan
from deliberation.permissions import Person
from deliberation.proposals.merging import is_taken_over

PARTLY_REASON = "Der neue Wortlaut nimmt {} zum Teil auf."


def load_adopted(plan: Plan) -> dict[int, Annotation]:
    """The proposals that the text took over and that are shown, by number."""
    query = select(Annotation).where(Annotation.number.in_(plan.adopted), Annotation.status == Status.VISIBLE)
    return {one.number: one for one in db.session.scalars(query)} if plan.adopted else {}


def with_true_reasons(text: DraftDeclaration, proposals: Mapping[int, Annotation]) -> DraftDeclaration:
    """Take back "here stands the wording of …" where somebody changed the words after adopting them."""

    def told_truly(part: DraftParagraph) -> DraftParagraph:
        reason = part.reason
        for number in part.adopted:
            if number in proposals and not is_taken_over(proposals[number].proposed_wording, part):
                reason = reason.replace(ADOPTED_REASON.format(f"A-{number}"), "")
        return replace(part, reason=" ".join(reason.split()))

    return map_paragraphs(text, told_truly)


def record_adoptions(
    organiser: Person, text: DraftDeclaration, written: Written, proposals: Mapping[int, Annotation]
) -> None:
    """Adopted proposals learn in which sentences they live on, each with a reason of its own."""
    paragraphs = [part for thesis in text.theses for part in thesis.paragraphs]
    for part, paragraph_id in zip(paragraphs, written.paragraph_ids, strict=True):
        changed = load_changed_sentences(written.edition, paragraph_id) if part.adopted else {}
        for annotation in (proposals[number] for number in part.adopted if number in proposals):
            annotation.declaration = written.edition.declaration
            # Where the organisers wrote words of their own, the proposals behind them are adopted in part.
            is_whole = is_taken_over(annotation.proposed_wording, part)
            outcome = record_outcome(
                organiser,
                annotation,
                OutcomeValue.ADOPTED if is_whole else OutcomeValue.PARTLY,
                _reason(part, annotation, is_whole),
                f"edition-{written.edition.number}-{annotation.number}",
                edition_id=written.edition.id,
                paragraph_id=paragraph_id,
                sentences=sorted(adopted_sentences(changed, annotation.proposed_wording) or changed),
            )
            _settle_adopted(written, outcome)


def _reason(part: DraftParagraph, annotation: Annotation, is_whole: bool) -> str:
    """What the organisers wrote about the paragraph themselves, else what can be said of this proposal alone; part of
    the text, and therefore in its language."""
    own = part.reason
    for number in part.adopted:
        own = own.replace(ADOPTED_REASON.format(f"A-{number}"), "")
    own = " ".join(own.split())
    if len(own) >= OUTCOME_REASON_MIN:
        return own
    return ADOPTED_REASON.format(annotation.label) if is_whole else PARTLY_REASON.format(annotation.label)


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

"""Taking a move back, also after further editions: the annotation is where it would be if nobody had moved it."""

from itertools import pairwise
from typing import Any

from sqlalchemy import delete, select

from deliberation.annotations.models import Anchor, AnchorVerdict, Annotation
from deliberation.annotations.moving import read_at
from deliberation.annotations.quotes import sentences_of_quote
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.anchors import Reanchoring
from deliberation.declarations.editions import load_text
from deliberation.declarations.fates import AnchorState
from deliberation.declarations.models import Edition, Paragraph, ParagraphState, Thesis, Wording, hold_text
from deliberation.editions.reanchoring import PlannedAnchor, plan_anchors
from deliberation.moderation.models import Decision
from deliberation.moderation.ordering.moving import KEPT, find_anchor, show_place


def put_back(annotation: Annotation, decision: Decision) -> None:
    """Read it again where it was. What later editions did to its words there is found out anew; what people said about
    its place in them since then is gone with the move."""
    facts = decision.facts
    hold_text(annotation.declaration, shared=True)
    _read(annotation, facts["from_paragraph"], facts["from_thesis"])
    anchor = find_anchor(annotation, facts["edition"])
    if anchor is not None:
        _restore(annotation, anchor, facts)
    later = delete(Anchor).where(Anchor.annotation_id == annotation.number, Anchor.edition_id > facts["edition"])
    db.session.execute(later.execution_options(synchronize_session="fetch"))
    db.session.flush()
    _follow(annotation, facts["edition"])


def _read(annotation: Annotation, paragraph_id: int | None, thesis_id: int) -> None:
    # The paragraph may be in another thesis by now.
    paragraph = db.session.get(Paragraph, paragraph_id) if paragraph_id else None
    thesis = paragraph.thesis if paragraph else db.session.get_one(Thesis, thesis_id)
    read_at([annotation.number], thesis.id, paragraph_id)
    show_place(annotation, thesis, paragraph)


def _restore(annotation: Annotation, anchor: Anchor, facts: dict[str, Any]) -> None:
    """As the anchor was; of what was written on that edition itself it names its own words."""
    kept = facts["anchor"]
    if kept is None:
        kept = {"state": AnchorState.SAME.value, "similarity": 1.0, "paragraph_id": facts["from_paragraph"],
            "wording_id": annotation.wording_id, "sentences": _meant(annotation), "verdict": None,
            "checked_by_id": None}  # fmt: skip
    for name in KEPT:
        setattr(anchor, name, kept[name])
    anchor.state = AnchorState(kept["state"])
    anchor.verdict = AnchorVerdict(kept["verdict"]) if kept["verdict"] else None
    # A plan for the next edition may have been made meanwhile: it looks again at what was checked since.
    anchor.checked_at = None if anchor.waits else now()


def _meant(annotation: Annotation) -> list[int]:
    wording = db.session.get(Wording, annotation.wording_id) if annotation.wording_id else None
    if wording is None or annotation.sentences or not annotation.quote:
        return list(annotation.sentences)
    return list(sentences_of_quote(wording, annotation.quote, annotation.quote_start))


def _follow(annotation: Annotation, edition_id: int) -> None:
    """Through the editions that were published after the move."""
    query = select(Edition).where(Edition.declaration_id == annotation.declaration_id, Edition.id >= edition_id)
    editions = db.session.scalars(query.order_by(Edition.number)).all()
    for old, new in pairwise(editions):
        reanchoring = Reanchoring(load_text(old), load_text(new))
        [planned] = plan_anchors(annotation.declaration, old, reanchoring, Annotation.number == annotation.number)
        _keep(annotation, new, planned, reanchoring)


def _keep(annotation: Annotation, edition: Edition, planned: PlannedAnchor, reanchoring: Reanchoring) -> None:
    fate, spot = planned.fate, planned.fate.spot
    paragraph_id = reanchoring.new_paragraphs[spot.paragraph].origin if spot else None
    state = select(ParagraphState.wording_id).where(
        ParagraphState.edition_id == edition.id, ParagraphState.paragraph_id == paragraph_id
    )
    is_left = planned.is_left and fate.state is not AnchorState.SAME
    anchor = Anchor(
        annotation_id=annotation.number,
        edition_id=edition.id,
        state=fate.state,
        similarity=fate.similarity,
        paragraph_id=paragraph_id,
        wording_id=db.session.scalar(state) if spot else None,
        sentences=list(spot.sentences) if spot else [],
        verdict=AnchorVerdict.LEFT if is_left else None,
        checked_at=now() if is_left else None,
    )
    db.session.add(anchor)
    db.session.flush()
    if spot and anchor.is_sure and paragraph_id != annotation.paragraph_id:
        _read(annotation, paragraph_id, annotation.thesis_id)

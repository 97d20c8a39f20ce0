"""Reading an annotation where it belongs: with its replies, at another paragraph or at a thesis as a whole.

What it was written on never changes. Where it is read now is said by its anchor to the edition in force, as if a
person had checked it: so no sentence of the new place is marked, and later editions look for it there.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value

from deliberation.accounts.models import User
from deliberation.annotations.actions import NotInForce
from deliberation.annotations.models import Anchor, AnchorVerdict, Annotation
from deliberation.annotations.moving import read_at
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.actions import join
from deliberation.declarations.fates import AnchorState
from deliberation.declarations.models import Edition, Membership, Paragraph, Thesis, current_edition, hold_text
from deliberation.moderation import letters
from deliberation.moderation.actions import ReasonMissing, find_occasion, require_free_hands, write_decision
from deliberation.moderation.models import REASON_MAX, REASON_MIN, Decision, DecisionKind
from deliberation.moderation.ordering.touching import find_sent, known_facts, touch
from deliberation.permissions import NotAllowed, Outdated, Permission, require
from deliberation.proposals.models import BallotOption, Cosignature
from deliberation.text import normalised

Target = Paragraph | Thesis


class CannotMove(Exception):
    """Something hangs on its place. `reason` is here (it is read there already), elsewhere (another declaration), ballot,
    signed, sentences or whole (of a proposal), or bundle."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def move(
    moderator: User, annotation: Annotation, target: Target, reason: str, version: int, letter: str = ""
) -> Decision:
    """Let an annotation be read at another place, with its replies. Words, votes and what it was written on stay.

    The same deed sent twice answers like the first. Raises NotAllowed, ReasonMissing, NotInForce for a place that an
    edition took out, CannotMove, and Outdated if somebody was faster.
    """
    require(moderator, Permission.TIDY, annotation)
    words = normalised(reason)[:REASON_MAX]
    if len(words) < REASON_MIN:
        raise ReasonMissing(DecisionKind.MOVE.value)
    membership = join(moderator, annotation.declaration)
    thesis, paragraph = target.thesis, target if isinstance(target, Paragraph) else None
    place = {"to_thesis": thesis.id, "to_paragraph": paragraph.id if paragraph else None}
    if sent := find_sent(membership, annotation, DecisionKind.MOVE, version, **place):
        return sent
    hold_text(annotation.declaration, shared=True)
    _require_place(annotation, target)
    require_free_hands(membership, annotation)
    _refuse_what_hangs_on_it(annotation, target)
    edition = current_edition(annotation.declaration)
    anchor = find_anchor(annotation, edition.id)
    old_thesis, old_paragraph = _place_of(annotation)
    facts = {
        **known_facts(annotation),
        **place,
        "from": printed(old_thesis, old_paragraph),
        "to": printed(thesis, paragraph),
        "from_place": [old_thesis.number, old_paragraph.number if old_paragraph else ""],
        "from_thesis": annotation.thesis_id,
        "from_paragraph": annotation.paragraph_id,
        "edition": edition.id,
        "anchor": _kept(anchor) if anchor else None,
    }
    touch(annotation, version)
    _put(annotation, anchor or _new_anchor(annotation, edition), paragraph, membership)
    read_at([annotation.number], thesis.id, place["to_paragraph"])
    show_place(annotation, thesis, paragraph)
    decision = write_decision(
        membership,
        annotation,
        DecisionKind.MOVE,
        annotation.status,
        reason=words,
        occasion=find_occasion(annotation),
        facts=facts,
    )
    letters.write_about(decision, annotation.author_id, letter)
    return decision


def printed(thesis: Thesis, paragraph: Paragraph | None) -> str:
    """3.2, or 3 for the thesis as a whole; 0.1 in the preamble."""
    return f"{thesis.number}.{paragraph.number}" if paragraph else thesis.number


def _require_place(annotation: Annotation, target: Target) -> None:
    if annotation.is_reply:
        raise NotAllowed(Permission.TIDY, "opens_thread", annotation)
    if target.declaration.id != annotation.declaration_id:
        raise CannotMove("elsewhere")
    removed = select(type(target).removed_in_id).where(type(target).id == target.id)
    if db.session.scalar(removed) is not None or target.thesis.is_removed:
        raise NotInForce
    if isinstance(target, Paragraph):
        if db.session.scalar(select(Paragraph.wording_id).where(Paragraph.id == target.id)) != target.wording_id:
            raise Outdated(annotation)
        is_here = annotation.paragraph_id == target.id
    else:
        is_here = annotation.paragraph_id is None and annotation.thesis_id == target.id
    if is_here:
        raise CannotMove("here")


def _refuse_what_hangs_on_it(annotation: Annotation, target: Target) -> None:
    """A proposal is about words: others signed it for them or vote on it, and one for some sentences would replace a
    whole paragraph elsewhere. A bundle belongs to one thesis."""
    leads = select(Annotation.number).where(Annotation.bundled_with == annotation.number).limit(1)
    if target.thesis.id != annotation.thesis_id and (annotation.bundled_with or db.session.scalar(leads)):
        raise CannotMove("bundle")
    if not annotation.is_proposal:
        return
    if db.session.scalar(select(BallotOption.id).where(BallotOption.annotation_id == annotation.number).limit(1)):
        raise CannotMove("ballot")
    if db.session.scalar(select(Cosignature.id).where(Cosignature.annotation_id == annotation.number).limit(1)):
        raise CannotMove("signed")
    if annotation.sentences or annotation.quote:
        raise CannotMove("sentences")
    if not isinstance(target, Paragraph):
        raise CannotMove("whole")


def _place_of(annotation: Annotation) -> tuple[Thesis, Paragraph | None]:
    thesis = db.session.get_one(Thesis, annotation.thesis_id)
    return thesis, db.session.get(Paragraph, annotation.paragraph_id) if annotation.paragraph_id else None


def find_anchor(annotation: Annotation, edition_id: int) -> Anchor | None:
    """What an edition, or a person since, said about its place; kept from changing until the end."""
    query = select(Anchor).where(Anchor.annotation_id == annotation.number, Anchor.edition_id == edition_id)
    return db.session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()


def _new_anchor(annotation: Annotation, edition: Edition) -> Anchor:
    """Of what was written on the edition in force."""
    anchor = Anchor(
        annotation_id=annotation.number, edition_id=edition.id, state=AnchorState.SAME, similarity=1.0, sentences=[]
    )
    db.session.add(anchor)
    return anchor


def _put(annotation: Annotation, anchor: Anchor, paragraph: Paragraph | None, membership: Membership) -> None:
    anchor.paragraph_id = paragraph.id if paragraph else None
    anchor.wording_id = paragraph.wording_id if paragraph else None
    anchor.sentences = []
    anchor.verdict, anchor.checked_by_id, anchor.checked_at = AnchorVerdict.PLACED, membership.id, now()
    db.session.flush()


def show_place(annotation: Annotation, thesis: Thesis, paragraph: Paragraph | None) -> None:
    db.session.refresh(annotation, ["thesis_id", "paragraph_id"])
    set_committed_value(annotation, "thesis", thesis)
    set_committed_value(annotation, "paragraph", paragraph)


KEPT = ("state", "similarity", "paragraph_id", "wording_id", "sentences", "verdict", "checked_by_id")


def _kept(anchor: Anchor) -> dict[str, Any]:
    """An anchor as it was, for taking the move back."""
    values = {name: getattr(anchor, name) for name in KEPT}
    return {**values, "state": anchor.state.value, "verdict": anchor.verdict.value if anchor.verdict else None}

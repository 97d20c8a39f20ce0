"""What a person says about an anchor that nothing else could be sure of: it belongs here, elsewhere, or to the old words.

State and record are the same row (`Anchor`): the verdict, who gave it and when. Nothing is deleted; a verdict can be
given anew as long as the edition is in force.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberation.accounts.models import User
from deliberation.annotations.actions import NotInForce
from deliberation.annotations.models import Anchor, AnchorVerdict, Annotation
from deliberation.annotations.moving import move_annotations
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.actions import join
from deliberation.declarations.fates import AnchorState
from deliberation.declarations.models import Declaration, Edition, Paragraph, Wording, current_edition, hold_text
from deliberation.permissions import Outdated, Permission, Person, require

BULK_FROM = 0.9
"""Share of common words from which anchors can be accepted together."""


class NothingToCheck(Exception):
    """The annotation was written on the edition in force, or stands at identical words; replies stand with their thread."""


class NoCandidate(Exception):
    """There is no place that could be accepted."""


class NoSuchSentence(Exception):
    """The paragraph has no sentence with this number."""


class StaysWithThesis(Exception):
    """An annotation on a thesis as a whole is bound to the thesis by nothing else: it is never moved away from it."""


def accept(person: Person, annotation: Annotation, edition: int, seen: datetime | None = None) -> Anchor:
    """Say that the annotation belongs to the place that was found for it; it is read there from now on.

    `edition` is the number of the edition in force that the person saw, `seen` when the verdict was given that she
    saw (None: it waited). Raises Outdated if either is another one now, unless the person sent the same twice; and
    NothingToCheck, NoCandidate.
    """
    require(person, Permission.CHECK_ANCHORS, annotation.declaration)
    anchor = _find(annotation, edition)
    if not has_candidate(anchor, annotation):
        raise NoCandidate
    return _decide(person, annotation, anchor, AnchorVerdict.ACCEPTED, _spot(anchor), seen)


def place(
    person: Person,
    annotation: Annotation,
    paragraph: Paragraph,
    sentences: Sequence[int],
    edition: int,
    seen: datetime | None = None,
) -> Anchor:
    """Say where the annotation belongs instead: some sentences of a paragraph, or none for all of it. Otherwise as
    `accept`; raises NotInForce for a paragraph that is not in the text, NoSuchSentence, StaysWithThesis."""
    require(person, Permission.CHECK_ANCHORS, annotation.declaration)
    anchor = _find(annotation, edition)
    if annotation.wording_id is None:
        raise StaysWithThesis
    if paragraph.is_removed or paragraph.declaration.id != annotation.declaration_id:
        raise NotInForce
    wanted = sorted(set(sentences))
    if wanted and not 0 < wanted[0] <= wanted[-1] <= len(paragraph.wording.sentences):
        raise NoSuchSentence
    return _decide(person, annotation, anchor, AnchorVerdict.PLACED, (paragraph.id, paragraph.wording_id, wanted), seen)


def leave(person: Person, annotation: Annotation, edition: int, seen: datetime | None = None) -> Anchor:
    """Say that it belongs to the old words only: it is read where it was, and later editions do not ask again.
    Otherwise as `accept`."""
    require(person, Permission.CHECK_ANCHORS, annotation.declaration)
    anchor = _find(annotation, edition)
    return _decide(person, annotation, anchor, AnchorVerdict.LEFT, _spot(anchor), seen)


def accept_all(person: Person, declaration: Declaration, numbers: Sequence[int], edition: int) -> tuple[int, int]:
    """Accept several at once: how many are accepted by this person now, and how many were left alone because
    somebody had decided meanwhile, or because they are not nearly identical. Raises Outdated for another edition."""
    require(person, Permission.CHECK_ANCHORS, declaration)
    found = select(Annotation).where(Annotation.declaration_id == declaration.id, Annotation.number.in_(numbers))
    annotations = db.session.scalars(found.order_by(Annotation.number)).all()
    for annotation in annotations:
        annotation.declaration = declaration
    accepted = sum(_accept_quickly(person, annotation, edition) for annotation in annotations)
    return accepted, len(set(numbers)) - accepted


def _accept_quickly(person: Person, annotation: Annotation, edition: int) -> bool:
    try:
        anchor = _find(annotation, edition)
    except NothingToCheck:
        return False
    if not is_nearly_identical(anchor) or not has_candidate(anchor, annotation):
        return False
    try:
        _decide(person, annotation, anchor, AnchorVerdict.ACCEPTED, _spot(anchor), None)
    except Outdated:
        return False
    return True


def is_nearly_identical(anchor: Anchor) -> bool:
    """What can be accepted without opening it. Identical words in doubt are not: nobody knows which are meant."""
    return anchor.state is AnchorState.REWORDED and BULK_FROM <= anchor.similarity < 1


def has_candidate(anchor: Anchor, annotation: Annotation) -> bool:
    """Whether there is a place to accept; of a thesis as a whole it is the thesis."""
    if annotation.wording_id is None:
        return anchor.state is not AnchorState.GONE
    return anchor.paragraph_id is not None


def _find(annotation: Annotation, edition: int) -> Anchor:
    """The anchor of the edition that the person saw, kept from changing until the end."""
    declaration = annotation.declaration
    hold_text(declaration, shared=True)
    if current_edition(declaration).number != edition:
        raise Outdated(declaration)
    query = (
        select(Anchor)
        .join(Edition, Edition.id == Anchor.edition_id)
        .where(Anchor.annotation_id == annotation.number, Edition.number == edition)
        .where(Edition.declaration_id == declaration.id)
        .with_for_update(of=Anchor)
        .execution_options(populate_existing=True)
    )
    anchor = db.session.scalars(query).one_or_none()
    if anchor is None or (anchor.verdict is None and not anchor.waits):
        raise NothingToCheck
    return anchor


Where = tuple[int | None, int | None, list[int]]
"""Paragraph id, wording id and sentences."""


def _spot(anchor: Anchor) -> Where:
    return anchor.paragraph_id, anchor.wording_id, list(anchor.sentences)


def _decide(
    person: Person, annotation: Annotation, anchor: Anchor, verdict: AnchorVerdict, spot: Where, seen: datetime | None
) -> Anchor:
    """Check, change, record: the only place where a verdict is written."""
    checker = join(person, annotation.declaration).id if isinstance(person, User) else None
    if anchor.checked_at != seen:
        if (anchor.verdict, anchor.checked_by_id, _spot(anchor)) == (verdict, checker, spot):
            return anchor
        raise Outdated(annotation)
    anchor.paragraph_id, anchor.wording_id, anchor.sentences = spot
    anchor.verdict, anchor.checked_by_id, anchor.checked_at = verdict, checker, now()
    db.session.flush()
    home = _find_home(annotation, anchor) if verdict is AnchorVerdict.LEFT else anchor.paragraph_id
    if home is not None and home != annotation.paragraph_id:
        move_annotations([annotation.number], home)
        db.session.refresh(annotation, ["thesis_id", "paragraph_id"])
    return anchor


def _find_home(annotation: Annotation, anchor: Anchor) -> int | None:
    """The paragraph where it was read before this edition: the last place that was sure. None: the thesis."""
    before = find_base(annotation, anchor)
    if before is not None:
        return before.paragraph_id
    written_on = select(Wording.paragraph_id).where(Wording.id == annotation.wording_id)
    return db.session.scalar(written_on) if annotation.wording_id else None


def find_base(annotation: Annotation, anchor: Anchor) -> Anchor | None:
    """The last place before that was sure; None if that is where the annotation was written."""
    query = (
        select(Anchor)
        .options(joinedload(Anchor.edition))
        .where(Anchor.annotation_id == annotation.number, Anchor.edition_id < anchor.edition_id)
        .order_by(Anchor.edition_id.desc())
    )
    return next((one for one in db.session.scalars(query) if one.is_sure), None)

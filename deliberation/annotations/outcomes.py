"""What became of an annotation: said in public, with a reason and a link to the words that changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from deliberation.accounts.models import User, random_key
from deliberation.annotations.models import (
    OUTCOME_REASON_MAX,
    OUTCOME_REASON_MIN,
    Anchor,
    AnchorVerdict,
    Annotation,
    Outcome,
    OutcomeValue,
)
from deliberation.database import db, once
from deliberation.declarations.actions import join
from deliberation.declarations.editions import find_edition, find_paragraph_id, load_changed_sentences
from deliberation.declarations.models import Declaration, Edition, ParagraphState, Wording
from deliberation.permissions import Permission, Person, may, require
from deliberation.sentences import split_sentences
from deliberation.text import has_words, normalised

DECIDED = (OutcomeValue.ADOPTED, OutcomeValue.PARTLY, OutcomeValue.DECLINED)
"""Outcomes that end the matter, and therefore need a reason."""
CHANGES_TEXT = (OutcomeValue.ADOPTED, OutcomeValue.PARTLY)
KEY_MAX = 40
"""Characters of a form key that are kept when one form is about several annotations."""


class OutcomeReasonMissing(Exception):
    """Who adopts, partly adopts or declines says why, in 10 to 600 characters; nobody says more than 600."""


class NoSuchEdition(Exception):
    """An outcome can only name an edition that is published, and later than the one an annotation was written to.
    `numbers` are the annotations for which that is not so; none if there is no such edition at all."""

    def __init__(self, edition: int, numbers: Sequence[int] = ()) -> None:
        super().__init__(str(edition))
        self.numbers = tuple(numbers)


class NoSuchPlace(Exception):
    """The edition has no paragraph with this number."""


@dataclass(frozen=True)
class Bulk:
    """What became of one outcome for many: on which annotations it stands now, and which could not have one."""

    done: Sequence[Annotation]
    refused: Sequence[Annotation]


def set_outcome(
    organiser: Person,
    annotation: Annotation,
    value: OutcomeValue,
    reason: str = "",
    edition: int | None = None,
    form_key: str = "",
    place: str = "",
) -> Outcome:
    """Say what became of an annotation; the former outcome stays in the record. The same form key sent again returns
    what the first sending made. Replies have no outcome: they belong to what they answer.

    With the number of an edition it names where the words changed: the place of the annotation in that edition, or
    `place`, the printed number of another paragraph ("3.1a"). Raises OutcomeReasonMissing, NoSuchEdition, NoSuchPlace.
    """
    require(organiser, Permission.SET_OUTCOME, annotation)
    words = _checked_reason(value, reason)
    found = _find_edition(annotation.declaration, edition, [annotation])
    where = _named_place(annotation, found, place) if found and place.strip() else None
    return _set(organiser, annotation, value, words, found, form_key or random_key(), where)


def set_outcomes(
    organiser: Person,
    declaration: Declaration,
    annotations: Sequence[Annotation],
    value: OutcomeValue,
    reason: str = "",
    edition: int | None = None,
    form_key: str = "",
) -> Bulk:
    """The same outcome with one reason for several annotations of a declaration. Those that cannot have one, because
    they are not shown any more or are replies, are left as they are. Raises as `set_outcome`, before anything is written.
    """
    require(organiser, Permission.SEE_OUTCOMES, declaration)
    words = _checked_reason(value, reason)
    # In the order of their numbers, so that two organisers never wait for each other in a circle.
    chosen = sorted({one.number: one for one in annotations}.values(), key=lambda one: one.number)
    done = [one for one in chosen if may(organiser, Permission.SET_OUTCOME, one)]
    found = _find_edition(declaration, edition, done)
    key = (form_key or random_key())[:KEY_MAX]
    for annotation in done:
        _set(organiser, annotation, value, words, found, f"{key}-{annotation.number}")
    return Bulk(done, [one for one in chosen if one not in done])


def _checked_reason(value: OutcomeValue, reason: str) -> str:
    words = " ".join(normalised(reason).split())
    is_short = len(words) < OUTCOME_REASON_MIN or not has_words(words)
    if len(words) > OUTCOME_REASON_MAX or (value in DECIDED and is_short):
        raise OutcomeReasonMissing(value.value)
    return words


def _find_edition(declaration: Declaration, number: int | None, annotations: Sequence[Annotation]) -> Edition | None:
    if number is None:
        return None
    found = find_edition(declaration, number)
    if found is None:
        raise NoSuchEdition(number)
    written = select(Edition.id).where(Edition.declaration_id == declaration.id, Edition.number >= number)
    late = set(db.session.scalars(written))
    if too_late := [one.number for one in annotations if one.edition_id in late]:
        raise NoSuchEdition(number, too_late)
    return found


def _named_place(annotation: Annotation, edition: Edition, printed: str) -> dict[str, Any]:
    paragraph_id = find_paragraph_id(edition, printed)
    if paragraph_id is None:
        raise NoSuchPlace(printed)
    changed = load_changed_sentences(edition, paragraph_id)
    meant = adopted_sentences(changed, annotation.proposed_wording) or set(changed)
    return {"paragraph_id": paragraph_id, "sentences": sorted(meant)}


def _set(
    organiser: Person,
    annotation: Annotation,
    value: OutcomeValue,
    words: str,
    edition: Edition | None,
    form_key: str,
    named: dict[str, Any] | None = None,
) -> Outcome:
    # Who declines changed nothing: there is no place to name.
    if edition is None or value not in CHANGES_TEXT:
        return record_outcome(organiser, annotation, value, words, form_key)
    place = named or _changed_place(annotation, edition)
    return record_outcome(organiser, annotation, value, words, form_key, edition_id=edition.id, **place)


def record_outcome(
    organiser: Person, annotation: Annotation, value: OutcomeValue, reason: str, form_key: str, **where: Any
) -> Outcome:
    """Check, change, record: the only place where an outcome is written. `where` names edition, paragraph, sentences."""
    _look_again(annotation)
    require(organiser, Permission.SET_OUTCOME, annotation)
    decider = join(organiser, annotation.declaration).id if isinstance(organiser, User) else None
    same = Outcome.decider_id == decider if decider else Outcome.decider_id.is_(None)
    sent = select(Outcome).where(same, Outcome.form_key == form_key)

    def make() -> Outcome:
        return Outcome(
            annotation_id=annotation.number,
            value=value,
            reason=reason[:OUTCOME_REASON_MAX],
            decider_id=decider,
            form_key=form_key,
            **where,
        )

    outcome = once(sent, make)
    # An old form may have been sent again: what holds is the latest outcome of this annotation.
    annotation.outcome = db.session.scalar(
        select(Outcome.value).where(Outcome.annotation_id == annotation.number).order_by(Outcome.id.desc()).limit(1)
    )
    db.session.flush()
    return outcome


def _look_again(annotation: Annotation) -> None:
    """Read the state anew and keep it from changing until the end: a moderator may be hiding it right now, and of two
    organisers the later one's word is to hold."""
    db.session.flush()
    db.session.refresh(annotation, ["status", "outcome"], with_for_update=True)


def _changed_place(annotation: Annotation, edition: Edition) -> dict[str, Any]:
    """The paragraph where an annotation stands in an edition that changed it, and the sentences that are new there.

    Those that a proposal asked for word by word, else those that its own words became, else all that changed in the
    paragraph: an objection to one sentence may be met in the next one. No sentences if words were only taken out or the
    paragraph went elsewhere; nothing at all if nothing changed there, or for an annotation on a thesis as a whole.
    """
    query = select(Anchor).where(Anchor.annotation_id == annotation.number, Anchor.edition_id == edition.id)
    anchor = db.session.scalars(query).one_or_none()
    if anchor is not None and anchor.verdict is AnchorVerdict.LEFT:
        anchor = None
    own = anchor.paragraph_id if anchor else None
    places = [place for place in dict.fromkeys((own, annotation.paragraph_id)) if place is not None]
    for place in places:
        changed = load_changed_sentences(edition, place)
        if changed:
            became = set(anchor.sentences) & set(changed) if anchor and place == own else set()
            meant = adopted_sentences(changed, annotation.proposed_wording) or became or set(changed)
            return {"paragraph_id": place, "sentences": sorted(meant)}
    return next(({"paragraph_id": place, "sentences": []} for place in places if _is_different(edition, place)), {})


def _is_different(edition: Edition, paragraph_id: int) -> bool:
    """Whether an edition took a paragraph out, took words out of it, or put it into another thesis."""
    query = (
        select(Edition.number, ParagraphState.thesis_id, Wording)
        .join(ParagraphState, ParagraphState.edition_id == Edition.id)
        .join(Wording, Wording.id == ParagraphState.wording_id)
        .where(
            Edition.declaration_id == edition.declaration_id,
            Edition.number.in_((edition.number - 1, edition.number)),
            ParagraphState.paragraph_id == paragraph_id,
        )
    )
    states = {number: (thesis, words.sentences) for number, thesis, words in db.session.execute(query)}
    return states.get(edition.number - 1) != states.get(edition.number)


def adopted_sentences(changed: dict[int, str], proposed: str) -> set[int]:
    """Which of the changed sentences are those that a proposal asked for."""
    wanted = set(split_sentences(proposed))
    return {number for number, words in changed.items() if words in wanted}


def load_outcomes(annotation: Annotation) -> list[Outcome]:
    """Everything that was said about what became of an annotation, the latest first; one query."""
    query = select(Outcome).where(Outcome.annotation_id == annotation.number).order_by(Outcome.id.desc())
    return list(db.session.scalars(query))


def latest_outcome() -> Any:
    """The id of the outcome that holds for the annotation of a query around it."""
    query = select(func.max(Outcome.id)).where(Outcome.annotation_id == Annotation.number)
    return query.correlate(Annotation).scalar_subquery()

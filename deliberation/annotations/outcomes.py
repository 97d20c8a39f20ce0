"""What became of an annotation: said in public, with a reason and a link to the words that changed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from deliberation.accounts.models import User, random_key
from deliberation.annotations.actions import once
from deliberation.annotations.models import (
    OUTCOME_REASON_MAX,
    OUTCOME_REASON_MIN,
    Anchor,
    Annotation,
    Outcome,
    OutcomeValue,
)
from deliberation.database import db
from deliberation.declarations.actions import join
from deliberation.declarations.editions import find_edition, load_changed_sentences
from deliberation.declarations.models import Edition
from deliberation.permissions import Permission, Person, require
from deliberation.sentences import split_sentences
from deliberation.text import normalised

NEEDS_REASON = (OutcomeValue.ADOPTED, OutcomeValue.PARTLY, OutcomeValue.DECLINED)
CHANGES_TEXT = (OutcomeValue.ADOPTED, OutcomeValue.PARTLY)


class OutcomeReasonMissing(Exception):
    """Who adopts, partly adopts or declines says why, in 10 to 600 characters."""


class NoSuchEdition(Exception):
    """An outcome can only name an edition that is published."""


def set_outcome(
    organiser: Person,
    annotation: Annotation,
    value: OutcomeValue,
    reason: str = "",
    edition: int | None = None,
    form_key: str = "",
) -> Outcome:
    """Say what became of an annotation; the former outcome stays in the record. The same form key sent again returns
    what the first sending made.

    With the number of an edition it names where the words changed: the place of the annotation in that edition.
    Raises OutcomeReasonMissing, NoSuchEdition.
    """
    require(organiser, Permission.SET_OUTCOME, annotation)
    words = " ".join(normalised(reason).split())
    if value in NEEDS_REASON and not OUTCOME_REASON_MIN <= len(words) <= OUTCOME_REASON_MAX:
        raise OutcomeReasonMissing(value.value)
    found = find_edition(annotation.declaration, edition) if edition else None
    if edition and found is None:
        raise NoSuchEdition(str(edition))
    place = _changed_place(annotation, found) if found and value in CHANGES_TEXT else {}
    return record_outcome(
        organiser, annotation, value, words, form_key or random_key(), edition_id=found.id if found else None, **place
    )


def set_outcomes(
    organiser: Person,
    annotations: Sequence[Annotation],
    value: OutcomeValue,
    reason: str = "",
    edition: int | None = None,
    form_key: str = "",
) -> int:
    """The same outcome with one reason for several annotations; how many there were."""
    key = form_key or random_key()
    for annotation in annotations:
        set_outcome(organiser, annotation, value, reason, edition, f"{key[:40]}-{annotation.number}")
    return len(annotations)


def record_outcome(
    organiser: Person, annotation: Annotation, value: OutcomeValue, reason: str, form_key: str, **where: Any
) -> Outcome:
    """Check, change, record: the only place where an outcome is written. `where` names edition, paragraph, sentences."""
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
    annotation.outcome = outcome.value
    db.session.flush()
    return outcome


def _changed_place(annotation: Annotation, edition: Edition) -> dict[str, Any]:
    """Paragraph and sentences of an edition that changed where the annotation stands."""
    query = select(Anchor).where(Anchor.annotation_id == annotation.number, Anchor.edition_id == edition.id)
    anchor = db.session.scalars(query).one_or_none()
    paragraph_id = (anchor.paragraph_id if anchor else None) or annotation.paragraph_id
    if paragraph_id is None:
        return {}
    changed = load_changed_sentences(edition, paragraph_id)
    meant = adopted_sentences(changed, annotation.proposed_wording) or {
        number for number in (anchor.sentences if anchor else ()) if number in changed
    }
    return {"paragraph_id": paragraph_id, "sentences": sorted(meant or changed)}


def adopted_sentences(changed: dict[int, str], proposed: str) -> set[int]:
    """Which of the changed sentences are those that a proposal asked for."""
    wanted = set(split_sentences(proposed))
    return {number for number, words in changed.items() if words in wanted}


def load_outcomes(numbers: Sequence[int]) -> dict[int, Outcome]:
    """The latest outcome of each of these annotations that has one; one query."""
    query = select(Outcome).where(Outcome.annotation_id.in_(numbers)).order_by(Outcome.id)
    return {outcome.annotation_id: outcome for outcome in db.session.scalars(query)}

"""Who decided something is forgotten together with the persons of the log: what was decided stays, by "Moderation"."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from deliberation.annotations.models import Anchor, Outcome
from deliberation.database import db, rows_changed
from deliberation.declarations.models import Correction, Membership
from deliberation.moderation.models import Decision, Measure, Note, Objection, RulesVersion

NOBODY = "Moderation"
NOBODY_KEY = "nobody of the team"
"""No pseudonym has a key with blanks in it."""

# Columns that may be empty, and when it was.
LEFT_EMPTY = (
    (Outcome, Outcome.decider_id, Outcome.decided_at),
    (Anchor, Anchor.checked_by_id, Anchor.checked_at),
    (Correction, Correction.corrector_id, Correction.corrected_at),
    (RulesVersion, RulesVersion.writer_id, RulesVersion.written_at),
    (Note, Note.writer_id, Note.written_at),
    (Measure, Measure.lifted_by_id, Measure.lifted_at),
)


def forget_deciders(old: datetime) -> int:
    """Everything up to `old`; how many rows."""
    changed = sum(
        rows_changed(update(model).where(when <= old, column.is_not(None)).values({column: None}))
        for model, column, when in LEFT_EMPTY
    )
    return changed + sum(_give_to_nobody(declaration_id, old) for declaration_id in _with_old_deeds(old))


def _with_old_deeds(old: datetime) -> list[int]:
    """Declarations in which somebody who can be told apart decided something that long ago."""
    known = Membership.pseudonym_key != NOBODY_KEY
    ways = [
        select(Membership.declaration_id).join(model, column == Membership.id).where(known, when <= old)
        for model, column, when in _deeds()
    ]
    return sorted({number for way in ways for number in db.session.scalars(way.distinct())})


def _deeds() -> tuple[tuple[Any, Any, Any], ...]:
    """Columns that name somebody always."""
    return (
        (Decision, Decision.moderator_id, Decision.decided_at),
        (Measure, Measure.moderator_id, Measure.taken_at),
        (Objection, Objection.decider_id, Objection.decided_at),
    )


def _give_to_nobody(declaration_id: int, old: datetime) -> int:
    nobody = _find_nobody(declaration_id)
    here = select(Membership.id).where(Membership.declaration_id == declaration_id, Membership.id != nobody)
    return sum(
        rows_changed(update(model).where(when <= old, column.in_(here)).values({column: nobody}))
        for model, column, when in _deeds()
    )


def _find_nobody(declaration_id: int) -> int:
    """The membership of this declaration that stands for whoever it was; no account belongs to it."""
    query = select(Membership.id).where(
        Membership.declaration_id == declaration_id, Membership.pseudonym_key == NOBODY_KEY
    )
    found = db.session.scalar(query)
    if found is not None:
        return found
    nobody = Membership(
        declaration_id=declaration_id, pseudonym=NOBODY, pseudonym_key=NOBODY_KEY, signing_name=NOBODY, grants=[]
    )
    db.session.add(nobody)
    db.session.flush()
    return nobody.id

"""Where people stand: votes on annotations, stances on the text, and the end of both."""

from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, delete, func, select

from deliberation.accounts.models import User
from deliberation.annotations import standing, tallies
from deliberation.annotations.actions import NotInForce
from deliberation.annotations.models import REASON_MAX, Annotation, Stance, StanceValue, Vote, VoteValue
from deliberation.clock import now
from deliberation.database import db, hold, insert_into, once, rows_changed
from deliberation.declarations.actions import join
from deliberation.declarations.dates import dates_of, note_new_dates
from deliberation.declarations.models import (
    Act,
    Declaration,
    Edition,
    Membership,
    Paragraph,
    Thesis,
    hold_rules,
    hold_text,
)
from deliberation.declarations.record import record
from deliberation.permissions import Activity, Outdated, Permission, Person, Phase, require
from deliberation.text import normalised


def cast_vote(voter: User, annotation: Annotation, value: VoteValue | None) -> None:
    """Vote on an annotation, change the vote, or withdraw it (None). One per person by constraint."""
    hold_rules(voter, annotation.declaration)
    # Counts of one thing are made one after the other, and nobody hides it meanwhile.
    hold(annotation, ["status"])
    require(voter, Permission.VOTE, annotation)
    membership = join(voter, annotation.declaration)
    same = Vote.annotation_id == annotation.number, Vote.voter_id == membership.id
    if value is None:
        rows_changed(delete(Vote).where(*same))
    else:
        seen = membership.results_seen_at is not None
        vote = {"annotation": annotation.number, "voter": membership.id, "value": value, "seen": seen, "moment": now()}
        statement = _vote(db.engine.dialect.name)
        db.session.connection().execute(statement, {**vote, "declaration": annotation.declaration_id})
    tallies.refresh_votes(annotation)


@lru_cache
def _vote(dialect: str) -> Any:
    """A vote, or another instead of the one that is there; the same once more changes nothing. In one statement, because a
    hall full of people waits in line for this."""
    edition = select(func.max(Edition.id)).where(Edition.declaration_id == bindparam("declaration")).scalar_subquery()
    new = insert_into(Vote.__table__, dialect).values(
        annotation_id=bindparam("annotation"), voter_id=bindparam("voter"), value=bindparam("value"),
        seen_before=bindparam("seen"), cast_at=bindparam("moment"), edition_id=edition,
    )  # fmt: skip
    changes = {"value": new.excluded.value, "cast_at": new.excluded.cast_at, "edition_id": new.excluded.edition_id}
    return new.on_conflict_do_update(
        index_elements=["annotation_id", "voter_id"],
        set_={**changes, "seen_before": True},
        where=Vote.__table__.c.value != new.excluded.value,
    )


def _withdraw_row(find: Any) -> None:
    row = db.session.scalars(find).one_or_none()
    if row is not None:
        db.session.delete(row)


def take_stance(
    holder: User, thesis: Thesis, paragraph: Paragraph | None, value: StanceValue | None, reason: str = ""
) -> None:
    """Take a stance on a paragraph or a thesis as a whole, change it, or withdraw it (None).

    It is one on the words as they stand now: a stance on an earlier wording stays with that, and whoever withdraws
    is not asked about it again. The reason is kept for "only with changes" and "not": what would have to change.
    Raises NotInForce for what an edition took out.
    """
    hold_rules(holder, thesis.declaration)
    require(holder, Permission.TAKE_STANCE, thesis.declaration)
    if (paragraph or thesis).is_removed:
        raise NotInForce
    membership = join(holder, thesis.declaration)
    # Counts of one thing are made one after the other.
    db.session.execute(select(Thesis.id).where(Thesis.id == thesis.id).with_for_update()).all()
    same = select(Stance).where(
        Stance.thesis_id == thesis.id,
        Stance.holder_id == membership.id,
        Stance.paragraph_id == paragraph.id if paragraph else Stance.paragraph_id.is_(None),
        Stance.edition_id == (paragraph or thesis).since_id,
    )
    if value is None:
        _withdraw_row(same)
        db.session.flush()
        _let_go(membership, thesis, paragraph)
    else:
        stance = once(same, lambda: _new_stance(membership, thesis, paragraph, value))
        if stance.value is not value:
            stance.value, stance.taken_at, stance.seen_before = value, now(), True
        asks_for_reason = value in (StanceValue.CHANGE, StanceValue.AGAINST)
        stance.reason = normalised(reason)[:REASON_MAX] if asks_for_reason else ""
    db.session.flush()
    tallies.refresh_stances(thesis, paragraph)


def keep_stance(holder: User, thesis: Thesis, paragraph: Paragraph | None, since: int) -> None:
    """Say that one's stance on earlier words holds for the present ones: the same stance again, on these.

    `since` is the edition since which the words stand that the person read; raises Outdated if they were changed
    again. Once it is answered a second time changes nothing.
    """
    require(holder, Permission.TAKE_STANCE, thesis.declaration)
    past = _find_past(holder, thesis, paragraph, since)
    if past is not None:
        take_stance(holder, thesis, paragraph, past.value, past.reason)


def let_go(holder: User, thesis: Thesis, paragraph: Paragraph | None, since: int) -> None:
    """Say that one's stance on earlier words does not hold for the present ones, without taking another: not asked
    again. It stays with the words it was taken on. Otherwise as `keep_stance`."""
    hold_rules(holder, thesis.declaration)
    require(holder, Permission.TAKE_STANCE, thesis.declaration)
    if _find_past(holder, thesis, paragraph, since) is not None:
        _let_go(join(holder, thesis.declaration), thesis, paragraph)


def _find_past(holder: User, thesis: Thesis, paragraph: Paragraph | None, since: int) -> Stance | None:
    if (paragraph or thesis).is_removed:
        raise NotInForce
    if (paragraph or thesis).since_id != since:
        raise Outdated(thesis)
    membership = holder.membership_in(thesis.declaration_id)
    return standing.find_past(membership, thesis, paragraph) if membership else None


def _let_go(membership: Membership, thesis: Thesis, paragraph: Paragraph | None) -> None:
    past = standing.find_past(membership, thesis, paragraph)
    if past is not None:
        past.let_go_at = now()


def _new_stance(membership: Membership, thesis: Thesis, paragraph: Paragraph | None, value: StanceValue) -> Stance:
    return Stance(
        declaration_id=thesis.declaration_id,
        thesis_id=thesis.id,
        paragraph_id=paragraph.id if paragraph else None,
        wording_id=paragraph.wording_id if paragraph else None,
        edition_id=(paragraph or thesis).since_id,
        holder_id=membership.id,
        value=value,
        seen_before=membership.results_seen_at is not None,
    )


def change_phase(organiser: Person, declaration: Declaration, phase: Phase, ends_on: date | None = None) -> None:
    """Open and close what the phase table says. The last day is shown on every page; the plan knows it better than
    whoever typed it, and without a plan it closes nothing by itself.

    When voting ends the exact counts become public, instead of those of the last multiple of five.
    """
    hold_text(declaration)
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    was_open, before, told = _is_counting(declaration), to_stage(declaration), dates_of(declaration)
    if phase is not declaration.phase:
        declaration.reminded_of = None
    declaration.phase = phase
    if phase is not Phase.CLOSED:
        # What is opened again belongs among the others.
        declaration.archived_on = None
    # What is over for good has no last day.
    declaration.phase_ends_on = None if phase is Phase.CLOSED else declaration.planned_end(phase) or ends_on
    if to_stage(declaration) != before:
        own = organiser.membership_in(declaration.id)
        record(own, declaration, Act.PHASE, before=before, after=to_stage(declaration))
        note_new_dates(declaration, told)
    if was_open and not _is_counting(declaration):
        db.session.flush()
        tallies.settle(declaration)


def to_stage(declaration: Declaration) -> str:
    """For the log: the phase, and its last day if it has one."""
    ends_on = declaration.phase_ends_on
    return f"{declaration.phase.value} {ends_on.isoformat()}" if ends_on else declaration.phase.value


def _is_counting(declaration: Declaration) -> bool:
    return declaration.allows(Activity.VOTE) or declaration.allows(Activity.STANCE)

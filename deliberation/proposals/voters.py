"""Who may vote: everybody who takes part, or the invited alone. It stays so once somebody has voted."""

from typing import Any

from sqlalchemy import select

from deliberation.annotations.models import Annotation, Stance, Vote
from deliberation.database import db
from deliberation.declarations.models import Act, Declaration, Thesis, hold_text
from deliberation.declarations.record import record
from deliberation.permissions import Permission, Person, PromiseMade, Voters, require
from deliberation.proposals.models import Ballot, BallotOption, Resistance


def change_voters(organiser: Person, declaration: Declaration, voters: Voters) -> bool:
    """Say who takes stances, votes and rates; whether anything is another now. Raises PromiseMade once anybody has."""
    # Whoever is voting at this moment is waited for.
    hold_text(declaration)
    db.session.flush()
    db.session.refresh(declaration, ["voters"])
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    if declaration.voters is voters:
        return False
    if has_votes(declaration):
        raise PromiseMade
    before = declaration.voters
    declaration.voters = voters
    record(organiser.membership_in(declaration.id), declaration, Act.VOTERS, before=before.value, after=voters.value)
    return True


def has_votes(declaration: Declaration) -> bool:
    """Whether anybody has taken a stance, voted or rated here."""
    cast: tuple[Any, ...] = (
        select(Stance.id).join(Thesis, Thesis.id == Stance.thesis_id).where(Thesis.declaration_id == declaration.id),
        select(Vote.id)
        .join(Annotation, Annotation.number == Vote.annotation_id)
        .where(Annotation.declaration_id == declaration.id),
        select(Resistance.id)
        .join(BallotOption, BallotOption.id == Resistance.option_id)
        .join(Ballot, Ballot.id == BallotOption.ballot_id)
        .where(Ballot.declaration_id == declaration.id),
    )
    return any(db.session.scalar(query.limit(1)) is not None for query in cast)

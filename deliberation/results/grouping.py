"""Computing the opinion groups of a declaration from its votes, and keeping them."""

from collections.abc import Callable

import numpy as np
from sqlalchemy import select

from deliberation.annotations.models import Annotation, Status, Vote, VoteValue
from deliberation.clock import now
from deliberation.database import db
from deliberation.results import groups
from deliberation.results.groups import Grouping, Votes
from deliberation.results.models import OpinionGroups
from deliberation.results.opinions import load_marks
from deliberation.results.polis_files import Conversation

CELLS = 20_000_000
"""People times contributions that are held in memory, eight bytes each; beyond that those with the most votes count."""
CAST = {1: groups.AGREE, -1: groups.DISAGREE, 0: groups.PASS}
KEPT = 20
"""Contributions that a group is known by which are kept of each: some are hidden later, or seen by too few."""
VALUES = {VoteValue.AGREE: groups.AGREE, VoteValue.DISAGREE: groups.DISAGREE, VoteValue.PASS: groups.PASS}


def compute(declaration_id: int, pause: Callable[[], None] | None = None) -> tuple[str, Grouping | None]:
    """The groups as of now, with what they were computed from. Only reads; takes seconds for thousands of people. `pause` may
    end the transaction once everything is read: on SQLite nobody writes while it is open."""
    mark = load_marks([declaration_id]).get(declaration_id, "")
    votes = load_votes(declaration_id)
    if pause:
        pause()
    return mark, groups.group(groups.core(votes))


def keep(declaration_id: int, mark: str, found: Grouping | None) -> None:
    """Put it in place of what was computed before."""
    kept = db.session.scalars(select(OpinionGroups).where(OpinionGroups.declaration_id == declaration_id)).one_or_none()
    if kept is None:
        kept = OpinionGroups(declaration_id=declaration_id)
        db.session.add(kept)
    kept.votes, kept.computed_at = mark, now()
    kept.sizes = list(found.sizes) if found else []
    kept.items = (
        [[one.item, [[c.agree, c.disagree, c.seen] for c in one.groups]] for one in found.items] if found else []
    )
    kept.typical = [
        [place, one.item, one.is_agreement, one.test, one.alone]
        for place in range(len(kept.sizes)) if found for one in found.typical(place, KEPT)
    ]  # fmt: skip
    db.session.flush()


def load_votes(declaration_id: int) -> Votes:
    """Every vote on what is shown, in the order of persons and contributions."""
    query = (
        select(Vote.voter_id, Vote.annotation_id, Vote.value)
        .join(Annotation, Annotation.number == Vote.annotation_id)
        .where(Annotation.declaration_id == declaration_id, Annotation.status == Status.VISIBLE)
    )
    rows = db.session.execute(query).all()
    people = sorted({row.voter_id for row in rows})
    counts: dict[int, int] = {}
    for row in rows:
        counts[row.annotation_id] = counts.get(row.annotation_id, 0) + 1
    most = max(1, CELLS // max(1, len(people)))
    items = sorted(sorted(counts, key=lambda number: (-counts[number], number))[:most])
    row_of, column_of = {one: n for n, one in enumerate(people)}, {one: n for n, one in enumerate(items)}
    table = np.full((len(people), len(items)), np.nan)
    for row in rows:
        if (column := column_of.get(row.annotation_id)) is not None:
            table[row_of[row.voter_id], column] = VALUES[row.value]
    return Votes(people, items, table)


def read_votes(conversation: Conversation) -> Votes:
    """The same of files in the format of Polis, such as our own export: the groups of the page can be computed from it
    (`benchmarks/grouping.py FOLDER`)."""
    items = [one.number for one in conversation.statements if not one.is_rejected]
    column_of = {one: n for n, one in enumerate(items)}
    table = np.full((len(conversation.ballots), len(items)), np.nan)
    for row, ballot in enumerate(conversation.ballots):
        for number, value in ballot.votes.items():
            if (column := column_of.get(number)) is not None:
                table[row, column] = CAST[value]
    return Votes([ballot.participant for ballot in conversation.ballots], items, table)

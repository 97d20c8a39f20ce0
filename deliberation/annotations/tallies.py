"""Which numbers are public. Counts are recomputed from rows in the transaction of each vote, never added up.

Published is the state at the last multiple of five, so that nobody can watch a single vote arrive, and
nothing below five. When voting is over, `settle` publishes the exact counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, select, update

from deliberation.annotations.models import Annotation, Stance, StanceTally, StanceValue, Vote, VoteValue
from deliberation.database import db
from deliberation.declarations.models import (
    Declaration,
    Edition,
    Paragraph,
    ParagraphState,
    Thesis,
    ThesisState,
    Wording,
    current_edition,
)

STEP = 5
PERCENT_FROM = 10
"""Voices from which percentages are shown; below, plain counts."""

Place = tuple[int, int | None, int]
"""Thesis id, paragraph id or None for the thesis as a whole, and the edition since which its words stand."""


StancesByPlace = dict[tuple[int, int | None], "StanceCounts"]
"""By thesis id and paragraph id, or None for the thesis as a whole."""


@dataclass(frozen=True)
class VoteCounts:
    agree: int = 0
    disagree: int = 0
    passes: int = 0

    @property
    def n(self) -> int:
        return self.agree + self.disagree + self.passes


@dataclass(frozen=True)
class StanceCounts:
    carry: int = 0
    change: int = 0
    unclear: int = 0
    against: int = 0

    @property
    def n(self) -> int:
        return self.carry + self.change + self.unclear + self.against

    @property
    def shows_percent(self) -> bool:
        return self.n >= PERCENT_FROM

    @property
    def shares(self) -> list[tuple[str, int, int]]:
        """(key, count, percent) in the order of the charts; percentages are whole and sum to 100."""
        keys = ("carry", "change", "unclear", "against")
        counts = [getattr(self, key) for key in keys]
        return list(zip(keys, counts, percentages(counts), strict=True))


def percentages(counts: list[int]) -> list[int]:
    """Whole percentages that sum to 100 (largest remainder); all zero when nothing was counted."""
    total = sum(counts)
    if not total:
        return [0] * len(counts)
    exact = [100 * count / total for count in counts]
    whole = [int(share) for share in exact]
    by_remainder = sorted(range(len(counts)), key=lambda i: (whole[i] - exact[i], i))
    for i in by_remainder[: 100 - sum(whole)]:
        whole[i] += 1
    return whole


def is_due(n: int, shown: int) -> bool:
    """Whether a new state may be published: the number of voices has reached another multiple of five."""
    return n % STEP == 0 and n != shown


def vote_counts(annotation: Annotation) -> VoteCounts:
    """The published votes on an annotation."""
    return VoteCounts(annotation.shown_agree, annotation.shown_disagree, annotation.shown_pass)


def refresh_votes(annotation: Annotation) -> None:
    """After a vote on it was written: publish if a step is reached."""
    counts = _counted_votes([annotation.number]).get(annotation.number, VoteCounts())
    if is_due(counts.n, vote_counts(annotation).n):
        _publish_votes(annotation.number, counts)


def refresh_stances(thesis: Thesis, paragraph: Paragraph | None) -> None:
    """After a stance on it was written: publish if a step is reached."""
    place = (thesis.id, paragraph.id if paragraph else None, (paragraph or thesis).since_id)
    counts = _counted_stances(_at(place)).get(place, StanceCounts())
    tally = db.session.scalar(select(StanceTally).where(_tally_at(place)))
    shown = tally.carry + tally.change + tally.unclear + tally.against if tally else 0
    if is_due(counts.n, shown):
        _publish_stances(thesis.declaration_id, place, counts, tally)


def settle(declaration: Declaration, least: int = STEP) -> None:
    """Publish the exact counts of everything with at least five voices; called when voting ends."""
    numbers = db.session.scalars(select(Annotation.number).where(Annotation.declaration_id == declaration.id)).all()
    publish_exact(numbers, least)
    tallies = {(tally.thesis_id, tally.paragraph_id, tally.edition_id): tally for tally in _tallies(declaration)}
    for place, stances in _counted_stances(Stance.declaration_id == declaration.id).items():
        if stances.n >= least:
            _publish_stances(declaration.id, place, stances, tallies.get(place))


def publish_exact(numbers: Iterable[int], least: int = STEP) -> None:
    """Publish the exact votes on these annotations: voting has ended, or all votes arrived at one moment."""
    for number, votes in _counted_votes(numbers).items():
        if votes.n >= least:
            _publish_votes(number, votes)


def load_stance_counts(declaration: Declaration, edition: Edition | None = None) -> StancesByPlace:
    """The published stances on the text of an edition (the one in force), by thesis and paragraph.

    A stance counts for every edition in which its words stand: what was reworded since has its own.
    """
    found = {
        (tally.thesis_id, tally.paragraph_id, tally.edition_id): StanceCounts(
            tally.carry, tally.change, tally.unclear, tally.against
        )
        for tally in _tallies(declaration)
    }
    if not found:
        return {}
    places = _places(edition or current_edition(declaration))
    return {(thesis, paragraph): found[place] for place in places if place in found for thesis, paragraph, _ in [place]}


def _places(edition: Edition) -> list[Place]:
    """Every place of an edition with the edition since which its words stand."""
    theses = select(ThesisState.thesis_id, ThesisState.since_id).where(ThesisState.edition_id == edition.id)
    paragraphs = (
        # A paragraph that moved took its stances along: they are found under the thesis it is in now.
        select(Paragraph.thesis_id, Paragraph.id, Wording.edition_id)
        .join(ParagraphState, ParagraphState.paragraph_id == Paragraph.id)
        .join(Wording, Wording.id == ParagraphState.wording_id)
        .where(ParagraphState.edition_id == edition.id)
    )
    whole: list[Place] = [(thesis, None, since) for thesis, since in db.session.execute(theses)]
    return whole + [(thesis, key, since) for thesis, key, since in db.session.execute(paragraphs)]


def _tallies(declaration: Declaration) -> Iterable[StanceTally]:
    return db.session.scalars(select(StanceTally).where(StanceTally.declaration_id == declaration.id)).all()


def _counted_votes(numbers: Iterable[int]) -> dict[int, VoteCounts]:
    wanted = list(numbers)
    found: dict[int, dict[VoteValue, int]] = {}
    for start in range(0, len(wanted), 500):
        for number, value, count in db.session.execute(_votes(), {"numbers": wanted[start : start + 500]}):
            found.setdefault(number, {})[value] = count
    return {
        number: VoteCounts(
            counts.get(VoteValue.AGREE, 0), counts.get(VoteValue.DISAGREE, 0), counts.get(VoteValue.PASS, 0)
        )
        for number, counts in found.items()
    }


@lru_cache
def _votes() -> Any:
    query = select(Vote.annotation_id, Vote.value, func.count()).group_by(Vote.annotation_id, Vote.value)
    return query.where(Vote.annotation_id.in_(bindparam("numbers", expanding=True)))


def _publish_votes(number: int, counts: VoteCounts) -> None:
    change = {"shown_agree": counts.agree, "shown_disagree": counts.disagree, "shown_pass": counts.passes}
    db.session.execute(update(Annotation).where(Annotation.number == number).values(change))


def _at(place: Place) -> ColumnElement[bool]:
    thesis_id, paragraph_id, since = place
    return and_(
        Stance.thesis_id == thesis_id,
        Stance.edition_id == since,
        Stance.paragraph_id.is_(None) if paragraph_id is None else Stance.paragraph_id == paragraph_id,
    )


def _tally_at(place: Place) -> ColumnElement[bool]:
    thesis_id, paragraph_id, since = place
    same = StanceTally.paragraph_id.is_(None) if paragraph_id is None else StanceTally.paragraph_id == paragraph_id
    return and_(StanceTally.thesis_id == thesis_id, StanceTally.edition_id == since, same)


def _counted_stances(condition: ColumnElement[bool]) -> dict[Place, StanceCounts]:
    query = (
        select(Stance.thesis_id, Stance.paragraph_id, Stance.edition_id, Stance.value, func.count())
        .where(condition)
        .group_by(Stance.thesis_id, Stance.paragraph_id, Stance.edition_id, Stance.value)
    )
    found: dict[Place, dict[StanceValue, int]] = {}
    for thesis_id, paragraph_id, since, value, count in db.session.execute(query):
        found.setdefault((thesis_id, paragraph_id, since), {})[value] = count
    return {
        place: StanceCounts(**{value.value: counts.get(value, 0) for value in StanceValue})
        for place, counts in found.items()
    }


def _publish_stances(declaration_id: int, place: Place, counts: StanceCounts, tally: StanceTally | None) -> None:
    if tally is None:
        thesis_id, paragraph_id, since = place
        tally = StanceTally(
            declaration_id=declaration_id, thesis_id=thesis_id, paragraph_id=paragraph_id, edition_id=since
        )
        db.session.add(tally)
    for value in StanceValue:
        setattr(tally, value.value, getattr(counts, value.value))
    db.session.flush()

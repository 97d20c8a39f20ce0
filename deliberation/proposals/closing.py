"""The closing round as one person sees it: what may be rated, one's own marks, and results where they are public."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload, selectinload

from deliberation.annotations.models import Annotation
from deliberation.database import db
from deliberation.declarations.models import Declaration, Paragraph, Thesis
from deliberation.permissions import Activity, Permission, Phase, may
from deliberation.proposals import resistance
from deliberation.proposals.ballots import count_marks, load_current, load_shown_options
from deliberation.proposals.models import Ballot, BallotOption, Resistance
from deliberation.proposals.resistance import Result
from deliberation.text import DiffPart, word_diff


class Stage(Enum):
    """Where the closing round stands; only what is over is counted exactly."""

    BEFORE = "before"
    OPEN = "open"
    OVER = "over"


@dataclass(frozen=True)
class OptionView:
    """One wording to choose among. `diff` compares it with the present one; `result` is None where the person does not
    see it or there are fewer than five marks."""

    option: BallotOption
    is_shown: bool
    diff: tuple[DiffPart, ...]
    own: int | None
    result: Result | None

    @property
    def is_present(self) -> bool:
        return self.option.annotation_id is None

    @property
    def is_changed_since(self) -> bool:
        """Whether its author wrote something else after it was put up."""
        annotation = self.option.annotation
        return annotation is not None and annotation.proposed_wording != self.option.wording

    @property
    def field(self) -> str:
        return f"option-{self.option.id}"


@dataclass(frozen=True)
class BallotView:
    """`is_current`: the paragraph still reads as it did when the ballot was put up."""

    ballot: Ballot
    options: Sequence[OptionView]
    is_current: bool
    stage: Stage
    may_rate: bool
    shows_results: bool

    @property
    def shown(self) -> list[OptionView]:
        return [option for option in self.options if option.is_shown]

    @property
    def has_rated(self) -> bool:
        """Whether one rated every wording that is shown: only then the results of an open ballot are to be seen."""
        return all(option.own is not None for option in self.shown)

    @property
    def has_own_mark(self) -> bool:
        return any(option.own is not None for option in self.options)

    @property
    def least(self) -> list[OptionView]:
        """The wordings that meet the least resistance; several if they are level, none without a result for each."""
        return [self.shown[index] for index in resistance.least([option.result for option in self.shown])]

    @property
    def most_people(self) -> int:
        """The greatest number in any column, so that all pictures of a ballot have one scale."""
        return max((max(option.result.counts) for option in self.shown if option.result), default=0)


@dataclass(frozen=True)
class ClosingPage:
    declaration: Declaration
    stage: Stage
    ballots: Sequence[BallotView]

    def find(self, ballot_id: int) -> BallotView | None:
        return next((view for view in self.ballots if view.ballot.id == ballot_id), None)


@dataclass(frozen=True)
class _Facts:
    """What was looked up for all ballots at once, by id."""

    stages: Mapping[int, Stage]
    current: set[int]
    shown: set[int]
    own: Mapping[int, int]
    exact: Mapping[int, Sequence[int]]


def load_closing(person: Any, declaration: Declaration, where: ColumnElement[bool] | None = None) -> ClosingPage:
    """All ballots in the order of the text, or those that match. At most six queries after person and declaration."""
    ballots = _load_ballots(declaration, where)
    stage = stage_of(declaration)
    if not ballots:
        return ClosingPage(declaration, stage, ())
    facts = _look_up(person, ballots, stage)
    can_rate = may(person, Permission.RATE, declaration)
    return ClosingPage(declaration, stage, [_to_ballot(ballot, facts, can_rate) for ballot in ballots])


def _look_up(person: Any, ballots: Sequence[Ballot], stage: Stage) -> _Facts:
    current = load_current(ballots)
    stages = {one.id: Stage.OVER if stage is Stage.OPEN and one.id not in current else stage for one in ballots}
    over = [option.id for ballot in ballots if stages[ballot.id] is Stage.OVER for option in ballot.options]
    return _Facts(
        stages=stages,
        current=current,
        shown=load_shown_options(ballots),
        own=_own_marks(person, ballots),
        exact=count_marks(over) if over else {},
    )


def _to_ballot(ballot: Ballot, facts: _Facts, can_rate: bool) -> BallotView:
    stage = facts.stages[ballot.id]
    visible = [option for option in ballot.options if option.id in facts.shown]
    sees = stage is Stage.OVER or (stage is Stage.OPEN and all(option.id in facts.own for option in visible))
    return BallotView(
        ballot=ballot,
        options=[_to_option(option, ballot, facts, sees) for option in ballot.options],
        is_current=ballot.id in facts.current,
        stage=stage,
        may_rate=can_rate and stage is Stage.OPEN and len(visible) > 1,
        shows_results=sees,
    )


def _to_option(option: BallotOption, ballot: Ballot, facts: _Facts, sees: bool) -> OptionView:
    is_shown = option.id in facts.shown
    is_over = facts.stages[ballot.id] is Stage.OVER
    counts = facts.exact.get(option.id, ()) if is_over else option.shown
    return OptionView(
        option=option,
        is_shown=is_shown,
        diff=word_diff(ballot.options[0].wording, option.wording) if is_shown else (),
        own=facts.own.get(option.id),
        result=resistance.to_result(counts) if sees and is_shown else None,
    )


def stage_of(declaration: Declaration) -> Stage:
    if declaration.allows(Activity.RATE):
        return Stage.OPEN
    return Stage.OVER if declaration.phase in (Phase.EVALUATING, Phase.CLOSED) else Stage.BEFORE


def _load_ballots(declaration: Declaration, where: ColumnElement[bool] | None) -> list[Ballot]:
    query = (
        select(Ballot)
        .join(Ballot.paragraph)
        .join(Paragraph.thesis)
        .options(selectinload(Ballot.options).joinedload(BallotOption.annotation).joinedload(Annotation.author))
        .options(joinedload(Ballot.declaration))
        .where(Ballot.declaration_id == declaration.id)
        .order_by(Thesis.position, Paragraph.position, Ballot.id)
    )
    return list(db.session.scalars(query if where is None else query.where(where)).unique())


def _own_marks(person: Any, ballots: Sequence[Ballot]) -> dict[int, int]:
    membership = person.membership_in(ballots[0].declaration_id)
    if membership is None:
        return {}
    query = select(Resistance.option_id, Resistance.value).where(
        Resistance.rater_id == membership.id,
        Resistance.option_id.in_([option.id for ballot in ballots for option in ballot.options]),
    )
    return {option: value for option, value in db.session.execute(query)}  # noqa: C416

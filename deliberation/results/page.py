"""What the results page shows: the summary with the stances on one edition, the other editions, the closing round."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, func, select, union_all

from deliberation.annotations.models import StanceTally
from deliberation.database import db
from deliberation.declarations.models import Declaration, Edition, ParagraphState, ThesisState, Wording
from deliberation.permissions import Guest, Person
from deliberation.proposals.closing import BallotView, Stage, load_closing
from deliberation.results.filters import Filters
from deliberation.results.items import Item
from deliberation.results.overview import summarise_for_page
from deliberation.results.summary import Summary, summarise


@dataclass(frozen=True)
class EditionStances:
    """How many stances on the words of an edition are published."""

    number: int
    stances: int


@dataclass(frozen=True)
class ResultsPage:
    """`editions` is empty if there is only one, else the newest comes first. `ballots` are those that are being rated
    or are over; results are only there once they are over, so that the page is the same for everybody."""

    summary: Summary
    editions: Sequence[EditionStances]
    ballots: Sequence[BallotView]
    unseen: frozenset[int] = frozenset()
    # What a record brought of its closing round: there are no ballots behind it.
    brought: Sequence[Mapping[str, Any]] = ()
    # How long the lists are of which the summary may have the beginning alone.
    lengths: Mapping[str, int] = field(default_factory=dict)

    def item(self, number: int) -> Item | None:
        """An annotation that is shown."""
        return next((item for item in self.summary.visible if item.number == number), None)

    @property
    def kept(self) -> dict[str, str | int]:
        """What was chosen, for addresses that lead on: `written` is the edition of the annotations, `edition` that of the
        stances."""
        filters = self.summary.filters
        chosen = {
            "thesis": filters.thesis,
            "written": filters.edition,
            "kind": filters.kind.value if filters.kind else None,
            "since": filters.since.isoformat() if filters.since else None,
            "edition": self.chosen if filters.edition is None else None,
        }
        return {name: value for name, value in chosen.items() if value is not None}

    @property
    def is_in_force(self) -> bool:
        return self.summary.edition == self.summary.about.edition

    @property
    def chosen(self) -> int | None:
        """The edition for an address of this page; the one in force needs none."""
        return None if self.is_in_force else self.summary.edition

    @property
    def fuller(self) -> EditionStances | None:
        """The newest earlier edition on which there are more stances than on the one in force, which is shown."""
        if not self.is_in_force:
            return None
        return next((one for one in self.editions if one.stances > self.summary.figures.stances), None)


def load_results(
    person: Person,
    declaration: Declaration,
    edition: int | None = None,
    site: str = "",
    filters: Filters | None = None,
    is_short: bool = False,
    everything: str = "",
) -> ResultsPage:
    """`is_short`: without all annotations, and with the beginning of each list but that which is named by `everything`
    (`overview`).

    At most seven queries more than the summary, and five more where it is short:
    one for several editions, six for the closing round.

    The other editions are offered where they can be compared: not for a part of the text, or of what was written."""
    lengths: Mapping[str, int] = {}
    if is_short:
        summary, lengths = summarise_for_page(person, declaration, filters, site, edition, everything)
    else:
        summary = summarise(person, declaration, filters, site, stances_of=edition)
    closing = load_closing(Guest(), declaration)
    ballots = [one for one in closing.ballots if one.stage is not Stage.BEFORE]
    is_whole = summary.filters.thesis is None and summary.filters.edition is None
    return ResultsPage(
        summary=summary,
        editions=_count_stances(declaration) if len(summary.about.editions) > 1 and is_whole else (),
        ballots=ballots,
        unseen=_unseen(declaration, ballots),
        brought=declaration.imported["closing"] if declaration.imported else (),
        lengths=lengths,
    )


def _unseen(declaration: Declaration, ballots: Sequence[BallotView]) -> frozenset[int]:
    if not declaration.sends_after_look:
        return frozenset()
    options = [one.option for ballot in ballots for one in ballot.options]
    return frozenset(one.id for one in options if one.annotation is not None and one.annotation.reviewed_at is None)


def _count_stances(declaration: Declaration) -> list[EditionStances]:
    """The sums of what `load_stance_counts` finds for each edition. One query."""
    count = StanceTally.carry + StanceTally.change + StanceTally.unclear + StanceTally.against
    theses = select(ThesisState.edition_id.label("edition_id"), count.label("stances")).join(
        StanceTally,
        and_(
            StanceTally.thesis_id == ThesisState.thesis_id,
            StanceTally.edition_id == ThesisState.since_id,
            StanceTally.paragraph_id.is_(None),
            StanceTally.declaration_id == declaration.id,
        ),
    )
    paragraphs = (
        select(ParagraphState.edition_id, count)
        .join(Wording, Wording.id == ParagraphState.wording_id)
        .join(
            StanceTally,
            and_(
                StanceTally.paragraph_id == ParagraphState.paragraph_id,
                StanceTally.edition_id == Wording.edition_id,
                StanceTally.declaration_id == declaration.id,
            ),
        )
    )
    places = union_all(theses, paragraphs).subquery()
    query = (
        select(Edition.number, func.coalesce(func.sum(places.c.stances), 0))
        .outerjoin(places, places.c.edition_id == Edition.id)
        .where(Edition.declaration_id == declaration.id)
        .group_by(Edition.number)
        .order_by(Edition.number.desc())
    )
    return [EditionStances(number, int(stances)) for number, stances in db.session.execute(query)]

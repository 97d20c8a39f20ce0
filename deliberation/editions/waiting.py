"""Annotations whose place a person has to look at since the edition in force: the list, and one case opened.

Who checks sees what may be read by that person: what is withdrawn or not shown waits until it is shown again.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, true
from sqlalchemy.orm import contains_eager, joinedload

from deliberation.annotations.models import Anchor, AnchorVerdict, Annotation, Status, find_annotation
from deliberation.annotations.threads import visible_to
from deliberation.database import db
from deliberation.declarations.fates import AnchorState
from deliberation.declarations.models import Declaration, Edition, Membership, Thesis, current_edition
from deliberation.editions.doubt import Case, Item, load_case
from deliberation.permissions import Permission, require

LIST_MAX = 50
DECIDED_MAX = 10
WAITING_STATES = (AnchorState.REWORDED, AnchorState.GONE)


@dataclass(frozen=True)
class Decided:
    """A verdict that can be given anew, and who gave it."""

    annotation: Annotation
    anchor: Anchor
    checker: Membership | None


@dataclass(frozen=True)
class Filter:
    """What the address asks for."""

    state: AnchorState | None = None
    thesis: str = ""
    start: int = 0
    number: int | None = None


@dataclass(frozen=True)
class AnchorsPage:
    """The list as one person sees it. `states` and `theses` count what waits, `verdicts` what was decided; `missing`
    is the case asked for if it does not wait here."""

    declaration: Declaration
    edition: Edition
    states: dict[AnchorState, int]
    theses: Sequence[tuple[Thesis, int]]
    verdicts: dict[AnchorVerdict, int]
    wanted: Filter
    count: int
    items: Sequence[Item]
    start: int
    case: Case | None
    missing: int | None
    decided: Sequence[Decided]

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def nearly_identical(self) -> Sequence[Item]:
        """What this page of the list can accept at once."""
        return [item for item in self.items if item.is_nearly_identical]

    @property
    def place(self) -> int:
        """Of the opened case in this page of the list, from 0."""
        numbers = [item.annotation.number for item in self.items]
        return numbers.index(self.case.annotation.number) if self.case else 0

    @property
    def following(self) -> Annotation | None:
        """The next case, after the last one the first; None if there is no other."""
        return self.items[(self.place + 1) % len(self.items)].annotation if len(self.items) > 1 else None

    @property
    def next_start(self) -> int | None:
        end = self.start + len(self.items)
        return end if end < self.count else None


def load_anchors(person: Any, declaration: Declaration, wanted: Filter) -> AnchorsPage:
    """What waits, the oldest number first, with one case opened. At most twelve queries after person and declaration."""
    require(person, Permission.CHECK_ANCHORS, declaration)
    edition = current_edition(declaration)
    here = and_(Anchor.edition_id == edition.id, _readable(person, declaration))
    by_place, verdicts = _load_counts(here)
    states = {state: sum(n for (_t, one), n in by_place.items() if one is state) for state in WAITING_STATES}
    theses = _load_theses(by_place)
    within = {thesis.id for thesis, _n in theses if wanted.thesis in ("", thesis.number)}
    count = sum(n for (thesis, state), n in by_place.items() if thesis in within and wanted.state in (None, state))
    start = wanted.start if 0 <= wanted.start < count else 0
    where = and_(here, _waits(), Annotation.thesis_id.in_(within), _in_state(wanted.state))
    items = _load_items(where, start)
    opened = next((item for item in items if item.annotation.number == wanted.number), next(iter(items), None))
    is_missing = wanted.number and (opened is None or opened.annotation.number != wanted.number)
    return AnchorsPage(
        declaration=declaration,
        edition=edition,
        states=states,
        theses=theses,
        verdicts=verdicts,
        wanted=wanted,
        count=count,
        items=items,
        start=start,
        case=load_case(find_annotation(opened.annotation.number) or opened.annotation, edition) if opened else None,
        missing=wanted.number if is_missing else None,
        decided=_load_decided(here),
    )


def count_waiting(person: Any, declaration: Declaration) -> int:
    """How many annotations wait for a look at their place; one query."""
    return db.session.scalar(waiting_anchors(person, declaration)) or 0


def waiting_anchors(person: Any, declaration: Declaration) -> Select[int]:
    """The number of annotations that wait for a look at their place, as a query."""
    newest = select(Edition.id).where(Edition.declaration_id == declaration.id).order_by(Edition.number.desc()).limit(1)
    query = select(func.count()).select_from(Anchor).join(Annotation, Annotation.number == Anchor.annotation_id)
    return query.where(Anchor.edition_id == newest.scalar_subquery(), _readable(person, declaration), _waits())


def _readable(person: Any, declaration: Declaration) -> ColumnElement[bool]:
    shown = Annotation.status.in_((Status.VISIBLE, Status.PENDING))
    return and_(Annotation.declaration_id == declaration.id, shown, visible_to(person, declaration.id))


def _waits() -> ColumnElement[bool]:
    return and_(Anchor.verdict.is_(None), Anchor.state.in_(WAITING_STATES))


def _in_state(state: AnchorState | None) -> ColumnElement[bool]:
    return Anchor.state == state if state else true()


def _load_counts(
    here: ColumnElement[bool],
) -> tuple[dict[tuple[int, AnchorState], int], dict[AnchorVerdict, int]]:
    """What waits by thesis and state, and what was decided by verdict; one query."""
    query = (
        select(Annotation.thesis_id, Anchor.state, Anchor.verdict, func.count())
        .join(Annotation, Annotation.number == Anchor.annotation_id)
        .where(here)
        .group_by(Annotation.thesis_id, Anchor.state, Anchor.verdict)
    )
    waiting: Counter[tuple[int, AnchorState]] = Counter()
    verdicts: Counter[AnchorVerdict] = Counter()
    for thesis, state, verdict, count in db.session.execute(query):
        if verdict is not None:
            verdicts[verdict] += count
        elif state in WAITING_STATES:
            waiting[thesis, state] += count
    return waiting, {verdict: verdicts[verdict] for verdict in AnchorVerdict}


def _load_theses(by_place: dict[tuple[int, AnchorState], int]) -> list[tuple[Thesis, int]]:
    """The theses with something to check and how much, those included that an edition took out."""
    if not by_place:
        return []
    counts: Counter[int] = Counter()
    for (thesis, _state), count in by_place.items():
        counts[thesis] += count
    query = select(Thesis).where(Thesis.id.in_(counts)).order_by(Thesis.position, Thesis.id)
    return [(thesis, counts[thesis.id]) for thesis in db.session.scalars(query)]


def _load_items(where: ColumnElement[bool], start: int) -> list[Item]:
    query = (
        select(Anchor, Annotation)
        .join(Annotation, Annotation.number == Anchor.annotation_id)
        .join(Annotation.thesis)
        .options(contains_eager(Annotation.thesis), joinedload(Annotation.author), joinedload(Annotation.paragraph))
        .where(where)
        .order_by(Annotation.number)
        .offset(start)
        .limit(LIST_MAX)
    )
    return [Item(annotation, anchor) for anchor, annotation in db.session.execute(query)]


def _load_decided(here: ColumnElement[bool]) -> list[Decided]:
    """The last verdicts that people gave, the newest first."""
    query = (
        select(Anchor, Annotation, Membership)
        .join(Annotation, Annotation.number == Anchor.annotation_id)
        .outerjoin(Membership, Membership.id == Anchor.checked_by_id)
        .options(joinedload(Annotation.thesis), joinedload(Annotation.paragraph))
        .where(here, Anchor.verdict.is_not(None))
        .order_by(Anchor.checked_at.desc(), Anchor.id.desc())
        .limit(DECIDED_MAX)
    )
    return [Decided(annotation, anchor, checker) for anchor, annotation, checker in db.session.execute(query)]

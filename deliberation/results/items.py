"""The annotations of a declaration as everybody may see them."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, null, or_, select
from sqlalchemy.orm import aliased

from deliberation.annotations.models import (
    EXPECTS_OUTCOME,
    Anchor,
    AnchorVerdict,
    Annotation,
    Kind,
    Outcome,
    OutcomeValue,
    Response,
    ResponseKind,
    Status,
)
from deliberation.annotations.outcomes import latest_outcome
from deliberation.annotations.tallies import VoteCounts
from deliberation.annotations.threads import may_be_passed_on, visible_to
from deliberation.clock import BERLIN
from deliberation.database import db
from deliberation.declarations.fates import AnchorState
from deliberation.declarations.models import (
    Declaration,
    Edition,
    Membership,
    Paragraph,
    ParagraphState,
    Thesis,
    Wording,
)
from deliberation.permissions import Guest
from deliberation.results.filters import Filters, Names


@dataclass(frozen=True)
class Answer:
    """A moderator's public answer; `by` is empty where names are left out."""

    kind: ResponseKind
    body: str
    by: str
    day: date


@dataclass(frozen=True, slots=True)
class Item:
    """One annotation or reply. If it is not passed on (`may_be_passed_on`), it only keeps the place of replies to it:
    no words, no author, no day, no votes. `author` is None for somebody who left, empty where names are left out.

    Thesis, paragraph and sentences are those of the edition that is shown, `edition` is the one it was written to.
    `outcome` is what became of it, with the edition where words changed and the day it was said."""

    number: int
    thesis: str
    paragraph: str | None
    sentences: tuple[int, ...]
    edition: int
    kind: Kind | None
    parent: int | None
    root: int
    author: str | None
    created: date | None
    edited: date | None
    body: str
    quote: str
    wording: str
    is_quotable: bool
    votes: VoteCounts
    status: Status
    responses: tuple[Answer, ...]
    outcome: OutcomeValue | None
    outcome_reason: str
    outcome_edition: int | None
    outcome_day: date | None

    @property
    def is_visible(self) -> bool:
        return self.status is Status.VISIBLE

    @property
    def is_reply(self) -> bool:
        return self.parent is not None

    @property
    def label(self) -> str:
        return f"A-{self.number}"


def load_items(
    declaration: Declaration, filters: Filters, editions: Sequence[Edition], shown: Edition
) -> tuple[Item, ...]:
    """The annotations that match in order of their numbers, placed in the text of the edition `shown`. Two queries."""
    numbers = {edition.id: edition.number for edition in editions}
    rows = _with_ground(db.session.execute(_query(declaration, filters, numbers, shown)).all())
    authors = _author_names(rows, filters)
    answers = _load_answers(declaration, filters)
    return tuple(
        Item(
            number=row.number,
            thesis=row.thesis,
            paragraph=row.paragraph,
            sentences=tuple(row.sentences or ()),
            edition=numbers[row.edition_id],
            kind=row.kind,
            parent=row.parent_id,
            root=row.root_id or row.number,
            author=authors.get(row.author_id) if row.is_public else "",
            created=_day(row.created_at),
            edited=_day(row.edited_at),
            body=row.body or "",
            quote=row.quote or "",
            wording=row.wording or "",
            is_quotable=bool(row.is_quotable),
            votes=VoteCounts(row.agree or 0, row.disagree or 0, row.passes or 0),
            status=_status_outside(row),
            responses=tuple(answers.get(row.number, ())) if row.is_public else (),
            outcome=row.outcome or (OutcomeValue.RECEIVED if row.kind in EXPECTS_OUTCOME else None),
            outcome_reason=row.outcome_reason or "",
            outcome_edition=numbers.get(row.outcome_edition_id),
            outcome_day=_day(row.decided_at),
        )
        for row in rows
    )


def _status_outside(row: Any) -> Status:
    """What a moderator still has to look at and what she decided not to show look the same from outside."""
    if row.is_public:
        return Status.VISIBLE
    return Status.WITHDRAWN if row.status is Status.WITHDRAWN else Status.HIDDEN


def published(declaration: Declaration) -> ColumnElement[bool]:
    """What somebody without an account gets to read: the one question, asked as a stranger."""
    return visible_to(Guest(), declaration.id)


def load_answered(declaration: Declaration) -> frozenset[int]:
    """Numbers of annotations that have a visible reply or a response, whatever the filters. One query."""
    replied = select(Annotation.root_id).where(
        Annotation.declaration_id == declaration.id, Annotation.root_id.is_not(None), published(declaration)
    )
    responded = (
        select(Response.annotation_id)
        .join(Annotation, Annotation.number == Response.annotation_id)
        .where(Annotation.declaration_id == declaration.id)
    )
    return frozenset(number for number in db.session.scalars(replied.union(responded)) if number is not None)


@dataclass(frozen=True)
class _Place:
    """Where annotations stand: three columns, and the tables they need beside those of the present place."""

    thesis: Any
    paragraph: Any
    sentences: Any
    joins: tuple[tuple[Any, ColumnElement[bool]], ...]


def _as_written() -> _Place:
    """In the edition each was written to; a reply to words which that did not have any more stands where it is now."""
    then = aliased(Thesis)
    state = and_(
        ParagraphState.edition_id == Annotation.edition_id, ParagraphState.paragraph_id == Wording.paragraph_id
    )
    return _Place(
        thesis=func.coalesce(then.number, Thesis.number),
        paragraph=func.coalesce(ParagraphState.number, Paragraph.number),
        sentences=Annotation.sentences,
        joins=(
            (Wording, Wording.id == Annotation.wording_id),
            (ParagraphState, state),
            (then, then.id == ParagraphState.thesis_id),
        ),
    )


def _in_force(edition: Edition) -> _Place:
    """Where they are read now. Sentences only where their words surely are."""
    is_sure = or_(
        Anchor.verdict.in_((AnchorVerdict.ACCEPTED, AnchorVerdict.PLACED)),
        and_(Anchor.verdict.is_(None), Anchor.state.in_((AnchorState.SAME, AnchorState.MOVED))),
    )
    return _Place(
        thesis=Thesis.number,
        paragraph=Paragraph.number,
        sentences=case((Anchor.id.is_(None), Annotation.sentences), (is_sure, Anchor.sentences), else_=null()),
        joins=((Anchor, and_(Anchor.annotation_id == Annotation.number, Anchor.edition_id == edition.id)),),
    )


def _query(declaration: Declaration, filters: Filters, editions: Mapping[int, int], shown: Edition) -> Any:
    public = may_be_passed_on(declaration)
    place = _in_force(shown) if filters.edition is None else _as_written()

    def if_public(column: Any) -> Any:
        return case((public, column), else_=null())

    query = (
        select(
            Annotation.number,
            place.thesis.label("thesis"),
            place.paragraph.label("paragraph"),
            Annotation.edition_id,
            Annotation.parent_id,
            Annotation.root_id,
            Annotation.status,
            public.label("is_public"),
            if_public(Annotation.author_id).label("author_id"),
            if_public(Membership.pseudonym).label("pseudonym"),
            if_public(Annotation.kind).label("kind"),
            if_public(place.sentences).label("sentences"),
            if_public(Annotation.created_at).label("created_at"),
            if_public(Annotation.edited_at).label("edited_at"),
            if_public(Annotation.body).label("body"),
            if_public(Annotation.quote).label("quote"),
            if_public(Annotation.proposed_wording).label("wording"),
            if_public(Annotation.is_quotable).label("is_quotable"),
            if_public(Annotation.shown_agree).label("agree"),
            if_public(Annotation.shown_disagree).label("disagree"),
            if_public(Annotation.shown_pass).label("passes"),
            if_public(Outcome.value).label("outcome"),
            if_public(Outcome.reason).label("outcome_reason"),
            if_public(Outcome.edition_id).label("outcome_edition_id"),
            if_public(Outcome.decided_at).label("decided_at"),
        )
        .join(Thesis, Thesis.id == Annotation.thesis_id)
        .outerjoin(Paragraph, Paragraph.id == Annotation.paragraph_id)
        .outerjoin(Membership, Membership.id == Annotation.author_id)
        .outerjoin(Outcome, Outcome.id == latest_outcome())
    )
    for table, condition in place.joins:
        query = query.outerjoin(table, condition)
    conditions = _conditions(filters, editions, place)
    return query.where(Annotation.declaration_id == declaration.id, *conditions).order_by(Annotation.number)


def _conditions(filters: Filters, editions: Mapping[int, int], place: _Place) -> Iterable[ColumnElement[bool]]:
    if filters.thesis is not None:
        yield place.thesis == filters.thesis
    if filters.edition is not None:
        yield Annotation.edition_id.in_([key for key, number in editions.items() if number == filters.edition])
    if filters.since is not None:
        yield Annotation.created_at >= datetime.combine(filters.since, time(), BERLIN)
    if filters.kind is not None:
        yield Annotation.kind == filters.kind


def _with_ground(rows: Sequence[Any]) -> list[Any]:
    """What is passed on, and what is not but has something below it that is."""
    by_number = {row.number: row for row in rows}
    kept = {row.number for row in rows if row.is_public}
    for number in list(kept):
        parent = by_number[number].parent_id
        while parent in by_number and parent not in kept:
            kept.add(parent)
            parent = by_number[parent].parent_id
    return [row for row in rows if row.number in kept]


def _author_names(rows: Iterable[Any], filters: Filters) -> dict[int | None, str | None]:
    """What stands for each author. Numbers are drawn anew for every file, so that two files cannot be joined."""
    authors = {row.author_id: row.pseudonym for row in rows if row.author_id is not None}
    match Names(filters.names):
        case Names.PSEUDONYMS:
            return {None: None, **authors}
        case Names.NUMBERS:
            drawn = random.SystemRandom().sample(range(1, len(authors) + 1), len(authors))
            return {None: None, **{author: f"Person {n}" for author, n in zip(authors, drawn, strict=True)}}
        case Names.NONE:
            return {None: "", **dict.fromkeys(authors, "")}


def _load_answers(declaration: Declaration, filters: Filters) -> dict[int, list[Answer]]:
    query = (
        select(Response)
        .join(Annotation, Annotation.number == Response.annotation_id)
        .where(Annotation.declaration_id == declaration.id, may_be_passed_on(declaration))
        .order_by(Response.id)
    )
    found: dict[int, list[Answer]] = {}
    for response in db.session.scalars(query):
        by = response.author.shown_name if filters.names == Names.PSEUDONYMS else ""
        answer = Answer(response.kind, response.body, by, response.created_at.astimezone(BERLIN).date())
        found.setdefault(response.annotation_id, []).append(answer)
    return found


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(BERLIN).date() if moment else None

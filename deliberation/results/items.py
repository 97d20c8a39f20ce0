"""The annotations of a declaration as everybody may see them."""

import random
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, not_, select

from deliberation.annotations.models import (
    EXPECTS_OUTCOME,
    Annotation,
    Kind,
    OutcomeValue,
    Response,
    ResponseKind,
    Status,
)
from deliberation.annotations.tallies import VoteCounts
from deliberation.annotations.threads import may_be_passed_on, visible_to
from deliberation.clock import to_day
from deliberation.database import db
from deliberation.declarations.models import Declaration, Edition, Membership
from deliberation.permissions import Guest
from deliberation.results.filters import Filters, Names
from deliberation.results.selecting import select_items, select_matching
from deliberation.results.web_annotation import Target, Targets

AT_ONCE = 500
"""Annotations that are held while many are gone through."""


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
    # The words of the text it was written on; only where a file needs them.
    target: Target | None = None
    # "table: …" or "paper: …" of what nobody wrote here under a pseudonym.
    origin: str = ""

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
    rows = _with_ground(db.session.execute(select_items(declaration, filters, numbers, shown)).all())
    authors = _author_names({row.author_id: row.pseudonym for row in rows if row.author_id is not None}, filters)
    answers = _load_answers(declaration, filters)
    return tuple(_to_item(row, numbers, authors, answers) for row in rows)


def iter_items(
    declaration: Declaration,
    filters: Filters,
    editions: Sequence[Edition],
    shown: Edition,
    with_targets: bool = False,
    pause: Callable[[], None] | None = None,
) -> Iterator[Item]:
    """As `load_items`, a few at a time, so that there may be any number of them; nothing that is written from now on.

    `pause` is called after each few: it may end the transaction, so that nobody who writes waits for long (SQLite). Then what
    changes meanwhile is read as it is when its turn comes; each annotation is read once, and whoever counts them here counts
    what stands in the file."""
    numbers = {edition.id: edition.number for edition in editions}
    ground = _find_ground(declaration, filters, numbers, shown)
    authors = _author_names(_load_authors(declaration, filters, numbers, shown), filters)
    to_target = Targets(declaration, numbers).of if with_targets else None
    matching = select_matching(declaration, filters, numbers, shown, Annotation.number).order_by(Annotation.number)
    wanted = array("L", db.session.scalars(matching))
    query = select_items(declaration, filters, numbers, shown, with_targets)
    for start in range(0, len(wanted), AT_ONCE):
        # By their numbers they are found at once; of the numbers behind one, SQLite sorts all for each few.
        part = db.session.execute(query.where(Annotation.number.in_(wanted[start : start + AT_ONCE].tolist()))).all()
        rows = [row for row in part if row.is_public or row.number in ground]
        answers = _load_answers(declaration, filters, [row.number for row in rows if row.is_public])
        if pause:
            pause()
        for row in rows:
            if row.author_id not in authors:
                # Published while the others were read.
                authors |= _author_names({row.author_id: row.pseudonym}, filters, len(authors))
            yield _to_item(row, numbers, authors, answers, to_target)


def count_matching(declaration: Declaration, filters: Filters, editions: Sequence[Edition], shown: Edition) -> int:
    """How many annotations a file with these filters would be about, placeholders among them."""
    numbers = {edition.id: edition.number for edition in editions}
    matching = select_matching(declaration, filters, numbers, shown, func.count(Annotation.number))
    return db.session.scalar(matching) or 0


def _to_item(
    row: Any,
    numbers: Mapping[int, int],
    authors: Mapping[int | None, str | None],
    answers: Mapping[int, Sequence[Answer]],
    to_target: Callable[[Any], Target | None] | None = None,
) -> Item:
    return Item(
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
        origin=f"{row.origin.value}: {row.pseudonym}" if row.origin else "",
        target=to_target(row) if to_target and row.is_public else None,
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


def _find_ground(declaration: Declaration, filters: Filters, numbers: Mapping[int, int], shown: Edition) -> set[int]:
    """As `_with_ground`, without reading everything: what is not passed on, and then who of the rest stands below it."""
    public = may_be_passed_on(declaration)
    matching = select_matching(declaration, filters, numbers, shown, Annotation.number, Annotation.parent_id)
    parents = dict(db.session.execute(matching.where(not_(public))).all())
    replied = select_matching(declaration, filters, numbers, shown, Annotation.parent_id)
    replied = replied.where(public, Annotation.parent_id.is_not(None)).distinct()
    ground: set[int] = set()
    for number in db.session.scalars(replied):
        while number in parents and number not in ground:
            ground.add(number)
            number = parents[number]
    return ground


def _load_authors(
    declaration: Declaration, filters: Filters, numbers: Mapping[int, int], shown: Edition
) -> dict[int, str]:
    columns = Membership.id, Membership.pseudonym
    query = select_matching(declaration, filters, numbers, shown, *columns).join(
        Membership, Membership.id == Annotation.author_id
    )
    return dict(db.session.execute(query.where(may_be_passed_on(declaration)).distinct()).all())


def _author_names(authors: Mapping[int, str], filters: Filters, first: int = 1) -> dict[int | None, str | None]:
    """What stands for each author. Numbers are drawn anew for every file, so that two files cannot be joined."""
    match Names(filters.names):
        case Names.PSEUDONYMS:
            return {None: None} | dict(authors)
        case Names.NUMBERS:
            drawn = random.SystemRandom().sample(range(first, len(authors) + first), len(authors))
            return {None: None, **{author: f"Person {n}" for author, n in zip(authors, drawn, strict=True)}}
        case Names.NONE:
            return {None: "", **dict.fromkeys(authors, "")}


def _load_answers(
    declaration: Declaration, filters: Filters, numbers: Sequence[int] | None = None
) -> dict[int, list[Answer]]:
    query = (
        select(Response)
        .join(Annotation, Annotation.number == Response.annotation_id)
        .where(Annotation.declaration_id == declaration.id, may_be_passed_on(declaration))
        .order_by(Response.id)
    )
    if numbers is not None:
        # They are known to be passed on, and the index finds their answers at once.
        query = select(Response).where(Response.annotation_id.in_(numbers)).order_by(Response.id)
    found: dict[int, list[Answer]] = {}
    for response in db.session.scalars(query):
        by = response.author.shown_name if filters.names == Names.PSEUDONYMS else ""
        answer = Answer(response.kind, response.body, by, to_day(response.created_at))
        found.setdefault(response.annotation_id, []).append(answer)
    return found


def _day(moment: datetime | None) -> date | None:
    return to_day(moment) if moment else None

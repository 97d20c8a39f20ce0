"""Reading the annotations of a declaration as everybody may see them: all at once, or any number a few at a time."""

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, not_, select

from deliberation.annotations.models import Annotation, Response
from deliberation.annotations.threads import may_be_passed_on, visible_to
from deliberation.clock import to_day
from deliberation.database import db
from deliberation.declarations.models import Declaration, Edition
from deliberation.permissions import Guest
from deliberation.results.filters import Filters, Names
from deliberation.results.items import AT_ONCE, Answer, Item
from deliberation.results.making import Maker
from deliberation.results.selecting import FIRST, LAST, select_ground, select_items, select_matching


def load_items(
    declaration: Declaration, filters: Filters, editions: Sequence[Edition], shown: Edition
) -> tuple[Item, ...]:
    """The annotations that match in order of their numbers, placed in the text of the edition `shown`. Three queries, and one
    more where pseudonyms become numbers."""
    numbers = {edition.id: edition.number for edition in editions}
    found = _rows(select_items(declaration, filters, numbers, shown))
    ground = _worth_showing(found, _rows(select_ground(declaration, filters, numbers, shown)))
    make = Maker(declaration, filters, numbers, _load_authors(declaration, filters, numbers, shown))
    answers = _load_answers(declaration, filters)
    return tuple(_in_order([make.item(row, answers.get(row[0], ())) for row in found], map(make.ground, ground)))


def load_some(
    declaration: Declaration, filters: Filters, editions: Sequence[Edition], shown: Edition, numbers: Sequence[int]
) -> Sequence[Item]:
    """Those with these numbers, without the answers of moderators, as far as they match and are passed on."""
    by_id = {edition.id: edition.number for edition in editions}
    make = Maker(declaration, filters, by_id)
    query = select_items(declaration, filters, by_id, shown)
    parts = (numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE))
    return [make.item(row, ()) for part in parts for row in _rows(query.where(Annotation.number.in_(part)))]


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
    authors = _load_authors(declaration, filters, numbers, shown)
    make = Maker(declaration, filters, numbers, authors, with_targets)
    matching = select_matching(declaration, filters, numbers, shown, Annotation.number).order_by(Annotation.number)
    wanted = array("L", db.session.scalars(matching))
    items = select_items(declaration, filters, numbers, shown, with_targets, is_part=True)
    bare = select_ground(declaration, filters, numbers, shown, is_part=True)
    for start in range(0, len(wanted), AT_ONCE):
        here = {FIRST.key: wanted[start], LAST.key: wanted[min(start + AT_ONCE, len(wanted)) - 1]}
        rows = _rows(items, here)
        answers = _load_answers(declaration, filters, here)
        below = [row for row in _rows(bare, here) if row[0] in ground] if _has_any(ground, here) else []
        if pause:
            pause()
        made = [make.item(row, answers.get(row[0], ())) for row in rows]
        yield from _in_order(made, map(make.ground, below))


def _rows(query: Any, values: Mapping[str, int] | None = None) -> Sequence[Any]:
    """Without the session, which would look at each row."""
    return db.session.connection().execute(query, values).all()


def _in_order(items: Iterable[Item], ground: Iterable[Item]) -> list[Item]:
    return sorted([*items, *ground], key=lambda item: item.number)


def _has_any(ground: Collection[int], here: Mapping[str, int]) -> bool:
    return any(here[FIRST.key] <= number <= here[LAST.key] for number in ground)


def count_matching(declaration: Declaration, filters: Filters, editions: Sequence[Edition], shown: Edition) -> int:
    """How many annotations a file with these filters would be about, placeholders among them."""
    numbers = {edition.id: edition.number for edition in editions}
    matching = select_matching(declaration, filters, numbers, shown, func.count(Annotation.number))
    return db.session.scalar(matching) or 0


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


def _worth_showing(found: Sequence[Any], hidden: Sequence[Any]) -> list[Any]:
    """Of what is not passed on that which has something below it that is."""
    parents = {row[0]: row[4] for row in hidden}
    ground = _ground({row[4] for row in found}, parents)
    return [row for row in hidden if row[0] in ground]


def _ground(answered: Iterable[int | None], parents: Mapping[int, int | None]) -> set[int]:
    ground: set[int] = set()
    for number in answered:
        while number is not None and number in parents and number not in ground:
            ground.add(number)
            number = parents[number]
    return ground


def _find_ground(declaration: Declaration, filters: Filters, numbers: Mapping[int, int], shown: Edition) -> set[int]:
    """As `_worth_showing`, without reading everything: what is not passed on, and then who of the rest stands below it."""
    public = may_be_passed_on(declaration)
    matching = select_matching(declaration, filters, numbers, shown, Annotation.number, Annotation.parent_id)
    parents = dict(map(tuple, db.session.execute(matching.where(not_(public)))))
    if not parents:
        return set()
    hidden = select_matching(declaration, Filters(), numbers, shown, Annotation.number).where(not_(public))
    replied = select_matching(declaration, filters, numbers, shown, Annotation.parent_id)
    replied = replied.where(public, Annotation.parent_id.in_(hidden.subquery().select())).distinct()
    return _ground(db.session.scalars(replied), parents)


def _load_authors(
    declaration: Declaration, filters: Filters, numbers: Mapping[int, int], shown: Edition
) -> Sequence[int]:
    """Who wrote any of it; only where they are counted through."""
    if Names(filters.names) is not Names.NUMBERS:
        return ()
    query = select_matching(declaration, filters, numbers, shown, Annotation.author_id)
    query = query.where(may_be_passed_on(declaration), Annotation.author_id.is_not(None)).distinct()
    return db.session.scalars(query).all()


def _load_answers(
    declaration: Declaration, filters: Filters, here: Mapping[str, int] | None = None
) -> dict[int, list[Answer]]:
    """By the number of what they answer; `here`: only those between `first` and `last`, of which more may be found."""
    query = select(Response).order_by(Response.id)
    if here is None:
        query = query.join(Annotation, Annotation.number == Response.annotation_id)
        query = query.where(Annotation.declaration_id == declaration.id, may_be_passed_on(declaration))
    else:
        query = query.where(Response.annotation_id.between(FIRST, LAST))
    found: dict[int, list[Answer]] = {}
    for response in db.session.scalars(query, here):
        by = response.author.shown_name if filters.names == Names.PSEUDONYMS else ""
        answer = Answer(response.kind, response.body, by, to_day(response.created_at))
        found.setdefault(response.annotation_id, []).append(answer)
    return found

"""Which annotations belong to a selection, where they stand in the text that is shown, and what of them may be read at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    String,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    not_,
    null,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import aliased

from deliberation.annotations.models import Anchor, AnchorVerdict, Annotation, Outcome
from deliberation.annotations.outcomes import latest_outcome
from deliberation.annotations.threads import may_be_passed_on
from deliberation.clock import BERLIN
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
from deliberation.results.filters import Filters

FIRST, LAST = bindparam("first", type_=Integer), bindparam("last", type_=Integer)
"""Numbers between which a part is read."""


@dataclass(frozen=True)
class Place:
    """Where annotations stand: three columns, and the tables they need beside those of the present place."""

    thesis: Any
    paragraph: Any
    sentences: Any
    joins: tuple[tuple[Any, ColumnElement[bool]], ...]


def _as_written() -> Place:
    """In the edition each was written to; a reply to words which that did not have any more stands where it is now."""
    then = aliased(Thesis)
    state = and_(
        ParagraphState.edition_id == Annotation.edition_id, ParagraphState.paragraph_id == Wording.paragraph_id
    )
    return Place(
        thesis=func.coalesce(then.number, Thesis.number),
        paragraph=func.coalesce(ParagraphState.number, Paragraph.number),
        sentences=Annotation.sentences,
        joins=(
            (Wording, Wording.id == Annotation.wording_id),
            (ParagraphState, state),
            (then, then.id == ParagraphState.thesis_id),
        ),
    )


def _in_force(edition: Edition) -> Place:
    """Where they are read now. Sentences only where their words surely are."""
    is_sure = or_(
        Anchor.verdict.in_((AnchorVerdict.ACCEPTED, AnchorVerdict.PLACED)),
        and_(Anchor.verdict.is_(None), Anchor.state.in_((AnchorState.SAME, AnchorState.MOVED))),
    )
    return Place(
        thesis=Thesis.number,
        paragraph=Paragraph.number,
        sentences=case((Anchor.id.is_(None), Annotation.sentences), (is_sure, Anchor.sentences), else_=null()),
        joins=((Anchor, and_(Anchor.annotation_id == Annotation.number, Anchor.edition_id == edition.id)),),
    )


def select_items(
    declaration: Declaration,
    filters: Filters,
    editions: Mapping[int, int],
    shown: Edition,
    with_targets: bool = False,
    is_part: bool = False,
) -> Any:
    """What is passed on, as `making.Maker` takes it: plain values, times in UTC without a zone, enumerations by their values.
    `is_part`: only between FIRST and LAST."""
    place = _place(filters, shown)
    query = (
        select(
            Annotation.number,
            place.thesis,
            place.paragraph,
            Annotation.edition_id,
            Annotation.parent_id,
            Annotation.root_id,
            Annotation.author_id,
            Membership.pseudonym,
            type_coerce(Membership.origin, String).label("origin"),
            type_coerce(Annotation.kind, String).label("kind"),
            cast(place.sentences, Text).label("sentences"),
            type_coerce(Annotation.created_at, DateTime).label("created_at"),
            type_coerce(Annotation.edited_at, DateTime).label("edited_at"),
            Annotation.body,
            Annotation.quote,
            Annotation.proposed_wording,
            Annotation.is_quotable,
            Annotation.shown_agree,
            Annotation.shown_disagree,
            Annotation.shown_pass,
            type_coerce(Outcome.value, String).label("outcome"),
            Outcome.reason,
            Outcome.edition_id,
            type_coerce(Outcome.decided_at, DateTime).label("decided_at"),
        )
        .select_from(Annotation)
        .outerjoin(Membership, Membership.id == Annotation.author_id)
        .outerjoin(Outcome, Outcome.id == latest_outcome())
    )
    if with_targets:
        then = cast(Annotation.sentences, Text).label("sentences_then")
        query = query.add_columns(Annotation.wording_id, then, Annotation.quote_start)
    return _narrowed(query.where(may_be_passed_on(declaration)), declaration, filters, editions, place, is_part=is_part)


def select_ground(
    declaration: Declaration, filters: Filters, editions: Mapping[int, int], shown: Edition, is_part: bool = False
) -> Any:
    """Of what is not passed on: number, place, edition, parent, root and state, and no more."""
    place = _place(filters, shown)
    query = select(
        Annotation.number,
        place.thesis,
        place.paragraph,
        Annotation.edition_id,
        Annotation.parent_id,
        Annotation.root_id,
        type_coerce(Annotation.status, String).label("status"),
    ).select_from(Annotation)
    return _narrowed(query.where(not_(may_be_passed_on(declaration))), declaration, filters, editions, place, is_part=is_part)


def select_counts(
    declaration: Declaration, filters: Filters, editions: Mapping[int, int], shown: Edition
) -> Any:
    """How many of what is passed on stand at each place, by kind and outcome, with the sum of their votes. Places are ids where
    they are those of the text in force: that is one pass through `ix_annotation_figures`."""
    place = _place(filters, shown)
    is_now = filters.edition is None
    where = (Annotation.thesis_id, Annotation.paragraph_id) if is_now else (place.thesis, place.paragraph)
    by = (*where, Annotation.kind, Annotation.outcome)
    votes = Annotation.shown_agree + Annotation.shown_disagree + Annotation.shown_pass
    query = select(*by, func.count(), func.sum(votes)).select_from(Annotation).where(may_be_passed_on(declaration)).group_by(*by)
    return _narrowed(query, declaration, filters, editions, place, with_place=not is_now or filters.thesis is not None)


def select_matching(
    declaration: Declaration, filters: Filters, editions: Mapping[int, int], shown: Edition, *columns: Any
) -> Any:
    """Columns of the same annotations, without the rest: to count, or to look at before."""
    query = select(*columns).select_from(Annotation)
    return _narrowed(query, declaration, filters, editions, _place(filters, shown), with_place=filters.thesis is not None)


def _place(filters: Filters, shown: Edition) -> Place:
    return _in_force(shown) if filters.edition is None else _as_written()


def _narrowed(
    query: Any,
    declaration: Declaration,
    filters: Filters,
    editions: Mapping[int, int],
    place: Place,
    with_place: bool = True,
    is_part: bool = False,
) -> Any:
    if with_place:
        query = query.join(Thesis, Thesis.id == Annotation.thesis_id)
        query = query.outerjoin(Paragraph, Paragraph.id == Annotation.paragraph_id)
        for table, condition in place.joins:
            query = query.outerjoin(table, condition)
    here: Any = Annotation.declaration_id
    if is_part:
        # By their numbers they are found at once; with an index of the declaration, SQLite would look through all of it.
        here = here + 0
        query = query.where(Annotation.number.between(FIRST, LAST))
    return query.where(here == declaration.id, *_conditions(filters, editions, place))


def _conditions(filters: Filters, editions: Mapping[int, int], place: Place) -> Iterable[ColumnElement[bool]]:
    if filters.thesis is not None:
        yield place.thesis == filters.thesis
    if filters.edition is not None:
        yield Annotation.edition_id.in_([key for key, number in editions.items() if number == filters.edition])
    if filters.since is not None:
        yield Annotation.created_at >= datetime.combine(filters.since, time(), BERLIN)
    if filters.kind is not None:
        yield Annotation.kind == filters.kind

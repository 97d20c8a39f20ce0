"""Which annotations belong to a selection, where they stand in the text that is shown, and what of them may be read at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, null, or_, select
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
) -> Any:
    """In order of their numbers; of what is not passed on (`is_public`) there are only number, place and state."""
    public = may_be_passed_on(declaration)
    place = _place(filters, shown)

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
            if_public(Membership.origin).label("origin"),
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
    if with_targets:
        query = query.add_columns(
            if_public(Annotation.wording_id).label("wording_id"),
            if_public(Annotation.sentences).label("sentences_then"),
            if_public(Annotation.quote_start).label("quote_start"),
        )
    return _narrowed(query, declaration, filters, editions, place).order_by(Annotation.number)


def select_matching(
    declaration: Declaration, filters: Filters, editions: Mapping[int, int], shown: Edition, *columns: Any
) -> Any:
    """Columns of the same annotations, without the rest: to count, or to look at before."""
    query = select(*columns).select_from(Annotation).join(Thesis, Thesis.id == Annotation.thesis_id)
    query = query.outerjoin(Paragraph, Paragraph.id == Annotation.paragraph_id)
    return _narrowed(query, declaration, filters, editions, _place(filters, shown))


def _place(filters: Filters, shown: Edition) -> Place:
    return _in_force(shown) if filters.edition is None else _as_written()


def _narrowed(query: Any, declaration: Declaration, filters: Filters, editions: Mapping[int, int], place: Place) -> Any:
    for table, condition in place.joins:
        query = query.outerjoin(table, condition)
    return query.where(Annotation.declaration_id == declaration.id, *_conditions(filters, editions, place))


def _conditions(filters: Filters, editions: Mapping[int, int], place: Place) -> Iterable[ColumnElement[bool]]:
    if filters.thesis is not None:
        yield place.thesis == filters.thesis
    if filters.edition is not None:
        yield Annotation.edition_id.in_([key for key, number in editions.items() if number == filters.edition])
    if filters.since is not None:
        yield Annotation.created_at >= datetime.combine(filters.since, time(), BERLIN)
    if filters.kind is not None:
        yield Annotation.kind == filters.kind

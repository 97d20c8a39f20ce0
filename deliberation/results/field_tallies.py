"""Fields of work as they are kept: named and taken back by members, counted by the job, shown to everybody."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, func, select

from deliberation.accounts.models import User
from deliberation.annotations.models import Stance, StanceValue
from deliberation.clock import now
from deliberation.database import db, once
from deliberation.declarations.models import Declaration, Membership, Thesis
from deliberation.moderation.records.merging import LEAST
from deliberation.permissions import Permission, require
from deliberation.results import fields
from deliberation.results.fields import Printed, Side
from deliberation.results.models import Field, FieldFigures, WorkField

EVERY = timedelta(days=1)
LEAST_TOTAL = 4 * LEAST
"""Stances on a place below which nothing can be printed, so that nothing is kept."""


@dataclass(frozen=True)
class FieldsOfThesis:
    """A thesis by its number, with the share of each field that carries it as it is, in per cent."""

    thesis: str
    rows: tuple[fields.Row, ...]


@dataclass(frozen=True)
class FieldsView:
    """What everybody may see. `people` in steps of five, fields with few people together. Empty for a part of the
    deliberation: two looks through different filters could be subtracted."""

    people: tuple[tuple[tuple[Field, ...], int], ...] = ()
    theses: tuple[FieldsOfThesis, ...] = ()

    @property
    def total(self) -> int:
        return sum(count for _fields, count in self.people)


NO_FIELDS = FieldsView()


def choose_field(member: User, declaration: Declaration, field: Field | None) -> None:
    """Say, change or take back one's field of work; None leaves no trace of it. What was published stays as it is until it
    is computed anew."""
    require(member, Permission.SAY_FIELD, declaration)
    own = member.membership_in(declaration.id)
    assert own is not None, "required above"
    if field is None:
        db.session.execute(delete(WorkField).where(WorkField.membership_id == own.id))
        return
    same = select(WorkField).where(WorkField.membership_id == own.id)
    once(same, lambda: WorkField(membership_id=own.id, field=field)).field = field
    db.session.flush()


def load_own_fields(user: User) -> Sequence[tuple[Declaration, Field | None]]:
    """The declarations somebody takes part in, with the field she named there."""
    query = (
        select(Declaration, WorkField.field)
        .join(Membership, Membership.declaration_id == Declaration.id)
        .outerjoin(WorkField, WorkField.membership_id == Membership.id)
        .where(Membership.user_id == user.id)
        .order_by(Declaration.title, Declaration.id)
    )
    return [(declaration, field) for declaration, field in db.session.execute(query)]


def find_due(moment: datetime) -> list[int]:
    """Declarations in which somebody named a field or something is published, a day after they were last counted."""
    named = select(Membership.declaration_id).join(WorkField, WorkField.membership_id == Membership.id)
    fresh = select(FieldFigures.declaration_id).where(FieldFigures.computed_at > moment - EVERY)
    query = select(Declaration.id).where(Declaration.id.in_(named), Declaration.id.not_in(fresh))
    return list(db.session.scalars(query.order_by(Declaration.id)))


def compute(declaration_id: int) -> None:
    """Count anew what is due, and leave everything else as it was published. Three queries and a write."""
    mine = FieldFigures.declaration_id == declaration_id
    kept = once(select(FieldFigures).where(mine), lambda: FieldFigures(declaration_id=declaration_id))
    people = _count_people(declaration_id)
    if fields.are_others(people.total(), (kept.people or {}).get("total")):
        rows = [[[field.value for field in keys], count] for keys, count in fields.to_people(people)]
        kept.people = {"total": people.total(), "rows": rows}
    places = dict(kept.places or {})
    for place, counts in _count_stances(declaration_id).items():
        if sum(side.n for side in counts.values()) >= LEAST_TOTAL:
            places[place] = _written(fields.to_printed(counts, _read(places[place]) if place in places else None))
    kept.places, kept.computed_at = places, now()
    db.session.flush()


def _written(printed: Printed) -> dict[str, Any]:
    return {
        "rows": [[field.value, share] for field, share in printed.rows],
        "parts": [[field.value if field else None, side.carry, side.other] for field, side in printed.parts.items()],
    }


def _read(kept: Mapping[str, Any]) -> Printed:
    return Printed(
        tuple((Field(field), share) for field, share in kept["rows"]),
        {Field(field) if field else fields.REST: Side(carry, other) for field, carry, other in kept["parts"]},
    )


def _count_people(declaration_id: int) -> Counter[Field]:
    query = (
        select(WorkField.field, func.count())
        .join(Membership, Membership.id == WorkField.membership_id)
        .where(Membership.declaration_id == declaration_id)
        .group_by(WorkField.field)
    )
    return Counter({field: many for field, many in db.session.execute(query)})  # noqa: C416


def _count_stances(declaration_id: int) -> Mapping[str, Mapping[Field | None, Side]]:
    """Of the whole theses as they read now: paragraphs have too few stances to be told apart."""
    query = (
        select(Thesis.id, Thesis.since_id, WorkField.field, Stance.value, func.count())
        .join(Stance, and_(Stance.thesis_id == Thesis.id, Stance.edition_id == Thesis.since_id))
        .outerjoin(WorkField, WorkField.membership_id == Stance.holder_id)
        .where(Thesis.declaration_id == declaration_id, Stance.paragraph_id.is_(None))
        .group_by(Thesis.id, Thesis.since_id, WorkField.field, Stance.value)
    )
    found: dict[str, dict[Field | None, Side]] = defaultdict(dict)
    for thesis, since, field, value, many in db.session.execute(query):
        side = Side(many, 0) if value is StanceValue.CARRY else Side(0, many)
        at = found[_place(thesis, since)]
        at[field] = at.get(field, Side()) + side
    return found


def _place(thesis: int, since: int) -> str:
    return f"{thesis}:{since}"


def load_fields(declaration: Declaration) -> FieldsView:
    """What is published now, of theses as they read now; the same for everybody. One query."""
    kept = db.session.scalars(select(FieldFigures).where(FieldFigures.declaration_id == declaration.id)).one_or_none()
    if kept is None:
        return NO_FIELDS
    rows = {place: _read(one).rows for place, one in kept.places.items()}
    theses = (FieldsOfThesis(one.number, rows.get(_place(one.id, one.since_id), ())) for one in declaration.theses)
    return FieldsView(
        people=tuple((tuple(Field(one) for one in keys), count) for keys, count in kept.people.get("rows", ())),
        theses=tuple(one for one in theses if one.rows),
    )

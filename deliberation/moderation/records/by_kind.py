"""What moderation did in one year, by the kind of contribution. For the team: the same acts as in `figures`, cut once more.

Each row has the total that `figures` prints for it, so nothing can be subtracted; small neighbours are counted together."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select

from deliberation.annotations.models import Annotation, Kind, Status
from deliberation.clock import BERLIN
from deliberation.database import db
from deliberation.declarations.models import Act, Declaration, LogEntry
from deliberation.moderation.models import Decision, DecisionKind
from deliberation.moderation.records.counts import Column
from deliberation.moderation.records.durations import Period
from deliberation.moderation.records.merging import merge_small

ROUGH = 5
"""Shares in steps of so many per cent: with exact ones the number of contributions that nobody sees could be found."""
KINDS = (*Kind, None)
"""None: replies."""
_RESTRICTING = {
    DecisionKind.RETURN: Column.RETURNED,
    DecisionKind.REDACT: Column.REDACTED,
    DecisionKind.HIDE: Column.HIDDEN,
}


@dataclass(frozen=True)
class OfKinds:
    """So many acts about contributions of these kinds; `percent` of all of them that year, None for fewer than five acts."""

    kinds: tuple[Kind | None, ...]
    count: int | None
    percent: int | None


def load_by_kind(declaration: Declaration, year: int) -> Mapping[Column, tuple[OfKinds, ...]]:
    """Held, returned, redacted, hidden. Three queries."""
    period = Period([datetime(year, 1, 1, tzinfo=BERLIN)], datetime(year + 1, 1, 1, tzinfo=BERLIN))
    written = _count(
        select(Annotation.kind, func.count())
        .where(Annotation.declaration_id == declaration.id, period.contains(Annotation.created_at))
        .group_by(Annotation.kind)
    )
    counts = {Column.HELD: _count_held(declaration, period), **_count_decided(declaration, period)}
    return {column: _merged(found, written) for column, found in counts.items()}


def _merged(found: Counter[Kind | None], written: Counter[Kind | None]) -> tuple[OfKinds, ...]:
    rows = []
    for one in merge_small([(kind, found[kind]) for kind in KINDS]):
        of = sum(written[kind] for kind in one.keys)
        percent = min(100, round(100 * one.count / of / ROUGH) * ROUGH) if one.count and of else None
        rows.append(OfKinds(one.keys, one.count, percent))
    return tuple(rows)


def _count_held(declaration: Declaration, period: Period) -> Counter[Kind | None]:
    held_again = and_(LogEntry.act == Act.REVISED, LogEntry.before == Status.VISIBLE.value)
    return _count(
        select(Annotation.kind, func.count())
        .select_from(LogEntry)
        .join(Annotation, Annotation.number == LogEntry.annotation_id)
        .where(LogEntry.declaration_id == declaration.id, LogEntry.after == Status.PENDING.value)
        .where(period.contains(LogEntry.at), or_(LogEntry.act == Act.HELD, held_again))
        .group_by(Annotation.kind)
    )


def _count_decided(declaration: Declaration, period: Period) -> dict[Column, Counter[Kind | None]]:
    query = (
        select(Decision.kind, Annotation.kind, func.count())
        .select_from(Decision)
        .join(Annotation, Annotation.number == Decision.annotation_id)
        .where(Annotation.declaration_id == declaration.id, period.contains(Decision.decided_at))
        .where(Decision.kind.in_(tuple(_RESTRICTING)))
        .group_by(Decision.kind, Annotation.kind)
    )
    found: dict[Column, Counter[Kind | None]] = {column: Counter() for column in _RESTRICTING.values()}
    for act, kind, many in db.session.execute(query):
        found[_RESTRICTING[act]][kind] += many
    return found


def _count(query: object) -> Counter[Kind | None]:
    return Counter({kind: many for kind, many in db.session.execute(query)})  # type: ignore[call-overload]  # noqa: C416

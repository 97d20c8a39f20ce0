"""Annotations as data: what is public about them, and where they stand in the text of every edition."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from deliberation.annotations.models import Anchor, Annotation, Outcome
from deliberation.annotations.outcomes import latest_outcome
from deliberation.annotations.tallies import STEP
from deliberation.clock import to_day
from deliberation.database import db
from deliberation.declarations.models import Declaration
from deliberation.results.items import Item
from deliberation.results.summary import Summary

AT_ONCE = 500


@dataclass(frozen=True)
class Keys:
    """What stands for a row in the data: editions and theses by their printed numbers, paragraphs and wordings counted."""

    editions: Mapping[int, int]
    theses: Mapping[int, str]
    paragraphs: Mapping[int, int]
    wordings: Mapping[int, int]


def annotations_of(declaration: Declaration, summary: Summary, keys: Keys) -> list[dict[str, Any]]:
    """Those of the summary, which knows what may leave the site; of the rest nothing is loaded but their place."""
    shown = [item.number for item in summary.visible]
    rows = {one.number: one for one in _annotation_rows([item.number for item in summary.items])}
    anchors: dict[int, list[Anchor]] = defaultdict(list)
    for anchor in load_all(Anchor, Anchor.annotation_id, shown):
        anchors[anchor.annotation_id].append(anchor)
    latest = select(Outcome).join(Annotation, Outcome.id == latest_outcome())
    outcomes = {
        one.annotation_id: one for one in db.session.scalars(latest.where(Annotation.declaration_id == declaration.id))
    }
    visible = frozenset(shown)
    return [
        {
            **_place(item, rows[item.number], keys),
            **(_said(item, rows[item.number], keys, visible) if item.is_visible else {}),
            **(_became(outcomes.get(item.number), keys) if item.is_visible else {}),
            **({"anchors": [_anchor(one, keys) for one in anchors[item.number]]} if item.is_visible else {}),
        }
        for item in summary.items
    ]


def _annotation_rows(numbers: Sequence[int]) -> list[Any]:
    found: list[Any] = []
    columns = (
        Annotation.number, Annotation.thesis_id, Annotation.paragraph_id, Annotation.edition_id, Annotation.wording_id,
        Annotation.root_id, Annotation.sentences, Annotation.quote_prefix, Annotation.quote_suffix,
        Annotation.quote_start, Annotation.closed_at, Annotation.bundled_with,
    )  # fmt: skip
    for start in range(0, len(numbers), AT_ONCE):
        query = select(*columns).where(Annotation.number.in_(numbers[start : start + AT_ONCE]))
        found += db.session.execute(query).all()
    return found


def _place(item: Item, row: Any, keys: Keys) -> dict[str, Any]:
    return {
        "number": item.number,
        "state": item.status.value,
        "parent": item.parent,
        "root": row.root_id,
        "thesis": keys.theses[row.thesis_id],
        "paragraph": keys.paragraphs.get(row.paragraph_id),
        "edition": keys.editions[row.edition_id],
        "wording": keys.wordings.get(row.wording_id),
    }


def _said(item: Item, row: Any, keys: Keys, visible: frozenset[int]) -> dict[str, Any]:
    has_votes = item.votes.n >= STEP
    return {
        "kind": item.kind.value if item.kind else None,
        "author": item.author,
        "origin": item.origin,
        "created": item.created.isoformat() if item.created else None,
        "edited": item.edited.isoformat() if item.edited else None,
        "body": item.body,
        "proposed_wording": item.wording,
        "is_quotable": item.is_quotable,
        "sentences": list(row.sentences or ()),
        "quote": item.quote,
        "quote_prefix": row.quote_prefix if item.quote else "",
        "quote_suffix": row.quote_suffix if item.quote else "",
        "quote_start": row.quote_start if item.quote else None,
        "agree": item.votes.agree if has_votes else None,
        "disagree": item.votes.disagree if has_votes else None,
        "pass": item.votes.passes if has_votes else None,
        "is_closed": row.closed_at is not None,
        "bundled_with": row.bundled_with if row.bundled_with in visible else None,
        "responses": [
            {"kind": one.kind.value, "by": one.by, "day": one.day.isoformat(), "body": one.body}
            for one in item.responses
        ],
    }


def _became(outcome: Outcome | None, keys: Keys) -> dict[str, Any]:
    if outcome is None:
        return {"outcome": None}
    return {
        "outcome": {
            "value": outcome.value.value,
            "reason": outcome.reason,
            "edition": keys.editions.get(outcome.edition_id or 0),
            "paragraph": keys.paragraphs.get(outcome.paragraph_id or 0),
            "sentences": list(outcome.sentences or ()),
            "day": day_of(outcome.decided_at),
        }
    }


def _anchor(anchor: Anchor, keys: Keys) -> dict[str, Any]:
    return {
        "edition": keys.editions[anchor.edition_id],
        "state": anchor.state.value,
        "similarity": anchor.similarity,
        "paragraph": keys.paragraphs.get(anchor.paragraph_id or 0),
        "wording": keys.wordings.get(anchor.wording_id or 0),
        "sentences": list(anchor.sentences or ()),
        "verdict": anchor.verdict.value if anchor.verdict else None,
    }


def load_all(table: Any, column: Any, values: Sequence[int]) -> list[Any]:
    found: list[Any] = []
    for start in range(0, len(values), AT_ONCE):
        found += db.session.scalars(select(table).where(column.in_(values[start : start + AT_ONCE])))
    return sorted(found, key=lambda one: one.id)


def day_of(moment: datetime | None) -> str | None:
    """The day in Berlin; nothing finer leaves the site."""
    when: date | None = to_day(moment) if moment else None
    return when.isoformat() if when else None

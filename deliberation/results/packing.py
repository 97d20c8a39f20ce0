"""An annotation as plain values and back: what `spool` lays aside. Faster than pickling objects, and smaller."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from deliberation.annotations.models import Kind, OutcomeValue, ResponseKind, Status
from deliberation.annotations.tallies import VoteCounts
from deliberation.results.items import Answer, Item
from deliberation.results.web_annotation import Target

_KINDS = {one.value: one for one in Kind}
_STATES = {one.value: one for one in Status}
_OUTCOMES = {one.value: one for one in OutcomeValue}
_DAY: Callable[[int], date] = lru_cache(maxsize=4000)(date.fromordinal)
_VOTES: Callable[[int, int, int], VoteCounts] = lru_cache(maxsize=4000)(VoteCounts)


def pack(item: Item) -> tuple[Any, ...]:
    """Only numbers, texts, None, and tuples of them."""
    (
        number, thesis, paragraph, sentences, edition, kind, parent, root, author, created, edited, body, quote, wording,
        is_quotable, votes, status, responses, outcome, outcome_reason, outcome_edition, outcome_day, target, origin,
    ) = item  # fmt: skip
    return (
        number, thesis, paragraph, sentences, edition, kind._value_ if kind else None, parent, root, author,
        created.toordinal() if created else 0, edited.toordinal() if edited else 0, body, quote, wording, is_quotable,
        (votes.agree, votes.disagree, votes.passes), status._value_,
        responses and tuple((one.kind.value, one.body, one.by, one.day.toordinal()) for one in responses),
        outcome._value_ if outcome else None, outcome_reason, outcome_edition, outcome_day.toordinal() if outcome_day else 0,
        target and (
            target.edition, target.thesis, target.paragraph, target.exact, target.prefix, target.suffix, target.start
        ),
        origin,
    )  # fmt: skip


def unpack(row: Sequence[Any]) -> Item:
    (
        number, thesis, paragraph, sentences, edition, kind, parent, root, author, created, edited, body, quote, wording,
        is_quotable, votes, status, responses, outcome, outcome_reason, outcome_edition, outcome_day, target, origin,
    ) = row  # fmt: skip
    return Item(
        number, thesis, paragraph, tuple(sentences), edition, _KINDS[kind] if kind else None, parent, root, author,
        _DAY(created) if created else None, _DAY(edited) if edited else None, body, quote, wording, is_quotable,
        _VOTES(*votes), _STATES[status],
        tuple([Answer(ResponseKind(one), words, by, _DAY(day)) for one, words, by, day in responses]) if responses else (),
        _OUTCOMES[outcome] if outcome else None, outcome_reason, outcome_edition,
        _DAY(outcome_day) if outcome_day else None, Target(*target) if target else None, origin,
    )  # fmt: skip

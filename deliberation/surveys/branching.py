"""Which questions somebody is asked, from what she has answered so far. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from deliberation.surveys.models import Item

Answers = Mapping[str, Any]


def asked(items: Sequence[Item], answers: Answers) -> list[Item]:
    """The questions that come to somebody with these answers, in their order.

    What depends on a question that she was not asked herself is not asked either."""
    reached: dict[int, Item] = {}
    section: Item | None = None
    for item in items:
        if item.is_section:
            section = item
            continue
        if all(_applies(one, reached, answers) for one in (section, item) if one is not None):
            reached[item.id] = item
    return list(reached.values())


def _applies(item: Item, reached: Mapping[int, Item], answers: Answers) -> bool:
    if item.asks_id is None:
        return True
    if item.asks_id not in reached:
        return False
    answer = answers.get(str(item.asks_id))
    given = set(answer) if isinstance(answer, list) else {answer}
    return bool(given & set(item.asks_keys))


def sections_of(items: Sequence[Item]) -> dict[int, Item]:
    """The heading above each question, by the id of the question."""
    found: dict[int, Item] = {}
    section: Item | None = None
    for item in items:
        if item.is_section:
            section = item
        elif section is not None:
            found[item.id] = section
    return found


def is_backward(items: Sequence[Item]) -> Item | None:
    """The first item that depends on one that does not come before it; None: people only ever go forward."""
    before: set[int] = set()
    for item in items:
        if item.asks_id is not None and item.asks_id not in before:
            return item
        before.add(item.id)
    return None

"""Which contributions a person looks at before they appear, and what the pattern check finds in them."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from deliberation.annotations import patterns
from deliberation.annotations.models import has_contributed
from deliberation.declarations.models import Declaration, Membership, Policy
from deliberation.text import normalised


def hits_in(words: Any, declaration: Declaration) -> list[Any]:
    """What in the words of a contribution could make somebody recognisable."""
    employers = tuple(declaration.employers)
    return [hit for text in (words.body, words.wording) if text for hit in _hits(normalised(text), employers)]


@lru_cache(32)
def _hits(text: str, employers: tuple[str, ...]) -> tuple[Any, ...]:
    """A page looks at a text, and the verb that stores it does so again."""
    return tuple(patterns.find_hits(text, employers))


def must_be_checked(membership: Membership | None, declaration: Declaration, hits: Sequence[Any]) -> bool:
    """Whether a contribution waits for a moderator before it appears, by the declaration's policy, or because the
    moderation decided so about the person."""
    if membership is not None and membership.is_reviewed:
        return True
    match declaration.policy:
        case Policy.NONE:
            return False
        case Policy.ALL:
            return True
        case Policy.PATTERN:
            return bool(hits)
        case Policy.FIRST:
            is_group = membership is not None and membership.origin is not None
            return bool(hits) or membership is None or (not is_group and not has_contributed(membership))

"""Which contributions a person looks at before they appear, and what the pattern check finds in them."""

from collections.abc import Sequence
from typing import Any

from deliberation.annotations import patterns
from deliberation.annotations.models import has_contributed
from deliberation.declarations.models import Declaration, Membership, Policy
from deliberation.text import normalised


def hits_in(words: Any, declaration: Declaration) -> list[Any]:
    """What in the words of a contribution could make somebody recognisable."""
    texts = (words.body, words.wording)
    return [hit for text in texts for hit in patterns.find_hits(normalised(text), declaration.employers)]


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

"""What pages and files of results say about the declaration itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from deliberation.declarations.models import Declaration
from deliberation.moderation.words.house_rules import HouseRules, rules_of
from deliberation.permissions import Access


@dataclass(frozen=True)
class About:
    """What a page or file says about the declaration itself."""

    slug: str
    title: str
    language: str
    is_sample: bool
    # The edition in force and all there are.
    edition: int
    editions: tuple[int, ...]
    rules: HouseRules
    # What the landing page says about it: empty where nobody wrote anything.
    lead: str
    publisher: str
    contact: str
    access: Access


def to_about(declaration: Declaration, editions: Sequence[int]) -> About:
    """`editions` are the numbers of all there are."""
    return About(
        slug=declaration.slug,
        title=declaration.title,
        language=declaration.language,
        is_sample=declaration.is_sample,
        edition=max(editions, default=1),
        editions=tuple(editions),
        rules=rules_of(declaration),
        lead=declaration.summary,
        publisher=declaration.publisher,
        contact=declaration.contact,
        access=declaration.access,
    )

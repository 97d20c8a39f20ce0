"""The annotations of a declaration as everybody may see them."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from deliberation.annotations.models import Kind, OutcomeValue, ResponseKind, Status
from deliberation.annotations.tallies import VoteCounts
from deliberation.results.web_annotation import Target

AT_ONCE = 500
"""Annotations that are held while many are gone through."""


@dataclass(frozen=True)
class Answer:
    """A moderator's public answer; `by` is empty where names are left out."""

    kind: ResponseKind
    body: str
    by: str
    day: date


class Item(NamedTuple):
    """One annotation or reply. If it is not passed on (`may_be_passed_on`), it only keeps the place of replies to it:
    no words, no author, no day, no votes. `author` is None for somebody who left, empty where names are left out.

    Thesis, paragraph and sentences are those of the edition that is shown, `edition` is the one it was written to.
    `outcome` is what became of it, with the edition where words changed and the day it was said."""

    number: int
    thesis: str
    paragraph: str | None
    sentences: tuple[int, ...]
    edition: int
    kind: Kind | None
    parent: int | None
    root: int
    author: str | None
    created: date | None
    edited: date | None
    body: str
    quote: str
    wording: str
    is_quotable: bool
    votes: VoteCounts
    status: Status
    responses: tuple[Answer, ...]
    outcome: OutcomeValue | None
    outcome_reason: str
    outcome_edition: int | None
    outcome_day: date | None
    # The words of the text it was written on; only where a file needs them.
    target: Target | None = None
    # "table: …" or "paper: …" of what nobody wrote here under a pseudonym.
    origin: str = ""

    @property
    def is_visible(self) -> bool:
        return self.status is Status.VISIBLE

    @property
    def is_reply(self) -> bool:
        return self.parent is not None

    @property
    def label(self) -> str:
        return f"A-{self.number}"

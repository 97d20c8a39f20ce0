"""From rows of the database (`selecting`) to items. What many rows share is made once: days, votes, sentences, names."""

import json
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from deliberation.annotations.models import EXPECTS_OUTCOME, Kind, OutcomeValue, Status
from deliberation.annotations.tallies import VoteCounts
from deliberation.clock import BERLIN, to_day
from deliberation.declarations.models import Declaration
from deliberation.results.filters import Filters, Names
from deliberation.results.items import Answer, Item
from deliberation.results.web_annotation import Targets

KINDS = {one.value: one for one in Kind}
OUTCOMES = {one.value: one for one in OutcomeValue}
_EXPECTS = {one.value for one in EXPECTS_OUTCOME}
_NO_VOTES = VoteCounts()


class Days:
    """The day in Berlin of moments in UTC without a zone. Most fall on the day of the one before: looking costs a twentieth."""

    def __init__(self) -> None:
        self._begin = self._end = datetime.min
        self._day = date.min

    def of(self, moment: datetime | None) -> date | None:
        if moment is None:
            return None
        if not self._begin <= moment < self._end:
            self._day = to_day(moment.replace(tzinfo=UTC))
            self._begin, self._end = _begin(self._day), _begin(self._day + timedelta(days=1))
        return self._day


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), BERLIN).astimezone(UTC).replace(tzinfo=None)


class Maker:
    """Makes the items of one file or page."""

    def __init__(
        self,
        declaration: Declaration,
        filters: Filters,
        editions: Mapping[int, int],
        authors: Sequence[int] = (),
        with_targets: bool = False,
    ) -> None:
        """`editions`: their numbers by id. `authors`: those who are counted through, if names are to be numbers."""
        self._editions = editions
        self._names = Names(filters.names)
        self._numbered = _numbered(authors)
        self._targets = Targets(declaration, editions) if with_targets else None
        self._created, self._edited, self._decided = Days(), Days(), Days()
        self._sentences: dict[str | None, tuple[int, ...]] = {None: ()}
        self._votes: dict[tuple[int, int, int], VoteCounts] = {}
        # Of texts that stand in many rows one is kept, not one for each.
        self._same: dict[str | None, str | None] = {}

    def item(self, row: Any, answers: Sequence[Answer]) -> Item:
        """Of a row of `select_items`."""
        (
            number, thesis, paragraph, edition, parent, root, author, pseudonym, origin, kind, sentences, created, edited,
            body, quote, wording, is_quotable, agree, disagree, passes, outcome, reason, outcome_edition, decided, *words,
        ) = row  # fmt: skip
        same: Any = self._same.setdefault
        counts = (agree, disagree, passes)
        if (votes := self._votes.get(counts)) is None:
            votes = self._votes[counts] = VoteCounts(*counts)
        # As `public_outcome` says it.
        became = OUTCOMES[outcome] if outcome else OutcomeValue.RECEIVED if kind in _EXPECTS else None
        target = None
        if self._targets:
            wording_id, sentences_then, quote_start = words
            target = self._targets.of(edition, wording_id, quote, quote_start, self._read(sentences_then))
        return Item(
            number, same(thesis, thesis), same(paragraph, paragraph), self._read(sentences), self._editions[edition],
            KINDS[kind] if kind else None, parent, root or number, self._name(author, same(pseudonym, pseudonym)),
            self._created.of(created), self._edited.of(edited), body, quote, wording, is_quotable,
            votes, Status.VISIBLE, tuple(answers), became, reason or "", self._editions.get(outcome_edition),
            self._decided.of(decided), target, f"{origin}: {pseudonym}" if origin else "",
        )  # fmt: skip

    def ground(self, row: Any) -> Item:
        """Of a row of `select_ground`: what a moderator still has to look at and what she decided not to show look the same
        from outside."""
        number, thesis, paragraph, edition, parent, root, status = row
        state = Status.WITHDRAWN if status == Status.WITHDRAWN.value else Status.HIDDEN
        return Item(
            number, thesis, paragraph, (), self._editions[edition], None, parent, root or number, "", None, None, "", "", "",
            False, _NO_VOTES, state, (), None, "", None, None,
        )  # fmt: skip

    def _read(self, sentences: str | None) -> tuple[int, ...]:
        found = self._sentences.get(sentences)
        if found is None:
            assert sentences is not None, "None is there from the beginning"
            found = self._sentences[sentences] = tuple(json.loads(sentences) or ())
        return found

    def _name(self, author: int | None, pseudonym: str | None) -> str | None:
        """None for somebody who left, empty where names are left out. `pseudonym` is None where `author` is."""
        if self._names is Names.PSEUDONYMS:
            return pseudonym
        if self._names is Names.NONE:
            return ""
        if author is None:
            return None
        if author not in self._numbered:
            # Published while the others were read.
            self._numbered[author] = f"Person {len(self._numbered) + 1}"
        return self._numbered[author]


def _numbered(authors: Sequence[int]) -> dict[int, str]:
    """Numbers are drawn anew for every file, so that two files cannot be joined."""
    drawn = random.SystemRandom().sample(range(1, len(authors) + 1), len(authors))
    return {author: f"Person {number}" for author, number in zip(authors, drawn, strict=True)}

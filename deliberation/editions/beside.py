"""Two states of the text beside each other, as a page: two editions, or the draft of the next one as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from deliberation.database import db
from deliberation.declarations.changes import Changes, ChangeState, ParagraphChange, ThesisChange
from deliberation.declarations.editions import load_editions
from deliberation.declarations.models import Declaration, Edition, EditionDraft, Paragraph, ParagraphState, Thesis
from deliberation.declarations.order import longest_rising
from deliberation.editions.comparing import load_changes, load_draft_changes
from deliberation.editions.drafting import text_of
from deliberation.editions.shelf import ParagraphThen, ThesisThen


class NoSuchPair(Exception):
    """Two editions can be compared if both are published, the older one first."""


@dataclass(frozen=True)
class ChangeRow:
    """A paragraph in both states; `place` is where it stands in the newer text, or stood in the older one, and `home`
    where most of its words stand if it was merged into another one."""

    change: ParagraphChange
    thesis: ThesisChange
    place: ParagraphThen
    home: ParagraphThen | None = None

    @property
    def is_changed(self) -> bool:
        return self.change.state is not ChangeState.SAME or self.change.old != self.change.new

    @property
    def is_corrected(self) -> bool:
        """Only a misprint was put right."""
        return self._is_same and [line.text for line in self.change.old] != [line.text for line in self.change.new]

    @property
    def is_relabelled(self) -> bool:
        """Only the marks of its lines are others: "(2)" is "(3)" now."""
        return self._is_same and self.change.old != self.change.new and not self.is_corrected

    @property
    def _is_same(self) -> bool:
        return self.change.state in (ChangeState.SAME, ChangeState.MOVED)

    @property
    def has_two_sides(self) -> bool:
        return bool(self.change.old and self.change.new) and self.change.old != self.change.new


@dataclass(frozen=True)
class ChangePart:
    change: ThesisChange
    rows: Sequence[ChangeRow]
    is_moved: bool = False

    @property
    def is_changed(self) -> bool:
        return self.change.is_changed or self.is_moved or any(row.is_changed for row in self.rows)


@dataclass(frozen=True)
class ChangesPage:
    """Two states beside each other. Without `everything`, `parts` are what changed."""

    declaration: Declaration
    changes: Changes
    parts: Sequence[ChangePart]
    everything: bool = False
    # All there are, newest first, for choosing; none for the draft of the next one.
    editions: Sequence[Edition] = ()

    @property
    def edition_number(self) -> int:
        return self.editions[0].number

    @property
    def between(self) -> Sequence[Edition]:
        """The editions after the older one up to the newer one, oldest first."""
        wanted = range(self.changes.old_edition + 1, self.changes.new_edition + 1)
        return [one for one in self.editions[::-1] if one.number in wanted]

    @property
    def is_same(self) -> bool:
        return self.changes.old_edition == self.changes.new_edition


def load_changes_page(
    declaration: Declaration, old: int | None, new: int | None, everything: bool = False
) -> ChangesPage:
    """Two editions beside each other, by default the one before and the one in force. At most ten queries.

    Raises NoSuchPair if one of them is not published.
    """
    editions = load_editions(declaration)
    known = {one.number: one for one in editions}
    newest = editions[0].number if new is None else new
    oldest = newest - 1 if old is None else old
    if oldest not in known or newest not in known or oldest > newest:
        raise NoSuchPair(f"{oldest}, {newest}")
    changes = load_changes(declaration, known[oldest], known[newest])
    between = [one.id for one in editions if oldest < one.number <= newest]
    homes = _load_homes(declaration, between, known[newest]) if between else {}
    return ChangesPage(declaration, changes, _parts(declaration, changes, everything, homes), everything, editions)


def _load_homes(declaration: Declaration, between: Sequence[int], new: Edition) -> dict[str, ParagraphThen]:
    """Where the words of merged paragraphs stand in the newer text, by the last number they had themselves."""
    home = aliased(Thesis)
    query = (
        select(Thesis.number, Paragraph.number, home.number, ParagraphState.number)
        .join(Paragraph, Paragraph.thesis_id == Thesis.id)
        .join(
            ParagraphState,
            and_(ParagraphState.paragraph_id == Paragraph.successor_id, ParagraphState.edition_id == new.id),
        )
        .join(home, home.id == ParagraphState.thesis_id)
        .where(Thesis.declaration_id == declaration.id, Paragraph.removed_in_id.in_(between))
    )
    return {
        f"{thesis}.{number}": ParagraphThen(ThesisThen(declaration, new_thesis), new_number)
        for thesis, number, new_thesis, new_number in db.session.execute(query)
    }


def load_draft_page(draft: EditionDraft) -> ChangesPage:
    """The draft of the next edition as a whole text in which the changes are marked. At most six queries."""
    changes = load_draft_changes(draft, text_of(draft))
    return ChangesPage(draft.declaration, changes, _parts(draft.declaration, changes, everything=True), True)


def _parts(
    declaration: Declaration, changes: Changes, everything: bool, homes: Mapping[str, ParagraphThen] | None = None
) -> list[ChangePart]:
    kept = [each for each in changes.theses if each.old_number and each.new_number]
    stayed = longest_rising([each.old_position for each in kept])
    moved = {each.new_number for each in kept if each.old_position not in stayed}
    parts = []
    for each in changes.theses:
        thesis = ThesisThen(declaration, each.new_number or each.old_number, each.new_heading or each.old_heading)
        rows = [_row(one, each, thesis, homes or {}) for one in each.paragraphs]
        shown = [row for row in rows if everything or row.is_changed]
        part = ChangePart(each, shown, each.new_number in moved)
        if everything or part.is_changed:
            parts.append(part)
    return parts


def _row(one: ParagraphChange, each: ThesisChange, thesis: ThesisThen, homes: Mapping[str, ParagraphThen]) -> ChangeRow:
    place = _place(thesis, one.new_number or one.old_number)
    home = homes.get(f"{thesis.number}.{place.number}") if one.state is ChangeState.GONE else None
    return ChangeRow(one, each, place, home)


def _place(thesis: ThesisThen, full_number: str) -> ParagraphThen:
    return ParagraphThen(thesis, full_number.removeprefix(f"{thesis.number}.") if thesis.is_numbered else full_number)

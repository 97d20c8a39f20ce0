"""The organiser's desk: a page of the draft of the next edition beside the edition in force, and what can be done.

Positions ("3", "3-2") count theses and paragraphs of the draft from 1; they hold for one version of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select

from deliberation.annotations.models import Annotation, Status
from deliberation.database import db
from deliberation.declarations.changes import Changes, ChangeState, ParagraphChange, ThesisChange
from deliberation.declarations.editions import load_text, numbered_next
from deliberation.declarations.fates import similarity
from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, DraftThesis
from deliberation.declarations.line_changes import LineChange, paragraph_lines
from deliberation.declarations.models import Declaration, EditionDraft, current_edition
from deliberation.declarations.order import out_of_order
from deliberation.declarations.preview import Place, is_edge, offered
from deliberation.editions.arranging import is_sensible
from deliberation.editions.comparing import Span, to_changes
from deliberation.editions.drafting import text_of
from deliberation.editions.wandering import full_number
from deliberation.permissions import Permission, Person, require

PAGE_SIZE = 20
"""Theses on a page, as in the preview of an import."""
UNSURE_BELOW = 0.6
"""Share of common words below which the desk asks whether a paragraph really continues the one it is paired with."""


@dataclass(frozen=True)
class ParagraphRow:
    """A paragraph of the draft beside the one it continues, or one that was struck: that has no position."""

    change: ParagraphChange
    origin: int
    annotations: int = 0
    position: str = ""
    paragraph: DraftParagraph | None = None
    acts: frozenset[str] = frozenset()
    # A struck one: the number of the paragraph in which all its sentences stand now.
    home: str = ""

    @property
    def is_changed(self) -> bool:
        return self.change.state is not ChangeState.SAME or self.change.old != self.change.new

    @property
    def is_relabelled(self) -> bool:
        """Only the marks of its lines changed: "(2)" is "(3)" now."""
        return self.change.state in (ChangeState.SAME, ChangeState.MOVED) and self.change.old != self.change.new

    @property
    def has_two_sides(self) -> bool:
        return bool(self.change.old and self.change.new) and self.change.old != self.change.new

    @property
    def lines(self) -> tuple[LineChange, ...]:
        return paragraph_lines(self.change)

    @property
    def is_unsure(self) -> bool:
        """Whether somebody should look if it continues the right paragraph."""
        if self.change.state is not ChangeState.REWORDED:
            return False
        old, new = (" ".join(line.text for line in side) for side in (self.change.old, self.change.new))
        return similarity(old, new) < UNSURE_BELOW

    @property
    def cuts(self) -> list[tuple[int, str]]:
        """The sentences before which it can be divided, with their numbers."""
        return list(enumerate(self.paragraph.sentences, start=1))[1:] if self.paragraph else []


@dataclass(frozen=True)
class ThesisRow:
    """A thesis of the draft, or one that was struck: that has no position."""

    change: ThesisChange
    thesis: DraftThesis
    paragraphs: Sequence[ParagraphRow]
    position: str = ""
    is_edge: bool = False
    is_moved: bool = False
    opens_group: bool = False
    acts: frozenset[str] = frozenset()

    @property
    def is_new(self) -> bool:
        return bool(self.position) and not self.change.old_number

    @property
    def is_renamed(self) -> bool:
        return bool(self.position and self.change.old_number) and self.change.old_heading != self.change.new_heading

    @property
    def is_changed(self) -> bool:
        is_emptied = self.is_empty and bool(self.change.old_number)
        return is_emptied or self.change.is_changed or self.is_moved or any(row.is_changed for row in self.paragraphs)

    @property
    def is_empty(self) -> bool:
        """Whether it would be published as a heading alone."""
        return bool(self.position) and not self.thesis.paragraphs


@dataclass(frozen=True)
class Desk:
    """One page of the draft. `counts` are those of the whole text."""

    draft: EditionDraft
    edition_number: int
    is_stale: bool
    theses: Sequence[ThesisRow]
    page: int
    pages: int
    only_changed: bool
    counts: Mapping[ChangeState, int]
    changed: int

    @property
    def next_number(self) -> int:
        return self.edition_number + 1


def load_desk(person: Person, draft: EditionDraft, page: int = 0, at: str = "", only_changed: bool = False) -> Desk:
    """Lay out one page, or without one the page on which the position `at` stands. At most seven queries."""
    require(person, Permission.READ_NEXT_EDITION, draft.declaration)
    edition = current_edition(draft.declaration)
    old, new = load_text(draft.edition), numbered_next(draft.declaration, text_of(draft))
    changes = to_changes(old, new, Span(draft.edition.number, language=draft.declaration.language))
    rows = list(_Layout(old, new, changes, _count_annotations(draft.declaration)).rows())
    wanted = [row for row in rows if row.is_changed] if only_changed else rows
    pages = max(1, -(-len(wanted) // PAGE_SIZE))
    page = min(max(page or _page_of(wanted, at), 1), pages)
    shown = wanted[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Desk(
        draft=draft,
        edition_number=edition.number,
        is_stale=draft.edition_id != edition.id,
        theses=[_with_acts(new, row) for row in shown],
        page=page,
        pages=pages,
        only_changed=only_changed,
        counts={state: changes.count(state) for state in ChangeState},
        changed=sum(row.is_changed for thesis in rows for row in thesis.paragraphs),
    )


def count_changes(draft: EditionDraft) -> dict[ChangeState, int]:
    """How many paragraphs are in which state, compared with the edition the draft was begun on."""
    old, new = load_text(draft.edition), numbered_next(draft.declaration, text_of(draft))
    changes = to_changes(old, new, Span(draft.edition.number))
    return {state: changes.count(state) for state in ChangeState}


def _page_of(rows: Sequence[ThesisRow], at: str) -> int:
    thesis = at.partition("-")[0]
    return next((index // PAGE_SIZE + 1 for index, row in enumerate(rows) if row.position == thesis), 1)


def _count_annotations(declaration: Declaration) -> dict[int, int]:
    """Annotations that are shown, without replies, by paragraph."""
    query = (
        select(Annotation.paragraph_id, func.count())
        .where(
            Annotation.declaration_id == declaration.id,
            Annotation.paragraph_id.is_not(None),
            Annotation.parent_id.is_(None),
            Annotation.status == Status.VISIBLE,
        )
        .group_by(Annotation.paragraph_id)
    )
    return {paragraph or 0: count for paragraph, count in db.session.execute(query)}


class _Layout:
    """Changes with their positions in the draft."""

    def __init__(
        self, old: DraftDeclaration, new: DraftDeclaration, changes: Changes, annotations: Mapping[int, int]
    ) -> None:
        self.old, self.new, self.changes, self.annotations = old, new, changes, annotations
        self.origins = [one.origin for thesis in old.theses for one in thesis.paragraphs]
        self.old_theses = {thesis.number: thesis for thesis in old.theses}
        self.moved = out_of_order([one.origin for one in old.theses], [one.origin for one in new.theses])
        self.homes = {
            words: full_number(thesis, one)
            for thesis in new.theses
            for one in thesis.paragraphs
            for words in one.sentences
        }

    def rows(self) -> Iterator[ThesisRow]:
        at, group = -1, ""
        for change in self.changes.theses:
            if not change.new_number:
                thesis = self.old_theses[change.old_number]
                yield ThesisRow(change, thesis, [self._struck(one) for one in change.paragraphs])
                continue
            at += 1
            thesis = self.new.theses[at]
            yield ThesisRow(
                change=change,
                thesis=thesis,
                paragraphs=list(self._paragraphs(at, change)),
                position=str(at + 1),
                is_edge=is_edge(thesis),
                is_moved=thesis.origin in self.moved,
                opens_group=bool(thesis.group) and thesis.group != group,
            )
            group = thesis.group

    def _paragraphs(self, index: int, change: ThesisChange) -> Iterator[ParagraphRow]:
        at = 0
        for one in change.paragraphs:
            if one.state is ChangeState.GONE:
                yield self._struck(one)
                continue
            paragraph = self.new.theses[index].paragraphs[at]
            at += 1
            count = self.annotations.get(paragraph.origin, 0)
            yield ParagraphRow(one, paragraph.origin, count, f"{index + 1}-{at}", paragraph)

    def _struck(self, change: ParagraphChange) -> ParagraphRow:
        origin = self.origins[change.old_position]
        homes = {self.homes.get(words, "") for words in self._old_paragraph(origin).sentences}
        home = homes.pop() if len(homes) == 1 else ""
        return ParagraphRow(change, origin, self.annotations.get(origin, 0), home=home)

    def _old_paragraph(self, origin: int) -> DraftParagraph:
        return next(one for thesis in self.old.theses for one in thesis.paragraphs if one.origin == origin)


def _with_acts(text: DraftDeclaration, row: ThesisRow) -> ThesisRow:
    """What fits where, looked up only for what is shown."""
    if not row.position:
        return row
    index = int(row.position) - 1
    paragraphs = [replace(one, acts=_acts(text, one.position)) if one.position else one for one in row.paragraphs]
    return replace(row, paragraphs=paragraphs, acts=_acts(text, str(index + 1)))


def _acts(text: DraftDeclaration, position: str) -> frozenset[str]:
    place = to_place(position)
    return frozenset(act for act in offered(text, place) if is_sensible(text, act, place))


def to_place(position: str) -> Place:
    """ "3-2" is paragraph 2 of thesis 3; "3" the thesis."""
    thesis, _dash, paragraph = position.partition("-")
    return Place(int(thesis) - 1, int(paragraph) - 1 if paragraph else -1)


def to_position(place: Place) -> str:
    return f"{place.thesis + 1}" + (f"-{place.paragraph + 1}" if place.paragraph >= 0 else "")

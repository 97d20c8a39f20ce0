"""The editions of a text: the shelf on which all of them stand, and each of them to read."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select

from deliberation.database import db
from deliberation.declarations.changes import ChangeState
from deliberation.declarations.editions import load_editions, load_text, to_parts
from deliberation.declarations.importing import CLOSING, PREAMBLE, DraftDeclaration
from deliberation.declarations.models import Correction, Declaration, Edition, ParagraphState, Thesis, Wording
from deliberation.declarations.order import out_of_order
from deliberation.editions.drafting import find_draft
from deliberation.permissions import Permission, Person, may
from deliberation.text import DiffPart, word_diff


@dataclass(frozen=True)
class ThesisThen:
    """A thesis as it stood in some edition; enough of it to be named and addressed."""

    declaration: Declaration
    number: str
    heading: str = ""
    group: str = ""

    @property
    def is_numbered(self) -> bool:
        return self.number not in (PREAMBLE, CLOSING)


@dataclass(frozen=True)
class ParagraphThen:
    """A paragraph as it stood in some edition; `wording` is none where only its place is asked for."""

    thesis: ThesisThen
    number: str
    wording: Wording | None = None
    # The last misprint that was put right in it, 0 if there is none.
    correction: int = 0

    @property
    def full_number(self) -> str:
        return f"{self.thesis.number}.{self.number}" if self.thesis.is_numbered else self.number

    @property
    def anchor(self) -> str:
        return f"absatz-{self.thesis.number}-{self.number}"


@dataclass(frozen=True)
class Corrected:
    """A misprint that was put right, with the place as it was numbered in that edition."""

    correction: Correction
    place: ParagraphThen
    parts: Sequence[DiffPart]

    @property
    def anchor(self) -> str:
        return f"berichtigung-{self.correction.id}"


@dataclass(frozen=True)
class ShelfEntry:
    """One edition: how many paragraphs it has and what it did to those of the one before."""

    edition: Edition
    paragraphs: int
    counts: Mapping[ChangeState, int]
    corrections: Sequence[Corrected]


@dataclass(frozen=True)
class Shelf:
    declaration: Declaration
    entries: Sequence[ShelfEntry]
    has_draft: bool

    @property
    def edition_number(self) -> int:
        return self.entries[0].edition.number


@dataclass(frozen=True)
class PartThen:
    thesis: ThesisThen
    paragraphs: Sequence[ParagraphThen]


@dataclass(frozen=True)
class EditionPage:
    """The whole text of one edition, with its numbers."""

    declaration: Declaration
    edition: Edition
    current: Edition
    parts: Sequence[PartThen]

    @property
    def is_current(self) -> bool:
        return self.edition is self.current


def load_shelf(person: Person, declaration: Declaration) -> Shelf:
    """All editions, the newest first. Three queries, and one for organisers."""
    editions = load_editions(declaration)
    totals, counts = _count_changes(declaration)
    corrections = _load_corrections(declaration)
    entries = [ShelfEntry(one, totals[one.id], counts[one.id], corrections.get(one.id, ())) for one in editions]
    is_organiser = may(person, Permission.EDIT_TEXT, declaration)
    return Shelf(declaration, entries, is_organiser and find_draft(declaration) is not None)


def _count_changes(declaration: Declaration) -> tuple[dict[int, int], dict[int, Counter[ChangeState]]]:
    """By edition: its paragraphs, and what it did to those of the one before. The same rules as in `comparing`."""
    query = (
        select(Edition.id, ParagraphState.thesis_id, ParagraphState.paragraph_id, Wording.edition_id)
        .join(ParagraphState, ParagraphState.edition_id == Edition.id)
        .join(Wording, Wording.id == ParagraphState.wording_id)
        .where(Edition.declaration_id == declaration.id)
        .order_by(Edition.number, ParagraphState.thesis_id, ParagraphState.position)
    )
    texts: dict[int, dict[int, list[tuple[int, bool]]]] = {}
    for edition, thesis, paragraph, since in db.session.execute(query):
        places = texts.setdefault(edition, defaultdict(list))
        places[thesis].append((paragraph, since == edition))
    totals = {edition: sum(map(len, places.values())) for edition, places in texts.items()}
    counts: dict[int, Counter[ChangeState]] = defaultdict(Counter)
    editions = list(texts)
    for before, edition in itertools.pairwise(editions):
        counts[edition] = _compare(texts[before], texts[edition])
    return defaultdict(int, totals), counts


def _compare(
    before: Mapping[int, Sequence[tuple[int, bool]]], after: Mapping[int, Sequence[tuple[int, bool]]]
) -> Counter[ChangeState]:
    homes = {paragraph: thesis for thesis, group in before.items() for paragraph, _new in group}
    found: Counter[ChangeState] = Counter()
    for thesis, group in after.items():
        stayed = [paragraph for paragraph, _new in group if homes.get(paragraph) == thesis]
        reordered = out_of_order([paragraph for paragraph, _new in before.get(thesis, ())], stayed)
        for paragraph, is_reworded in group:
            if paragraph not in homes:
                found[ChangeState.NEW] += 1
            elif is_reworded:
                found[ChangeState.REWORDED] += 1
            elif homes[paragraph] != thesis or paragraph in reordered:
                found[ChangeState.MOVED] += 1
            homes.pop(paragraph, None)
    found[ChangeState.GONE] = len(homes)
    return found


def _load_corrections(declaration: Declaration) -> dict[int, list[Corrected]]:
    """By edition, the newest first."""
    query = (
        select(Correction, Thesis.number, ParagraphState.number)
        .join(
            ParagraphState,
            and_(
                ParagraphState.edition_id == Correction.edition_id,
                ParagraphState.paragraph_id == Correction.paragraph_id,
            ),
        )
        .join(Thesis, Thesis.id == ParagraphState.thesis_id)
        .where(Thesis.declaration_id == declaration.id)
        .order_by(Correction.id.desc())
    )
    found: dict[int, list[Corrected]] = defaultdict(list)
    for correction, thesis, number in db.session.execute(query):
        place = ParagraphThen(ThesisThen(declaration, thesis), number)
        parts = word_diff(correction.old_wording.text, correction.new_wording.text)
        found[correction.edition_id].append(Corrected(correction, place, parts))
    return found


def load_edition_page(declaration: Declaration, number: int) -> EditionPage | None:
    """The whole text of an edition; four queries. None if there is no such edition."""
    editions = load_editions(declaration)
    edition = next((one for one in editions if one.number == number), None)
    if edition is None:
        return None
    parts = _to_parts(declaration, load_text(edition), _last_corrections(edition))
    return EditionPage(declaration, edition, editions[0], parts)


def _last_corrections(edition: Edition) -> dict[int, int]:
    """By paragraph, the last misprint put right in this edition."""
    query = select(Correction).where(Correction.edition_id == edition.id).order_by(Correction.id)
    return {one.paragraph_id: one.id for one in db.session.scalars(query)}


def _to_parts(declaration: Declaration, text: DraftDeclaration, corrections: Mapping[int, int]) -> list[PartThen]:
    parts = []
    for each in text.theses:
        thesis = ThesisThen(declaration, each.number, each.heading, each.group)
        own = [
            ParagraphThen(thesis, one.number, Wording(parts=to_parts(one.units)), corrections.get(one.origin, 0))
            for one in each.paragraphs
        ]
        parts.append(PartThen(thesis, own))
    return parts

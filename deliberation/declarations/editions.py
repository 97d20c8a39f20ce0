"""The states of a text: reading any edition, numbering the next one, and where a paragraph of former days is now.

An edition is read as a `DraftDeclaration` whose `origin`s are the ids of its theses and paragraphs, so that the text
in force, an old edition and the draft of the next one are the same kind of thing.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import select

from deliberation.database import db
from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, DraftThesis, Unit
from deliberation.declarations.models import (
    PREAMBLE,
    Declaration,
    Edition,
    Paragraph,
    ParagraphState,
    Thesis,
    ThesisState,
    Wording,
)
from deliberation.declarations.numbering import number_text

Parts = list[list[Any]]


def find_edition(declaration: Declaration, number: int) -> Edition | None:
    query = select(Edition).where(Edition.declaration_id == declaration.id, Edition.number == number)
    return db.session.scalars(query).one_or_none()


def load_editions(declaration: Declaration) -> list[Edition]:
    """All editions, the newest first."""
    query = select(Edition).where(Edition.declaration_id == declaration.id).order_by(Edition.number.desc())
    return list(db.session.scalars(query))


def load_text(edition: Edition) -> DraftDeclaration:
    """The whole text as it stood in an edition, corrected misprints included. Two queries."""
    query = (
        select(ParagraphState, Wording.parts)
        .join(Wording, Wording.id == ParagraphState.wording_id)
        .where(ParagraphState.edition_id == edition.id)
        .order_by(ParagraphState.thesis_id, ParagraphState.position)
    )
    rows = db.session.execute(query).all()
    paragraphs = {
        thesis: tuple(_to_paragraph(state, parts) for state, parts in group)
        for thesis, group in groupby(rows, key=lambda row: row[0].thesis_id)
    }
    states = (
        select(ThesisState, Thesis.number)
        .join(Thesis, Thesis.id == ThesisState.thesis_id)
        .where(ThesisState.edition_id == edition.id)
        .order_by(ThesisState.position)
    )
    theses = tuple(
        DraftThesis(number, one.heading, one.group, "", paragraphs.get(one.thesis_id, ()), one.thesis_id)
        for one, number in db.session.execute(states)
    )
    return DraftDeclaration(edition.declaration.title, theses, "headings")


def _to_paragraph(state: ParagraphState, parts: Parts) -> DraftParagraph:
    return DraftParagraph(state.number, to_units(parts), state.paragraph_id, state.reason)


def to_units(parts: Sequence[Sequence[Any]]) -> tuple[Unit, ...]:
    return tuple(Unit(label, level, tuple(sentences)) for label, level, sentences in parts)


def to_parts(units: Sequence[Unit]) -> Parts:
    return [[unit.label, unit.level, list(unit.sentences)] for unit in units]


def numbered_next(declaration: Declaration, text: DraftDeclaration) -> DraftDeclaration:
    """The text of a next edition with the numbers that it would get. Three queries."""
    all_theses = select(Thesis.id, Thesis.number).where(Thesis.declaration_id == declaration.id)
    theses = {key: number for key, number in db.session.execute(all_theses)}  # noqa: C416
    given = (
        select(ParagraphState.thesis_id, ParagraphState.number)
        .join(Edition, Edition.id == ParagraphState.edition_id)
        .where(Edition.declaration_id == declaration.id)
        .distinct()
    )
    used: dict[int, list[str]] = defaultdict(list)
    for thesis, number in db.session.execute(given):
        used[thesis].append(number)
    present = select(Paragraph.id, Paragraph.thesis_id, Paragraph.number).where(Paragraph.thesis_id.in_(theses))
    places = {key: (thesis, number) for key, thesis, number in db.session.execute(present)}
    return number_text(text, theses, places, used)


@dataclass(frozen=True)
class FormerPlace:
    """Where a printed number leads now."""

    thesis: Thesis
    paragraph: Paragraph


def find_former(declaration: Declaration, thesis_number: str, number: str) -> FormerPlace | None:
    """The paragraph that had this number in an earlier edition and has moved to another thesis since."""
    query = (
        select(Paragraph)
        .join(ParagraphState, ParagraphState.paragraph_id == Paragraph.id)
        .join(Edition, Edition.id == ParagraphState.edition_id)
        .join(Thesis, Thesis.id == ParagraphState.thesis_id)
        .where(
            Thesis.declaration_id == declaration.id,
            Thesis.number == thesis_number,
            ParagraphState.number == number,
        )
        .order_by(Edition.number.desc())
        .limit(1)
    )
    paragraph = db.session.scalars(query).first()
    return FormerPlace(paragraph.thesis, paragraph) if paragraph else None


def find_paragraph_id(edition: Edition, printed: str) -> int | None:
    """The paragraph that has a printed number ("3.1a"; "0.1" or "1" in the preamble) in an edition."""
    thesis, dot, number = printed.strip().rpartition(".")
    query = (
        select(ParagraphState.paragraph_id)
        .join(Thesis, Thesis.id == ParagraphState.thesis_id)
        .where(
            ParagraphState.edition_id == edition.id,
            Thesis.number == (thesis if dot else PREAMBLE),
            ParagraphState.number == number,
        )
    )
    return db.session.scalars(query).one_or_none()


def load_changed_sentences(edition: Edition, paragraph_id: int) -> dict[int, str]:
    """Sentences of a paragraph in an edition that it did not have in the one before, with their numbers from 1."""
    query = (
        select(Edition.number, Wording)
        .join(ParagraphState, ParagraphState.edition_id == Edition.id)
        .join(Wording, Wording.id == ParagraphState.wording_id)
        .where(
            Edition.declaration_id == edition.declaration_id,
            Edition.number.in_((edition.number - 1, edition.number)),
            ParagraphState.paragraph_id == paragraph_id,
        )
    )
    wordings = {number: wording for number, wording in db.session.execute(query)}  # noqa: C416
    if edition.number not in wordings:
        return {}
    before = set(wordings[edition.number - 1].sentences) if edition.number - 1 in wordings else set()
    present = enumerate(wordings[edition.number].sentences, start=1)
    return {number: words for number, words in present if words not in before}

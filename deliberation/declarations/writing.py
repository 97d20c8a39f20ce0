"""Writing an edition: the rows of the text, and a state of each thesis and paragraph that is never changed again."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import joinedload

from deliberation.database import db
from deliberation.declarations.editions import load_editions, to_parts
from deliberation.declarations.importing import DraftDeclaration
from deliberation.declarations.models import (
    HEADING_MAX,
    Declaration,
    Edition,
    Paragraph,
    ParagraphState,
    Thesis,
    ThesisState,
    Wording,
)


@dataclass(frozen=True)
class Written:
    """What writing an edition made: the new ids by their place in the text, and what moved to another thesis."""

    edition: Edition
    paragraph_ids: tuple[int, ...]
    wording_ids: tuple[int, ...]
    moved: Mapping[int, int]


def write_edition(declaration: Declaration, text: DraftDeclaration, note: str) -> Written:
    """Make a numbered text the edition in force. What it leaves out keeps its rows, words and address.

    Whoever calls this asked whether the person may, and takes care of what people wrote on the text.
    """
    before = _present(declaration)
    number = max(one.number for one in load_editions(declaration)) + 1
    edition = Edition(declaration=declaration, number=number, note=note)
    db.session.add(edition)
    db.session.flush()
    thesis_ids = _write_theses(declaration, edition, text, before)
    paragraph_ids, moved = _write_paragraphs(text, thesis_ids, before)
    wording_ids = _write_wordings(edition, text, paragraph_ids, before)
    _take_out(edition, before, set(thesis_ids), set(paragraph_ids))
    _write_states(edition, text, thesis_ids, paragraph_ids, wording_ids, before)
    for paragraph in before.paragraphs.values():
        db.session.expire(paragraph, ["thesis", "wording", "wording_id"])
    db.session.refresh(declaration, ["theses", "editions"])
    return Written(edition, tuple(paragraph_ids), tuple(wording_ids), moved)


@dataclass(frozen=True)
class _Present:
    """The text in force, as rows."""

    theses: dict[int, Thesis]
    paragraphs: dict[int, Paragraph]


def _present(declaration: Declaration) -> _Present:
    theses = db.session.scalars(select(Thesis).where(Thesis.declaration_id == declaration.id)).all()
    query = select(Paragraph).where(Paragraph.thesis_id.in_([thesis.id for thesis in theses]))
    paragraphs = db.session.scalars(query.options(joinedload(Paragraph.wording))).all()
    return _Present({one.id: one for one in theses}, {one.id: one for one in paragraphs})


def _write_theses(declaration: Declaration, edition: Edition, text: DraftDeclaration, before: _Present) -> list[int]:
    rows = []
    for position, source in enumerate(text.theses):
        thesis = before.theses.get(source.origin)
        if thesis is None:
            thesis = Thesis(declaration_id=declaration.id, number=source.number, since_id=edition.id, paragraphs=[])
            db.session.add(thesis)
        thesis.position, thesis.removed_in_id = position, None
        if (thesis.heading, thesis.group) != (source.heading[:HEADING_MAX], source.group[:HEADING_MAX]):
            thesis.heading, thesis.group = source.heading[:HEADING_MAX], source.group[:HEADING_MAX]
            thesis.since_id = edition.id
        rows.append(thesis)
    db.session.flush()
    return [thesis.id for thesis in rows]


def _write_paragraphs(
    text: DraftDeclaration, thesis_ids: Sequence[int], before: _Present
) -> tuple[list[int], dict[int, int]]:
    """Rows of all paragraphs in order; ids of those that are in another thesis now, with that thesis."""
    rows, moved = [], {}
    for thesis_id, source in zip(thesis_ids, text.theses, strict=True):
        for position, part in enumerate(source.paragraphs):
            paragraph = before.paragraphs.get(part.origin)
            if paragraph is None:
                paragraph = Paragraph(thesis_id=thesis_id, position=position, number=part.number)
                db.session.add(paragraph)
            elif paragraph.thesis_id != thesis_id:
                moved[paragraph.id] = thesis_id
            paragraph.thesis_id, paragraph.position, paragraph.number = thesis_id, position, part.number
            paragraph.removed_in_id = paragraph.successor_id = None
            rows.append(paragraph)
    db.session.flush()
    return [paragraph.id for paragraph in rows], moved


def _write_wordings(
    edition: Edition, text: DraftDeclaration, paragraph_ids: Sequence[int], before: _Present
) -> list[int]:
    """The wording of each paragraph: the old row where not a character changed, else a new one.

    Where only labels changed ("(2)" is "(3)" now), the words stand since the edition they stood since."""
    parts = [to_parts(part.units) for thesis in text.theses for part in thesis.paragraphs]
    found: list[int] = []
    new: list[tuple[int, Wording]] = []
    for index, (paragraph_id, wanted) in enumerate(zip(paragraph_ids, parts, strict=True)):
        paragraph = before.paragraphs.get(paragraph_id)
        old = paragraph.wording if paragraph else None
        found.append(old.id if old else 0)
        if old is not None and old.parts == wanted:
            continue
        is_reworded = old is None or old.sentences != [words for _l, _v, sentences in wanted for words in sentences]
        since = edition.id if is_reworded or old is None else old.edition_id
        wording = Wording(paragraph_id=paragraph_id, edition_id=since, parts=wanted)
        db.session.add(wording)
        new.append((index, wording))
    db.session.flush()
    for index, wording in new:
        found[index] = wording.id
    if new:
        changes = [{"id": paragraph_ids[index], "wording_id": wording.id} for index, wording in new]
        db.session.execute(update(Paragraph), changes)
    return found


def _take_out(edition: Edition, before: _Present, theses: set[int], paragraphs: set[int]) -> None:
    for paragraph in before.paragraphs.values():
        if paragraph.id not in paragraphs and not paragraph.is_removed:
            paragraph.removed_in_id = edition.id
    for thesis in before.theses.values():
        if thesis.id not in theses and not thesis.is_removed:
            thesis.removed_in_id = edition.id
    db.session.flush()


def _write_states(
    edition: Edition,
    text: DraftDeclaration,
    thesis_ids: Sequence[int],
    paragraph_ids: Sequence[int],
    wording_ids: Sequence[int],
    before: _Present,
) -> None:
    """Keep how everything stands now, and since when each thesis has stood like that."""
    former = {
        (state.thesis_id, state.position): (state.paragraph_id, state.wording_id)
        for state in db.session.scalars(
            select(ParagraphState)
            .join(Edition, Edition.id == ParagraphState.edition_id)
            .where(Edition.declaration_id == edition.declaration_id, Edition.number == edition.number - 1)
        )
    }
    dates = select(Wording.id, Wording.edition_id).where(Wording.id.in_(wording_ids))
    since = {wording: date for wording, date in db.session.execute(dates)}  # noqa: C416
    thesis_rows, paragraph_rows, at = [], [], 0
    for position, (thesis_id, source) in enumerate(zip(thesis_ids, text.theses, strict=True)):
        own = range(at, at + len(source.paragraphs))
        at += len(source.paragraphs)
        paragraph_rows += [
            {
                "edition_id": edition.id, "paragraph_id": paragraph_ids[i], "thesis_id": thesis_id,
                "position": i - own.start, "number": source.paragraphs[i - own.start].number,
                "wording_id": wording_ids[i], "reason": source.paragraphs[i - own.start].reason,
            }
            for i in own
        ]  # fmt: skip
        thesis_rows.append(
            {
                "edition_id": edition.id, "thesis_id": thesis_id, "position": position,
                "heading": source.heading[:HEADING_MAX], "group": source.group[:HEADING_MAX],
            }
        )  # fmt: skip
    _date_theses(edition, thesis_rows, paragraph_rows, former, since)
    if paragraph_rows:
        db.session.execute(insert(ParagraphState), paragraph_rows)
    db.session.execute(insert(ThesisState), thesis_rows)


def _date_theses(
    edition: Edition,
    thesis_rows: list[dict[str, Any]],
    paragraph_rows: Sequence[Mapping[str, Any]],
    former: Mapping[tuple[int, int], tuple[int, int]],
    since: Mapping[int, int],
) -> None:
    """A thesis stands since this edition when one of its paragraphs came, went, moved or was reworded."""
    old: dict[int, list[int]] = defaultdict(list)
    for (thesis_id, _position), (paragraph_id, _wording) in sorted(former.items()):
        old[thesis_id].append(paragraph_id)
    new: dict[int, list[int]] = defaultdict(list)
    touched = set()
    for row in paragraph_rows:
        new[row["thesis_id"]].append(row["paragraph_id"])
        if since.get(row["wording_id"]) == edition.id:
            touched.add(row["thesis_id"])
    theses = {
        thesis.id: thesis
        for thesis in db.session.scalars(select(Thesis).where(Thesis.id.in_([row["thesis_id"] for row in thesis_rows])))
    }
    for row in thesis_rows:
        thesis = theses[row["thesis_id"]]
        if thesis.id in touched or old[thesis.id] != new[thesis.id]:
            thesis.since_id = edition.id
        row["since_id"] = thesis.since_id
    db.session.flush()


def write_first_edition(declaration: Declaration, text: DraftDeclaration) -> Edition:
    """Store a new text as its first edition."""
    edition = Edition(declaration=declaration, number=1)
    db.session.add(edition)
    db.session.flush()
    fresh = replace(
        text,
        theses=tuple(
            replace(one, origin=0, paragraphs=tuple(replace(part, origin=0) for part in one.paragraphs))
            for one in text.theses
        ),
    )
    nothing = _Present({}, {})
    thesis_ids = _write_theses(declaration, edition, fresh, nothing)
    paragraph_ids, _moved = _write_paragraphs(fresh, thesis_ids, nothing)
    wording_ids = _write_wordings(edition, fresh, paragraph_ids, nothing)
    _write_states(edition, fresh, thesis_ids, paragraph_ids, wording_ids, nothing)
    db.session.refresh(declaration, ["theses", "editions"])
    return edition

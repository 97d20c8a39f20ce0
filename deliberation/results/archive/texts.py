"""The text of an archive as rows: every edition as it stood, and what holds now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from deliberation.clock import BERLIN
from deliberation.database import db
from deliberation.declarations.models import (
    HEADING_MAX,
    Correction,
    Declaration,
    Edition,
    Paragraph,
    ParagraphState,
    Thesis,
    ThesisState,
    Wording,
)

NUMBER_MAX = 20


@dataclass(frozen=True)
class Text:
    """Ids of rows by what stands for them in the data."""

    editions: Mapping[int, int]
    theses: Mapping[str, int]
    paragraphs: Mapping[int, int]
    wordings: Mapping[int, int]


def write_text(declaration: Declaration, data: Mapping[str, Any]) -> Text:
    """Raises KeyError and the like for data that do not fit together."""
    given = sorted(data["editions"], key=lambda one: one["number"])
    if not given or [one["number"] for one in given] != list(range(1, len(given) + 1)):
        raise ValueError("editions")
    editions = {
        one["number"]: Edition(
            declaration=declaration, number=one["number"], note=one["note"], published_at=moment_of(one["day"])
        )
        for one in given
    }
    db.session.add_all(editions.values())
    db.session.flush()
    ids = {number: edition.id for number, edition in editions.items()}
    theses = _theses(declaration, given, ids)
    paragraphs = _paragraphs(data["paragraphs"], given, ids, theses)
    wordings = _wordings(data["wordings"], ids, paragraphs)
    text = Text(ids, theses, {key: one.id for key, one in paragraphs.items()}, wordings)
    for one in data["paragraphs"]:
        if one["merged_into"]:
            paragraphs[one["paragraph"]].successor_id = text.paragraphs[one["merged_into"]]
    _states(given, text, paragraphs)
    _corrections(data["corrections"], text)
    db.session.flush()
    return text


def _theses(
    declaration: Declaration, given: Sequence[Mapping[str, Any]], editions: Mapping[int, int]
) -> dict[str, int]:
    rows: dict[str, Thesis] = {}
    for edition in given:
        for position, one in enumerate(edition["theses"]):
            row = rows.get(one["number"])
            if row is None:
                row = Thesis(declaration_id=declaration.id, number=one["number"][:NUMBER_MAX], paragraphs=[])
                rows[one["number"]] = row
                db.session.add(row)
            row.position, row.heading, row.group = position, one["heading"][:HEADING_MAX], one["group"][:HEADING_MAX]
            row.since_id, row.removed_in_id = editions[one["since"]], editions.get(edition["number"] + 1)
    last = {one["number"] for one in given[-1]["theses"]}
    for number in last:
        rows[number].removed_in_id = None
    db.session.flush()
    return {number: row.id for number, row in rows.items()}


def _paragraphs(
    sources: Sequence[Mapping[str, Any]],
    given: Sequence[Mapping[str, Any]],
    editions: Mapping[int, int],
    theses: Mapping[str, int],
) -> dict[int, Paragraph]:
    rows = {
        one["paragraph"]: Paragraph(thesis_id=theses[one["thesis"]], number=one["number"][:NUMBER_MAX], position=0)
        for one in sources
    }
    for edition in given:
        for thesis in edition["theses"]:
            for position, one in enumerate(thesis["paragraphs"]):
                row = rows[one["paragraph"]]
                row.position, row.removed_in_id = position, editions.get(edition["number"] + 1)
    db.session.add_all(rows.values())
    db.session.flush()
    return rows


def _wordings(
    sources: Sequence[Mapping[str, Any]], editions: Mapping[int, int], paragraphs: Mapping[int, Paragraph]
) -> dict[int, int]:
    rows = {
        one["wording"]: Wording(
            paragraph_id=paragraphs[one["paragraph"]].id,
            edition_id=editions[one["edition"]],
            parts=_parts(one["parts"]),
        )
        for one in sources
    }
    db.session.add_all(rows.values())
    db.session.flush()
    return {key: row.id for key, row in rows.items()}


def _parts(parts: Sequence[Any]) -> list[list[Any]]:
    return [[str(label), int(level), [str(one) for one in sentences]] for label, level, sentences in parts]


def _states(given: Sequence[Mapping[str, Any]], text: Text, paragraphs: Mapping[int, Paragraph]) -> None:
    for edition in given:
        own = text.editions[edition["number"]]
        for place, thesis in enumerate(edition["theses"]):
            db.session.add(
                ThesisState(
                    edition_id=own, thesis_id=text.theses[thesis["number"]], position=place,
                    heading=thesis["heading"][:HEADING_MAX], group=thesis["group"][:HEADING_MAX],
                    since_id=text.editions[thesis["since"]],
                )
            )  # fmt: skip
            for position, one in enumerate(thesis["paragraphs"]):
                wording = text.wordings[one["wording"]]
                paragraphs[one["paragraph"]].wording_id = wording
                db.session.add(
                    ParagraphState(
                        edition_id=own, paragraph_id=text.paragraphs[one["paragraph"]], position=position,
                        thesis_id=text.theses[thesis["number"]], number=one["number"][:NUMBER_MAX], wording_id=wording,
                        reason=one["reason"],
                    )
                )  # fmt: skip
    db.session.flush()


def _corrections(sources: Sequence[Mapping[str, Any]], text: Text) -> None:
    for one in sources:
        db.session.add(
            Correction(
                paragraph_id=text.paragraphs[one["paragraph"]],
                edition_id=text.editions[one["edition"]],
                old_wording_id=text.wordings[one["old"]],
                new_wording_id=text.wordings[one["new"]],
                reason=one["reason"],
                corrected_at=moment_of(one["day"]),
            )
        )


def moment_of(day: str) -> datetime:
    """Noon in Berlin: of days nothing finer is known."""
    return datetime.combine(date.fromisoformat(day), time(12), BERLIN)

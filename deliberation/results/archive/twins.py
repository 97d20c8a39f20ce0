"""Leichte Sprache in an archive: what the declaration is about, each thesis at the places of its paragraphs, and the way back.
What stood there before stays with the organisers, and so do words for a paragraph that is not in its thesis any more."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from deliberation.database import db
from deliberation.declarations.easy import EasyTooLong, load_easy, to_lines, write_easy
from deliberation.declarations.models import Declaration, Paragraph, Thesis
from deliberation.results.archive.contributions import Keys
from deliberation.results.archive.texts import Text
from deliberation.text import normalised

EASY = "easy.html"


@dataclass(frozen=True)
class ArchivedPart:
    """Words for a paragraph; `is_older`: it was reworded since."""

    number: str
    lines: Sequence[str]
    is_older: bool


def easy_of(declaration: Declaration, keys: Keys) -> dict[str, Any]:
    """As everybody reads it now; nothing where there is none."""
    query = select(Thesis).where(Thesis.declaration_id == declaration.id, Thesis.removed_in_id.is_(None), Thesis.has_easy)
    theses = db.session.scalars(query.order_by(Thesis.position).options(undefer(Thesis.easy))).all()
    twins = [
        {
            "thesis": keys.theses[one.thesis.id],
            "heading": one.heading,
            "parts": [
                {
                    "paragraph": keys.paragraphs[part.paragraph.id],
                    "wording": keys.wordings.get((one.thesis.easy or {})["parts"][str(part.paragraph.id)][1]),
                    "text": part.source,
                }
                for part in one.parts
                if part.source
            ],
        }
        for one in load_easy(declaration, theses)
        if one.is_there
    ]
    return {"about": declaration.easy or "", "theses": twins} if declaration.easy or twins else {}


def twins_in(data: Mapping[str, Any]) -> dict[str, tuple[str, list[ArchivedPart]]]:
    """Heading and parts of each twin by the number of its thesis."""
    numbers = {one["paragraph"]: one["number"] for one in data["paragraphs"]}
    # The editions stand in their order.
    latest = {one["paragraph"]: one["wording"] for thesis in data["editions"][-1]["theses"] for one in thesis["paragraphs"]}
    return {
        twin["thesis"]: (
            twin["heading"],
            [
                ArchivedPart(numbers[one["paragraph"]], to_lines(one["text"]), one["wording"] != latest.get(one["paragraph"]))
                for one in twin["parts"]
            ],
        )
        for twin in data["easy"].get("theses", ())
    }


def is_still_said(declaration: Declaration, data: Mapping[str, Any]) -> bool:
    """Whether nobody has put other words in the place of those in the data, or taken them out. Words for a paragraph that an
    edition took out are kept, as its own are in the editions before."""
    given = data.get("easy")
    if not given:
        return True
    query = select(Thesis).where(Thesis.declaration_id == declaration.id).options(undefer(Thesis.easy))
    kept = {one.number: one.easy or {} for one in db.session.scalars(query)}
    return given["about"] in ("", declaration.easy) and all(
        set(_words_given(twin)) <= set(_words_kept(kept.get(twin["thesis"], {}))) for twin in given["theses"]
    )


def _words_given(twin: Mapping[str, Any]) -> Iterator[str]:
    yield from (text for text in (twin["heading"], *(one["text"] for one in twin["parts"])) if text)


def _words_kept(twin: Mapping[str, Any]) -> Iterator[str]:
    yield twin.get("heading", "")
    yield from (source for source, _wording in twin.get("parts", {}).values())


def bring_easy(declaration: Declaration, given: Any, text: Text) -> None:
    """Write it as everybody read it. Raises ValueError, TypeError, KeyError."""
    if not given:
        return
    twins = [_twin(one, text) for one in given["theses"]]
    if len({thesis.id for thesis, _heading, _parts in twins}) < len(twins):
        raise ValueError("easy theses")
    try:
        write_easy(declaration, str(given["about"]), twins)
    except EasyTooLong as fault:
        raise ValueError(f"easy {fault.name}") from fault


def _twin(one: Mapping[str, Any], text: Text) -> tuple[Thesis, str, dict[int, tuple[str, int | None]]]:
    thesis = db.session.get_one(Thesis, text.theses[one["thesis"]])
    parts: dict[int, tuple[str, int | None]] = {}
    for part in one["parts"]:
        paragraph = db.session.get_one(Paragraph, text.paragraphs[part["paragraph"]])
        if paragraph.thesis_id != thesis.id or paragraph.id in parts:
            raise ValueError("easy paragraph")
        parts[paragraph.id] = (str(part["text"]), text.wordings[part["wording"]] if part["wording"] else None)
    return thesis, normalised(" ".join(str(one["heading"]).split())), parts

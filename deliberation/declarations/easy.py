"""Twins in Leichte Sprache: what the declaration is about, and each thesis, with its own layout and the same places.

Written by people who have learned it and tested by those it is for (DIN SPEC 33429); nothing here is made by a program."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deliberation.database import db
from deliberation.declarations.models import Act, Declaration, Paragraph, Thesis, hold_text, load_paragraphs
from deliberation.declarations.record import record
from deliberation.permissions import Permission, Person, require
from deliberation.text import normalised

EASY_MAX = 6000
HEADING_MAX = 200


class EasyTooLong(Exception):
    """Of one field: `name`."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class EasyPart:
    """One paragraph and its twin, in lines; `is_older`: the paragraph was reworded since."""

    paragraph: Paragraph
    source: str
    is_older: bool

    @property
    def lines(self) -> list[str]:
        return to_lines(self.source)


@dataclass(frozen=True)
class EasyThesis:
    thesis: Thesis
    heading: str
    parts: Sequence[EasyPart]

    @property
    def missing(self) -> int:
        """Paragraphs without a twin, or with one that is older than the text."""
        return sum(not part.source or part.is_older for part in self.parts)

    @property
    def is_there(self) -> bool:
        return any(part.source for part in self.parts)


def to_lines(source: str) -> list[str]:
    """One sentence on each line; empty lines part paragraphs of the twin and are kept as such."""
    return [line.strip() for line in source.strip().split("\n")] if source.strip() else []


def load_easy(declaration: Declaration, theses: Sequence[Thesis]) -> list[EasyThesis]:
    """The twins of these theses with their paragraphs. Two queries."""
    found = load_paragraphs([thesis.id for thesis in theses])
    return [_easy(thesis, [one for one in found if one.thesis_id == thesis.id]) for thesis in theses]


def _easy(thesis: Thesis, paragraphs: Sequence[Paragraph]) -> EasyThesis:
    kept = thesis.easy or {}
    texts: Mapping[str, Sequence[object]] = kept.get("parts", {})
    parts = []
    for paragraph in paragraphs:
        source, wording = texts.get(str(paragraph.id), ("", None))
        parts.append(EasyPart(paragraph, str(source), bool(source) and wording != paragraph.wording_id))
    return EasyThesis(thesis, str(kept.get("heading", "")), parts)


def change_about(organiser: Person, declaration: Declaration, source: str) -> None:
    """Say in Leichte Sprache what it is about. Raises EasyTooLong."""
    hold_text(declaration)
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    words = _checked("about", source) or None
    if words == declaration.easy:
        return
    declaration.easy = words
    _refresh(declaration)
    record(organiser.membership_in(declaration.id), declaration, Act.TEXTS, after="easy")


def change_thesis(organiser: Person, thesis: Thesis, heading: str, texts: Mapping[int, str]) -> None:
    """The twin of a thesis: its heading, and what stands for each paragraph by its id. A text that is sent as it was stays that
    of the wording it was written for. Raises EasyTooLong."""
    declaration = thesis.declaration
    hold_text(declaration)
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    if len(heading) > HEADING_MAX:
        raise EasyTooLong("heading")
    before = (thesis.easy or {}).get("parts", {})
    parts = {}
    for paragraph in load_paragraphs([thesis.id]):
        source, key = _checked(f"p{paragraph.id}", texts.get(paragraph.id, "")), str(paragraph.id)
        if source:
            parts[key] = before[key] if before.get(key, [""])[0] == source else [source, paragraph.wording_id]
    twin = {"heading": heading, "parts": parts} if parts else None
    if twin == thesis.easy:
        return
    thesis.easy, thesis.has_easy = twin, bool(parts)
    _refresh(declaration)
    record(organiser.membership_in(declaration.id), declaration, Act.TEXTS, after=f"easy:{thesis.number}")


def confirm(organiser: Person, thesis: Thesis) -> None:
    """Somebody has looked: the twin fits the text as it reads now."""
    declaration = thesis.declaration
    hold_text(declaration)
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    kept = thesis.easy or {}
    present = {str(one.id): one.wording_id for one in load_paragraphs([thesis.id])}
    parts = {key: [source, present[key]] for key, (source, _wording) in kept.get("parts", {}).items() if key in present}
    if parts == kept.get("parts"):
        return
    thesis.easy = {**kept, "parts": parts} if parts else None
    record(organiser.membership_in(declaration.id), declaration, Act.TEXTS, after=f"easy:{thesis.number},fits")
    db.session.flush()


def _checked(name: str, source: str) -> str:
    words = normalised(source)
    if len(words) > EASY_MAX:
        raise EasyTooLong(name)
    return words


def _refresh(declaration: Declaration) -> None:
    declaration.has_easy = bool(declaration.easy) or any(thesis.has_easy for thesis in declaration.theses)
    db.session.flush()

"""Twins in Leichte Sprache: what the declaration is about, and each thesis, with its own layout and the same places.

Written by people who have learned it and tested by those it is for (DIN SPEC 33429); nothing here is made by a program. What
stood there before is kept, and so are words for a paragraph that is not in its thesis any more."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from deliberation.database import db
from deliberation.declarations.models import (
    Act,
    Declaration,
    EasyEdition,
    Paragraph,
    Thesis,
    hold_text,
    load_paragraphs,
)
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


@dataclass(frozen=True)
class LeftPart:
    """Words for a paragraph that an edition took out or put into another thesis (`paragraph.thesis`)."""

    paragraph: Paragraph
    source: str

    @property
    def lines(self) -> list[str]:
        return to_lines(self.source)


@dataclass(frozen=True)
class EasyBefore:
    """What stood there until a day; of what the declaration is about there is one part without a paragraph."""

    until: date
    heading: str
    parts: Sequence[tuple[Paragraph | None, list[str]]]


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


def load_left(thesis: Thesis) -> list[LeftPart]:
    """What is kept for paragraphs that are not in this thesis any more. Two queries."""
    present = {one.id for one in load_paragraphs([thesis.id])} if not thesis.is_removed else set()
    texts: Mapping[str, Sequence[object]] = (thesis.easy or {}).get("parts", {})
    found = _load_by_id([int(key) for key in texts if int(key) not in present])
    return [LeftPart(one, str(texts[str(one.id)][0])) for one in found.values()]


def _load_by_id(ids: Sequence[int]) -> dict[int, Paragraph]:
    """In the order in which they were made, wherever they stand now."""
    query = select(Paragraph).where(Paragraph.id.in_(ids)).order_by(Paragraph.id)
    return {one.id: one for one in db.session.scalars(query)}


def load_removed(declaration: Declaration) -> list[Thesis]:
    """Theses that an edition took out and that have a twin still. One query."""
    query = select(Thesis).where(
        Thesis.declaration_id == declaration.id, Thesis.removed_in_id.is_not(None), Thesis.easy.is_not(None)
    )
    return list(db.session.scalars(query.order_by(Thesis.position, Thesis.id)))


def load_before(declaration: Declaration, thesis: Thesis | None = None) -> list[EasyBefore]:
    """What stood there before, the newest first: of a thesis, or of what the declaration is about. At most two queries."""
    of = EasyEdition.thesis_id == thesis.id if thesis else EasyEdition.thesis_id.is_(None)
    query = select(EasyEdition).where(EasyEdition.declaration_id == declaration.id, of).order_by(EasyEdition.id.desc())
    kept = list(db.session.scalars(query))
    if thesis is None:
        return [EasyBefore(one.until, "", [(None, to_lines(one.words["about"]))]) for one in kept]
    known = _load_by_id(sorted({int(key) for one in kept for key in one.words["parts"]})) if kept else {}
    return [
        EasyBefore(
            one.until,
            one.words["heading"],
            [(known.get(int(key)), to_lines(source)) for key, (source, _wording) in one.words["parts"].items()],
        )
        for one in kept
    ]


def change_about(organiser: Person, declaration: Declaration, source: str) -> None:
    """Say in Leichte Sprache what it is about. Raises EasyTooLong."""
    hold_text(declaration)
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    words = _checked("about", source) or None
    db.session.refresh(declaration, ["easy"])
    if words == declaration.easy:
        return
    if declaration.easy:
        _keep(declaration, None, {"about": declaration.easy})
    declaration.easy = words
    _refresh(declaration)
    record(organiser.membership_in(declaration.id), declaration, Act.TEXTS, after="easy")


def change_thesis(organiser: Person, thesis: Thesis, heading: str, texts: Mapping[int, str]) -> None:
    """The twin of a thesis: its heading, and what stands for each paragraph by its id. A text that is sent as it was stays that
    of the wording it was written for, and words for paragraphs that are not there any more stay. Raises EasyTooLong."""
    declaration = thesis.declaration
    hold_text(declaration)
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    if len(heading) > HEADING_MAX:
        raise EasyTooLong("heading")
    db.session.refresh(thesis, ["easy"])
    before = (thesis.easy or {}).get("parts", {})
    parts, present = {}, {str(one.id): one for one in load_paragraphs([thesis.id])}
    for key, paragraph in present.items():
        source = _checked(f"p{key}", texts.get(paragraph.id, ""))
        if source:
            parts[key] = before[key] if before.get(key, [""])[0] == source else [source, paragraph.wording_id]
    left = {key: kept for key, kept in before.items() if key not in present}
    twin = {"heading": heading, "parts": parts | left} if parts or left else None
    if twin == thesis.easy:
        return
    if thesis.easy:
        _keep(declaration, thesis, thesis.easy)
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
    parts = {key: [source, present.get(key, wording)] for key, (source, wording) in kept.get("parts", {}).items()}
    if not kept or parts == kept["parts"]:
        return
    thesis.easy = {**kept, "parts": parts}
    record(organiser.membership_in(declaration.id), declaration, Act.TEXTS, after=f"easy:{thesis.number},fits")
    db.session.flush()


def write_easy(
    declaration: Declaration, about: str, twins: Iterable[tuple[Thesis, str, Mapping[int, tuple[str, int | None]]]]
) -> None:
    """As it stood in an archive: heading of each, and by the ids of paragraphs what stands for them and for which wording. Nobody
    says it now, so nothing is recorded. Raises EasyTooLong."""
    declaration.easy = _checked("about", about) or None
    declaration.has_easy = bool(declaration.easy)
    for thesis, heading, texts in twins:
        if len(heading) > HEADING_MAX:
            raise EasyTooLong("heading")
        checked = {str(key): [_checked(f"p{key}", source), wording] for key, (source, wording) in texts.items()}
        parts = {key: part for key, part in checked.items() if part[0]}
        if parts:
            thesis.easy, thesis.has_easy, declaration.has_easy = {"heading": heading, "parts": parts}, True, True
    db.session.flush()


def _checked(name: str, source: str) -> str:
    words = normalised(source)
    if len(words) > EASY_MAX:
        raise EasyTooLong(name)
    return words


def _keep(declaration: Declaration, thesis: Thesis | None, words: dict[str, object]) -> None:
    db.session.add(EasyEdition(declaration_id=declaration.id, thesis_id=thesis.id if thesis else None, words=words))


def _refresh(declaration: Declaration) -> None:
    declaration.has_easy = bool(declaration.easy) or any(thesis.has_easy for thesis in declaration.theses)
    db.session.flush()

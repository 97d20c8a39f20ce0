"""Contributions that were written on paper or in a meeting and typed into a table afterwards."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256

from sqlalchemy import select

from deliberation.annotations.actions import Contribution, post_for_group
from deliberation.annotations.models import BODY_MAX, Annotation, Kind
from deliberation.database import db
from deliberation.declarations.importing.refusals import N_
from deliberation.declarations.importing.tables import named_cells, read_columns
from deliberation.declarations.models import (
    Act,
    Declaration,
    Membership,
    Origin,
    Paragraph,
    Thesis,
    find_paragraph,
    hold_text,
)
from deliberation.declarations.record import record
from deliberation.meetings.groups import group_called
from deliberation.permissions import Permission, Person, require
from deliberation.text import has_words, normalised

COLUMNS = {
    "place": ("stelle", "absatz", "place", "paragraph"),
    "thesis": ("these", "thesis"),
    "kind": ("art", "kind"),
    "body": ("text", "beitrag", "body"),
    "wording": ("wortlaut", "vorschlag", "wording"),
    "origin": ("herkunft", "origin"),
}
KINDS = {
    **{kind.value: kind for kind in Kind},
    "aus der praxis": Kind.PRACTICE, "praxis": Kind.PRACTICE, "textvorschlag": Kind.PROPOSAL, "vorschlag": Kind.PROPOSAL,
    "frage": Kind.QUESTION, "einwand": Kind.OBJECTION, "zustimmung": Kind.AGREEMENT, "hinweis": Kind.REFERENCE,
    "hinweis/quelle": Kind.REFERENCE,
}  # fmt: skip
ORIGIN_MAX = 60


class Wrong(Enum):
    """What can be wrong in a line."""

    COLUMNS = "columns"
    PLACE = "place"
    KIND = "kind"
    EMPTY = "empty"
    LONG = "long"
    WORDING = "wording"
    ORIGIN = "origin"
    NOTHING = "nothing"


WRONG = {
    Wrong.COLUMNS: N_("In der ersten Zeile stehen die Spalten: Stelle, Art, Text und Herkunft, bei Vorschlägen auch Wortlaut."),
    Wrong.PLACE: N_("Die Stelle „%(words)s“ gibt es nicht. Schreiben Sie zum Beispiel 3.2, oder 3 für die ganze These."),
    Wrong.KIND: N_("„%(words)s“ ist keine Art. Es gibt: Aus der Praxis, Textvorschlag, Frage, Einwand, Zustimmung, Hinweis."),
    Wrong.EMPTY: N_("Hier fehlt der Text."),
    Wrong.LONG: N_("Dieser Text ist zu lang. Höchstens 3000 Zeichen."),
    Wrong.WORDING: N_("Zu einem Textvorschlag gehört der Wortlaut."),
    Wrong.ORIGIN: N_("Hier fehlt, woher es kommt, in höchstens 60 Zeichen. Zum Beispiel: Bogen 12, Fachtagung Dortmund."),
    Wrong.NOTHING: N_("Unter den Spalten steht nichts."),
}


@dataclass(frozen=True)
class Fault:
    line: int
    what: Wrong
    words: str = ""


@dataclass(frozen=True)
class Entry:
    """One line of the table, with the place it is about."""

    line: int
    thesis: Thesis
    paragraph: Paragraph | None
    kind: Kind
    body: str
    wording: str
    origin: str


@dataclass(frozen=True)
class Paper:
    """What a file says; entries only where there is no fault at all."""

    entries: Sequence[Entry]
    faults: Sequence[Fault]


@dataclass(frozen=True)
class Taken:
    """How many were new, how many were there already, and how many of the new wait for a moderator."""

    new: int
    known: int
    held: int


def read_paper(declaration: Declaration, content: bytes, name: str) -> Paper:
    """Read a table of contributions. Raises ImportRefused for what is no table at all."""
    places, rows = read_columns(content, name, COLUMNS)
    if not {"kind", "body", "origin"} <= places.keys() or not {"place", "thesis"} & places.keys():
        return Paper([], [Fault(1, Wrong.COLUMNS)])
    found = [_read(declaration, line, named_cells(places, cells)) for line, cells in rows]
    faults = [one for one in found if isinstance(one, Fault)]
    if not found:
        faults = [Fault(1, Wrong.NOTHING)]
    return Paper([] if faults else [one for one in found if isinstance(one, Entry)], faults)


def _read(declaration: Declaration, line: int, cells: Mapping[str, str]) -> Entry | Fault:
    place = _find_place(declaration, cells.get("thesis", ""), cells.get("place", ""))
    kind = KINDS.get(cells["kind"].casefold())
    body, wording, origin = (normalised(cells.get(name, "")) for name in ("body", "wording", "origin"))
    for is_wrong, what, words in (
        (place is None, Wrong.PLACE, ".".join(filter(None, (cells.get("thesis", ""), cells.get("place", ""))))),
        (kind is None, Wrong.KIND, cells["kind"]),
        (not has_words(body), Wrong.EMPTY, ""),
        (max(len(body), len(wording)) > BODY_MAX, Wrong.LONG, ""),
        (kind is Kind.PROPOSAL and not wording, Wrong.WORDING, ""),
        (not has_words(origin) or len(origin) > ORIGIN_MAX, Wrong.ORIGIN, ""),
    ):
        if is_wrong:
            return Fault(line, what, words[:40])
    assert place is not None
    assert kind is not None
    return Entry(line, *place, kind, body, wording if kind is Kind.PROPOSAL else "", origin)


def _find_place(declaration: Declaration, thesis: str, place: str) -> tuple[Thesis, Paragraph | None] | None:
    """3.2 in one cell, or thesis and paragraph in two; without a paragraph it is about the whole thesis."""
    number, own = (thesis, place) if thesis else tuple(place.partition(".")[::2])
    found = next((one for one in declaration.theses if one.number == number), None)
    if found is None or not own:
        return (found, None) if found is not None else None
    paragraph = find_paragraph(found, own)
    return (found, paragraph) if paragraph is not None and not paragraph.is_removed else None


def take_in(organiser: Person, declaration: Declaration, entries: Sequence[Entry]) -> Taken:
    """Take over all of them; what is there already, from an earlier time, adds nothing. What could make somebody recognisable
    waits for a moderator, and so does everything where everything is looked at first."""
    hold_text(declaration)
    require(organiser, Permission.ENTER_PAPER, declaration)
    keys = list(_keys(entries))
    known = set(
        db.session.scalars(
            select(Annotation.form_key)
            .join(Membership, Membership.id == Annotation.author_id)
            .where(Annotation.declaration_id == declaration.id, Membership.origin == Origin.PAPER)
        )
    )
    made = [
        post_for_group(
            group_called(declaration, Origin.PAPER, entry.origin), entry.thesis, entry.paragraph,
            Contribution(entry.body, entry.kind, wording=entry.wording, form_key=key),
        )
        for entry, key in zip(entries, keys, strict=True)
        if key not in known
    ]  # fmt: skip
    if made:
        record(organiser.membership_in(declaration.id), declaration, Act.TABLE, after=f"paper:{len(made)}")
    db.session.flush()
    return Taken(len(made), len(entries) - len(made), sum(not one.is_visible for one in made))


def _keys(entries: Sequence[Entry]) -> Iterator[str]:
    """The same line has the same key each time; two that read alike are told apart by their order."""
    seen = Counter[str]()
    for entry in entries:
        place = entry.thesis.number, entry.paragraph.number if entry.paragraph else ""
        words = "\n".join((*place, entry.kind.value, entry.body, entry.wording, entry.origin))
        seen[words] += 1
        yield sha256(f"paper\n{seen[words]}\n{words}".encode()).hexdigest()

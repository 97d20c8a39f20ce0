"""From the data of an archive the same deliberation again: text, editions, annotations, conversations, published figures.

Nobody comes along: names are names of nobody's account, and votes and stances are the sums that were published. So it is
a record: only whom its organiser invites can go on writing in it. What the file says is checked like what a stranger
sends.
"""

import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import func, literal_column, select, table

from deliberation.annotations.models import (
    Annotation,
    Kind,
    StanceTally,
    Status,
)
from deliberation.database import ID_MAX, db
from deliberation.declarations.actions import check_slug
from deliberation.declarations.glossary import TermWords, write_terms
from deliberation.declarations.importing.refusals import N_
from deliberation.declarations.models import TITLE_MAX, Act, Declaration, LogEntry, Policy
from deliberation.permissions import Access, Permission, Person, Phase, require
from deliberation.results.archive.arriving import People, write_annotations
from deliberation.results.archive.carrying import Files, bring_files
from deliberation.results.archive.data import FORMAT, PARTS, VERSION
from deliberation.results.archive.packing import DATA
from deliberation.results.archive.surroundings import bring_hands, bring_pages
from deliberation.results.archive.texts import Text, moment_of, write_text
from deliberation.results.archive.twins import bring_easy
from deliberation.text import RENDER_VERSION, normalised, to_safe_html

AT_ONCE = 400
bringing: dict[str, Callable[[Declaration, Any, Text], None]] = {
    "easy": bring_easy, "pages": bring_pages, "hands": bring_hands,
}  # fmt: skip
"""Who writes which part of an archive: what stands above this feature enters itself here (`reports.bringing`,
`surveys.returning`). Raises ValueError for what cannot be; a part that is missing was made by an older program."""
FILE_MAX = 500_000_000
"""Bytes of data, unpacked."""
REFUSALS = {
    "format": N_("Das ist kein Archiv einer Beratung: Es fehlt die Datei data.json."),
    "version": N_("Dieses Archiv hat eine neuere Form. Bitte zuerst das Programm erneuern."),
    "numbers": N_(
        "Anmerkungen mit diesen Nummern gibt es hier schon. Nummern sind öffentlich und gelten für immer; ein Archiv braucht "
        "deshalb eine Installation, in der sie frei sind."
    ),
    "broken": N_("In diesem Archiv stimmt etwas nicht: %(what)s."),
}
LEFT_OUT = {
    "answers": N_(
        "Von Umfragen kamen die veröffentlichten Ergebnisse. Einzelne Antworten enthält kein Archiv; deshalb lassen sich zwei "
        "Fragen hier nicht zusammen zeigen."
    ),
    "protocols": N_("Handzeichen der Tischgruppen kamen als Summen je Absatz, nicht Tisch für Tisch."),
    "files": N_("Bilder und Dokumente der Seiten kamen nicht alle mit: Sie liegen nur in der ZIP-Datei eines Archivs."),
    "unknown": N_("Diese Teile kennt das Programm noch nicht, sie fehlen hier: %(names)s."),
}
NAMES_MAX = 10


class ArchiveRefused(Exception):
    """`reason` is a key of REFUSALS; `what` names the fault in the data."""

    def __init__(self, reason: str, what: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.what = what


def is_archive(name: str) -> bool:
    """Whether a file is called like one; texts come in other formats."""
    return name.lower().endswith((".json", ".zip"))


def read_archive(content: bytes) -> tuple[dict[str, Any], Files]:
    """The data of an archive and the files beside them, from its zip; from the file in it the data alone. Raises
    ArchiveRefused."""
    files = Files()
    try:
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as parts:
                [entry] = [one for one in parts.infolist() if one.filename.rpartition("/")[2] == DATA]
                if entry.file_size > FILE_MAX:
                    raise ArchiveRefused("format")
                files, content = Files(content, entry.filename), parts.read(entry)
        data = json.loads(content)
    except (ValueError, RuntimeError, EOFError, zlib.error, zipfile.BadZipFile):
        raise ArchiveRefused("format") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ArchiveRefused("format")
    if data.get("version") != VERSION:
        raise ArchiveRefused("version")
    return data, files


def read_data(content: bytes) -> dict[str, Any]:
    """The data alone. Raises ArchiveRefused."""
    return read_archive(content)[0]


def left_out(data: Mapping[str, Any], files: Files | None = None) -> list[tuple[str, dict[str, str]]]:
    """What does not come along with these data, as keys of LEFT_OUT with what belongs into the sentence."""
    found: list[tuple[str, dict[str, str]]] = []
    if any(not one["source"] for one in data.get("surveys") or ()):
        found.append(("answers", {}))
    if data.get("hands"):
        found.append(("protocols", {}))
    if any(one["name"] not in (files or Files()) for one in data.get("files") or ()):
        found.append(("files", {}))
    unknown = [normalised(name)[:40] for name in sorted(data.keys() - set(PARTS))]
    if unknown:
        found.append(("unknown", {"names": ", ".join(unknown[:NAMES_MAX])}))
    return found


def import_archive(operator: Person, data: Mapping[str, Any], slug: str, files: Files | None = None) -> Declaration:
    """Store it under this address. All or nothing: the caller commits. Raises SlugTaken, SlugInvalid, ArchiveRefused."""
    require(operator, Permission.CREATE_DECLARATION)
    check_slug(slug)
    try:
        return _store(data, slug, files or Files())
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as fault:
        raise ArchiveRefused("broken", f"{type(fault).__name__}: {fault}"[:200]) from fault


def _store(data: Mapping[str, Any], slug: str, files: Files) -> Declaration:
    _check_numbers(data)
    declaration = _declaration(data, slug)
    placed = write_text(declaration, data)
    people = People(declaration.id)
    write_annotations(declaration, data["annotations"], placed, people)
    _stances(declaration, data["stances"], placed)
    _log(declaration, data, placed)
    # Before the pages that show them.
    bring_files(declaration, data.get("files") or [], files)
    for part, bring in bringing.items():
        bring(declaration, data.get(part) or [], placed)
    _count_on()
    db.session.refresh(declaration, ["theses", "editions"])
    return declaration


def _check_numbers(data: Mapping[str, Any]) -> None:
    numbers = _numbers(data)
    if any(not isinstance(one, int) or not 0 < one < ID_MAX for one in numbers):
        raise ArchiveRefused("broken", "number")
    for start in range(0, len(numbers), AT_ONCE):
        some = numbers[start : start + AT_ONCE]
        if db.session.scalar(select(Annotation.number).where(Annotation.number.in_(some)).limit(1)) is not None:
            raise ArchiveRefused("numbers")


def _numbers(data: Mapping[str, Any]) -> list[int]:
    """Of all annotations, of those that only the log still knows, and the last that was given: none is given again."""
    logged = {line["annotation"] for line in data["log"] if line["annotation"]}
    return sorted((logged | {one["number"] for one in data["annotations"]} | {data["last_number"]}) - {0})


def _declaration(data: Mapping[str, Any], slug: str) -> Declaration:
    about = data["declaration"]
    declaration = Declaration(
        slug=slug,
        title=about["title"][:TITLE_MAX],
        language=about["language"][:5],
        is_sample=bool(about["is_sample"]),
        phase=Phase(about["phase"]),
        policy=Policy(about["policy"]),
        access=Access.PRIVATE if about["is_private"] else Access.INVITED,
        summary=about["summary"],
        publisher=about["publisher"][:TITLE_MAX],
        about=about["about"],
        about_html=to_safe_html(about["about"]),
        contact=about["contact"][:TITLE_MAX],
        licence=about["licence"][:TITLE_MAX],
        labels=dict(about["labels"]),
        rules=list(about["rules"]),
        rules_line=about["rules_line"],
        rules_version=int(about["rules_version"]),
        imported={**data["figures"], "closing": list(data["closing"]), "groups": dict(data["groups"])},
        theses=[],
        editions=[],
    )
    db.session.add(declaration)
    db.session.flush()
    # Archives of before there were any have none.
    write_terms(declaration, (TermWords(**one) for one in data.get("terms", [])))
    return declaration


def _stances(declaration: Declaration, given: Iterable[Mapping[str, Any]], text: Text) -> None:
    for one in given:
        db.session.add(
            StanceTally(
                declaration_id=declaration.id,
                thesis_id=text.theses[one["thesis"]],
                paragraph_id=text.paragraphs[one["paragraph"]] if one["paragraph"] else None,
                edition_id=text.editions[one["since"]],
                **{name: int(one[name]) for name in ("carry", "change", "unclear", "against")},
            )
        )
    db.session.flush()


def _log(declaration: Declaration, data: Mapping[str, Any], text: Text) -> None:
    """The public log. What it names and nobody sees any more gets its number and no words; what it does not name, one
    such place for all."""
    known = {one["number"] for one in data["annotations"]}
    numbers = _numbers(data)
    nameless = max(numbers, default=0) + 1
    needs_place = any(line["is_about_annotation"] and not line["annotation"] for line in data["log"])
    stubs = [number for number in numbers if number not in known] + ([nameless] if needs_place else [])
    first = next(iter(text.theses.values()))
    edition = next(iter(text.editions.values()))
    for number in stubs:
        row = Annotation(
            number=number, declaration_id=declaration.id, thesis_id=first, edition_id=edition, kind=Kind.REFERENCE,
            body="", body_html="", render_version=RENDER_VERSION, status=Status.HIDDEN, form_key=f"archive-{number}",
        )  # fmt: skip
        db.session.add(row)
    db.session.flush()
    for line in data["log"]:
        about = line["annotation"] or (nameless if line["is_about_annotation"] else None)
        db.session.add(
            LogEntry(
                declaration_id=declaration.id, act=Act(line["act"]), annotation_id=about, before=line["before"][:60],
                after=line["after"][:60], rule=line["rule"][:4], at=moment_of(line["day"]),
            )
        )  # fmt: skip
        # One by one: their order is that of their ids.
        db.session.flush()


def _count_on() -> None:
    """The next annotation gets a number after all there ever were. SQLite sees to it by itself."""
    if db.engine.dialect.name != "sqlite":
        highest = select(func.coalesce(func.max(Annotation.number), 1)).scalar_subquery()
        last = select(literal_column("last_value")).select_from(table("annotation_id_seq")).scalar_subquery()
        sequence = func.pg_get_serial_sequence("annotation", "id")
        db.session.execute(select(func.setval(sequence, func.greatest(highest, last))))

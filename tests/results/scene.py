"""A deliberation with numbers in it, made quickly."""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from html import unescape
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from deliberation.accounts.models import User
from deliberation.annotations import tallies
from deliberation.annotations.models import Annotation, Kind, Stance, StanceValue, Status, Vote, VoteValue
from deliberation.database import db
from deliberation.declarations.models import Declaration, Membership, find_declaration, find_thesis
from deliberation.permissions import Phase
from deliberation.results.models import KeptPart
from deliberation.results.writers.csv import fused
from tests import builders

VOTES = (VoteValue.AGREE, VoteValue.DISAGREE, VoteValue.PASS)
STANCES = (StanceValue.CARRY, StanceValue.CHANGE, StanceValue.UNCLEAR, StanceValue.AGAINST)


def voters(declaration: Declaration, count: int) -> list[int]:
    """Ids of anonymous members; the same ones each time."""
    rows = [
        {"declaration_id": declaration.id, "pseudonym": f"Stimme {n}", "pseudonym_key": f"stimme{n}"}
        for n in range(count)
    ]
    members = select(Membership.pseudonym, Membership.id).where(Membership.declaration_id == declaration.id)
    found = {pseudonym: key for pseudonym, key in db.session.execute(members)}  # noqa: C416
    new = [row for row in rows if row["pseudonym"] not in found]
    if new:
        db.session.execute(insert(Membership), new)
        return voters(declaration, count)
    return [found[row["pseudonym"]] for row in rows]


def give_votes(annotation: Annotation, *counts: int) -> None:
    """So many agree, disagree and pass; published exactly."""
    people = iter(voters(annotation.declaration, sum(counts)))
    for value, count in zip(VOTES, counts, strict=False):
        for _ in range(count):
            db.session.add(
                Vote(
                    annotation_id=annotation.number,
                    voter_id=next(people),
                    value=value,
                    edition_id=annotation.edition_id,
                )
            )
    db.session.flush()
    tallies.publish_exact([annotation.number])
    db.session.commit()


def give_stances(declaration: Declaration, at: str, *counts: int) -> None:
    """So many carry, change, unclear, against, on a thesis (3) or a paragraph (3.1); published exactly."""
    paragraph = builders.paragraph(declaration, at) if "." in at else None
    thesis = paragraph.thesis if paragraph else find_thesis(declaration, at)
    people = iter(voters(declaration, sum(counts)))
    for value, count in zip(STANCES, counts, strict=False):
        for _ in range(count):
            db.session.add(
                Stance(
                    declaration_id=declaration.id,
                    thesis_id=thesis.id,
                    paragraph_id=paragraph.id if paragraph else None,
                    edition_id=(paragraph or thesis).since_id,
                    holder_id=next(people),
                    value=value,
                )
            )
    db.session.flush()
    tallies.settle(declaration)
    db.session.commit()


def annotate(author: User, declaration: Declaration, body: str, at: str = "3.1", **fields: Any) -> Annotation:
    """An annotation with whatever fields a test wants to see or not to see."""
    annotation = builders.annotate(author, declaration, at=at, body=body, kind=fields.pop("kind", Kind.PRACTICE))
    for name, value in fields.items():
        setattr(annotation, name, value)
    db.session.commit()
    return annotation


def lively(cast: builders.Cast) -> Declaration:
    """Stances on theses and a paragraph, annotations with votes, one of them not shown."""
    declaration = cast.declaration
    give_stances(declaration, "1", 30, 8, 2, 3)
    give_stances(declaration, "2", 4, 1, 1, 1)
    give_stances(declaration, "3", 1, 1, 1, 0)
    give_stances(declaration, "3.1", 6, 5, 4, 3)
    give_votes(annotate(cast.ada, declaration, "Alle sind dafür.", is_quotable=True), 20, 1, 2)
    give_votes(annotate(cast.ben, declaration, "Hier gehen die Meinungen auseinander."), 9, 8, 1)
    give_votes(annotate(cast.ben, declaration, "Erst wenige Stimmen."), 3, 1)
    annotate(cast.ada, declaration, "Wer zahlt das?", at="1.1", kind=Kind.QUESTION)
    give_votes(annotate(cast.ada, declaration, "Nicht zeigen.", status=Status.HIDDEN), 30)
    return find_declaration(declaration.slug)


def read_table(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV export as a program reads them."""
    text = content.decode("utf-8-sig")
    return [
        {name: fused(cell) for name, cell in row.items()} for row in csv.DictReader(io.StringIO(text), delimiter=";")
    ]


def close(declaration: Declaration) -> None:
    declaration.phase = Phase.CLOSED
    db.session.commit()


def numbers(items: Sequence[Any]) -> list[int]:
    return [item.number for item in items]


def _words_in(name: str, parts: zipfile.ZipFile) -> str:
    """Fonts and pictures have none."""
    return "" if name.endswith((".ttf", ".odttf", ".png")) else text_of(parts.read(name))


def text_of(content: bytes) -> str:
    """Everything that can be read in a file, whatever it is made of; also in the files within it."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return "\n".join(f"{name} {_words_in(name, parts)}" for name in parts.namelist())
    if content.startswith(b"%PDF"):
        from pypdf import PdfReader

        reader = PdfReader(io.BytesIO(content))
        # Lines end where the page does: words that were cut there are joined, the rest is one line.
        pages = (re.sub("[-\u00ad]\n", "", page.extract_text()) for page in reader.pages)
        return " ".join(" ".join([str(reader.metadata), *pages]).split())
    if content.startswith(b"<?xml"):
        return unescape(content.decode("utf-8-sig", "replace"))
    return content.decode("utf-8-sig", "replace")


def lying(folder: Path) -> list[str]:
    """The files that lie somewhere: in this folder, or where all machines find them."""
    return [*(path.name for path in folder.glob("*")), *db.session.scalars(select(KeptPart.key).where(KeptPart.number == 0))]

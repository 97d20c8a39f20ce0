"""Snapshots: made when a phase ends, kept on the shelf, and gone as soon as anything in them is not public any
more.

A snapshot that was handed out cannot be called back. So its page says what it contained and where the newest one is, and
each file asks whoever copies it to look there first.
"""

import hashlib
import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import and_, func, select

from deliberation.annotations.models import Annotation, EarlierVersion, Outcome, Response
from deliberation.clock import today
from deliberation.database import db
from deliberation.declarations.models import Act, Declaration, LogEntry, Membership, current_edition
from deliberation.permissions import Operator, Permission, Person, Phase, require
from deliberation.results import shelf
from deliberation.results.archive.around import is_still_public
from deliberation.results.archive.packing import DATA
from deliberation.results.archive.twins import is_still_said
from deliberation.results.exports import ExportFile, export_archive
from deliberation.results.loading import published
from deliberation.results.models import Snapshot

FOLDER = "archives"
ENDING = ".zip"
RECENT = timedelta(days=2)
"""After a longer standstill of the site the end of a phase is not made up for: things have changed since."""
MOST_A_DAY = 3
"""So many times a day one takes the place of another: while people write, somebody takes something back every hour."""
TAKES = (
    Act.HIDE, Act.RETURN, Act.REDACT, Act.WITHDRAWN, Act.REVISED, Act.HELD, Act.UNDO, Act.TEXTS, Act.SURVEY, Act.TABLE,
)  # fmt: skip
AT_ONCE = 500


@dataclass(frozen=True)
class Due:
    """A snapshot to be made: which phase has ended and which line of the log says so, or which one it replaces."""

    declaration_id: int
    number: int
    phase: Phase
    cause: int | None = None
    replaces: int | None = None


def find_due(moment: datetime) -> list[Due]:
    """The last phase that ended of each declaration, and what was withdrawn and has no successor. Two queries."""
    kept = _all_snapshots()
    causes = {one.cause for some in kept.values() for one in some}
    ended = {
        entry.declaration_id: entry
        for entry in db.session.scalars(
            select(LogEntry).where(LogEntry.act == Act.PHASE, LogEntry.at >= moment - RECENT).order_by(LogEntry.id)
        )
        if _has_ended(entry)
    }
    found = [
        Due(number, _next(kept.get(number, ())), Phase(_phase(entry.before)), cause=entry.id)
        for number, entry in ended.items()
        if entry.id not in causes
    ]
    busy = {one.declaration_id for one in found}
    for number, some in kept.items():
        if number not in busy and not any(one.is_kept for one in some) and _may_replace(some):
            found.append(Due(number, _next(some), some[-1].phase, replaces=some[-1].number))
    return found


def _all_snapshots() -> dict[int, list[Snapshot]]:
    found: dict[int, list[Snapshot]] = defaultdict(list)
    for one in db.session.scalars(select(Snapshot).order_by(Snapshot.number)):
        found[one.declaration_id].append(one)
    return found


def _next(some: Sequence[Snapshot]) -> int:
    return max((one.number for one in some), default=0) + 1


def _phase(stage: str) -> str:
    return stage.partition(" ")[0]


def _has_ended(entry: LogEntry) -> bool:
    return _phase(entry.before) not in (_phase(entry.after), Phase.DRAFT.value)


def _may_replace(some: Sequence[Snapshot]) -> bool:
    return sum(one.made_on == today() for one in some) < MOST_A_DAY


def make(due: Due, site: str) -> tuple[ExportFile, str]:
    """The file, and up to which events it is sure: looked at first, so that what happens meanwhile is looked at later."""
    declaration = db.session.get_one(Declaration, due.declaration_id)
    mark = load_mark(due.declaration_id)
    return export_archive(Operator(), declaration, site, due.number), mark


def keep(due: Due, file: ExportFile, checked: str, folder: Path) -> Snapshot:
    """Put the file of a declaration away. What was written and is not named by a row in the end, `sweep` finds."""
    declaration = db.session.get_one(Declaration, due.declaration_id)
    made = Snapshot(
        declaration_id=due.declaration_id,
        number=due.number,
        phase=due.phase,
        cause=due.cause,
        replaces=due.replaces,
        made_on=today(),
        edition=current_edition(declaration).number,
        sha256=hashlib.sha256(file.content).hexdigest(),
        size=len(file.content),
        checked=checked,
    )
    db.session.add(made)
    db.session.flush()
    shelf.put(path_of(made, folder), io.BytesIO(file.content))
    return made


def path_of(snapshot: Snapshot, folder: Path) -> Path:
    return folder / f"{snapshot.key}{ENDING}"


def load_snapshots(person: Person, declaration: Declaration) -> list[Snapshot]:
    """All there ever were, the newest first."""
    require(person, Permission.READ, declaration)
    query = select(Snapshot).where(Snapshot.declaration_id == declaration.id).order_by(Snapshot.number.desc())
    return list(db.session.scalars(query))


def read_snapshot(person: Person, declaration: Declaration, number: int, folder: Path) -> bytes | None:
    """The file; None if it is gone, or would have to go. Nobody gets what somebody has just taken back."""
    require(person, Permission.READ, declaration)
    query = select(Snapshot).where(Snapshot.declaration_id == declaration.id, Snapshot.number == number)
    found = db.session.scalars(query).one_or_none()
    if found is None or not found.is_kept:
        return None
    try:
        content = b"".join(shelf.read(path_of(found, folder)))
    except FileNotFoundError:
        return None
    is_sure = found.checked == load_mark(declaration.id, found.checked)
    return content if is_sure or is_public(declaration, content) else None


def load_mark(declaration_id: int, before: str = "") -> str:
    """What has happened up to now that can have taken something from view: acts that take away, people who left or are
    called otherwise, of those who were there when the mark `before` was made. And once a day anew, whatever happened."""
    here = Membership.declaration_id == declaration_id
    upto = int(before.split()[0]) if before else db.session.scalar(select(func.max(Membership.id)).where(here)) or 0
    members = and_(here, Membership.id <= upto)
    taking = LogEntry.declaration_id == declaration_id, LogEntry.act.in_(TAKES)
    line = db.session.scalar(select(func.max(LogEntry.id)).where(*taking))
    query = (
        select(Membership.user_id, Membership.pseudonym, Membership.signing_name).where(members).order_by(Membership.id)
    )
    names = hashlib.sha256()
    for user, *called in db.session.execute(query):
        names.update(f"{user is None} {called}\n".encode())
    return f"{upto} {today().isoformat()} {line or 0} {names.hexdigest()[:16]}"


@dataclass(frozen=True)
class Checked:
    """What a look at the snapshots found: ids of those that have to go, and up to where the others are sure."""

    gone: tuple[int, ...]
    sure: Mapping[int, str]


def check(folder: Path) -> Checked:
    """Look at every file about which something may have changed."""
    gone: list[int] = []
    sure: dict[int, str] = {}
    for one in db.session.scalars(select(Snapshot).where(Snapshot.withdrawn_on.is_(None))).all():
        mark = load_mark(one.declaration_id, one.checked)
        if one.checked == mark:
            continue
        declaration = db.session.get_one(Declaration, one.declaration_id)
        try:
            is_fine = is_public(declaration, b"".join(shelf.read(path_of(one, folder))))
        except FileNotFoundError:
            # A backup was restored: files are in none.
            is_fine = False
        if is_fine:
            sure[one.id] = mark
        else:
            gone.append(one.id)
    return Checked(tuple(gone), sure)


def note_checked(checked: Checked, folder: Path) -> int:
    """Withdraw what has to go and remember what is sure; how many were withdrawn."""
    for number, mark in checked.sure.items():
        one = db.session.get(Snapshot, number)
        if one is not None:
            one.checked = mark
    for number in checked.gone:
        one = db.session.get(Snapshot, number)
        if one is not None and one.is_kept:
            one.withdrawn_on = today()
            shelf.remove(path_of(one, folder))
    db.session.flush()
    return len(checked.gone)


def is_public(declaration: Declaration, content: bytes) -> bool:
    """Whether everything in the file can still be read by everybody, in the same words: annotations, under the same name, and
    what came around the declaration, and Leichte Sprache."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        [name] = [one for one in parts.namelist() if one.endswith(f"/{DATA}")]
        data = json.loads(parts.read(name))
    is_same = _says_the_same(declaration, data["annotations"]) and is_still_public(declaration, data)
    return is_same and is_still_said(declaration, data)


def _says_the_same(declaration: Declaration, annotations: Iterable[Mapping[str, Any]]) -> bool:
    shown = [one for one in annotations if "body" in one]
    names, texts = _names(declaration), _texts(declaration, [one["number"] for one in shown])
    return all(
        one["number"] in names
        and names[one["number"]] == one["author"]
        and _words(one) <= texts[one["number"]]
        and {answer["by"] for answer in one["responses"]} <= names.signing
        for one in shown
    )


class _Names(dict[int, str | None]):
    """Under which name each annotation that is shown stands, and under which names answers do."""

    signing: frozenset[str]


def _names(declaration: Declaration) -> _Names:
    query = (
        select(Annotation.number, Membership.pseudonym)
        .outerjoin(Membership, Membership.id == Annotation.author_id)
        .where(Annotation.declaration_id == declaration.id, published(declaration))
    )
    found = _Names((number, name) for number, name in db.session.execute(query))
    members = db.session.scalars(select(Membership).where(Membership.declaration_id == declaration.id))
    found.signing = frozenset({one.shown_name for one in members} | {""})
    return found


def _words(annotation: Mapping[str, Any]) -> set[str]:
    texts = [annotation["body"], annotation["proposed_wording"], annotation["quote"]]
    texts += [one["body"] for one in annotation["responses"]]
    texts += [annotation["outcome"]["reason"]] if annotation["outcome"] else []
    return {text for text in texts if text}


def _texts(declaration: Declaration, numbers: Sequence[int]) -> Mapping[int, set[str]]:
    """Everything that can be read about each of them, earlier versions included."""
    found: dict[int, set[str]] = defaultdict(set)
    sources: Iterable[tuple[Any, tuple[Any, ...]]] = (
        (Annotation.number, (Annotation.body, Annotation.proposed_wording, Annotation.quote)),
        (EarlierVersion.annotation_id, (EarlierVersion.body, EarlierVersion.proposed_wording)),
        (Response.annotation_id, (Response.body,)),
        (Outcome.annotation_id, (Outcome.reason,)),
    )
    for key, columns in sources:
        for start in range(0, len(numbers), AT_ONCE):
            query = select(key, *columns).where(key.in_(numbers[start : start + AT_ONCE]))
            for number, *texts in db.session.execute(query):
                found[number].update(text for text in texts if text)
    return found


def kept_keys() -> set[str]:
    """Snapshots whose files stay."""
    return set(db.session.scalars(select(Snapshot.key).where(Snapshot.withdrawn_on.is_(None))))


def sweep(folder: Path) -> int:
    """Delete files of this machine that no row names: of deleted declarations, and of what failed half way; how many."""
    if not folder.is_dir():
        return 0
    named = {f"{key}{ENDING}" for key in kept_keys()}
    strange = [path for path in folder.glob(f"*{ENDING}") if path.name not in named]
    for path in strange:
        path.unlink(missing_ok=True)
    return len(strange)

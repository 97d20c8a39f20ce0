"""R15: from every landed migration up, down and up again with filled data, and kill -9 in the middle, twenty times."""

import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.assurance import Measured
from deliberation import create_app, schema
from deliberation.database import db, set_reading
from deliberation.sample.load import load_sample
from deliberation.sqlite import driver as sqlite3

KILLS = 20
FILE = "deliberation.sqlite3"
UPGRADE = [sys.executable, "-c", "from deliberation.cli import main; main()", "db", "upgrade"]


def measure() -> list[Measured]:
    with TemporaryDirectory(prefix="deliberation-r15-") as folder:
        return [_ways(Path(folder)), _kills(Path(folder))]


def _ways(folder: Path) -> Measured:
    """What a table held in the older schema it holds after going up and down again."""
    app = create_app({"INSTANCE": str(folder / "ways"), "LOG_LEVEL": "ERROR"})
    differences, rows = [], 0
    with app.app_context():
        schema.bring_up_to_date()
        set_reading(False)
        load_sample()
        db.session.commit()
        db.session.remove()
        for revision in reversed(schema.known_revisions()[:-1]):
            schema.migrate_to(revision)
            before = _digests(folder / "ways" / FILE)
            schema.migrate_to("head")
            schema.migrate_to(revision)
            after = _digests(folder / "ways" / FILE)
            differences += [f"{revision} {name}" for name in before if before[name] != after.get(name)]
            rows = max(rows, sum(count for count, _digest in before.values()))
            schema.migrate_to("head")
        db.engine.dispose()
    words = f"from each of {len(schema.known_revisions()) - 1} states up, down and up with {rows} rows: "
    return Measured("R15", f"{words}{len(differences)} tables differ {differences[:5] or ''}", not differences)


def _digests(file: Path) -> dict[str, tuple[int, str]]:
    """Rows and a digest of each table; what is sealed anew each time is left out, as are sessions, which end."""
    found = {}
    with sqlite3.connect(file) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in tables:
            if name.startswith("sqlite_") or name in ("alembic_version", "session", "passkey", "recovery_code"):
                continue
            columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
            kept = [c for c in columns if not c.endswith("sealed") and c not in ("key", "seen_at")]
            listed = ", ".join(f'"{column}"' for column in kept)
            rows = sorted(map(repr, connection.execute(f'SELECT {listed} FROM "{name}"')))
            found[name] = len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def _kills(folder: Path) -> Measured:
    """Killed at any moment of the way from the second state to the last, the tables are those of one or the other."""
    chance, whole = random.Random(2), folder / "old"
    app = create_app({"INSTANCE": str(whole), "LOG_LEVEL": "ERROR"})
    with app.app_context():
        schema.bring_up_to_date()
        set_reading(False)
        load_sample()
        db.session.commit()
        db.session.remove()
        schema.migrate_to("0002")
        db.engine.dispose()
    old = _shape(whole / FILE)
    took = _time_of(whole, folder / "timed")
    new = _shape(folder / "timed" / FILE)
    ended = {"old": 0, "new": 0, "between": 0}
    unsound = 0
    for number in range(KILLS):
        place = folder / f"kill{number}"
        shutil.copytree(whole, place)
        child = subprocess.Popen(UPGRADE, env=_environment(place), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(took * 0.35, took))
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        with sqlite3.connect(place / FILE) as connection:
            unsound += connection.execute("PRAGMA integrity_check").fetchone() != ("ok",)
        shape = _shape(place / FILE)
        ended["old" if shape == old else "new" if shape == new else "between"] += 1
        again = subprocess.run(UPGRADE, env=_environment(place), capture_output=True, check=False)
        unsound += again.returncode != 0 or _shape(place / FILE) != new
        shutil.rmtree(place)
    ends = ", ".join(f"{count} {name}" for name, count in ended.items())
    words = f"{KILLS} kills within {took:.1f} s: {ends}, {unsound} unsound"
    return Measured("R15", words, not ended["between"] and not unsound)


def _time_of(whole: Path, place: Path) -> float:
    shutil.copytree(whole, place)
    began = time.monotonic()
    subprocess.run(UPGRADE, env=_environment(place), capture_output=True, check=True)
    return time.monotonic() - began


def _environment(place: Path) -> dict[str, str]:
    return {**os.environ, "DELIBERATION_INSTANCE": str(place), "PYTHONPATH": str(Path(__file__).parents[2])}


def _shape(file: Path) -> list[Any]:
    """Revision and tables with what they are made of; in which order they were written down does not matter."""
    with sqlite3.connect(file) as connection:
        written = connection.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
        parts = [(name, sorted(part.strip(" \n\t()") for part in re.split(r",\s*\n", sql or ""))) for name, sql in written]
        return [*connection.execute("SELECT version_num FROM alembic_version"), *sorted(parts)]

"""The file beside the database that says what was erased, so that a restored backup forgets it again (`erasures`).

One line of JSON each: the random key of an account and what became of its texts, the address of a declaration, or the random
key of somebody who followed by mail; and the day.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

from flask import current_app

from deliberation.clock import today

NAME = "erasures.jsonl"


def list_path() -> Path:
    return Path(current_app.instance_path) / NAME


def append(entries: Iterable[dict[str, str]]) -> None:
    """Add lines, kept through a power failure."""
    path, lines = list_path(), [json.dumps(entry) for entry in entries]
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        # A line that a power failure cut short must not swallow the next.
        file.write(("" if _ends_well(path) else "\n") + "".join(f"{line}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())


def _ends_well(path: Path) -> bool:
    content = path.read_bytes()
    return not content or content.endswith(b"\n")


def read() -> list[dict[str, str]]:
    """What the file knows; a line cut short by a power failure is left out (the tables have it, or the wish is repeated)."""
    try:
        lines = list_path().read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    entries = []
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            entries.append(entry)
    return entries


def note_left(keys: Iterable[str]) -> None:
    """That these follow no more, by their keys. No table keeps it, so it is written before the row goes: should that fail, the
    next start makes up for it, as was wanted."""
    entries = [{"following": key, "day": today().isoformat()} for key in keys]
    if entries:
        append(entries)


def read_left() -> dict[str, str]:
    """Keys of those who follow no more, and the day."""
    return {entry["following"]: entry.get("day", "") for entry in read() if "following" in entry}

"""Pictures and documents of own pages in an archive: which come along, and the way back. An archive is a foreign file, so each
is looked into again in the cage."""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from deliberation.declarations.importing import MAX_FILE
from deliberation.declarations.models import Declaration
from deliberation.pages.files import ENDINGS, FILES_MAX, FileRefused, find_file, load_shown, read_file, take_in
from deliberation.pages.models import DESCRIPTION_MAX, PageFile
from deliberation.pages.naming import to_name
from deliberation.text import normalised

FOLDER = "files"
ALL_MAX = 200_000_000
"""Bytes of all: archives are made, kept and handed out in memory. Beyond, the smaller ones come along, and pages say where the
others are."""


def load_facts(declaration: Declaration) -> list[dict[str, Any]]:
    """What is known of each that everybody can open, without its bytes."""
    return [
        {
            "name": one.name, "kind": one.kind, "description": one.description, "width": one.width, "height": one.height,
            "size": one.size, "sha256": one.digest,
        }
        for one in load_shown(declaration)
    ]  # fmt: skip


def fitting(files: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those that come along."""
    left, found = ALL_MAX, set[str]()
    for one in sorted(files, key=lambda one: (one["size"], one["name"])):
        left -= one["size"]
        if left < 0:
            break
        found.add(one["name"])
    return [one for one in files if one["name"] in found]


def path_of(name: str) -> str:
    """Where it lies in an archive."""
    return f"{FOLDER}/{name}"


def load_contents(declaration: Declaration, files: Sequence[Mapping[str, Any]]) -> dict[str, bytes]:
    """Their bytes by where they lie."""
    found = [(one["name"], find_file(declaration, one["name"])) for one in files]
    return {path_of(name): b"".join(read_file(one)) for name, one in found if one is not None}


def are_still_shown(declaration: Declaration, files: Sequence[Mapping[str, Any]]) -> bool:
    """Whether everybody can still open each as it was, described in the same words."""
    shown = {one.name: one for one in load_shown(declaration)} if files else {}
    return all(_is_the_same(one, shown.get(one["name"])) for one in files)


def _is_the_same(then: Mapping[str, Any], now: PageFile | None) -> bool:
    return now is not None and now.digest == then["sha256"] and then["description"] in ("", now.description)


class Files:
    """What lies beside the data in the zip of an archive, read one by one. Data alone have none."""

    def __init__(self, content: bytes = b"", beside: str = "") -> None:
        self._parts = zipfile.ZipFile(io.BytesIO(content)) if content else None
        self._before = beside.rpartition("/")[0]

    def __contains__(self, name: str) -> bool:
        return self._parts is not None and self._path(name) in self._parts.namelist()

    def _path(self, name: str) -> str:
        return f"{self._before}/{path_of(name)}" if self._before else path_of(name)

    def read(self, name: str) -> bytes:
        """Raises ValueError for what cannot be unpacked, or would be too much."""
        assert self._parts is not None
        entry = self._parts.getinfo(self._path(name))
        if entry.file_size > MAX_FILE:
            raise ValueError("file size")
        try:
            return self._parts.read(entry)
        except (RuntimeError, EOFError, zlib.error, zipfile.BadZipFile) as fault:
            raise ValueError("file unpacked") from fault


def bring_files(declaration: Declaration, given: Any, files: Files) -> None:
    """Keep those that came along. Pictures are made anew, as from anybody who sends one.

    Raises ValueError, TypeError, KeyError."""
    if len(given) > FILES_MAX or len({one["name"] for one in given}) < len(given):
        raise ValueError("files")
    left = ALL_MAX
    for one in given:
        name, description = one["name"], normalised(" ".join(str(one["description"]).split()))[:DESCRIPTION_MAX]
        ending = name.rpartition(".")[2]
        if ending not in ENDINGS.values() or to_name(name, ending) != name:
            raise ValueError("file name")
        if name not in files:
            continue
        data = files.read(name)
        left -= len(data)
        if left < 0 or hashlib.sha256(data).hexdigest() != one["sha256"]:
            raise ValueError("file content")
        try:
            kept = take_in(declaration, data, name, description)
        except FileRefused as refused:
            raise ValueError(f"file: {refused.reason}") from refused
        if kept.name != name:
            raise ValueError("file name")

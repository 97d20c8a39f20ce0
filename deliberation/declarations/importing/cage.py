"""Reading foreign files in a process of their own, with limits on time and memory and nothing to reach from
there.
"""

import json
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from deliberation.declarations.importing.draft import DraftDeclaration, from_json
from deliberation.declarations.importing.refusals import REFUSALS, ImportRefused

MAX_FILE = 10 * 1024 * 1024
WALL_SECONDS = 9.0
SHAPES = ("auto", "headings", "list", "paragraphs")

# Empty stand-ins for the packages above us: importing the real ones would start the application.
_BOOT = """
import sys, types
root = sys.argv[1]
for name, path in (("deliberation", root), ("deliberation.declarations", root + "/declarations")):
    module = types.ModuleType(name)
    module.__path__ = [path]
    sys.modules[name] = module
from deliberation.declarations.importing import child
child.main()
"""


Source = dict[str, Any]
"""What was read from a file before it was split, as plain data: the way to another split without the file."""


def read_in_cage(data: bytes, filename: str, shape: str = "auto") -> DraftDeclaration:
    """Read a file and split it, in a child process. Raises ImportRefused with a clear reason; nothing is left
    behind.
    """
    return _with_text(from_json(_ask(data, shape, filename=filename)["draft"]))


def read_to_keep(data: bytes, filename: str, shape: str = "auto") -> tuple[DraftDeclaration, Source]:
    """The same, with what `split_in_cage` needs to split the text in another way later."""
    answer = _ask(data, shape, filename=filename, keep=True)
    return _with_text(from_json(answer["draft"])), answer["source"]


def split_in_cage(source: Source, shape: str) -> DraftDeclaration:
    """Split once more what `read_to_keep` has read."""
    return from_json(_ask(json.dumps(source).encode(), shape)["draft"])


def _with_text(draft: DraftDeclaration) -> DraftDeclaration:
    """Headings alone are no declaration: there is nothing to read or to annotate."""
    if not any(thesis.paragraphs for thesis in draft.theses):
        raise ImportRefused("empty")
    return draft


def _ask(data: bytes, shape: str, **task: Any) -> dict[str, Any]:
    """Put the question to a child process; what is no answer becomes ImportRefused."""
    if shape not in SHAPES:
        raise ValueError(f"unknown shape: {shape}")
    if task and len(data) > MAX_FILE:
        raise ImportRefused("too_big")
    if not data:
        raise ImportRefused("empty")
    return _answered(_run(data, {"shape": shape, **task}), "draft")


def look_in_cage(data: bytes) -> dict[str, Any]:
    """What a picture or a document is: see `looking.look`. Raises ImportRefused."""
    if len(data) > MAX_FILE:
        raise ImportRefused("too_big")
    if not data:
        raise ImportRefused("empty")
    return _answered(_run(data, {"look": True}), "kind")


def _answered(answer: dict[str, Any], what: str) -> dict[str, Any]:
    if what not in answer:
        reason = answer.get("refused", "damaged")
        raise ImportRefused(reason if reason in REFUSALS else "damaged", **answer.get("details", {}))
    return answer


def _run(data: bytes, task: dict[str, Any]) -> dict[str, Any]:
    head = json.dumps(task).encode()
    message = struct.pack(">I", len(head)) + head + data
    root = Path(__file__).resolve().parents[2]
    with tempfile.TemporaryDirectory(prefix="deliberation-import-") as folder:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-X", "utf8", "-c", _BOOT, str(root)],
                input=message,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env={},
                timeout=WALL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ImportRefused("too_slow") from error
    return _understand(done)


def _understand(done: "subprocess.CompletedProcess[bytes]") -> dict[str, Any]:
    """The answer of the child; when it died, why."""
    if done.returncode < 0:
        raise ImportRefused("too_slow" if -done.returncode in (9, 24) else "too_hungry")
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        raise ImportRefused("too_hungry") from error
    if not isinstance(answer, dict):
        raise ImportRefused("damaged")
    return answer

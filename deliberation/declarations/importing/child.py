"""The inside of the cage: limits first, then one file from standard input, then one JSON object on standard
output.

Started as `python -I -c BOOT <package folder>`, so that neither the application nor its settings are ever
imported here.
"""

import gc
import json
import resource
import struct
import sys
from typing import Any

MEMORY = 512 * 1024 * 1024
CPU_SECONDS = 10
_REFUSED_EVENTS = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "ctypes.",
    "os.remove",
    "os.rename",
)


def main() -> None:
    """Read the task and the file; write what came of it."""
    limit()
    task, data = _receive(sys.stdin.buffer.read())
    sys.addaudithook(_guard)
    gc.disable()  # the process lives for one file; collecting its many small objects costs more than it frees
    json.dump(_answer(data, task), sys.stdout)


def limit() -> None:
    """Bound memory, time and what could be written; never beyond limits that hold already."""
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        allowed = resource.getrlimit(kind)[1]
        bound = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        resource.setrlimit(kind, (bound, bound))


def _guard(event: str, args: tuple[Any, ...]) -> None:
    """Refuse network, other processes and writing; a reader has no reason for them."""
    if event.startswith(_REFUSED_EVENTS) or (
        event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")
    ):
        raise PermissionError(event)


def _receive(message: bytes) -> tuple[dict[str, Any], bytes]:
    length = struct.unpack(">I", message[:4])[0]
    return json.loads(message[4 : 4 + length]), message[4 + length :]


def _answer(data: bytes, task: dict[str, Any]) -> dict[str, Any]:
    from deliberation.declarations.importing.refusals import ImportRefused

    try:
        return _look(data) if task.get("look") else _split(data, task)
    except ImportRefused as refused:
        return {"refused": refused.reason, "details": refused.details}
    except MemoryError:
        return {"refused": "too_hungry", "details": {}}
    except Exception:  # whatever a hostile file does to a reader, the person gets a sentence and no traceback
        return {"refused": "damaged", "details": {}}


def _look(data: bytes) -> dict[str, Any]:
    """What a picture or a document is."""
    from deliberation.declarations.importing.looking import look

    return look(data)


def _split(data: bytes, task: dict[str, Any]) -> dict[str, Any]:
    """The split of a file, or without a file name of what was read and kept before."""
    from deliberation.declarations.importing.blocks import document_from_json, document_to_json
    from deliberation.declarations.importing.draft import to_json
    from deliberation.declarations.importing.reading import read
    from deliberation.declarations.importing.splitting import split_document

    document = read(data, task["filename"]) if "filename" in task else document_from_json(json.loads(data))
    answer = {"draft": to_json(split_document(document, task["shape"]))}
    return {**answer, "source": document_to_json(document)} if task.get("keep") else answer

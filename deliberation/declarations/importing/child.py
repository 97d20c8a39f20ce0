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
    """Read the name, the shape and the file; write what came of it."""
    limit()
    name, shape, data = _receive(sys.stdin.buffer.read())
    sys.addaudithook(_guard)
    gc.disable()  # the process lives for one file; collecting its many small objects costs more than it frees
    json.dump(_answer(data, name, shape), sys.stdout)


def limit() -> None:
    """Bound memory, time and what could be written."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _guard(event: str, args: tuple[Any, ...]) -> None:
    """Refuse network, other processes and writing; a reader has no reason for them."""
    if event.startswith(_REFUSED_EVENTS) or (
        event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")
    ):
        raise PermissionError(event)


def _receive(message: bytes) -> tuple[str, str, bytes]:
    length = struct.unpack(">I", message[:4])[0]
    head = json.loads(message[4 : 4 + length])
    return head["filename"], head["shape"], message[4 + length :]


def _answer(data: bytes, name: str, shape: str) -> dict[str, Any]:
    from deliberation.declarations.importing.refusals import ImportRefused

    try:
        from deliberation.declarations.importing.draft import to_json
        from deliberation.declarations.importing.reading import read
        from deliberation.declarations.importing.splitting import split_document

        return {"draft": to_json(split_document(read(data, name), shape))}
    except ImportRefused as refused:
        return {"refused": refused.reason, "details": refused.details}
    except MemoryError:
        return {"refused": "too_hungry", "details": {}}
    except Exception:  # whatever a hostile file does to a reader, the person gets a sentence and no traceback
        return {"refused": "damaged", "details": {}}

"""Joining lines: a word that was cut at the end of a line is put together again, "Kinder- und" is not."""

import re
from collections.abc import Iterable

from deliberation.declarations.importing.blocks import names

_CUT = re.compile(r"[^\W\d_][-\u2010\u00ad]$")
_KEEPS = names("und oder sowie bzw. beziehungsweise als wie bis noch aber statt")


def join_lines(lines: Iterable[str]) -> str:
    """Join the lines of a paragraph to one."""
    parts: list[str] = []
    before = ""
    for raw in lines:
        line = raw.strip()
        if not line:
            continue
        glue = " "
        if _CUT.search(before):
            glue = _glue(before, line)
            if glue == "cut":
                parts[-1] = parts[-1][:-1]
                glue = ""
        parts.append(glue + line if parts else line)
        before = line
    return "".join(parts)


def _glue(before: str, line: str) -> str:
    first = line.split(" ", 1)[0].rstrip(",;:")
    if before.endswith("\u00ad"):
        return "cut"
    if first.lower() in _KEEPS:
        return " "
    return "cut" if line[0].islower() else ""

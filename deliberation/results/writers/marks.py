"""Markdown by hand: words that stay words, and pipe tables."""

import re
from collections.abc import Iterable, Sequence

SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~&])")
_LINE_START = re.compile(r"^(\d+)([.)])|^([-+=])")


def escaped(text: str) -> str:
    """Plain words that Markdown leaves alone, in one line."""
    line = SIGNS.sub(r"\\\1", " ".join(text.split()))
    return _LINE_START.sub(lambda m: rf"{m[1]}\{m[2]}" if m[1] else rf"\{m[3]}", line)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A pipe table; the first column holds names, the others figures."""
    lines = [_row(head), "|" + "|".join([" --- ", *[" ---: "] * (len(head) - 1)]) + "|"]
    return "\n".join([*lines, *(_row(row) for row in rows)])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"

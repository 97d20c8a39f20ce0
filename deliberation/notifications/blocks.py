"""The plain text of a mail as blocks, from which its HTML part is made (`templates/mail/page.html`): the two never disagree.

What stands for what: a line of `=` or `-` below another makes it a heading; `> ` begins a quotation, `- ` an entry of a list, an
address of a page on a line of its own is a link; what follows `-- ` is the signature. Everything else is a paragraph."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

SIGNATURE = "-- "
_RULE = re.compile(r"(=+|-+)")
_PAGE = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Block:
    """Lines that belong together: `kind` is h2, h3, quote (of paragraphs), list, link or words."""

    kind: str
    lines: tuple[str, ...]


def to_blocks(text: str) -> tuple[Sequence[Block], Sequence[Block]]:
    """Those of the mail, and those of its signature."""
    body, _mark, signature = text.partition(f"\n{SIGNATURE}\n")
    return list(_blocks(body)), list(_blocks(signature))


def _blocks(text: str) -> Iterator[Block]:
    """Lines of one kind between two empty ones."""
    for is_empty, group in groupby(_headed(text.split("\n")), key=lambda line: not line[0] and not line[1].strip()):
        if not is_empty:
            for kind, some in groupby(group, key=lambda line: line[0] or _kind(line[1])):
                yield Block(kind, tuple(_lines(kind, [line for _level, line in some])))


def _headed(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Each line with the heading it is, and without the lines that say so."""
    place = 0
    while place < len(lines):
        below = lines[place + 1].strip() if place + 1 < len(lines) else ""
        line = lines[place].strip()
        if line and len(below) >= 2 and _RULE.fullmatch(below) and not _RULE.fullmatch(line):
            yield "h2" if below[0] == "=" else "h3", line
            place += 2
        else:
            yield "", lines[place]
            place += 1


def _kind(line: str) -> str:
    if line.startswith(">"):
        return "quote"
    if line.startswith("- "):
        return "list"
    return "link" if _PAGE.fullmatch(line.strip()) else "words"


def _lines(kind: str, lines: list[str]) -> list[str]:
    if kind == "quote":
        paragraphs = "\n".join(line[1:].strip() for line in lines).split("\n\n")
        return [one.replace("\n", " ") for one in paragraphs if one.strip()]
    return [line[2:] if kind == "list" else line.strip() for line in lines]

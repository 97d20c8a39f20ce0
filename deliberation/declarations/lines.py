"""A paragraph as lines that people write and compare: its running text, and one line for each list item.

`parts` is what `Wording.parts` keeps: [label, level, [sentence, …]] for each unit.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from deliberation.declarations.importing.labels import find_labels
from deliberation.sentences import split_sentences
from deliberation.text import normalised

INDENT = "  "
LEVEL_MAX = 6
Parts = list[list[Any]]


@dataclass(frozen=True)
class Line:
    """One unit of a paragraph: `level` 0 is running text, 1 and up are items of lists; `label` as printed."""

    label: str
    level: int
    text: str

    @property
    def words(self) -> str:
        """Label and text, as they are read."""
        return f"{self.label} {self.text}".strip()


def to_lines(parts: Sequence[Sequence[Any]]) -> tuple[Line, ...]:
    """The units of a wording as lines."""
    return tuple(Line(label, level, " ".join(sentences)) for label, level, sentences in parts)


def to_source(parts: Sequence[Sequence[Any]]) -> str:
    """The text as it stands in an edit field: a line for each unit, items indented by two blanks a level."""
    return "\n".join(INDENT * line.level + line.words for line in to_lines(parts))


def from_source(source: str, before: Sequence[Sequence[Any]] = ()) -> Parts:
    """What somebody wrote into such a field. A line that stands unchanged in `before` keeps its split into
    sentences, its label and its level, so that text nobody touched stays exactly what it was.
    """
    kept: dict[str, list[Sequence[Any]]] = {}
    for unit in before:
        kept.setdefault(to_source([unit]), []).append(unit)
    parts: Parts = []
    for line in normalised_lines(source):
        same = kept.get(line)
        if same:
            label, level, sentences = same.pop(0)
            parts.append([label, level, list(sentences)])
        else:
            parts.append(_parsed(line, before, len(parts)))
    return parts


def normalised_lines(source: str) -> list[str]:
    """The lines with words in them; blanks inside are single, those in front are kept as whole levels."""
    # A mark keeps the first line's indent through `normalised`, which strips the ends of a text.
    lines = normalised("|" + source.replace("\t", INDENT))[1:].split("\n")
    return [indent + words for line in lines if (words := " ".join(line.split())) for indent in [_indent(line)]]


def _indent(line: str) -> str:
    blanks = len(line) - len(line.lstrip())
    return INDENT * min(blanks // len(INDENT), LEVEL_MAX)


def _parsed(line: str, before: Sequence[Sequence[Any]], index: int) -> list[Any]:
    text = line.lstrip()
    level = (len(line) - len(text)) // len(INDENT)
    label, rest = "", text
    # A label that the paragraph had stays one, whatever it looks like.
    known = before[index][0] if index < len(before) and before[index][1] == level else ""
    if known and text.startswith(known + " "):
        label, rest = known, text[len(known) + 1 :]
    elif level or re.match(r"\(\d+[a-z]?\)\s", text):
        found = find_labels(text)
        if found:
            label, rest = found[0].text, found[0].rest
    return [label, level, split_sentences(rest)]

"""Which line of a reworded paragraph became which, and what changed in it, word by word.

Pure. Both sides can be read out of it to the last blank: a Word file whose changes are all refused must be the old text.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from deliberation.declarations.changes import ParagraphChange
from deliberation.declarations.lines import Line
from deliberation.text import DiffPart, word_diff

SIMILAR = 0.4
"""Share of common words from which two lines are one line in two states. Two sentences about different things share
about a fifth, their articles and conjunctions; below this a word diff is harder to read than both sentences."""

SAME_WORDS = 1000.0
"""More than all similar lines of a paragraph together, so that identical lines find each other first."""


@dataclass(frozen=True)
class LineChange:
    """A line in both states; without an old one it is inserted, without a new one deleted."""

    old: Line | None
    new: Line | None

    @property
    def kind(self) -> str:
        """`inserted`, `deleted` or `kept`: what happened to the line itself, whatever happened to its words."""
        if self.old is None:
            return "inserted"
        return "deleted" if self.new is None else "kept"

    @property
    def level(self) -> int:
        """How far it is indented now, or was."""
        line = self.new or self.old
        return line.level if line else 0

    @property
    def is_indented_anew(self) -> bool:
        return bool(self.old and self.new and self.old.level != self.new.level)

    @property
    def parts(self) -> tuple[DiffPart, ...]:
        """Label and text: kept and inserted parts joined give the new words, kept and deleted ones the old."""
        return joined(self.label_parts(), self.text_parts)

    def label_parts(self, gap: str = " ", item_gap: str = " ") -> tuple[DiffPart, ...]:
        """The label and what stands between it and the text: `item_gap` in lists, `gap` in running text."""
        sides = (self.old, self.new)
        # One after the other, so that a gap that stayed is not told as changed with its label.
        labels = exact_diff(*(line.label if line else "" for line in sides))
        gaps = exact_diff(*(_gap(line, item_gap if line.level else gap) if line else "" for line in sides))
        return joined(labels, gaps)

    @property
    def text_parts(self) -> tuple[DiffPart, ...]:
        return exact_diff(self.old.text if self.old else "", self.new.text if self.new else "")


def _gap(line: Line, wanted: str) -> str:
    return wanted if line.label and line.text else ""


def paragraph_lines(paragraph: ParagraphChange) -> tuple[LineChange, ...]:
    """The lines of a whole paragraph; all inserted if it is new, all deleted if it is gone."""
    return line_changes(paragraph.old, paragraph.new)


def line_changes(old: Sequence[Line], new: Sequence[Line]) -> tuple[LineChange, ...]:
    """Pair the lines in order: as many with the same words as there are, then those most alike between them.

    What was deleted stands before what was inserted in its place.
    """
    changes: list[LineChange] = []
    before = after = 0
    for i, j in [*_pairs(old, new), (len(old), len(new))]:
        changes += [LineChange(line, None) for line in old[before:i]]
        changes += [LineChange(None, line) for line in new[after:j]]
        if i < len(old):
            changes.append(LineChange(old[i], new[j]))
        before, after = i + 1, j + 1
    return tuple(changes)


def _pairs(old: Sequence[Line], new: Sequence[Line]) -> list[tuple[int, int]]:
    best = _scores(old, new)
    pairs = []
    i = j = 0
    while i < len(old) and j < len(new):
        alike = _alike(old[i], new[j])
        if alike and best[i][j] == alike + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _scores(old: Sequence[Line], new: Sequence[Line]) -> list[list[float]]:
    """How well the lines from i and j on can be paired, for all i and j."""
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            alike = _alike(old[i], new[j])
            paired = alike + best[i + 1][j + 1] if alike else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    return best


def _alike(old: Line, new: Line) -> float:
    if old.text == new.text:
        # Of several lines with the same words those belong together that also look the same.
        return SAME_WORDS + (old.label == new.label) + (old.level == new.level)
    before, after = old.text.split(), new.text.split()
    common = (Counter(before) & Counter(after)).total()
    share = 2 * common / max(len(before) + len(after), 1)
    return share if share >= SIMILAR else 0.0


def exact_diff(old: str, new: str) -> tuple[DiffPart, ...]:
    """`word_diff` that is true for both sides to the character. There blanks follow the new text alone."""
    if old == new:
        return (DiffPart("kept", new),) if new else ()
    parts: list[DiffPart] = []
    at = 0
    for part in word_diff(old, new):
        if part.kind == "inserted":
            parts.append(part)
            continue
        # What `word_diff` deletes may begin with a blank that it put there for readers.
        pieces = re.findall(r"\s+|\S+", part.text) if part.kind == "kept" else [part.text.lstrip()]
        for piece in pieces:
            was = _blanks(old, at)
            at += len(was)
            if not piece.isspace():
                parts += [DiffPart("deleted", was), DiffPart(part.kind, piece)]
                at += len(piece)
            elif was == piece:
                parts.append(DiffPart("kept", piece))
            else:
                parts += [DiffPart("deleted", was), DiffPart("inserted", piece)]
    parts.append(DiffPart("deleted", old[at:]))
    return joined(parts)


def _blanks(text: str, start: int) -> str:
    found = re.compile(r"\s*").match(text, start)
    return found[0] if found else ""


def joined(*runs: Sequence[DiffPart]) -> tuple[DiffPart, ...]:
    """Runs one after the other. Neighbours of one kind become one part, and between kept parts all that was deleted
    stands before all that was inserted, so that people meet whole phrases."""
    parts: list[DiffPart] = []
    changed = {"deleted": "", "inserted": ""}
    kept = ""
    for part in (part for run in runs for part in run if part.text):
        if part.kind in changed:
            if kept:
                parts.append(DiffPart("kept", kept))
            kept = ""
            changed[part.kind] += part.text
        else:
            parts += [DiffPart(kind, text) for kind, text in changed.items() if text]
            changed = dict.fromkeys(changed, "")
            kept += part.text
    rest = {"kept": kept} | changed
    return (*parts, *(DiffPart(kind, text) for kind, text in rest.items() if text))

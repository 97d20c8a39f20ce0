"""The sequence of both texts as paragraphs of a word processor: what each says, how it stands, what is said about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from deliberation.declarations.changes import Changes, ChangeState, ParagraphChange
from deliberation.declarations.line_changes import LineChange, exact_diff, line_changes
from deliberation.declarations.lines import Line
from deliberation.results.redline import words
from deliberation.results.redline.sequence import Placed, sequence
from deliberation.results.words import gettext
from deliberation.text import DiffPart

_ = gettext

TITLE, SUBTITLE, HEADING = "Title", "Subtitle", "Heading1"
NUMBERED, CONTINUED = "BodyText", "BodyTextIndent"
Parts = tuple[DiffPart, ...]


@dataclass(frozen=True)
class Format:
    """A paragraph style. `is_hung` brings the first line out to where paragraph numbers stand, from any level."""

    style: str
    level: int = 0
    is_hung: bool = False


@dataclass(frozen=True)
class Row:
    """One paragraph of the file. `kind` is what happened to it as a whole: `kept`, `inserted` or `deleted`.

    Its number comes first and is no part of its words; `remarks` are the lines of a comment beside it."""

    kind: str
    parts: Parts
    old: Format
    new: Format
    number: Parts = ()
    remarks: tuple[str, ...] = ()


def rows(changes: Changes) -> list[Row]:
    """The whole file: title, edition, and every heading and line of both texts."""
    remarks = (words.headline(changes), *_lines(changes.note), words.how_to_use(changes))
    editions = exact_diff(words.edition(changes.old_edition), words.edition(changes.new_edition))
    made = [
        Row("kept", (DiffPart("kept", changes.title),), Format(TITLE), Format(TITLE)),
        Row("kept", editions, Format(SUBTITLE), Format(SUBTITLE), remarks=remarks),
    ]
    for placed in sequence(changes):
        made += _paragraph(placed, placed.block.paragraph) if placed.block.paragraph else [_heading(placed)]
    return made


def _heading(placed: Placed) -> Row:
    thesis = placed.block.thesis
    old = "" if placed.kind == "inserted" else words.thesis_title(thesis.old_number, thesis.old_heading)
    new = "" if placed.kind == "deleted" else words.thesis_title(thesis.new_number, thesis.new_heading)
    return Row(placed.kind, exact_diff(old, new), Format(HEADING), Format(HEADING))


def _paragraph(placed: Placed, paragraph: ParagraphChange) -> list[Row]:
    old = () if placed.kind == "inserted" else paragraph.old
    new = () if placed.kind == "deleted" else paragraph.new
    lines = line_changes(old, new)
    remarks = _remarks(placed, paragraph)
    # The number stands before the first line of each side, and these can be two lines.
    first_old = next((i for i, line in enumerate(lines) if line.old), -1)
    first_new = next((i for i, line in enumerate(lines) if line.new), -1)
    remarked = _surviving(lines)
    made = []
    for i, line in enumerate(lines):
        was = paragraph.old_number if i == first_old else ""
        now = paragraph.new_number if i == first_new else ""
        made.append(
            Row(
                line.kind,
                (*line.label_parts(item_gap="\t"), *line.text_parts),
                old=_format(line.old or line.new, bool(was)),
                new=_format(line.new or line.old, bool(now)),
                number=(*exact_diff(was, now), *exact_diff("\t" if was else "", "\t" if now else "")),
                remarks=remarks if i == remarked else (),
            )
        )
    return made


def _surviving(lines: Sequence[LineChange]) -> int:
    """The line that a comment is fixed to: one that stays, whatever is done with the changes, or else a new one."""
    kinds = [line.kind for line in lines]
    return next((kinds.index(kind) for kind in ("kept", "inserted", "deleted") if kind in kinds), 0)


def _format(line: Line | None, is_first: bool) -> Format:
    level = line.level if line else 0
    if not level:
        return Format(NUMBERED if is_first else CONTINUED)
    name = "List" if line and line.label else "ListContinue"
    return Format(name + (str(level) if level > 1 else ""), level, is_first)


def _remarks(placed: Placed, paragraph: ParagraphChange) -> tuple[str, ...]:
    """Where it went or came from, then the organiser's reason and the annotations behind it."""
    thesis = placed.block.thesis
    if placed.kind == "deleted" and paragraph.state is not ChangeState.GONE:
        if words.is_in_place(paragraph, thesis):
            return (_("An eine andere Stelle der These verschoben."),)
        return (_("Verschoben, jetzt %(number)s.", number=words.present_number(paragraph, thesis)),)
    moved: tuple[str, ...] = ()
    if placed.kind == "inserted" and paragraph.state is not ChangeState.NEW:
        moved = (_("Verschoben, vorher %(number)s.", number=words.former_number(paragraph, thesis)),)
        if words.is_in_place(paragraph, thesis):
            moved = (_("An eine andere Stelle der These verschoben."),)
    elif paragraph.state is ChangeState.NEW and paragraph.came_from:
        moved = (_("Abgeteilt aus %(number)s.", number=words.elsewhere(paragraph.came_from)),)
    return (*moved, *words.wandered(paragraph), *_lines(paragraph.reason), *words.backing_sentences(paragraph))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]

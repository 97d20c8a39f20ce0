"""Reading the files that Polis writes: `comments.csv`, `participants-votes.csv` and `summary.csv`. `writers.polis` writes them.

The format as in the open data of the Computational Democracy Project: https://github.com/compdemocracy/openData
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deliberation.declarations.importing.refusals import N_
from deliberation.text import SOURCE_MAX, normalised

COMMENTS = "comments.csv"
VOTES = "participants-votes.csv"
SUMMARY = "summary.csv"
COMMENT_COLUMNS = ("timestamp", "comment-id", "author-id", "moderated", "comment-body")
VALUES = {"1": 1, "-1": -1, "0": 0}
REJECTED = -1

REFUSALS: dict[str, str] = {
    "missing": N_("Die Datei %(file)s fehlt in dem Ordner."),
    "unreadable": N_("Die Datei %(file)s lässt sich nicht als CSV in UTF-8 lesen."),
    "columns": N_("In der Datei %(file)s fehlt die Spalte %(column)s."),
    "empty": N_("In der Datei %(file)s steht keine Aussage."),
    "value": N_("%(file)s, Zeile %(line)s: „%(value)s“ ist hier kein gültiger Wert."),
    "body": N_("%(file)s, Zeile %(line)s: Die Aussage ist leer oder länger als %(most)s Zeichen."),
    "twice": N_("%(file)s, Zeile %(line)s: Die Nummer %(value)s kommt zweimal vor."),
    "unknown": N_("In der Datei %(file)s gibt es Stimmen zu einer Aussage %(value)s, die in comments.csv fehlt."),
    "imported": N_("In diese Erklärung wurde schon aus Polis eingelesen. Nehmen Sie bitte eine neue."),
    "no_thesis": N_("Diese Erklärung hat keine These 1, zu der die Aussagen gehören könnten."),
}


class PolisRefused(Exception):
    """The files cannot be taken. `reason` is a key of `REFUSALS`; nothing was stored."""

    def __init__(self, reason: str, **details: str | int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.details = details

    @property
    def message(self) -> str:
        """The sentence for the person, in German and not yet translated."""
        return REFUSALS[self.reason] % self.details


@dataclass(frozen=True)
class Statement:
    """`number` is the one Polis gave, `author` the participant who wrote it."""

    number: int
    author: int
    body: str
    is_rejected: bool
    written_at: datetime


@dataclass(frozen=True)
class Ballot:
    """What one participant voted: 1, -1 or 0 by statement."""

    participant: int
    votes: dict[int, int]


@dataclass(frozen=True)
class Conversation:
    statements: tuple[Statement, ...]
    ballots: tuple[Ballot, ...]


def read_conversation(folder: Path) -> Conversation:
    """Everything or nothing. Raises PolisRefused."""
    statements = tuple(sorted(_statements(folder), key=lambda statement: statement.number))
    if not statements:
        raise PolisRefused("empty", file=COMMENTS)
    known = {statement.number for statement in statements}
    return Conversation(statements, tuple(_ballots(folder, known)))


def read_summary(folder: Path) -> tuple[str, str]:
    """Topic and description of the conversation; empty where they are not given."""
    if not (folder / SUMMARY).exists():
        return "", ""
    pairs = {row[0]: row[1] for _line, row in _rows(folder, SUMMARY) if len(row) > 1}
    return normalised(pairs.get("topic", "")), normalised(pairs.get("conversation-description", ""))


def _rows(folder: Path, name: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells; the line is the last one of a cell that runs over several."""
    path = folder / name
    if not path.is_file():
        raise PolisRefused("missing", file=name)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            for row in reader:
                yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error):
        raise PolisRefused("unreadable", file=name) from None


def _statements(folder: Path) -> Iterator[Statement]:
    rows = _rows(folder, COMMENTS)
    _line, head = next(rows, (0, []))
    for column in COMMENT_COLUMNS:
        if column not in head:
            raise PolisRefused("columns", file=COMMENTS, column=column)
    at = {column: head.index(column) for column in COMMENT_COLUMNS}
    seen: set[int] = set()
    for line, row in rows:
        if not row:
            continue
        cells = {column: row[place] if place < len(row) else "" for column, place in at.items()}
        statement = _statement(line, cells)
        if statement.number in seen:
            raise PolisRefused("twice", file=COMMENTS, line=line, value=statement.number)
        seen.add(statement.number)
        yield statement


def _statement(line: int, cells: dict[str, str]) -> Statement:
    body = normalised(cells["comment-body"])
    if not body or len(body) > SOURCE_MAX:
        raise PolisRefused("body", file=COMMENTS, line=line, most=SOURCE_MAX)
    if cells["moderated"] not in VALUES:
        raise PolisRefused("value", file=COMMENTS, line=line, value=cells["moderated"])
    milliseconds = _number(COMMENTS, line, cells["timestamp"])
    try:
        written_at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise PolisRefused("value", file=COMMENTS, line=line, value=cells["timestamp"]) from None
    return Statement(
        number=_number(COMMENTS, line, cells["comment-id"]),
        author=_number(COMMENTS, line, cells["author-id"]),
        body=body,
        is_rejected=VALUES[cells["moderated"]] == REJECTED,
        written_at=written_at,
    )


def _ballots(folder: Path, known: set[int]) -> Iterator[Ballot]:
    rows = _rows(folder, VOTES)
    _line, head = next(rows, (0, []))
    if "participant" not in head:
        raise PolisRefused("columns", file=VOTES, column="participant")
    place = head.index("participant")
    columns = [(index, int(name)) for index, name in enumerate(head) if name.isascii() and name.isdigit()]
    unknown = [number for _index, number in columns if number not in known]
    if unknown:
        raise PolisRefused("unknown", file=VOTES, value=unknown[0])
    seen: set[int] = set()
    for line, row in rows:
        if not row:
            continue
        participant = _number(VOTES, line, row[place] if place < len(row) else "")
        if participant in seen:
            raise PolisRefused("twice", file=VOTES, line=line, value=participant)
        seen.add(participant)
        cells = [(number, row[index]) for index, number in columns if index < len(row) and row[index]]
        wrong = [cell for _number_of, cell in cells if cell not in VALUES]
        if wrong:
            raise PolisRefused("value", file=VOTES, line=line, value=wrong[0])
        yield Ballot(participant, {number: VALUES[cell] for number, cell in cells})


def _number(file: str, line: int, cell: str) -> int:
    if not (cell.isascii() and cell.isdigit() and len(cell) <= 18):
        raise PolisRefused("value", file=file, line=line, value=cell)
    return int(cell)

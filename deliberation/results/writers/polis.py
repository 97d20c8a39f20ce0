"""The five files that Polis writes, in one zip, with a README: statements, votes by participant, and their opinion groups.

Whose votes stand there says `results.told`. Who wrote a statement is numbered apart from who voted, so that nobody who knows an
author finds her votes; when somebody voted stands nowhere.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import IO, Any

from deliberation.annotations.tallies import STEP
from deliberation.declarations.models import Declaration
from deliberation.results import words
from deliberation.results.filters import Names
from deliberation.results.items import Item
from deliberation.results.opinions import LEAST_PEOPLE, LEAST_VOTES
from deliberation.results.polis_files import COMMENTS, SUMMARY, VOTES
from deliberation.results.summary import Summary
from deliberation.results.told import Told, tell_votes
from deliberation.results.writers.csv import FORMULA_SIGNS

_ = words.gettext

EVERY_VOTE, HISTORY = "votes.csv", "stats-history.csv"


def gather(declaration: Declaration, summary: Summary) -> Callable[[Summary, IO[bytes]], None]:
    """Reads the votes; what it gives writes the files."""
    told = tell_votes(declaration, summary)
    return lambda summary, out: stream(summary, out, told)


def stream(summary: Summary, out: IO[bytes], told: Told) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        _write(file, SUMMARY, _summary(summary, told))
        _write(file, COMMENTS, _comments(summary, told))
        _write(file, EVERY_VOTE, _votes(summary, told))
        _write(file, VOTES, _participants(summary, told))
        _write(file, HISTORY, _history(summary, told))
        with file.open(_entry("README.txt"), "w") as part:
            part.write(readme(summary, told).encode())


def _entry(name: str) -> zipfile.ZipInfo:
    """No time of day, and the same bytes for the same data."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _write(file: zipfile.ZipFile, name: str, rows: Iterable[Sequence[Any]]) -> None:
    """Commas and no BOM, as Polis does."""
    with file.open(_entry(name), "w", force_zip64=True) as part, io.TextIOWrapper(part, "utf-8", newline="") as text:
        csv.writer(text, lineterminator="\n").writerows(rows)


def _moment(day: date | None) -> tuple[int, str]:
    """Milliseconds, and in words: a day, its first moment in UTC."""
    if day is None:
        return 0, ""
    return int(datetime.combine(day, time(), UTC).timestamp() * 1000), day.isoformat()


def _number(item: Item, told: Told) -> int:
    return told.statement_of.get(item.number, item.number)


def _summary(summary: Summary, told: Told) -> Iterator[Sequence[Any]]:
    authors = {author for _item, author in _statements(summary, told)}
    yield "topic", _guarded(summary.about.title)
    yield "url", summary.results_address
    # Nobody counts who looks.
    yield "views", ""
    yield "voters", len(told.rows)
    yield "voters-in-conv", sum(row.group is not None for row in told.rows)
    yield "commenters", len(authors)
    yield "comments", sum(1 for _ in _statements(summary, told))
    yield "groups", told.groups
    yield "conversation-description", words.not_representative()


def _statements(summary: Summary, told: Told) -> Iterator[tuple[Item, int]]:
    """What can be voted on, with the number of its author: apart from those who voted, and its own where names are left out."""
    numbers: dict[str | None, int] = {}
    next_number = max([-1, *(row.number for row in told.rows), *told.author_of.values()]) + 1
    for item in summary.items:
        if not item.is_visible or item.is_reply:
            continue
        author = told.author_of.get(item.number)
        if author is None:
            key = item.author if summary.filters.names != Names.NONE and item.author is not None else f" {item.number}"
            author = numbers.setdefault(key, next_number + len(numbers))
        yield item, author


def _comments(summary: Summary, told: Told) -> Iterator[Sequence[Any]]:
    yield "timestamp", "datetime", "comment-id", "author-id", "agrees", "disagrees", "moderated", "comment-body"
    for item, author in _statements(summary, told):
        is_told = item.votes.n >= STEP
        counts = (item.votes.agree, item.votes.disagree) if is_told else ("", "")
        yield *_moment(item.created), _number(item, told), author, *counts, 1, _guarded(item.body)


def _guarded(text: str) -> str:
    """As in our table (`csv.defused`); but an apostrophe stands for itself, since nobody who reads Polis takes one away."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) and not text.startswith("'") else text


def _votes(summary: Summary, told: Told) -> Iterator[Sequence[Any]]:
    """When somebody voted stands nowhere: the days of one person's votes would tell who it is."""
    yield "timestamp", "datetime", "comment-id", "voter-id", "vote"
    when = _moment(summary.day)
    for row in told.rows:
        for number, value in row.votes.items():
            yield *when, told.statement_of.get(number, number), row.number, value


def _participants(summary: Summary, told: Told) -> Iterator[Sequence[Any]]:
    items = [(item.number, _number(item, told)) for item, _author in _statements(summary, told)]
    written: dict[int, int] = {}
    for _item, author in _statements(summary, told):
        written[author] = written.get(author, 0) + 1
    items.sort(key=lambda pair: pair[1])
    head = "participant", "group-id", "n-comments", "n-votes", "n-agree", "n-disagree"
    yield *head, *(number for _key, number in items)
    for row in told.rows:
        cast = list(row.votes.values())
        counts = written.get(row.number, 0), len(cast), cast.count(1), cast.count(-1)
        group = "" if row.group is None else row.group
        yield row.number, group, *counts, *(row.votes.get(key, "") for key, _number in items)


def _history(summary: Summary, told: Told) -> Iterator[Sequence[Any]]:
    """Statements by day; votes and voters as they are in the end."""
    yield "n-votes", "n-comments", "n-visitors", "n-voters", "n-commenters", "timestamp", "datetime"
    days: dict[date, tuple[int, set[int]]] = {}
    for item, author in _statements(summary, told):
        if item.created:
            count, authors = days.get(item.created, (0, set()))
            days[item.created] = count + 1, authors | {author}
    comments, commenters = 0, set[int]()
    for day in sorted(days):
        comments, commenters = comments + days[day][0], commenters | days[day][1]
        yield "", comments, "", "", len(commenters), *_moment(day)
    votes = sum(len(row.votes) for row in told.rows)
    yield votes, comments, "", len(told.rows), len(commenters), *_moment(summary.day)


def readme(summary: Summary, told: Told) -> str:
    """State, filters, the fixed sentence, what is left out and why, what the columns mean."""
    head = [
        _("Dateien im Format von Polis zu: %(title)s", title=summary.about.title),
        words.state_of(summary),
        _("Namen: %(names)s", names=words.names(summary.filters.names)),
    ]
    caution = [words.not_representative(), words.steps(summary), words.selection_note(summary)]
    parts = head, caution, _left_out(told), _meanings()
    return "\n\n".join("\n".join(filter(None, part)) for part in parts) + "\n"


def _left_out(told: Told) -> list[str]:
    found = []
    if told.is_voting:
        found.append(
            _(
                "Einzelne Stimmen fehlen, solange abgestimmt wird: Sonst ließe sich an zwei Dateien ablesen, wer gerade "
                "abgestimmt hat."
            )
        )
    elif told.are_few:
        found.append(
            _(
                "Einzelne Stimmen fehlen: Dafür müssen mindestens %(people)s Personen je %(votes)s Stimmen abgegeben "
                "haben.",
                people=LEAST_PEOPLE,
                votes=LEAST_VOTES,
            )
        )
    return found


def _meanings() -> list[str]:
    return [
        _("Format: CSV in UTF-8, Trennzeichen Komma, wie Polis es schreibt. Anmerkungen, die wie eine Formel beginnen "
          "(= + - @ oder Tabulator), haben einen Apostroph davor."),
        _("comments.csv: eine Zeile je sichtbarer Anmerkung; comment-id ist ihre Nummer (204 steht für A-204), bei einer aus "
          "Polis eingelesenen Beratung die Nummer von dort. agrees und disagrees sind veröffentlichte Stimmen, leer unter fünf."),
        _("author-id nummeriert, wer geschrieben hat, getrennt von participant: Aus einer Anmerkung lassen sich keine Stimmen "
          "ablesen."),
        _("participants-votes.csv: eine Zeile je Person, die abgestimmt hat; 1 „Auch so“, -1 „Anders“, 0 „Unentschieden“, leer: "
          "nicht abgestimmt. participant folgt den Stimmen und ist für jede Datei neu vergeben."),
        _("group-id: die Meinungsgruppe, aus den Stimmen in dieser Datei berechnet, 0 ist die größte; leer: keine Gruppe."),
        _("votes.csv: dieselben Stimmen einzeln. Als Zeit steht überall der Tag dieser Datei; wann jemand abgestimmt hat, "
          "steht nirgends."),
        _("stats-history.csv: Anmerkungen je Tag; Stimmen und Personen nur für den Tag dieser Datei. Wer nur liest, wird nicht "
          "gezählt."),
    ]  # fmt: skip

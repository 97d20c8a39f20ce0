"""A summary as a file, for the web, the command line and the jobs alike: first everything is read, then it is written.

In between the transaction can end: on SQLite without a write-ahead log nobody writes while somebody reads.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from deliberation.declarations.models import Declaration
from deliberation.permissions import Permission, Person, require
from deliberation.results import words
from deliberation.results.archive import packing
from deliberation.results.archive.model import load_archive
from deliberation.results.filters import Filters
from deliberation.results.loading import count_matching
from deliberation.results.spool import Spool
from deliberation.results.summary import Summary, Text, summarise, summarise_into_spool
from deliberation.results.writers import ARCHIVE, WRITERS, Stream, Writer
from deliberation.results.writers.columns import readme

Report = Callable[[int, int], None]


@dataclass(frozen=True)
class ExportFile:
    """`readme` stands beside the file under `<name>.README.txt`; empty where the file explains itself."""

    name: str
    mimetype: str
    content: bytes
    readme: str = ""


@dataclass(frozen=True)
class Prepared:
    """Everything a file is made of has been read; no database is needed any more."""

    declaration: Declaration
    writer: Writer
    summary: Summary
    stream: Stream

    @property
    def name(self) -> str:
        return file_name(self.summary, self.writer.ending)

    @property
    def readme(self) -> str:
        if not self.writer.has_readme:
            return ""
        with words.speaking(self.declaration.language), words.calling(self.declaration):
            return readme(self.summary, self.name, self.writer.ending)

    def write(self, out: IO[bytes], report: Report | None = None) -> None:
        """In the language of the declaration. `report` is told how many of how many annotations are written; what it
        raises ends the writing. Raises OSError where the disk has no room."""
        if isinstance(self.summary.items, Spool):
            self.summary.items.report = report
        with words.speaking(self.declaration.language), words.calling(self.declaration):
            self.stream(self.summary, out)


def prepare(
    person: Person,
    declaration: Declaration,
    file_format: str,
    filters: Filters | None = None,
    site: str = "",
    folder: str | None = None,
    pause: Callable[[], None] | None = None,
) -> Prepared:
    """Read what the file is made of; `folder` is where there is room for it, `pause` may end the transaction now and then
    (`loading.iter_items`). Raises KeyError for a format that does not exist."""
    require(person, Permission.EXPORT, declaration)
    writer = WRITERS[file_format]
    chosen = None if file_format == ARCHIVE else filters
    if writer.write is not None:
        return Prepared(declaration, writer, summarise(person, declaration, chosen, site), _at_once(writer.write))
    if writer.is_whole:
        summary = summarise(person, declaration, chosen, site)
    else:
        summary = summarise_into_spool(person, declaration, chosen, site, folder, writer.with_targets, pause)
    stream = writer.stream
    if writer.gather is not None:
        with words.speaking(declaration.language), words.calling(declaration):
            stream = writer.gather(declaration, summary)
    assert stream is not None
    return Prepared(declaration, writer, summary, stream)


def _at_once(write: Callable[[Summary], bytes]) -> Stream:
    def stream(summary: Summary, out: IO[bytes]) -> None:
        out.write(write(summary))

    return stream


def export(
    person: Person, declaration: Declaration, file_format: str, filters: Filters | None = None, site: str = ""
) -> ExportFile:
    """A file that is short enough to be waited for, in memory."""
    prepared = prepare(person, declaration, file_format, filters, site)
    out = io.BytesIO()
    prepared.write(out)
    return ExportFile(prepared.name, prepared.writer.mimetype, out.getvalue(), prepared.readme)


def is_long(person: Person, declaration: Declaration, file_format: str, filters: Filters) -> bool:
    """Whether a file has so many annotations that nobody should wait for it. Two queries."""
    require(person, Permission.EXPORT, declaration)
    text = Text.of(declaration, filters)
    return count_matching(declaration, filters, text.editions, text.placed_in) >= WRITERS[file_format].long_from


def export_archive(person: Person, declaration: Declaration, site: str = "", number: int = 0) -> ExportFile:
    """Everything public in one zip of pages, print and data, in the language of the declaration. `number` is that of the
    snapshot, if it is one."""
    require(person, Permission.EXPORT, declaration)
    summary = summarise(person, declaration, site=site)
    with words.speaking(declaration.language), words.calling(declaration):
        found = load_archive(declaration, summary, number)
        return ExportFile(f"{packing.folder(found)}.zip", "application/zip", packing.packed(found))


def file_name(summary: Summary, ending: str) -> str:
    """`erklaerung-2026-11-23.csv`: what and when, nothing about who."""
    return f"{summary.about.slug}-{summary.day.isoformat()}.{ending}"

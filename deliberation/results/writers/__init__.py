"""One module per format: the same summary gives the same bytes.

A document is written at once (`write`), from a summary that is in memory. A table or data may be of any size: `stream` goes
through `summary.items` once, in order, and writes as it goes. A format that needs more than a summary holds reads it with
`gather` while the database is open, and gets the function that writes it; `is_whole` if it wants the summary in memory too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from deliberation.declarations.models import Declaration
from deliberation.results.documents.files import writing
from deliberation.results.documents.opendocument.package import MIMETYPE as ODT
from deliberation.results.filters import Filters, Names
from deliberation.results.summary import Summary
from deliberation.results.writers import csv, html, json, jsonl, jsonld, markdown, xlsx

ARCHIVE = "archive"
Stream = Callable[[Summary, IO[bytes]], None]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Writer:
    """A format: how a file ends, what it is called to machines, and who writes it: one of `write`, `stream`, `gather`.

    From `long_from` annotations on nobody waits for it in a browser: it becomes a job (`jobs`). `with_targets`: each item
    knows the words it was written on. `has_readme`: what it means stands beside it. `has_names`: people stand in it as the
    filters say; a readable document names nobody."""

    ending: str
    mimetype: str
    write: Callable[[Summary], bytes] | None = None
    has_readme: bool = False
    stream: Stream | None = None
    gather: Callable[[Declaration, Summary], Stream] | None = None
    with_targets: bool = False
    is_whole: bool = False
    has_names: bool = False
    long_from: int = 1000

    @property
    def content_type(self) -> str:
        """As in the header of an answer."""
        is_text = self.mimetype.startswith("text/") or self.mimetype == "application/json"
        return f"{self.mimetype}; charset=utf-8" if is_text else self.mimetype


def _polis(declaration: Declaration, summary: Summary) -> Stream:
    from deliberation.results.writers.polis import gather

    return gather(declaration, summary)


def _annotated(ending: str) -> Callable[[Declaration, Summary], Stream]:
    def gather(declaration: Declaration, summary: Summary) -> Stream:
        from deliberation.results.annotated import ANNOTATED
        from deliberation.results.annotated.model import annotate

        annotated = annotate(declaration, summary)
        return lambda _summary, out: _all_of(out, ANNOTATED[ending](annotated))

    return gather


def _archive(declaration: Declaration, summary: Summary) -> Stream:
    """Everything public: `exports` leaves out what was chosen."""
    from deliberation.results.archive.model import load_archive
    from deliberation.results.archive.packing import packed

    found = load_archive(declaration, summary)
    return lambda _summary, out: _all_of(out, packed(found))


def _all_of(out: IO[bytes], content: bytes) -> None:
    out.write(content)


WRITERS: dict[str, Writer] = {
    "csv": Writer("csv", "text/csv", stream=csv.stream, has_readme=True, has_names=True, long_from=20_000),
    "md": Writer("md", "text/markdown", markdown.write, long_from=5000),
    "html": Writer("html", "text/html", html.write, long_from=5000),
    "json": Writer("json", "application/json", stream=json.stream, has_names=True, long_from=20_000),
    "jsonl": Writer("jsonl", "application/jsonl", stream=jsonl.stream, has_readme=True, has_names=True, long_from=20_000),
    "jsonld": Writer("jsonld", "application/ld+json", stream=jsonld.stream, with_targets=True, has_names=True, long_from=10_000),
    "xlsx": Writer("xlsx", XLSX, stream=xlsx.stream, has_names=True, long_from=3000),
    "docx": Writer("docx", DOCX, writing("docx"), long_from=2000),
    "odt": Writer("odt", ODT, writing("odt"), long_from=2000),
    "pdf": Writer("pdf", "application/pdf", writing("pdf"), long_from=2000),
    "annotated.docx": Writer("annotated.docx", DOCX, gather=_annotated("docx"), is_whole=True, has_names=True),
    "annotated.pdf": Writer("annotated.pdf", "application/pdf", gather=_annotated("pdf"), is_whole=True, has_names=True),
    "annotated.html": Writer("annotated.html", "text/html", gather=_annotated("html"), is_whole=True, has_names=True),
    ARCHIVE: Writer("archive.zip", "application/zip", gather=_archive, is_whole=True, has_names=True, long_from=200),
    "polis": Writer("zip", "application/zip", gather=_polis, long_from=2000),
}


def names_people(file_format: str, filters: Filters) -> bool:
    """Whether people stand under their pseudonyms in such a file; an archive always has them, as the pages do."""
    return WRITERS[file_format].has_names and (filters.names == Names.PSEUDONYMS or file_format == ARCHIVE)

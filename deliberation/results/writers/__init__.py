"""One module per format. Each turns a `Summary` into bytes: the same summary gives the same bytes."""

from collections.abc import Callable
from dataclasses import dataclass

from deliberation.results.documents.files import write_docx, write_odt, write_pdf
from deliberation.results.documents.opendocument.package import MIMETYPE as ODT
from deliberation.results.summary import Summary
from deliberation.results.writers import csv, html, json, markdown

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Writer:
    """A format: how a file ends, what it is called to machines, and who writes it."""

    ending: str
    mimetype: str
    write: Callable[[Summary], bytes]
    has_readme: bool = False


WRITERS: dict[str, Writer] = {
    "csv": Writer("csv", "text/csv", csv.write, has_readme=True),
    "md": Writer("md", "text/markdown", markdown.write),
    "html": Writer("html", "text/html", html.write),
    "json": Writer("json", "application/json", json.write),
    "docx": Writer("docx", DOCX, write_docx),
    "odt": Writer("odt", ODT, write_odt),
    "pdf": Writer("pdf", "application/pdf", write_pdf),
}

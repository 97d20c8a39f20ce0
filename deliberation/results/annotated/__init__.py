"""The text with its annotations in place, each at the words it is about: for Word, as a page, and to print.

It is the public page on paper: all that everybody can read there stands here, under pseudonyms, numbers or without names
as the filter says. Who wants to quote from it in a report learns from each annotation whether its author agreed to that.
"""

from collections.abc import Callable
from dataclasses import dataclass

from deliberation.results.annotated import docx, html, pdf
from deliberation.results.annotated.model import Annotated


@dataclass(frozen=True)
class Format:
    """How a file ends, what it is called to machines, and who writes it."""

    ending: str
    mimetype: str
    write: Callable[[Annotated], bytes]


ANNOTATED = {
    "docx": Format("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx.write),
    "html": Format("html", "text/html", html.write),
    "pdf": Format("pdf", "application/pdf", pdf.write),
}

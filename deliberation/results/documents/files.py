"""The formats of a readable document: composed once, written by whoever knows the format."""

from collections.abc import Callable

from deliberation.results.documents import pdf
from deliberation.results.documents.fitting import to_document
from deliberation.results.documents.model import Document
from deliberation.results.documents.opendocument import writer as opendocument
from deliberation.results.documents.word import writer as word
from deliberation.results.summary import Summary

FORMATS: dict[str, Callable[[Document], bytes]] = {"docx": word.write, "odt": opendocument.write, "pdf": pdf.write}
"""PDF is PDF/UA-1."""


def writing(file_format: str) -> Callable[[Summary], bytes]:
    """What writes a summary for its purpose in one of these formats; words of people only with their consent, without
    pseudonym."""
    write = FORMATS[file_format]
    return lambda summary: write(to_document(summary))

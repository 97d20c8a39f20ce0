"""A summary as a readable file for its purpose: composed once, written by whoever knows the format."""

from deliberation.results.documents import pdf
from deliberation.results.documents.fitting import to_document
from deliberation.results.documents.opendocument import writer as opendocument
from deliberation.results.documents.word import writer as word
from deliberation.results.summary import Summary


def write_docx(summary: Summary) -> bytes:
    """A Word file; words of people only with their consent, without pseudonym."""
    return word.write(to_document(summary))


def write_odt(summary: Summary) -> bytes:
    """An OpenDocument text, likewise."""
    return opendocument.write(to_document(summary))


def write_pdf(summary: Summary) -> bytes:
    """PDF/UA-1, likewise."""
    return pdf.write(to_document(summary))

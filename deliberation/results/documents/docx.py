"""A document as a Word file."""

from deliberation.results.documents.word.writer import write

__all__ = ["write"]

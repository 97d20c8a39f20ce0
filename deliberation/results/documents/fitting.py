"""Making a document as short as its purpose asks for: lists become shorter, and say of how many they show the first."""

from deliberation.results.documents.composing import compose
from deliberation.results.documents.model import Document
from deliberation.results.documents.pdf import count_pages
from deliberation.results.documents.purposes import SHAPES, STEPS, Limits, has_annex, purpose_of
from deliberation.results.summary import Summary

SPARE = 20
"""Millimetres that stay empty for each page: programs differ, and a Word file breaks its pages elsewhere."""
GIVEN_BACK = ("words", "listed", "words", "decided", "listed", "words")
"""What room that is left goes to, in this order."""


def to_document(summary: Summary, with_annex: bool | None = None) -> Document:
    """The document of a summary for its purpose, in the language that is being spoken. `with_annex` overrules what was
    chosen, for a look at the first page."""
    annex = has_annex(summary) if with_annex is None else with_annex
    return compose(summary, fitting(summary), annex)


def fitting(summary: Summary) -> Limits:
    """The most generous limits with which the part before the annex is short enough: everything becomes a little shorter until
    it fits, then what room is left goes to longer quotes and longer lists."""
    shape = SHAPES[purpose_of(summary)]
    limits, pages = shape.limits, shape.pages
    if pages is None:
        return limits

    def fits(tried: Limits) -> bool:
        return count_pages(compose(summary, tried, False), SPARE * pages) <= pages

    for _step in range(STEPS):
        if fits(limits):
            break
        limits = limits.tightened()
    for name in GIVEN_BACK:
        more = limits.loosened(name, shape.limits)
        if more != limits and fits(more):
            limits = more
    return limits

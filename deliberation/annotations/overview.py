"""The landing page and the whole text: the declaration with what people said about it, counted."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import segno

from deliberation.annotations.reading import Count, News, load_counts, load_marks, thesis_count, to_news
from deliberation.clock import today
from deliberation.declarations.models import Declaration, Paragraph, Thesis, load_paragraphs
from deliberation.text import excerpt

HEADING_WORDS = 70


@dataclass(frozen=True)
class Overview:
    """What landing page and whole text share."""

    declaration: Declaration
    counts: dict[tuple[int, int], Count]
    edition_number: int
    news: News | None
    visit_due: bool = False
    thesis: None = None

    def count(self, paragraph: Paragraph) -> Count:
        return self.counts.get((paragraph.thesis_id, paragraph.id), Count())

    def thesis_count(self, thesis: Thesis) -> Count:
        return thesis_count(self.counts, thesis)

    @property
    def total(self) -> int:
        return sum(count.total for count in self.counts.values())


@dataclass(frozen=True)
class LandingPage(Overview):
    # Theses without a heading are called by how they begin.
    first_words: dict[int, str] | None = None


@dataclass(frozen=True)
class Part:
    thesis: Thesis
    paragraphs: Sequence[Paragraph]


@dataclass(frozen=True)
class WholeText(Overview):
    parts: Sequence[Part] = ()
    today: date | None = None
    qr: str = ""


def load_landing(person: Any, declaration: Declaration) -> LandingPage:
    """At most three queries after person and declaration."""
    marks = load_marks(person, declaration)
    counts = load_counts(person, declaration, marks.since)
    nameless = [thesis.id for thesis in declaration.theses if thesis.is_numbered and not thesis.heading]
    return LandingPage(
        declaration=declaration,
        counts=counts,
        edition_number=marks.edition_number,
        visit_due=marks.visit_due,
        news=to_news(counts, marks.since),
        first_words=_first_words(nameless) if nameless else {},
    )


def _first_words(thesis_ids: Sequence[int]) -> dict[int, str]:
    found = load_paragraphs(thesis_ids)
    return {p.thesis_id: excerpt(p.wording.text, HEADING_WORDS) for p in reversed(found)}


def load_whole_text(person: Any, declaration: Declaration, address: str) -> WholeText:
    """All paragraphs in order; three queries after person and declaration. `address` is what the QR code says."""
    marks = load_marks(person, declaration)
    found = load_paragraphs([thesis.id for thesis in declaration.theses])
    by_thesis = {key: list(group) for key, group in groupby(found, key=lambda p: p.thesis_id)}
    return WholeText(
        declaration=declaration,
        counts=load_counts(person, declaration, marks.since),
        edition_number=marks.edition_number,
        visit_due=marks.visit_due,
        news=None,
        parts=[Part(thesis, by_thesis.get(thesis.id, [])) for thesis in declaration.theses],
        today=today(),
        qr=_qr(address),
    )


def _qr(address: str) -> str:
    """An SVG without style attributes; it takes the colour of the text."""
    out = io.BytesIO()
    segno.make(address, error="m").save(
        out, kind="svg", xmldecl=False, svgns=True, scale=4, border=2, svgclass="qr", lineclass="qr__dots"
    )
    return out.getvalue().decode()

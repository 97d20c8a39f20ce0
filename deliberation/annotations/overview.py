"""The landing page and the whole text: the declaration with what people said about it, counted."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import segno
from sqlalchemy import select

from deliberation.annotations.counts import Count, Counts, News, load_counts, to_news
from deliberation.annotations.marks import load_marks
from deliberation.clock import today
from deliberation.database import db
from deliberation.declarations.glossary import load_terms_of
from deliberation.declarations.models import Declaration, Edition, Paragraph, Term, Thesis, load_paragraphs
from deliberation.text import excerpt

HEADING_WORDS = 70
PLAN_NEWS = timedelta(days=14)


@dataclass(frozen=True)
class Overview:
    """What landing page and whole text share."""

    declaration: Declaration
    counts: Counts
    edition: Edition
    news: News | None
    visit_due: bool = False
    thesis: None = None

    @property
    def edition_number(self) -> int:
        return self.edition.number

    def count(self, paragraph: Paragraph) -> Count:
        return self.counts.of_place(paragraph.thesis_id, paragraph.id)

    def thesis_count(self, thesis: Thesis) -> Count:
        return self.counts.of_thesis(thesis.id)

    @property
    def total(self) -> int:
        return self.counts.whole.total


@dataclass(frozen=True)
class LandingPage(Overview):
    # Theses without a heading are called by how they begin.
    first_words: dict[int, str] | None = None
    # Theses that an edition took out: what was said about them is still to be found.
    removed: Sequence[Thesis] = ()

    @property
    def plan_is_new(self) -> bool:
        """Whether dates that people had been told became others in the last two weeks."""
        changed = self.declaration.plan_changed_on
        return changed is not None and today() - changed <= PLAN_NEWS


@dataclass(frozen=True)
class Part:
    thesis: Thesis
    paragraphs: Sequence[Paragraph]


@dataclass(frozen=True)
class WholeText(Overview):
    parts: Sequence[Part] = ()
    # Words in each paragraph that are explained, where there are any.
    terms: Mapping[int, Sequence[Term]] = field(default_factory=dict)
    today: date | None = None
    qr: str = ""


def load_landing(person: Any, declaration: Declaration) -> LandingPage:
    """At most three queries after person and declaration, four once there is a second edition."""
    marks = load_marks(person, declaration)
    counts = load_counts(person, declaration, marks.since)
    nameless = [thesis.id for thesis in declaration.theses if thesis.is_numbered and not thesis.heading]
    return LandingPage(
        declaration=declaration,
        counts=counts,
        edition=marks.edition,
        visit_due=marks.visit_due,
        news=to_news(counts, marks.since),
        first_words=_first_words(nameless) if nameless else {},
        removed=_removed_theses(declaration) if marks.edition_number > 1 else [],
    )


def _removed_theses(declaration: Declaration) -> list[Thesis]:
    query = select(Thesis).where(Thesis.declaration_id == declaration.id, Thesis.removed_in_id.is_not(None))
    return list(db.session.scalars(query.order_by(Thesis.position, Thesis.id)))


def _first_words(thesis_ids: Sequence[int]) -> dict[int, str]:
    found = load_paragraphs(thesis_ids)
    return {p.thesis_id: excerpt(p.wording.text, HEADING_WORDS) for p in reversed(found)}


def load_whole_text(person: Any, declaration: Declaration, address: str, counts: Counts | None = None) -> WholeText:
    """All paragraphs in order; three queries after person and declaration, two if the counts are known, one more where words are
    explained. `address` is what the QR code says."""
    marks = load_marks(person, declaration)
    parts = load_parts(declaration)
    return WholeText(
        declaration=declaration,
        counts=counts or load_counts(person, declaration, marks.since),
        edition=marks.edition,
        visit_due=marks.visit_due,
        news=None,
        parts=parts,
        terms=load_terms_of(declaration, [one for part in parts for one in part.paragraphs]),
        today=today(),
        qr=to_qr(address),
    )


def load_parts(declaration: Declaration) -> list[Part]:
    """The text in force. Uses `declaration.theses`; one query."""
    found = load_paragraphs([thesis.id for thesis in declaration.theses])
    by_thesis = {key: list(group) for key, group in groupby(found, key=lambda p: p.thesis_id)}
    return [Part(thesis, by_thesis.get(thesis.id, [])) for thesis in declaration.theses]


def to_qr(address: str) -> str:
    """An SVG without style attributes; it takes the colour of the text."""
    out = io.BytesIO()
    segno.make(address, error="m").save(
        out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2, svgclass="qr", lineclass="qr__dots"
    )
    return out.getvalue().decode()

"""The reading page: one thesis, its paragraphs with their counts, and the annotations of one place beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from deliberation.annotations import bundles, drafts, gists, paging, standing, threads
from deliberation.annotations.counts import Count, Counts, News, load_counts, to_news
from deliberation.annotations.history import History, in_place, load_history
from deliberation.annotations.marks import Known, load_marks
from deliberation.annotations.models import (
    Draft,
    Kind,
    StanceValue,
)
from deliberation.annotations.ordering import Order, deck, in_order
from deliberation.annotations.standing import PastStance
from deliberation.annotations.tallies import StanceCounts
from deliberation.annotations.threads import Entry
from deliberation.clock import today
from deliberation.database import db
from deliberation.declarations.editions import find_former
from deliberation.declarations.glossary import load_terms_of
from deliberation.declarations.models import (
    Declaration,
    Edition,
    Paragraph,
    Term,
    Thesis,
    find_paragraph,
    find_thesis,
    load_all_paragraphs,
)

THREADS_MAX = 100
"""On one page, when somebody wants to see all: more of them take long to come and to be found anything in."""
Choose = Callable[[Sequence[Entry]], Sequence[Entry]]
FIRST_THREADS = 10
"""Threads shown before "show the others"."""


@dataclass(frozen=True)
class Panel:
    """The annotations of one place as one reader sees them."""

    threads: Sequence[Entry]
    # Those of them that have their words; the others are kept as they were shown before.
    loaded: Sequence[Entry]
    # How many stand before and behind those that are shown, and where the next ones begin.
    earlier: int
    remaining: int
    next_from: int
    kinds: Sequence[tuple[Kind, int]]
    total: int
    people: int
    kind: Kind | None
    order: Order
    stance: StanceValue | None
    stance_reason: str
    stance_counts: StanceCounts | None
    # What the person said about earlier words of this place: still to be kept, replaced or let go.
    past_stance: PastStance | None
    noted: frozenset[int]
    quotes: frozenset[str]


@dataclass(frozen=True)
class ThesisPage:
    """`paragraphs` are those in force and those that an edition took out, where they stood."""

    declaration: Declaration
    thesis: Thesis
    paragraphs: Sequence[Paragraph]
    counts: Counts
    edition_number: int
    news: News | None
    is_open: bool = False
    paragraph: Paragraph | None = None
    panel: Panel | None = None
    draft: Draft | None = None
    # Of each paragraph, once there is something to tell.
    history: Mapping[int, History] = field(default_factory=dict)
    # The edition that took the thesis out.
    removed_in: int = 0
    # Words in each paragraph that are explained, where there are any.
    terms: Mapping[int, Sequence[Term]] = field(default_factory=dict)

    def count(self, paragraph: Paragraph | None) -> Count:
        return self.counts.of_place(self.thesis.id, paragraph.id if paragraph else None)

    def thesis_count(self, thesis: Thesis) -> Count:
        return self.counts.of_thesis(thesis.id)

    def part_key(self, paragraph: Paragraph) -> tuple[int, ...]:
        """In what a paragraph of this page that is not open differs after a new annotation."""
        count = self.count(paragraph)
        return self.thesis.id, paragraph.id, count.total, count.new

    @property
    def toc_key(self) -> tuple[Any, ...]:
        return self.thesis.id, *((count.total, count.new) for count in map(self.thesis_count, self.declaration.theses))

    @property
    def place_path(self) -> str:
        """Path of the open place, for coming back after a vote."""
        number = self.paragraph.number if self.paragraph else "0"
        return f"/d/{self.declaration.slug}/{self.thesis.number}/{number}"

    @property
    def is_in_force(self) -> bool:
        """Whether the place that is open, or the thesis as a whole, belongs to the present text."""
        return not (self.paragraph or self.thesis).is_removed

    @property
    def neighbours(self) -> tuple[Thesis | None, Thesis | None]:
        """A thesis that was taken out stands in front of the one that has its place now."""
        here, is_gone = self.thesis.position, self.thesis.is_removed
        before = [one for one in self.declaration.theses if one.position < here]
        after = [one for one in self.declaration.theses if one.position > here or (is_gone and one.position == here)]
        return before[-1] if before else None, after[0] if after else None


@dataclass(frozen=True)
class Wish:
    """What the address asks for: kind, order, and whether all threads are wanted, from which place on."""

    kind: Kind | None = None
    order: Order = Order.MIXED
    all_threads: bool = False
    start: int = 0


def load_thesis_page(person: Any, declaration: Declaration, thesis: Thesis, counts: Counts | None = None) -> ThesisPage:
    """A thesis with nothing opened. Four queries after person and declaration, three if the counts are known, one more once the
    text has changed, and one where a word in it is explained."""
    found, marks = load_all_paragraphs([thesis.id]), load_marks(person, declaration)
    return _to_page(person, declaration, thesis, found, marks.known(counts))


def _to_page(
    person: Any,
    declaration: Declaration,
    thesis: Thesis,
    found: Sequence[Paragraph],
    known: Known,
    **opened: Any,
) -> ThesisPage:
    counts = known.counts or load_counts(person, declaration, known.since)
    history = load_history(found) if known.has_history else {}
    return ThesisPage(
        declaration=declaration,
        thesis=thesis,
        paragraphs=in_place(found, history),
        counts=counts,
        edition_number=known.edition_number,
        news=to_news(counts, known.since),
        history=history,
        removed_in=number_of_edition(thesis.removed_in_id) if thesis.removed_in_id else 0,
        terms=load_terms_of(declaration, [one for one in found if not one.is_removed]),
        **opened,
    )


def number_of_edition(edition_id: int) -> int:
    return db.session.scalars(select(Edition.number).where(Edition.id == edition_id)).one()


def load_open_page(
    person: Any,
    declaration: Declaration,
    thesis: Thesis,
    number: str,
    wish: Wish,
    owner: drafts.Owner | None,
    counts: Counts | None = None,
    choose: Choose | None = None,
) -> ThesisPage | None:
    """A thesis with one paragraph, or with `0` the thesis as a whole, opened; None if there is no such paragraph. One
    that was taken out opens too.

    `choose`: of the conversations that are to be shown those whose words are needed. At most eight queries after person and
    declaration, nine once the text has changed; one more for words explained.
    """
    found = load_all_paragraphs([thesis.id])
    paragraph = next((p for p in found if p.number == number), None)
    if paragraph is None and number != "0":
        return None
    marks = load_marks(person, declaration, owner, drafts.thesis_place(thesis, paragraph))
    known = marks.known(counts)
    panel = _load_panel(person, thesis, paragraph, wish, known, choose)
    return _to_page(
        person, declaration, thesis, found, known, is_open=True, paragraph=paragraph, panel=panel, draft=marks.draft
    )


def load_opened(
    person: Any, declaration: Declaration, thesis: Thesis, number: str, wish: Wish, known: Known, choose: Choose
) -> ThesisPage | None:
    """Of such a page only what is opened: no other paragraph is in it, and no draft. At most six queries after person and
    declaration."""
    paragraph = find_paragraph(thesis, number) if number != "0" else None
    if paragraph is None and number != "0":
        return None
    panel = _load_panel(person, thesis, paragraph, wish, known, choose)
    found = [paragraph] if paragraph else []
    return _to_page(person, declaration, thesis, found, known, is_open=True, paragraph=paragraph, panel=panel)


def _load_panel(
    person: Any, thesis: Thesis, paragraph: Paragraph | None, wish: Wish, known: Known, choose: Choose | None
) -> Panel:
    place = paragraph.id if paragraph else None
    gists_here = gists.load_gists(person, thesis.declaration, thesis.id, place, known.since)
    found = threads.to_threads(gists_here)
    authors = paging.count_left_out(person, thesis.declaration_id, found)
    listed = bundles.folded(threads.of_kind(found, wish.kind))
    wanted = in_order(listed, wish.order, deck(person, today()), today())
    start = min(max(wish.start, 0), max(len(wanted) - 1, 0)) if wish.all_threads else 0
    shown = wanted[start : start + (THREADS_MAX if wish.all_threads else FIRST_THREADS)]
    bundles.load_bundles(person, thesis.declaration_id, shown, found)
    marked = gists.load_marked(shown, thesis.declaration_id, place) if shown else gists.Marked()
    # Before the text has ever changed all of them are about what the page shows.
    missing = choose(shown) if choose else shown
    loaded = gists.load_words(person, thesis.declaration_id, missing, known.since, are_known=not known.has_history)
    by_number = {entry.annotation.number: entry for entry in loaded}
    own = standing.load_own_stance(person, thesis, paragraph) if known.has_stance else standing.NO_STANCE
    readable = [entry for entry in gists_here if entry.is_readable]
    return Panel(
        threads=[by_number.get(entry.annotation.number, entry) for entry in shown],
        loaded=loaded,
        earlier=start,
        remaining=len(wanted) - start - len(shown),
        next_from=start + len(shown) if wish.all_threads else 0,
        kinds=_kinds(found),
        total=len(readable) + sum(entry.more_replies for entry in found),
        people=len({entry.annotation.author_id for entry in readable} | authors),
        kind=wish.kind,
        order=wish.order,
        stance=own.value,
        stance_reason=own.reason,
        stance_counts=own.counts if own.value else None,
        past_stance=own.past,
        noted=marked.sentences,
        quotes=marked.quotes,
    )


def _kinds(found: Sequence[Entry]) -> list[tuple[Kind, int]]:
    counts = [(kind, sum(thread.annotation.kind is kind for thread in found)) for kind in Kind]
    return [(kind, count) for kind, count in counts if count]


def find_place(declaration: Declaration, t: str, p: str) -> tuple[Thesis, Paragraph | None] | None:
    """Thesis and paragraph of an address; paragraph None stands for the thesis as a whole (`0`).

    What an edition took out is found too, and what moved to another thesis is found where it is now."""
    thesis = find_thesis(declaration, t)
    if thesis is None or p == "0":
        return (thesis, None) if thesis else None
    paragraph = find_paragraph(thesis, p)
    if paragraph is None and (former := find_former(declaration, t, p)):
        thesis, paragraph = former.thesis, find_paragraph(former.thesis, former.paragraph.number)
    return (thesis, paragraph) if paragraph else None

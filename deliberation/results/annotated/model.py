"""One edition of a text and what was said about it: every annotation with its conversation at the words it is about.

Page, Word file and print show the same `Annotated`, so they cannot disagree. What is not public is never loaded.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from deliberation.declarations.editions import find_edition, load_text
from deliberation.declarations.importing import DraftParagraph, DraftThesis
from deliberation.declarations.models import CLOSING, PREAMBLE, Declaration
from deliberation.permissions import Person
from deliberation.results.annotated.marks import Mark, find_marks
from deliberation.results.filters import Filters
from deliberation.results.items import Item
from deliberation.results.summary import Summary, summarise
from deliberation.text import excerpt

CROWD_FROM = 1400
"""Characters of annotations from which a paragraph is crowded, unless it is long itself."""
CROWD_SHARE = 3
OPENING_WORDS = 70


@dataclass(frozen=True)
class Note:
    """An annotation and everything below it in the order in which one reads it. No `marks`: about the whole place.

    `lead` may be a reply whose beginning a filter left out."""

    lead: Item
    replies: tuple[Item, ...]
    marks: tuple[Mark, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        return (self.lead, *self.replies)

    @property
    def size(self) -> int:
        """Characters, about as they take up room."""
        return sum(120 + len(one.body) + len(one.wording) for one in self.items)


@dataclass(frozen=True)
class Piece:
    """Words that the same annotations are about. `ends`: those whose last words these are."""

    text: str
    notes: tuple[int, ...] = ()
    begins: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()


@dataclass(frozen=True)
class AnnotatedLine:
    """A unit of a paragraph: `level` 0 is running text, 1 and up are items of lists."""

    label: str
    level: int
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class AnnotatedParagraph:
    """`notes` in the order of the words they are about, then those on the whole paragraph."""

    thesis: str
    number: str
    lines: tuple[AnnotatedLine, ...]
    notes: tuple[Note, ...]

    @property
    def full_number(self) -> str:
        return self.number if self.thesis in (PREAMBLE, CLOSING) else f"{self.thesis}.{self.number}"

    @property
    def anchor(self) -> str:
        return f"absatz-{self.thesis}-{self.number}"

    @property
    def is_crowded(self) -> bool:
        """Whether its annotations are too long to stand beside it."""
        length = sum(len(line.text) for line in self.lines)
        return sum(note.size for note in self.notes) > max(CROWD_FROM, CROWD_SHARE * length)


@dataclass(frozen=True)
class AnnotatedThesis:
    """`notes` are those on the thesis as a whole."""

    number: str
    heading: str
    group: str
    notes: tuple[Note, ...]
    paragraphs: tuple[AnnotatedParagraph, ...]

    @property
    def is_numbered(self) -> bool:
        return self.number not in (PREAMBLE, CLOSING)

    @property
    def anchor(self) -> str:
        return f"these-{self.number}"

    @property
    def is_crowded(self) -> bool:
        """Whether annotations on the whole are so many that they stand behind the text."""
        return sum(note.size for note in self.notes) > CROWD_FROM

    @property
    def opening(self) -> str:
        """How it begins, for a list where it has no heading."""
        return excerpt(self.paragraphs[0].lines[0].text, OPENING_WORDS) if self.paragraphs else ""

    @property
    def total(self) -> int:
        """Annotations and replies that are shown."""
        notes = [*self.notes, *(note for paragraph in self.paragraphs for note in paragraph.notes)]
        return sum(item.is_visible for note in notes for item in note.items)


@dataclass(frozen=True)
class Annotated:
    """`elsewhere` are annotations on what this edition does not have any more. `licence`: what others may do with the
    text, in the words of whoever published it; may be empty."""

    summary: Summary
    publisher: str
    licence: str
    theses: tuple[AnnotatedThesis, ...]
    elsewhere: tuple[Note, ...]

    @property
    def shown(self) -> int:
        """Annotations and replies in it."""
        return len(self.summary.visible)


def load_annotated(
    person: Person, declaration: Declaration, filters: Filters | None = None, site: str = ""
) -> Annotated:
    """The text of the edition asked for, else of the one in force, with the annotations that match."""
    return annotate(declaration, summarise(person, declaration, filters, site))


def annotate(declaration: Declaration, summary: Summary) -> Annotated:
    """The text of the edition that a summary shows, with its annotations. Three queries."""
    edition = find_edition(declaration, summary.edition)
    assert edition is not None
    text = load_text(edition)
    notes = to_notes(summary.items)
    thesis_of = summary.filters.thesis
    theses = tuple(
        _thesis(thesis, notes, summary.edition) for thesis in text.theses if thesis_of in (None, thesis.number)
    )
    places = {(t.number, None) for t in theses} | {(t.number, p.number) for t in theses for p in t.paragraphs}
    gone = [note for place, some in notes.items() if place not in places for note in some]
    return Annotated(
        summary=summary,
        publisher=declaration.publisher,
        licence=declaration.licence,
        theses=theses,
        elsewhere=tuple(sorted(gone, key=lambda note: note.lead.number)),
    )


Place = tuple[str, str | None]


def to_notes(items: Iterable[Item]) -> Mapping[Place, list[Note]]:
    """Conversations by the place they are about, each in reading order: an answer stands below what it answers."""
    below: dict[int, list[Item]] = defaultdict(list)
    known = {item.number: item for item in items}
    leads = []
    for item in known.values():
        if item.parent in known:
            below[item.parent].append(item)
        else:
            leads.append(item)
    found: dict[Place, list[Note]] = defaultdict(list)
    for lead in leads:
        found[lead.thesis, lead.paragraph].append(Note(lead, tuple(_descend(lead, below))))
    return found


def _descend(item: Item, below: Mapping[int, Sequence[Item]]) -> Iterator[Item]:
    # Not by recursion: a conversation of two people may be as deep as it is long.
    waiting = list(reversed(below.get(item.number, ())))
    while waiting:
        one = waiting.pop()
        yield one
        waiting += reversed(below.get(one.number, ()))


def _thesis(thesis: DraftThesis, notes: Mapping[Place, Sequence[Note]], edition: int) -> AnnotatedThesis:
    return AnnotatedThesis(
        number=thesis.number,
        heading=thesis.heading,
        group=thesis.group,
        notes=tuple(notes.get((thesis.number, None), ())),
        paragraphs=tuple(
            _paragraph(thesis.number, one, notes.get((thesis.number, one.number), ()), edition)
            for one in thesis.paragraphs
        ),
    )


def _paragraph(thesis: str, paragraph: DraftParagraph, notes: Sequence[Note], edition: int) -> AnnotatedParagraph:
    sentences = [list(unit.sentences) for unit in paragraph.units]
    marked = [Note(note.lead, note.replies, find_marks(sentences, note.lead, edition)) for note in notes]
    marked.sort(key=lambda note: _place_of(note))
    return AnnotatedParagraph(
        thesis=thesis,
        number=paragraph.number,
        lines=tuple(
            AnnotatedLine(unit.label, unit.level, cut(" ".join(unit.sentences), index, marked))
            for index, unit in enumerate(paragraph.units)
        ),
        notes=tuple(marked),
    )


def _place_of(note: Note) -> tuple[bool, int, int, int]:
    first = note.marks[0] if note.marks else Mark(0, 0, 0)
    return (not note.marks, first.line, first.start, note.lead.number)


def cut(text: str, line: int, notes: Sequence[Note]) -> tuple[Piece, ...]:
    """A line in pieces that the same annotations are about; together they are the line to the letter."""
    marks = [(note.lead.number, mark) for note in notes for mark in note.marks if mark.line == line]
    first = {note.lead.number: note.marks[0] for note in notes if note.marks}
    last = {note.lead.number: note.marks[-1] for note in notes if note.marks}
    bounds = sorted({0, len(text), *(edge for _n, mark in marks for edge in (mark.start, mark.end))})
    return tuple(
        Piece(
            text=text[start:end],
            notes=tuple(number for number, mark in marks if mark.start <= start and end <= mark.end),
            begins=tuple(n for n, mark in marks if mark.start == start and first[n] is mark),
            ends=tuple(n for n, mark in marks if mark.end == end and last[n] is mark),
        )
        for start, end in pairwise(bounds)
    )

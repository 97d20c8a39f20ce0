"""The figures and texts of a declaration at one moment. Page and files show the same `Summary`, so they
cannot disagree. What is not public is never loaded."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from deliberation.annotations.models import Kind
from deliberation.annotations.tallies import PERCENT_FROM, STEP, StanceCounts, load_stance_counts
from deliberation.annotations.threads import dispute, wilson
from deliberation.clock import today
from deliberation.declarations.models import CLOSING, PREAMBLE, Declaration, Paragraph, Thesis, load_paragraphs
from deliberation.permissions import Permission, Person, require
from deliberation.results import figures
from deliberation.results.figures import Figures, Headline, ModerationFigures
from deliberation.results.filters import Filters
from deliberation.results.items import Item, load_answered, load_items
from deliberation.results.timeline import Timeline, to_timeline
from deliberation.text import excerpt

OPENING_WORDS = 70
MINORITY = 0.25
"""Share of the smaller side from which an annotation is called disputed."""


@dataclass(frozen=True)
class About:
    """What a page or file says about the declaration itself."""

    slug: str
    title: str
    language: str
    is_sample: bool
    # The edition in force and all there are.
    edition: int
    editions: tuple[int, ...]


@dataclass(frozen=True)
class ParagraphResult:
    number: str
    full_number: str
    opening: str
    stances: StanceCounts
    contributions: int


@dataclass(frozen=True)
class ThesisResult:
    """A thesis with the stances taken on it as a whole; its paragraphs have their own.

    `contributions` counts those on the thesis as a whole."""

    declaration: About
    number: str
    heading: str
    opening: str
    stances: StanceCounts
    contributions: int
    paragraphs: tuple[ParagraphResult, ...]

    @property
    def is_numbered(self) -> bool:
        return self.number not in (PREAMBLE, CLOSING)

    @property
    def has_stances(self) -> bool:
        return self.stances.n >= STEP

    @property
    def has_paragraph_stances(self) -> bool:
        return any(paragraph.stances.n >= STEP for paragraph in self.paragraphs)

    @property
    def total(self) -> int:
        """Contributions to the thesis and its paragraphs."""
        return self.contributions + sum(one.contributions for one in self.paragraphs)


@dataclass(frozen=True)
class Summary:
    """Everything that results page and files need. `site` is the address of the site for links in files."""

    about: About
    filters: Filters
    day: date
    site: str
    is_open: bool
    figures: Figures
    headline: Headline
    theses: tuple[ThesisResult, ...]
    agreed: tuple[Item, ...]
    disputed: tuple[Item, ...]
    unanswered: tuple[Item, ...]
    kinds: tuple[tuple[Kind, int], ...]
    timeline: Timeline | None
    moderation: ModerationFigures
    items: tuple[Item, ...]

    @property
    def visible(self) -> list[Item]:
        return [item for item in self.items if item.is_visible]

    @property
    def quotable(self) -> int:
        """How many annotations may be quoted word by word."""
        return sum(item.is_quotable for item in self.items)

    @property
    def measured_theses(self) -> list[ThesisResult]:
        """Numbered theses, and preamble and closing part if stances on them are published."""
        return [thesis for thesis in self.theses if thesis.is_numbered or thesis.has_stances]

    @property
    def has_stances(self) -> bool:
        return any(thesis.has_stances for thesis in self.theses)

    @property
    def has_paragraph_stances(self) -> bool:
        return any(thesis.has_paragraph_stances for thesis in self.theses)

    def annotation_address(self, number: int) -> str:
        return f"{self.site}/a/{number}"

    def place_address(self, thesis: str, paragraph: str | None = None) -> str:
        path = f"{thesis}/{paragraph}" if paragraph else thesis
        return f"{self.site}/d/{self.about.slug}/{path}"

    @property
    def results_address(self) -> str:
        return f"{self.site}/d/{self.about.slug}/results"


def summarise(person: Person, declaration: Declaration, filters: Filters | None = None, site: str = "") -> Summary:
    """What came of a declaration so far, the same for everybody who may read it. Nine queries, whatever the size.

    People, moderation and the stances on the theses that remain are those of the whole deliberation: they
    have neither kind nor edition.
    """
    require(person, Permission.READ, declaration)
    filters = filters or Filters()
    paragraphs = load_paragraphs([thesis.id for thesis in declaration.theses])
    items, editions = load_items(declaration, filters)
    about = _about(declaration, editions)
    theses = _theses(declaration, about, filters, paragraphs, items)
    shown = [item for item in items if item.is_visible]
    replies = sum(item.is_reply for item in shown)
    return Summary(
        about=about,
        filters=filters,
        day=today(),
        site=site.rstrip("/"),
        is_open=figures.is_open(declaration),
        figures=Figures(
            people=figures.count_people(declaration),
            annotations=len(shown) - replies,
            replies=replies,
            votes=sum(item.votes.n for item in shown),
            stances=sum(_stances(theses)),
        ),
        headline=figures.to_headline((t.stances for t in theses if t.is_numbered), PERCENT_FROM),
        theses=theses,
        agreed=most_agreed(shown),
        disputed=most_disputed(shown),
        unanswered=unanswered(shown, load_answered(declaration)),
        kinds=_kinds(shown),
        timeline=to_timeline(item.created for item in shown if item.created),
        moderation=figures.load_moderation(declaration),
        items=items,
    )


def _about(declaration: Declaration, editions: Sequence[int]) -> About:
    return About(
        slug=declaration.slug,
        title=declaration.title,
        language=declaration.language,
        is_sample=declaration.is_sample,
        edition=max(editions, default=1),
        editions=tuple(editions),
    )


def _theses(
    declaration: Declaration, about: About, filters: Filters, paragraphs: Sequence[Paragraph], items: Iterable[Item]
) -> tuple[ThesisResult, ...]:
    stances = load_stance_counts(declaration)
    contributions = Counter((item.thesis, item.paragraph) for item in items if item.is_visible)
    by_thesis: dict[int, list[Paragraph]] = {}
    for paragraph in paragraphs:
        by_thesis.setdefault(paragraph.thesis_id, []).append(paragraph)

    def result(thesis: Thesis) -> ThesisResult:
        own = by_thesis.get(thesis.id, [])
        return ThesisResult(
            declaration=about,
            number=thesis.number,
            heading=thesis.heading,
            opening=excerpt(own[0].wording.text, OPENING_WORDS) if own else "",
            stances=stances.get((thesis.id, None), StanceCounts()),
            contributions=contributions[thesis.number, None],
            paragraphs=tuple(
                ParagraphResult(
                    number=paragraph.number,
                    full_number=paragraph.full_number,
                    opening=excerpt(paragraph.wording.text, OPENING_WORDS),
                    stances=stances.get((thesis.id, paragraph.id), StanceCounts()),
                    contributions=contributions[thesis.number, paragraph.number],
                )
                for paragraph in own
            ),
        )

    return tuple(result(t) for t in declaration.theses if filters.thesis in (None, t.number))


def _stances(theses: Iterable[ThesisResult]) -> Iterable[int]:
    for thesis in theses:
        yield thesis.stances.n
        yield from (paragraph.stances.n for paragraph in thesis.paragraphs)


def most_agreed(items: Iterable[Item]) -> tuple[Item, ...]:
    """What more people see the same way than differently, by the Wilson lower bound of published votes."""
    found = [item for item in items if item.votes.n >= STEP and item.votes.agree > item.votes.disagree]
    return tuple(sorted(found, key=lambda item: (-wilson(item.votes), item.number)))


def most_disputed(items: Iterable[Item]) -> tuple[Item, ...]:
    """Where at least a quarter differs, by evenness and number of published votes, from ten votes on."""
    found = [item for item in items if item.votes.n >= PERCENT_FROM and _minority(item) >= MINORITY]
    return tuple(sorted(found, key=lambda item: (-dispute(item.votes), item.number)))


def _minority(item: Item) -> float:
    sides = (item.votes.agree, item.votes.disagree)
    return min(sides) / sum(sides) if sum(sides) else 0.0


def unanswered(items: Iterable[Item], answered: frozenset[int]) -> tuple[Item, ...]:
    """Questions that nobody has answered, the oldest first."""
    found = [item for item in items if item.kind is Kind.QUESTION and item.number not in answered]
    return tuple(sorted(found, key=lambda item: item.number))


def _kinds(items: Iterable[Item]) -> tuple[tuple[Kind, int], ...]:
    counts = Counter(item.kind for item in items)
    return tuple((kind, counts[kind]) for kind in Kind)

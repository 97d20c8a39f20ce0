"""The figures and texts of a declaration at one moment. Page and files show the same `Summary`, so they
cannot disagree. What is not public is never loaded."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from deliberation.annotations.models import Kind, OutcomeValue
from deliberation.annotations.outcomes import DECIDED
from deliberation.annotations.tallies import PERCENT_FROM, STEP, StanceCounts, load_stance_counts
from deliberation.annotations.threads import dispute, wilson
from deliberation.clock import today
from deliberation.declarations.editions import load_editions, load_text
from deliberation.declarations.importing import DraftParagraph, DraftThesis
from deliberation.declarations.models import CLOSING, PREAMBLE, Declaration, Edition
from deliberation.permissions import Permission, Person, require
from deliberation.results import figures
from deliberation.results.about import About, to_about
from deliberation.results.figures import Figures, Headline, ModerationFigures
from deliberation.results.filters import Filters
from deliberation.results.items import Item, load_answered, load_items
from deliberation.results.timeline import Timeline, to_timeline
from deliberation.text import excerpt

OPENING_WORDS = 70
OUTCOMES = (*DECIDED, OutcomeValue.IN_REVIEW, OutcomeValue.RECEIVED)
"""In the order in which they are counted for readers: what has an end comes first."""
MINORITY = 0.25
"""Share of the smaller side from which an annotation is called disputed."""


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
    """Everything that results page and files need. `site` is the address of the site for links in files.

    `edition` is the one whose text is shown, with the stances on its words: that asked for, else the one in force.
    `outcomes` counts what became of the annotations that expect an answer or have one; `decided` are those with an
    end, the latest first."""

    about: About
    edition: int
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
    outcomes: tuple[tuple[OutcomeValue, int], ...]
    decided: tuple[Item, ...]
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
    def expecting(self) -> int:
        """Annotations of which everybody learns what became of them."""
        return sum(count for _value, count in self.outcomes)

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
    def declaration_address(self) -> str:
        return f"{self.site}/d/{self.about.slug}"

    @property
    def results_address(self) -> str:
        return f"{self.site}/d/{self.about.slug}/results"


def summarise(
    person: Person,
    declaration: Declaration,
    filters: Filters | None = None,
    site: str = "",
    stances_of: int | None = None,
) -> Summary:
    """What came of a declaration so far, the same for everybody who may read it. Twelve queries, whatever the size.

    People and moderation are those of the whole deliberation: they have neither kind nor edition. Stances are those
    on the words of the edition that is shown. `stances_of` shows another edition with its stances and leaves no
    annotation out: these keep their present places, and the theses of the other text do not count them.
    """
    require(person, Permission.READ, declaration)
    filters = filters or Filters()
    editions = load_editions(declaration)
    placed_in = next((one for one in editions if one.number == filters.edition), editions[0])
    shown_edition = next((one for one in editions if one.number == stances_of), placed_in)
    items = load_items(declaration, filters, editions, placed_in)
    about = to_about(declaration, sorted(one.number for one in editions))
    theses = _theses(declaration, about, filters, shown_edition, items if shown_edition is placed_in else ())
    shown = [item for item in items if item.is_visible]
    replies = sum(item.is_reply for item in shown)
    return Summary(
        about=about,
        edition=shown_edition.number,
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
        outcomes=_outcomes(shown),
        decided=_decided(shown),
        timeline=to_timeline(item.created for item in shown if item.created),
        moderation=figures.load_moderation(declaration),
        items=items,
    )


def _theses(
    declaration: Declaration, about: About, filters: Filters, edition: Edition, items: Iterable[Item]
) -> tuple[ThesisResult, ...]:
    stances = load_stance_counts(declaration, edition)
    # A paragraph that moved to another thesis since took its stances along: its id finds them.
    on_paragraphs = {key: counts for (_thesis, key), counts in stances.items() if key is not None}
    contributions = Counter((item.thesis, item.paragraph) for item in items if item.is_visible)

    def paragraph(thesis: DraftThesis, one: DraftParagraph) -> ParagraphResult:
        return ParagraphResult(
            number=one.number,
            full_number=f"{thesis.number}.{one.number}" if thesis.number not in (PREAMBLE, CLOSING) else one.number,
            opening=excerpt(_text(one), OPENING_WORDS),
            stances=on_paragraphs.get(one.origin, StanceCounts()),
            contributions=contributions[thesis.number, one.number],
        )

    return tuple(
        ThesisResult(
            declaration=about,
            number=thesis.number,
            heading=thesis.heading,
            opening=excerpt(_text(thesis.paragraphs[0]), OPENING_WORDS) if thesis.paragraphs else "",
            stances=stances.get((thesis.origin, None), StanceCounts()),
            contributions=contributions[thesis.number, None],
            paragraphs=tuple(paragraph(thesis, one) for one in thesis.paragraphs),
        )
        for thesis in load_text(edition).theses
        if filters.thesis in (None, thesis.number)
    )


def _text(paragraph: DraftParagraph) -> str:
    """Labels included, as it is read."""
    return " ".join(f"{unit.label} {' '.join(unit.sentences)}".strip() for unit in paragraph.units)


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


def _outcomes(items: Iterable[Item]) -> tuple[tuple[OutcomeValue, int], ...]:
    counts = Counter(item.outcome for item in items if item.outcome)
    return tuple((value, counts[value]) for value in OUTCOMES)


def _decided(items: Iterable[Item]) -> tuple[Item, ...]:
    found = [item for item in items if item.outcome in DECIDED]
    return tuple(sorted(found, key=lambda item: (item.outcome_day or date.min, item.number), reverse=True))

"""The figures and texts of a declaration at one moment. Page and files show the same `Summary`, so they
cannot disagree. What is not public is never loaded."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from deliberation.annotations.models import Kind, OutcomeValue
from deliberation.annotations.tallies import PERCENT_FROM, STEP, StanceCounts, load_stance_counts
from deliberation.clock import today
from deliberation.declarations.editions import load_editions, load_text
from deliberation.declarations.importing import DraftParagraph, DraftThesis
from deliberation.declarations.models import CLOSING, PREAMBLE, Declaration, Edition
from deliberation.permissions import Permission, Person, require
from deliberation.results import figures
from deliberation.results.about import About, to_about
from deliberation.results.counted import Counted
from deliberation.results.field_tallies import NO_FIELDS, FieldsView, load_fields
from deliberation.results.figures import Figures, Headline, ModerationFigures
from deliberation.results.filters import Filters
from deliberation.results.items import Item
from deliberation.results.loading import iter_items, load_answered, load_items
from deliberation.results.opinions import NO_GROUPS, GroupsView, load_groups
from deliberation.results.spool import Spool
from deliberation.results.timeline import Timeline, to_timeline
from deliberation.text import excerpt

OPENING_WORDS = 70


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

    `edition` is the one whose text is shown, with the stances on its words: that asked for, else the one in force. `outcomes`
    counts what became of annotations that expect an answer or have one; `decided` are those with an end, the latest first.
    `groups` and `fields` are empty for a part of the deliberation: parts could be subtracted."""

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
    groups: GroupsView
    fields: FieldsView
    items: Sequence[Item]

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
    def is_waited_for(self) -> bool:
        """Whether something has come in and is not decided."""
        return any(count for value, count in self.outcomes if value is OutcomeValue.RECEIVED)

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
    """What came of a declaration so far, the same for everybody who may read it. Fifteen queries, whatever the size.

    People and moderation are those of the whole deliberation: they have neither kind nor edition. Stances are those on the
    words of the edition that is shown. `stances_of` shows another one and leaves no annotation out: these keep their present
    places, and the theses of the other text do not count them."""
    require(person, Permission.READ, declaration)
    text = Text.of(declaration, filters or Filters(), stances_of)
    counted = Counted(load_answered(declaration))
    items = tuple(counted.watch(load_items(declaration, text.filters, text.editions, text.placed_in)))
    return to_summary(declaration, text, site, counted, items)


def summarise_into_spool(
    person: Person,
    declaration: Declaration,
    filters: Filters | None = None,
    site: str = "",
    folder: str | None = None,
    with_targets: bool = False,
    pause: Callable[[], None] | None = None,
) -> Summary:
    """As `summarise`, for any number of annotations: `items` lie on disk, in `folder`, until the summary is let go, and the
    lists of the summary name annotations without their words. `pause`: see `loading.iter_items`."""
    require(person, Permission.READ, declaration)
    text = Text.of(declaration, filters or Filters())
    counted = Counted(load_answered(declaration), with_words=False)
    items = iter_items(declaration, text.filters, text.editions, text.placed_in, with_targets, pause)
    return to_summary(declaration, text, site, counted, Spool(counted.watch(items), folder))


@dataclass(frozen=True)
class Text:
    """Which edition a summary shows, with its stances, and in which the annotations have their places."""

    filters: Filters
    editions: Sequence[Edition]
    placed_in: Edition
    shown: Edition

    @classmethod
    def of(cls, declaration: Declaration, filters: Filters, stances_of: int | None = None) -> "Text":
        editions = load_editions(declaration)
        placed_in = next((one for one in editions if one.number == filters.edition), editions[0])
        shown = next((one for one in editions if one.number == stances_of), placed_in)
        return cls(filters, editions, placed_in, shown)


def to_summary(
    declaration: Declaration,
    text: Text,
    site: str,
    counted: Any,
    items: Sequence[Item],
    find: Callable[[Sequence[int]], Sequence[Item]] | None = None,
) -> Summary:
    """`counted` is a `Counted` or what has the same. `find` finds items by their numbers where `items` are not all of them."""
    filters, shown_edition = text.filters, text.shown
    about = to_about(declaration, sorted(one.number for one in text.editions))
    contributions = counted.contributions if text.shown is text.placed_in else Counter()
    theses = _theses(declaration, about, filters, shown_edition, contributions)
    return Summary(
        about=about,
        edition=shown_edition.number,
        filters=filters,
        day=today(),
        site=site.rstrip("/"),
        is_open=figures.is_open(declaration),
        figures=Figures(
            people=figures.count_people(declaration),
            annotations=counted.shown - counted.replies,
            replies=counted.replies,
            votes=counted.votes,
            stances=sum(_stances(theses)),
        ),
        headline=figures.to_headline((t.stances for t in theses if t.is_numbered), PERCENT_FROM),
        theses=theses,
        agreed=counted.agreed,
        disputed=counted.disputed,
        unanswered=counted.unanswered,
        kinds=counted.kinds,
        outcomes=counted.outcomes,
        decided=counted.decided,
        timeline=to_timeline(counted.days),
        moderation=figures.load_moderation(declaration),
        groups=NO_GROUPS if filters.is_narrow else load_groups(declaration, find or (lambda _numbers: items)),
        fields=NO_FIELDS if filters.is_narrow or shown_edition is not text.editions[0] else load_fields(declaration),
        items=items,
    )


def _theses(
    declaration: Declaration,
    about: About,
    filters: Filters,
    edition: Edition,
    contributions: Mapping[tuple[str, str | None], int],
) -> tuple[ThesisResult, ...]:
    stances = load_stance_counts(declaration, edition)
    # A paragraph that moved to another thesis since took its stances along: its id finds them.
    on_paragraphs = {key: counts for (_thesis, key), counts in stances.items() if key is not None}

    def paragraph(thesis: DraftThesis, one: DraftParagraph) -> ParagraphResult:
        return ParagraphResult(
            number=one.number,
            full_number=f"{thesis.number}.{one.number}" if thesis.number not in (PREAMBLE, CLOSING) else one.number,
            opening=excerpt(_text(one), OPENING_WORDS),
            stances=on_paragraphs.get(one.origin, StanceCounts()),
            contributions=contributions.get((thesis.number, one.number), 0),
        )

    return tuple(
        ThesisResult(
            declaration=about,
            number=thesis.number,
            heading=thesis.heading,
            opening=excerpt(_text(thesis.paragraphs[0]), OPENING_WORDS) if thesis.paragraphs else "",
            stances=stances.get((thesis.origin, None), StanceCounts()),
            contributions=contributions.get((thesis.number, None), 0),
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

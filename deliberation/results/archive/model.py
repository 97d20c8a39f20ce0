"""What an archive holds, loaded once: all that everybody could read on a day, and nothing that anybody could not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from itertools import pairwise
from typing import Any

from deliberation.clock import to_day
from deliberation.declarations.editions import load_editions, load_text
from deliberation.declarations.importing import DraftDeclaration
from deliberation.declarations.models import Act, Declaration
from deliberation.editions.comparing import load_changes
from deliberation.moderation.records.log import load_log
from deliberation.permissions import Phase
from deliberation.results.annotated.model import Annotated, annotate
from deliberation.results.archive.around import Around, load_around
from deliberation.results.archive.carrying import load_contents
from deliberation.results.archive.data import to_data
from deliberation.results.items import Item
from deliberation.results.redline import html as redline
from deliberation.results.summary import Summary

ELSEWHERE = "elsewhere.html"
DOCUMENT_MAX = 5000
"""Annotations and replies in a print of everything: as many take 0.9 GB of memory. Beyond, every page prints by itself."""


reported: list[Callable[[Declaration], Any]] = []
"""Who can say what was published as the report (`reports.showing`): what stands above this feature enters itself here."""


@dataclass(frozen=True)
class ArchivedSummary(Summary):
    """A summary whose addresses are pages of the archive: links from any of them work wherever it lies.

    `pages` says on which page an annotation stands."""

    pages: Mapping[int, str]

    def annotation_address(self, number: int) -> str:
        return f"{self.pages.get(number, ELSEWHERE)}#a-{number}"

    def place_address(self, thesis: str, paragraph: str | None = None) -> str:
        return f"{thesis_page(thesis)}#absatz-{thesis}-{paragraph}" if paragraph else thesis_page(thesis)

    @property
    def results_address(self) -> str:
        return "results.html"


@dataclass(frozen=True)
class ArchivedEdition:
    number: int
    note: str
    day: date
    text: DraftDeclaration

    @property
    def page(self) -> str:
        return f"edition-{self.number}.html"


@dataclass(frozen=True)
class LogLine:
    """A line of the public log. `number` is None where none is named, and `page` empty where it is not shown any more."""

    day: date
    act: Act
    number: int | None
    page: str
    is_about_contribution: bool
    before: str
    after: str
    rule: str


@dataclass(frozen=True)
class Archive:
    """`address` is that of the declaration on its site, `number` that of the snapshot there, 0 for one made by hand.

    `changes` are whole pages by their names, `data` is what `import` reads."""

    annotated: Annotated
    phase: Phase
    description: str
    about: str
    contact: str
    editions: tuple[ArchivedEdition, ...]
    changes: Mapping[str, bytes]
    log: tuple[LogLine, ...]
    data: Mapping[str, Any]
    around: Around
    # Pictures and documents of pages, by where they lie.
    files: Mapping[str, bytes]
    number: int = 0
    # As it may be read now; None where none was published.
    report: Any = None

    @property
    def summary(self) -> Summary:
        return self.annotated.summary

    @property
    def has_document(self) -> bool:
        """Whether there is a print of everything."""
        return self.annotated.shown <= DOCUMENT_MAX

    @property
    def closing(self) -> Any:
        """What the closing round came to, as the data say it."""
        return self.data["closing"]

    @property
    def groups(self) -> Any:
        return self.data["groups"]

    def item(self, number: int) -> Item | None:
        """An annotation that is shown."""
        return next((item for item in self.summary.items if item.number == number and item.is_visible), None)

    @property
    def address(self) -> str:
        return f"{self.summary.site}/d/{self.summary.about.slug}"

    @property
    def own_address(self) -> str:
        """Where this state can be had again; that of all states, if it was made by hand."""
        return f"{self.address}/archive/{self.number}" if self.number else f"{self.address}/archive"


def thesis_page(number: str) -> str:
    return f"thesis-{number}.html"


def load_archive(declaration: Declaration, summary: Summary, number: int = 0) -> Archive:
    """Everything public about a declaration, under pseudonyms, in the edition in force with all before it. `summary` has to be
    of everything, in memory."""
    log = _load_log(declaration)
    around = load_around(declaration)
    data = to_data(declaration, summary, log, around)
    annotated = annotate(declaration, summary)
    pages = {
        item.number: thesis_page(thesis.number)
        for thesis in annotated.theses
        for note in (*thesis.notes, *(one for paragraph in thesis.paragraphs for one in paragraph.notes))
        for item in note.items
    }
    pages |= {item.number: ELSEWHERE for note in annotated.elsewhere for item in note.items}
    shown = {item.number for item in summary.visible}
    return Archive(
        annotated=Annotated(
            summary=ArchivedSummary(**{one.name: getattr(summary, one.name) for one in fields(summary)}, pages=pages),
            publisher=annotated.publisher,
            licence=annotated.licence,
            theses=annotated.theses,
            elsewhere=annotated.elsewhere,
        ),
        phase=declaration.phase,
        description=declaration.summary,
        about=declaration.about,
        contact=declaration.contact,
        editions=tuple(
            ArchivedEdition(one.number, one.note, to_day(one.published_at), load_text(one))
            for one in reversed(load_editions(declaration))
        ),
        changes=_load_changes(declaration),
        log=tuple(_to_line(one, pages if one[2] in shown else {}) for one in log),
        data=data,
        around=around,
        files=load_contents(declaration, around.carried),
        number=number,
        report=next((found for load in reported if (found := load(declaration)) is not None), None),
    )


def _load_changes(declaration: Declaration) -> dict[str, bytes]:
    editions = load_editions(declaration)[::-1]
    return {
        f"changes-{old.number}-{new.number}.html": redline.write(load_changes(declaration, old, new, for_file=True))
        for old, new in pairwise(editions)
    }


RawLine = tuple[date, Act, int | None, bool, str, str, str]


def _load_log(declaration: Declaration) -> list[RawLine]:
    """The whole public log, the oldest first."""
    found: list[RawLine] = []
    before: int | None = None
    while True:
        page = load_log(declaration, before)
        for line in page.lines:
            entry = line.entry
            found.append(
                (
                    to_day(entry.at), entry.act, line.number, line.is_about_contribution, entry.before, entry.after, entry.rule
                )
            )  # fmt: skip
        if page.before is None:
            return found[::-1]
        before = page.before


def _to_line(raw: RawLine, pages: Mapping[int, str]) -> LogLine:
    day, act, number, is_about, before, after, rule = raw
    return LogLine(day, act, number, pages.get(number or 0, ""), is_about, before, after, rule)

"""The report as it may be read: every reference looked at now, and nothing quoted that is not free any more.

`load_report` is what pages and files are made of. Nothing here is a model: what is shown cannot be changed by showing it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import select

from deliberation.clock import to_day
from deliberation.database import db
from deliberation.declarations.models import Declaration, Thesis
from deliberation.reports.evidence import Cited, load_cited
from deliberation.reports.models import (
    IssueSentence,
    Report,
    ReportIssue,
    ReportSentence,
    Said,
    find_report,
    load_issues,
    load_sentences,
)
from deliberation.reports.verbatim import count_quoted
from deliberation.results.archive.model import reported
from deliberation.text import REDACTED, DiffPart, word_diff


@dataclass(frozen=True)
class Reference:
    """An annotation that carries a sentence. `is_shown`: everybody may read it now; `is_changed`: it reads otherwise than
    when the sentence was written."""

    number: int
    is_shown: bool
    is_changed: bool

    @property
    def label(self) -> str:
        return f"A-{self.number}"


@dataclass(frozen=True)
class Line:
    """One sentence. `is_withheld`: it quotes what may not be quoted any more; readers then get no `text`."""

    key: int
    text: str
    references: tuple[Reference, ...]
    is_framing: bool
    is_quote: bool
    is_withheld: bool
    # Of the sentence as it is written; 0 in an issue, where nothing changes any more.
    version: int = 0

    @property
    def is_unsupported(self) -> bool:
        """Without evidence that everybody can read: it cannot be published unless it is framing."""
        return not self.is_framing and not any(one.is_shown for one in self.references)

    @property
    def is_flagged(self) -> bool:
        """Something that it rests on is not shown any more, reads otherwise now, or may not be quoted any more."""
        return self.is_withheld or any(not one.is_shown or one.is_changed for one in self.references)


@dataclass(frozen=True)
class Section:
    """The sentences below one thesis; without a number the overview."""

    number: str
    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class IssueLine:
    """An issue in the list of all issues; `day` in Berlin."""

    number: int
    day: date
    note: str


@dataclass(frozen=True)
class ReportView:
    """One issue as everybody may read it. `issues` are all there are, the newest first; `edition` is the one of the text
    that was in force when it was published."""

    slug: str
    title: str
    language: str
    number: int
    day: date
    edition: int
    publisher: str
    note: str
    sections: tuple[Section, ...]
    issues: tuple[IssueLine, ...]

    @property
    def is_newest(self) -> bool:
        return self.number == self.issues[0].number

    @property
    def named(self) -> frozenset[int]:
        """The annotations that it rests on, of those that are shown."""
        lines = [line for section in self.sections for line in section.lines]
        return frozenset(one.number for line in lines for one in line.references if one.is_shown)


@dataclass(frozen=True)
class SentenceChange:
    """A sentence in two issues. `parts`: word by word; empty where only its place or its evidence is another. `gone` and
    `added` are numbers of annotations that carry it no more, or since."""

    old: Line | None
    new: Line | None
    parts: tuple[DiffPart, ...]
    gone: tuple[int, ...]
    added: tuple[int, ...]


def load_report(declaration: Declaration, number: int | None = None) -> ReportView | None:
    """The newest issue, or the one with this number, as it may be read now; None if there is none. Four queries."""
    report = find_report(declaration)
    issues = load_issues(report) if report else ()
    issue = next((one for one in issues if number in (None, one.number)), None)
    if issue is None:
        return None
    rows = _load_rows(issue)
    cited = load_cited(declaration, [key for row in rows for key in row.numbers])
    return ReportView(
        slug=declaration.slug,
        title=declaration.title,
        language=declaration.language,
        number=issue.number,
        day=to_day(issue.published_at),
        edition=issue.edition.number,
        publisher=issue.publisher,
        note=issue.note,
        sections=tuple(_sections(rows, cited)),
        issues=tuple(IssueLine(one.number, to_day(one.published_at), one.note) for one in issues),
    )


def load_draft(declaration: Declaration, report: Report, for_team: bool) -> tuple[Section, ...]:
    """The report as it stands now, thesis by thesis, also those without a sentence for the team. Three
    queries."""
    rows = load_sentences(report)
    cited = load_cited(declaration, [number for row in rows for number in row.numbers])
    places: list[tuple[int | None, str, str]] = [(None, "", "")]
    places += [(thesis.id, thesis.number, thesis.heading) for thesis in load_theses(declaration)]
    lost = [row for row in rows if row.thesis_id not in {place[0] for place in places}]
    sections = []
    for key, number, heading in places:
        # What was written on a thesis that an edition took out stands in the overview, to be looked at.
        found = [row for row in rows if row.thesis_id == key] + (lost if key is None else [])
        if found or for_team:
            lines = tuple(to_line(row, row.id, cited, for_team) for row in found)
            sections.append(Section(number, heading, lines))
    return tuple(sections)


def load_theses(declaration: Declaration) -> Sequence[Thesis]:
    """Those of the edition in force, in their order."""
    here = Thesis.declaration_id == declaration.id, Thesis.removed_in_id.is_(None)
    return db.session.scalars(select(Thesis).where(*here).order_by(Thesis.position)).all()


def to_line(said: Said, key: int, cited: Mapping[int, Cited], for_team: bool = False) -> Line:
    """A sentence as it may be read now; the team reads what it wrote itself."""
    nothing = {number: Cited(number, False) for number in said.numbers}
    found = {**nothing, **{number: cited[number] for number in said.numbers if number in cited}}
    references = tuple(
        Reference(number, found[number].is_public, found[number].is_public and found[number].digest != digest)
        for number, digest in said.evidence
    )
    is_withheld = any(not _may_stand(said.text, found.get(number), runs) for number, runs in said.quotes)
    return Line(
        key=key,
        text="" if is_withheld and not for_team else said.text,
        references=references,
        is_framing=said.is_framing,
        is_quote=bool(said.quotes),
        is_withheld=is_withheld,
        version=said.version if isinstance(said, ReportSentence) else 0,
    )


def _may_stand(text: str, quoted: Cited | None, runs: int) -> bool:
    """Whether a quote of this annotation may still be shown: everybody may read and quote it, and all of it is there."""
    if quoted is None or not (quoted.is_public and quoted.is_quotable):
        return False
    return REDACTED not in text and count_quoted(text, quoted) >= runs


def _load_rows(issue: ReportIssue) -> Sequence[IssueSentence]:
    query = select(IssueSentence).where(IssueSentence.issue_id == issue.id).order_by(IssueSentence.position)
    return db.session.scalars(query).all()


def _sections(rows: Iterable[IssueSentence], cited: Mapping[int, Cited]) -> Iterable[Section]:
    for (number, heading), group in groupby(rows, key=lambda row: (row.thesis_number, row.heading)):
        yield Section(number, heading, tuple(to_line(row, row.sentence_id, cited) for row in group))


def compare_issues(old: ReportView, new: ReportView) -> tuple[SentenceChange, ...]:
    """What became another sentence, came or went, in the order of the newer issue; what went stands at the end."""
    before = {line.key: line for section in old.sections for line in section.lines}
    after = {line.key: line for section in new.sections for line in section.lines}
    changes = [_change(before.get(key), line) for key, line in after.items()]
    changes += [_change(line, None) for key, line in before.items() if key not in after]
    return tuple(one for one in changes if not one.old or not one.new or one.parts or one.gone or one.added)


def _change(old: Line | None, new: Line | None) -> SentenceChange:
    was, now = (tuple(one.number for one in line.references) if line else () for line in (old, new))
    differs = old is not None and new is not None and old.text != new.text
    return SentenceChange(
        old=old,
        new=new,
        parts=word_diff(old.text, new.text) if differs and old and new else (),
        gone=tuple(number for number in was if number not in now),
        added=tuple(number for number in now if number not in was),
    )


def removed_sentences(report: Report) -> list[ReportSentence]:
    """What was taken out, the last one first."""
    rows = [(row.removed_at, row) for row in load_sentences(report, with_removed=True) if row.removed_at is not None]
    return [row for _moment, row in sorted(rows, key=lambda pair: pair[0], reverse=True)]


reported.append(load_report)

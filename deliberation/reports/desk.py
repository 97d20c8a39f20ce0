"""The desk of whoever writes the report: all of it with what is still to do, and one thesis with everything said there."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from deliberation.annotations.models import Kind
from deliberation.database import db
from deliberation.declarations.models import Declaration, Edition, Paragraph, Thesis, Wording
from deliberation.permissions import Permission, Person, require
from deliberation.reports.aids import Aids, find_aids, load_leanings
from deliberation.reports.coverage import Coverage, load_bundled, to_coverage
from deliberation.reports.models import PointState, Report, ReportPoint, ReportSentence, find_report
from deliberation.reports.points import load_points
from deliberation.reports.publishing import NotReady, Release, find_problem, release_of
from deliberation.reports.showing import (
    Line,
    ReportView,
    Section,
    load_draft,
    load_report,
    load_theses,
    removed_sentences,
)
from deliberation.results.items import Item
from deliberation.results.summary import ThesisResult, summarise

LIST_MAX = 5


@dataclass(frozen=True)
class Desk:
    """The whole report as the team sees it. `problem`: why it cannot be published yet."""

    report: Report | None
    sections: tuple[Section, ...]
    coverage: Coverage
    points: Sequence[ReportPoint]
    removed: Sequence[ReportSentence]
    release: Release
    published: ReportView | None
    problem: NotReady | None

    @property
    def lines(self) -> list[Line]:
        return [line for section in self.sections for line in section.lines]

    @property
    def open_points(self) -> int:
        return sum(point.state is PointState.OPEN for point in self.points)

    @property
    def flagged(self) -> list[Line]:
        """What rests on something that changed since."""
        return [line for line in self.lines if line.is_flagged]

    @property
    def unsupported(self) -> list[Line]:
        return [line for line in self.lines if line.is_unsupported]

    @property
    def version(self) -> int:
        return self.report.version if self.report else 0


@dataclass(frozen=True)
class Bench:
    """One thesis. `minority` says the side of the fewer, by stances; `changed`: paragraphs with the edition that last gave
    them other words."""

    thesis: ThesisResult
    section: Section
    coverage: Coverage
    missing: tuple[Item, ...]
    aids: Aids
    agreed: tuple[Item, ...]
    disputed: tuple[Item, ...]
    minority: tuple[Item, ...]
    unanswered: tuple[Item, ...]
    decided: tuple[Item, ...]
    changed: tuple[tuple[str, int], ...]
    edition: int


def load_desk(person: Person, declaration: Declaration) -> Desk:
    """Everything on one page, for the team."""
    require(person, Permission.READ_REPORT_DRAFT, declaration)
    require(person, Permission.SEE_TEAM_LOG, declaration)
    report = find_report(declaration)
    sections = load_draft(declaration, report, for_team=True) if report else ()
    published = load_report(declaration)
    items = summarise(person, declaration).items
    return Desk(
        report=report,
        sections=sections or _empty(declaration),
        coverage=to_coverage(items, _named(sections), load_bundled(declaration)),
        points=load_points(report) if report else (),
        removed=removed_sentences(report) if report else (),
        release=release_of(declaration, report),
        published=published,
        problem=find_problem(sections, is_correction=False),
    )


def _empty(declaration: Declaration) -> tuple[Section, ...]:
    return (Section("", "", ()), *(Section(one.number, one.heading, ()) for one in load_theses(declaration)))


def _named(sections: Sequence[Section]) -> set[int]:
    return {one.number for section in sections for line in section.lines for one in line.references}


def load_bench(person: Person, declaration: Declaration, thesis: Thesis) -> Bench:
    """One thesis with what helps to write about it."""
    require(person, Permission.EDIT_REPORT, declaration)
    summary = summarise(person, declaration)
    result = next(one for one in summary.theses if one.number == thesis.number)
    report = find_report(declaration)
    sections = load_draft(declaration, report, for_team=True) if report else _empty(declaration)
    coverage = to_coverage(summary.items, _named(sections), load_bundled(declaration))
    own = [item for item in summary.visible if item.thesis == thesis.number]
    return Bench(
        thesis=result,
        section=next(one for one in sections if one.number == thesis.number),
        coverage=coverage,
        missing=tuple(coverage.missing_in(thesis.number)),
        aids=find_aids(own, summary.items, load_leanings(declaration)),
        agreed=_of(thesis, summary.agreed),
        disputed=_of(thesis, summary.disputed),
        minority=minority_of(result, own),
        unanswered=_of(thesis, summary.unanswered),
        decided=_of(thesis, summary.decided),
        changed=tuple(_load_changed(thesis)),
        edition=summary.about.edition,
    )


def _of(thesis: Thesis, items: Sequence[Item]) -> tuple[Item, ...]:
    return tuple(item for item in items if item.thesis == thesis.number)[:LIST_MAX]


def minority_of(thesis: ThesisResult, items: Sequence[Item]) -> tuple[Item, ...]:
    """What the side of the fewer says: objections where most carry the thesis, agreement where most do not, the best
    supported first. Without stances, objections. Pure."""
    counts = thesis.stances
    side = Kind.AGREEMENT if counts.against > counts.carry + counts.change else Kind.OBJECTION
    found = [item for item in items if item.kind is side]
    return tuple(sorted(found, key=lambda item: (-item.votes.agree, item.number)))[:LIST_MAX]


def _load_changed(thesis: Thesis) -> list[tuple[str, int]]:
    """Paragraphs of the thesis that did not always read as they do, with the edition since which they do. One query."""
    first = select(func.min(Edition.number)).where(Edition.declaration_id == thesis.declaration_id).scalar_subquery()
    query = (
        select(Paragraph.number, Edition.number)
        .join(Wording, Wording.id == Paragraph.wording_id)
        .join(Edition, Edition.id == Wording.edition_id)
        .where(Paragraph.thesis_id == thesis.id, Paragraph.removed_in_id.is_(None), Edition.number > first)
        .order_by(Paragraph.position)
    )
    return [(number, edition) for number, edition in db.session.execute(query)]

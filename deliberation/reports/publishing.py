"""Who reads the report when: the team, then those who took part, then everybody. Published by somebody else than wrote last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from deliberation.clock import now, today
from deliberation.database import count_rows, db
from deliberation.declarations.models import (
    Act,
    Declaration,
    Membership,
    current_edition,
    hold_text,
)
from deliberation.declarations.record import record
from deliberation.permissions import Outdated, Permission, Person, Role, require
from deliberation.reports.actions import report_of
from deliberation.reports.models import (
    NOTE_MAX,
    IssueSentence,
    Report,
    ReportIssue,
    ReportSentence,
    find_report,
    load_issues,
    load_sentences,
)
from deliberation.reports.showing import Line, Section, load_draft


class NotReady(Exception):
    """The report cannot be published: `problem` is empty, unsupported, withheld, same or note; `count` says how many."""

    def __init__(self, problem: str, count: int = 0) -> None:
        super().__init__(problem)
        self.problem = problem
        self.count = count


@dataclass(frozen=True)
class Release:
    """The report with what the permission table asks about publishing it."""

    declaration: Declaration
    editor_id: int | None
    other_organisers: int


@dataclass(frozen=True)
class Wish:
    """How it is published: what is different (`note`), and whether all who took part are told by mail."""

    note: str = ""
    tells: bool = True


def release_of(declaration: Declaration, report: Report | None) -> Release:
    """One query: organisers other than whoever wrote last."""
    editor_id = report.editor_id if report else None
    others = [Membership.id != editor_id] if editor_id else []
    here = (
        Membership.declaration_id == declaration.id,
        Membership.user_id.is_not(None),
        Membership.holds(Role.ORGANISER),
    )
    return Release(declaration, editor_id, count_rows(Membership.id, *here, *others))


def show_draft(editor: Person, declaration: Declaration, is_shown: bool) -> bool:
    """Open the draft to those who take part, or keep it to the team again; whether anything is another now."""
    hold_text(declaration)
    require(editor, Permission.EDIT_REPORT, declaration)
    if declaration.shows_report_draft == is_shown:
        return False
    report_of(declaration)
    declaration.shows_report_draft = is_shown
    states = ("team", "participants") if is_shown else ("participants", "team")
    record(editor.membership_in(declaration.id), declaration, Act.REPORT, before=states[0], after=states[1])
    return True


def publish(confirmer: Person, declaration: Declaration, wish: Wish, version: int) -> ReportIssue:
    """Publish what stands in the report as a new issue; the issues before stay. `version` is the state that was read.
    Raises NotReady, and Outdated if somebody changed something since."""
    hold_text(declaration)
    report = find_report(declaration)
    if report is not None:
        db.session.refresh(report, ["version", "editor_id"])
    require(confirmer, Permission.PUBLISH_REPORT, release_of(declaration, report))
    issues = load_issues(report) if report else ()
    if report is None:
        raise NotReady("empty")
    if report.version != version:
        raise Outdated(report)
    sections = load_draft(declaration, report, for_team=True)
    problem = find_problem(sections, bool(issues), wish.note)
    if problem:
        raise problem
    if issues and not _differs(report, issues[0]):
        raise NotReady("same")
    own = confirmer.membership_in(declaration.id)
    issue = ReportIssue(
        report=report, number=len(issues) + 1, edition=current_edition(declaration), publisher=declaration.publisher,
        note=wish.note[:NOTE_MAX], editor_id=report.editor_id, confirmer_id=own.id if own else None,
        tells=wish.tells, told_at=None if wish.tells else now(),
    )  # fmt: skip
    db.session.add(issue)
    db.session.flush()
    db.session.add_all(_rows(issue, sections, {row.id: row for row in load_sentences(report)}))
    declaration.reported_on, declaration.shows_report_draft = today(), False
    record(own, declaration, Act.REPORT, before=f"issue:{len(issues)}" if issues else "", after=f"issue:{issue.number}")
    db.session.flush()
    return issue


def find_problem(sections: Sequence[Section], is_correction: bool, note: str = "-") -> NotReady | None:
    """What must be put right before it can be published; None: nothing."""
    lines = [line for section in sections for line in section.lines]
    if not lines:
        return NotReady("empty")
    for problem, bad in (("withheld", _withheld(lines)), ("unsupported", [one for one in lines if one.is_unsupported])):
        if bad:
            return NotReady(problem, len(bad))
    return NotReady("note") if is_correction and not note.strip() else None


def _withheld(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.is_withheld]


def _rows(
    issue: ReportIssue, sections: Sequence[Section], sentences: Mapping[int, ReportSentence]
) -> list[IssueSentence]:
    lines = [(section, line) for section in sections for line in section.lines]
    return [
        IssueSentence(
            issue_id=issue.id, sentence_id=line.key, position=place, thesis_number=section.number,
            heading=section.heading, text=line.text,
            evidence=sentences[line.key].evidence, quotes=sentences[line.key].quotes, is_framing=line.is_framing,
        )
        for place, (section, line) in enumerate(lines)
    ]  # fmt: skip


def _differs(report: Report, issue: ReportIssue) -> bool:
    """Whether a sentence, its place or its evidence is another than in this issue. Two queries."""
    then = db.session.scalars(
        select(IssueSentence).where(IssueSentence.issue_id == issue.id).order_by(IssueSentence.position)
    )
    before = sorted((one.sentence_id, one.text, one.evidence, one.is_framing) for one in then)
    present = sorted((one.id, one.text, one.evidence, one.is_framing) for one in load_sentences(report))
    return before != present or _order(report) != _issue_order(issue)


def _issue_order(issue: ReportIssue) -> list[int]:
    query = select(IssueSentence.sentence_id).where(IssueSentence.issue_id == issue.id).order_by(IssueSentence.position)
    return list(db.session.scalars(query))


def _order(report: Report) -> list[int]:
    sections = load_draft(report.declaration, report, for_team=True)
    return [line.key for section in sections for line in section.lines]

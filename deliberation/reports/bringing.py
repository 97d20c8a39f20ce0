"""The issues of a report as data in an archive, and the way back: as they may be read on the day, by nobody's account.

What was withheld has no text and keeps what it quoted, so it stays withheld. What the file says is checked."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from deliberation.accounts.models import random_key
from deliberation.annotations.models import NUMBER_MAX
from deliberation.clock import now, to_day
from deliberation.database import db
from deliberation.declarations.models import TITLE_MAX, Declaration
from deliberation.reports.evidence import load_cited
from deliberation.reports.models import (
    EVIDENCE_MAX,
    NOTE_MAX,
    SENTENCE_MAX,
    SENTENCES_MAX,
    IssueSentence,
    Report,
    ReportIssue,
    ReportSentence,
    find_report,
    load_issues,
)
from deliberation.reports.showing import Line, load_report
from deliberation.results.archive.data import issues_of
from deliberation.results.archive.importing import bringing
from deliberation.results.archive.texts import Text, moment_of

ISSUES_MAX = 200


def to_issues(declaration: Declaration) -> list[dict[str, Any]]:
    """The oldest first."""
    report = find_report(declaration)
    issues = load_issues(report)[::-1] if report else []
    keys: dict[int, int] = {}
    return [_issue(declaration, one, keys) for one in issues]


def _issue(declaration: Declaration, issue: ReportIssue, keys: dict[int, int]) -> dict[str, Any]:
    """`keys`: sentences by their ids, numbered as they come."""
    view = load_report(declaration, issue.number)
    rows = db.session.scalars(select(IssueSentence).where(IssueSentence.issue_id == issue.id))
    quotes = {row.sentence_id: row.quotes for row in rows}
    return {
        "number": issue.number,
        "day": to_day(issue.published_at).isoformat(),
        "edition": issue.edition.number,
        "publisher": issue.publisher,
        "note": issue.note,
        "sections": [
            {
                "thesis": section.number,
                "heading": section.heading,
                "sentences": [
                    _sentence(line, keys.setdefault(line.key, len(keys) + 1), quotes.get(line.key, []))
                    for line in section.lines
                ],
            }
            for section in (view.sections if view else ())
        ],
    }


def _sentence(line: Line, key: int, quotes: list[Any]) -> dict[str, Any]:
    return {
        "sentence": key,
        "text": line.text,
        "evidence": [one.number for one in line.references],
        "quotes": quotes,
        "is_framing": line.is_framing,
    }


def bring_report(declaration: Declaration, given: Any, text: Text) -> None:
    """Write it as it was published. Nobody is told, and nobody is its editor. Raises ValueError, TypeError, KeyError."""
    issues = list(given)
    if not issues:
        return
    if len(issues) > ISSUES_MAX:
        raise ValueError("report")
    report = Report(declaration_id=declaration.id, version=len(issues))
    db.session.add(report)
    db.session.flush()
    sentences: dict[Any, ReportSentence] = {}
    issues.sort(key=lambda issue: int(issue["number"]))
    for number, one in enumerate(issues, start=1):
        if int(one["number"]) != number:
            raise ValueError("report issue")
        _bring_issue(declaration, report, one, text, sentences)
    _take_down(sentences, issues[-1])
    declaration.reported_on = to_day(moment_of(max(str(one["day"]) for one in issues)))


def _bring_issue(
    declaration: Declaration, report: Report, one: Mapping[str, Any], text: Text, sentences: dict[Any, ReportSentence]
) -> None:
    issue = ReportIssue(
        report_id=report.id, number=int(one["number"]), edition_id=text.editions[one["edition"]],
        publisher=str(one["publisher"])[:TITLE_MAX], note=str(one["note"])[:NOTE_MAX], published_at=moment_of(one["day"]),
        tells=False, told_at=now(),
    )  # fmt: skip
    db.session.add(issue)
    db.session.flush()
    lines = [(section, line) for section in one["sections"] for line in section["sentences"]]
    if len(lines) > SENTENCES_MAX:
        raise ValueError("report sentences")
    evidence = _evidence(declaration, (line for _section, line in lines))
    for position, (section, line) in enumerate(lines):
        words = {
            "text": str(line["text"])[:SENTENCE_MAX],
            "evidence": [[number, evidence[number]] for number in line["evidence"][:EVIDENCE_MAX]],
            "quotes": [[int(number), int(runs)] for number, runs in line["quotes"][:EVIDENCE_MAX]],
            "is_framing": bool(line["is_framing"]),
        }
        thesis = text.theses.get(section["thesis"]) if section["thesis"] else None
        kept = sentences.get(line["sentence"])
        if kept is None:
            kept = ReportSentence(report_id=report.id, form_key=random_key(), position=position, thesis_id=thesis, **words)
            db.session.add(kept)
            db.session.flush()
            sentences[line["sentence"]] = kept
        for name, value in words.items():
            setattr(kept, name, value)
        db.session.add(
            IssueSentence(
                issue_id=issue.id, sentence_id=kept.id, position=position, thesis_number=str(section["thesis"])[:20],
                heading=str(section["heading"]), **words,
            )
        )  # fmt: skip
    db.session.flush()


def _evidence(declaration: Declaration, lines: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """What the words of each annotation are known by, as they were brought; of what is not shown nothing is known."""
    numbers = {number for line in lines for number in line["evidence"]}
    if any(not isinstance(number, int) or not 0 < number <= NUMBER_MAX for number in numbers):
        raise ValueError("report evidence")
    cited = load_cited(declaration, numbers)
    return {number: cited[number].digest if number in cited else "" for number in numbers}


def _take_down(sentences: Mapping[Any, ReportSentence], newest: Mapping[str, Any]) -> None:
    """What does not stand in the newest issue is out of the report."""
    stands = {line["sentence"] for section in newest["sections"] for line in section["sentences"]}
    for key, sentence in sentences.items():
        sentence.removed_at = None if key in stands else now()


issues_of.append(to_issues)
bringing["report"] = bring_report

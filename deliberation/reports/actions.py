"""Writing the report: sentences and what carries them. Whoever changes something last does not publish it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from deliberation.clock import now
from deliberation.database import db, once
from deliberation.declarations.models import Act, Declaration, Thesis, hold_text
from deliberation.declarations.record import record
from deliberation.permissions import Outdated, Permission, Person, require
from deliberation.reports.evidence import Cited, read_numbers, require_public
from deliberation.reports.models import SENTENCE_MAX, SENTENCES_MAX, Report, ReportSentence, load_sentences
from deliberation.reports.verbatim import count_quoted, find_echoes, not_free
from deliberation.text import has_words

_COLUMNS = ["text", "evidence", "quotes", "is_framing", "position", "version", "removed_at"]


class SentenceInvalid(Exception):
    """The words are missing, too long, or there are too many sentences: `problem` is empty, long or number."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class NotQuotable(Exception):
    """The sentence repeats words that their author did not give free. `label` is empty for what is not shown at all."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


@dataclass(frozen=True)
class Words:
    """A sentence as it is typed; `evidence` is "A-204, A-98"."""

    text: str
    evidence: str = ""
    is_framing: bool = False


@dataclass(frozen=True)
class _Checked:
    text: str
    evidence: list[list[int | str]]
    quotes: list[list[int]]
    is_framing: bool


def report_of(declaration: Declaration) -> Report:
    """The report that is being written; the first time an empty one."""
    found = select(Report).where(Report.declaration_id == declaration.id)
    return once(found.execution_options(populate_existing=True), lambda: Report(declaration=declaration))


def add_sentence(
    editor: Person, declaration: Declaration, thesis: Thesis | None, words: Words, form_key: str
) -> ReportSentence:
    """Put a sentence behind the others of its thesis; without a thesis, of the overview. Raises SentenceInvalid,
    EvidenceInvalid and NotQuotable."""
    hold_text(declaration)
    require(editor, Permission.EDIT_REPORT, declaration)
    checked = _check(declaration, words)
    report = report_of(declaration)
    db.session.flush()
    rows = load_sentences(report, with_removed=True)
    if len([row for row in rows if row.removed_at is None]) >= SENTENCES_MAX:
        raise SentenceInvalid("number")
    last = max((row.position for row in rows), default=0)
    thesis_id = thesis.id if thesis else None
    return once(
        select(ReportSentence).where(ReportSentence.report_id == report.id, ReportSentence.form_key == form_key),
        lambda: ReportSentence(
            report=report, thesis_id=thesis_id, position=last + 1, form_key=form_key, version=1, **vars(checked)
        ),
        lambda made: _note(editor, report, after=f"{_name(made)},added"),
    )


def change_sentence(editor: Person, sentence: ReportSentence, words: Words, version: int) -> bool:
    """Other words or other evidence; whether anything is another now. `version` is the state that the editor saw. Raises
    Outdated if somebody changed or removed it meanwhile, and what `add_sentence` raises."""
    declaration = sentence.declaration
    hold_text(declaration)
    require(editor, Permission.EDIT_REPORT, declaration)
    db.session.refresh(sentence, _COLUMNS)
    checked = _check(declaration, words)
    before = _Checked(sentence.text, sentence.evidence, sentence.quotes, sentence.is_framing)
    if sentence.removed_at is None and checked == before:
        return False
    if sentence.version != version or sentence.removed_at is not None:
        raise Outdated(sentence)
    for name, value in vars(checked).items():
        setattr(sentence, name, value)
    sentence.version += 1
    _note(editor, sentence.report, before=_name(sentence), after=f"{_name(sentence)},changed")
    return True


def remove_sentence(editor: Person, sentence: ReportSentence, version: int) -> bool:
    """Take it out; it can be brought back. Whether it was there. Raises Outdated if somebody changed it meanwhile."""
    hold_text(sentence.declaration)
    require(editor, Permission.EDIT_REPORT, sentence.declaration)
    db.session.refresh(sentence, _COLUMNS)
    if sentence.removed_at is not None:
        return False
    if sentence.version != version:
        raise Outdated(sentence)
    return _set_removed(editor, sentence, now())


def restore_sentence(editor: Person, sentence: ReportSentence) -> bool:
    """Bring back what was taken out, to its place. Whether it was out."""
    hold_text(sentence.declaration)
    require(editor, Permission.EDIT_REPORT, sentence.declaration)
    db.session.refresh(sentence, _COLUMNS)
    return sentence.removed_at is not None and _set_removed(editor, sentence, None)


def _set_removed(editor: Person, sentence: ReportSentence, moment: datetime | None) -> bool:
    sentence.removed_at = moment
    sentence.version += 1
    _note(
        editor,
        sentence.report,
        before=_name(sentence),
        after=f"{_name(sentence)},{'removed' if moment else 'restored'}",
    )
    return True


def move_sentence(editor: Person, sentence: ReportSentence, up: bool) -> bool:
    """Put it before or behind its neighbour of the same thesis; whether there was one. Raises Outdated if it is out."""
    hold_text(sentence.declaration)
    require(editor, Permission.EDIT_REPORT, sentence.declaration)
    group = [one for one in load_sentences(sentence.report) if one.thesis_id == sentence.thesis_id]
    if sentence not in group:
        raise Outdated(sentence)
    place = group.index(sentence)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(group):
        return False
    sentence.position, group[other].position = group[other].position, sentence.position
    _note(
        editor,
        sentence.report,
        before=f"{_name(sentence)},place:{place + 1}",
        after=f"{_name(sentence)},place:{other + 1}",
    )
    return True


def find_sentence(declaration: Declaration, number: int) -> ReportSentence | None:
    """One sentence of the report of this declaration, also one that was taken out."""
    query = select(ReportSentence).join(Report).where(
        ReportSentence.id == number, Report.declaration_id == declaration.id
    )  # fmt: skip
    return db.session.scalars(query).one_or_none()


def _check(declaration: Declaration, words: Words) -> _Checked:
    text = " ".join(words.text.split())
    if not has_words(text):
        raise SentenceInvalid("empty")
    if len(text) > SENTENCE_MAX:
        raise SentenceInvalid("long")
    numbers = read_numbers(words.evidence)
    cited = dict(require_public(declaration, numbers))
    quoted = _quoted(declaration, text, cited)
    # Whoever is quoted is named, too.
    cited |= require_public(declaration, [number for number in quoted if number not in cited])
    evidence: list[list[int | str]] = [[number, cited[number].digest] for number in dict.fromkeys([*numbers, *quoted])]
    quotes = [[number, count_quoted(text, cited[number])] for number in quoted]
    return _Checked(text, evidence, quotes, words.is_framing)


def _quoted(declaration: Declaration, text: str, cited: dict[int, Cited]) -> list[int]:
    """Numbers of the annotations that the sentence quotes. Raises NotQuotable if nobody gave these words free."""
    echoes = find_echoes(declaration, text, cited)
    if kept := not_free(echoes):
        first = next((echo for echo in kept if echo.is_public), None)
        raise NotQuotable(f"A-{first.number}" if first else "")
    free = [echo.number for echo in echoes if echo.is_free]
    named: Sequence[int] = [number for number in free if number in cited]
    return list(named or free[:1])


def _name(sentence: ReportSentence) -> str:
    return f"sentence:{sentence.id}"


def _note(editor: Person, report: Report, before: str = "", after: str = "") -> None:
    """Who changed the report last, and the line in the log."""
    own = editor.membership_in(report.declaration_id)
    report.editor_id, report.edited_at = own.id if own else None, now()
    report.version += 1
    record(own, report.declaration, Act.REPORT, before=before, after=after)
    db.session.flush()

"""Figures of a survey that was made elsewhere, from a table: one row for each answer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from deliberation.accounts.models import random_key
from deliberation.clock import today
from deliberation.database import db, once
from deliberation.declarations.importing.tables import named_cells, read_columns
from deliberation.declarations.models import Declaration, hold_text
from deliberation.permissions import Permission, Person, require
from deliberation.surveys.actions import note
from deliberation.surveys.counting import Figures
from deliberation.surveys.models import (
    ITEMS_MAX,
    OPTIONS_MAX,
    WORDS_MAX,
    Item,
    ItemKind,
    Survey,
    SurveyState,
    load_items,
    next_number,
)

COLUMNS = {
    "question": ("frage", "question"),
    "answer": ("antwort", "answer"),
    "count": ("anzahl", "count"),
    "percent": ("prozent", "percent", "%"),
    "n": ("n", "basis", "base"),
    "kind": ("art", "kind"),
}
KINDS = {"": ItemKind.SINGLE, "single": ItemKind.SINGLE, "einfach": ItemKind.SINGLE,
         "multiple": ItemKind.MULTIPLE, "mehrfach": ItemKind.MULTIPLE}  # fmt: skip
"""What may stand in the column `kind`; nothing: one answer each."""
COUNT_MAX = 100_000_000
PERCENT_MOST = 102
"""Rounded percentages of one question may sum to a little more than 100."""


@dataclass(frozen=True)
class Fault:
    """What is wrong in a line of the file: columns, question, answer, long, count, percent, sum, twice, kind, n or number."""

    line: int
    reason: str


@dataclass
class BroughtQuestion:
    words: str
    kind: ItemKind
    answers: dict[str, tuple[int | None, float | None]] = field(default_factory=dict)
    n: int | None = None


@dataclass(frozen=True)
class Brought:
    """What a file says; questions only where there is no fault."""

    questions: Sequence[BroughtQuestion]
    faults: Sequence[Fault]


@dataclass(frozen=True)
class Origin:
    """Where the figures come from, in the organiser's words."""

    title: str
    source: str
    period: str
    people: int
    invited: str = ""


def read_table(content: bytes, name: str) -> Brought:
    """Read a CSV or Excel file with one row for each answer. Raises ImportRefused for what is no table at all."""
    places, rows = read_columns(content, name, COLUMNS)
    if not {"question", "answer"} <= places.keys() or not {"count", "percent"} & places.keys():
        return Brought([], [Fault(1, "columns")])
    reading = _Reading()
    for line, cells in rows:
        reading.take(line, named_cells(places, cells))
    faults = [*reading.faults, *reading.check()]
    return Brought([] if faults else list(reading.questions.values()), faults)


class _Reading:
    def __init__(self) -> None:
        self.questions: dict[str, BroughtQuestion] = {}
        self.lines: dict[str, int] = {}
        self.faults: list[Fault] = []

    def take(self, line: int, cells: Mapping[str, str]) -> None:
        reason = self._problem(line, cells)
        if reason:
            self.faults.append(Fault(line, reason))

    def _problem(self, line: int, cells: Mapping[str, str]) -> str:
        words, answer = cells["question"], cells["answer"]
        kind, n = KINDS.get(cells.get("kind", "").casefold()), to_count(cells.get("n", ""))
        count, percent = to_count(cells.get("count", "")), to_percent(cells.get("percent", ""))
        for is_wrong, reason in (
            (not words, "question"),
            (not answer, "answer"),
            (len(words) > WORDS_MAX or len(answer) > WORDS_MAX, "long"),
            (kind is None, "kind"),
            (bool(cells.get("count", "")) and count is None, "count"),
            (bool(cells.get("percent", "")) and percent is None, "percent"),
            (count is None and percent is None, "count"),
            (bool(cells.get("n", "")) and n is None, "n"),
        ):
            if is_wrong:
                return reason
        assert kind is not None
        found = self.questions.setdefault(words, BroughtQuestion(words, kind))
        self.lines[words] = line
        if answer in found.answers:
            return "twice"
        if n is not None and found.n not in (None, n):
            return "n"
        if len(found.answers) >= OPTIONS_MAX or len(self.questions) > ITEMS_MAX:
            return "number"
        found.answers[answer], found.n = (count, percent), n if n is not None else found.n
        return ""

    def check(self) -> Iterator[Fault]:
        """What only the whole question shows."""
        for words, found in self.questions.items():
            reason = self._problem_of(found)
            if reason:
                yield Fault(self.lines[words], reason)
        if not self.questions and not self.faults:
            yield Fault(1, "question")

    @staticmethod
    def _problem_of(found: BroughtQuestion) -> str:
        counts = [count for count, _percent in found.answers.values()]
        given = [count for count in counts if count is not None]
        if given and len(given) < len(counts):
            return "count"
        if given:
            least = max(given) if found.kind is ItemKind.MULTIPLE else sum(given)
            return "sum" if found.n is not None and least > found.n else ""
        together = sum(percent or 0 for _count, percent in found.answers.values())
        return "sum" if found.kind is ItemKind.SINGLE and together > PERCENT_MOST else ""


def to_count(cell: str) -> int | None:
    """A whole number; thousands may be parted as in German tables, and a spreadsheet may write 12.0."""
    plain = re.sub(r"[ \u202f\u00a0]", "", cell)
    plain = re.sub(r"\.0$", "", plain)
    if re.fullmatch(r"\d{1,3}(\.\d{3})+", plain):
        plain = plain.replace(".", "")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 and int(plain) <= COUNT_MAX else None


def to_percent(cell: str) -> float | None:
    """62, 62,5, 62.5 or 62 %."""
    plain = cell.replace("%", "").replace(",", ".").strip(" \u202f\u00a0")
    if not re.fullmatch(r"\d{1,3}(\.\d{1,6})?", plain) or float(plain) > 100:
        return None
    return round(float(plain), 1)


def bring_in(organiser: Person, declaration: Declaration, origin: Origin, brought: Brought, form_key: str) -> Survey:
    """Make a survey of the figures. It is not public until somebody publishes it. Sent again, it is the same one."""
    hold_text(declaration)
    require(organiser, Permission.EDIT_SURVEY, declaration)
    made = once(
        select(Survey).where(Survey.declaration_id == declaration.id, Survey.form_key == form_key),
        lambda: Survey(
            declaration=declaration, number=next_number(declaration), form_key=form_key, state=SurveyState.CLOSED,
            closed_on=today(), title=origin.title, source=origin.source, period=origin.period, people=origin.people,
            invited=origin.invited,
        ),
        lambda survey: _fill(organiser, survey, brought),
    )  # fmt: skip
    load_items(made)
    return made


def _fill(organiser: Person, survey: Survey, brought: Brought) -> None:
    for place, question in enumerate(brought.questions, start=1):
        options = [[key, words] for key, words in enumerate(question.answers, start=1)]
        db.session.add(
            Item(
                survey_id=survey.id, form_key=random_key(), position=place, kind=question.kind, words=question.words,
                options=options, figures=to_figures(question, survey.people).to_json(),
            )
        )  # fmt: skip
    db.session.flush()
    note(organiser, survey, after="brought in")


def to_figures(question: BroughtQuestion, people: int) -> Figures:
    """Of whom nothing is said counts as missing; without a base, one answer each makes one."""
    counts = {str(key): count for key, (count, _percent) in enumerate(question.answers.values(), start=1)}
    given = [count for count in counts.values() if count is not None]
    answered = question.n
    if answered is None:
        answered = (sum(given) if question.kind is ItemKind.SINGLE else people) if given else people
    missing = max(people - answered, 0)
    if given:
        return Figures(answered=answered, missing=missing, counts={key: count or 0 for key, count in counts.items()})
    percents = {str(key): percent or 0 for key, (_count, percent) in enumerate(question.answers.values(), start=1)}
    return Figures(answered=answered, missing=missing, percents=percents)

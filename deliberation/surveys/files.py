"""Results and single answers of a survey as files: a table, a workbook, and what each column means.

Single answers carry neither a number nor an order that would lead back to somebody, and no words that people wrote: those
stand in a list of their own.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from deliberation.clock import today
from deliberation.results import words as told
from deliberation.results.writers.csv import write_table as write_table
from deliberation.results.writers.xlsx import Book, Cell, Sheet
from deliberation.surveys import words
from deliberation.surveys.branching import Answers, asked
from deliberation.surveys.models import STEPS, UNABLE, Item, ItemKind, Survey
from deliberation.surveys.results import Result, SurveyResults

_ = told.gettext

DECLINED, UNASKED, MISSING, CANNOT_JUDGE = -9, -8, -7, -6
"""What stands in the data instead of an answer."""
RESULT_COLUMNS = (
    "question", "words", "kind", "answer", "answer_words", "count", "percent", "n", "declined", "missing", "unasked", "unable",
)  # fmt: skip
TEXT_COLUMNS = ("question", "text")
CODEBOOK_COLUMNS = ("variable", "words", "value", "meaning")


def result_rows(results: SurveyResults) -> Iterator[Sequence[Any]]:
    """One row for each answer of each question."""
    yield RESULT_COLUMNS
    for one in results.results:
        yield from _result_rows(one)


def _result_rows(one: Result) -> Iterator[Sequence[Any]]:
    found, kind = one.figures, one.item.kind.value
    rest = (found.n, found.declined, found.missing, found.unasked, found.unable)
    if not one.shares:
        yield (one.number, one.item.words, kind, "", "", None, None, *rest)
    for share in one.shares:
        yield (one.number, one.item.words, kind, share.key, share.words, share.count, share.percent, *rest)


def text_rows(results: SurveyResults) -> Iterator[Sequence[Any]]:
    """What people wrote and somebody released, each under the number of its question."""
    yield TEXT_COLUMNS
    yield from ((one.number, text) for one in results.results for text in one.texts)


def variables(survey: Survey) -> Iterator[tuple[str, Item, int | None]]:
    """(name, question, option) of each column of the data; of several answers each has one. Words have none."""
    for number, item in enumerate(survey.questions, start=1):
        if item.kind is ItemKind.MULTIPLE:
            yield from ((f"q{number}_{key}", item, key) for key, _words in item.options)
        elif item.kind is not ItemKind.TEXT:
            yield f"q{number}", item, None


def codebook_rows(survey: Survey) -> Iterator[Sequence[Any]]:
    """What each column and each value of the data means."""
    yield CODEBOOK_COLUMNS
    for name, item, option in variables(survey):
        text = item.words if option is None else f"{item.words}: {words.answer_words(item)[str(option)]}"
        yield name, text, "", words.kind_words()[item.kind]
        yield from ((name, "", value, meaning) for value, meaning in _values(item, option))


def _values(item: Item, option: int | None) -> Iterator[tuple[Any, str]]:
    if option is not None:
        yield from ((1, _("gewählt")), (0, _("nicht gewählt")))
    elif item.kind is ItemKind.NUMBER:
        yield f"{item.low}–{item.high}", item.unit or _("Zahl")
    else:
        scale = item.kind is ItemKind.SCALE
        yield from ((int(key), text) for key, text in words.answer_words(item).items() if not (scale and key == str(UNABLE)))
        if scale:
            yield CANNOT_JUDGE, words.scale_words()[str(UNABLE)]
    yield DECLINED, _("Keine Angabe")
    yield UNASKED, _("Frage wurde nicht gestellt (Verzweigung)")
    yield MISSING, _("Frage wurde gestellt und nicht beantwortet")


def data_rows(survey: Survey, sheets: Iterable[Answers]) -> Iterator[Sequence[Any]]:
    """One row for each person who handed in, sorted by content: nothing says who was first."""
    columns = list(variables(survey))
    yield [name for name, _item, _option in columns]
    rows = []
    for answers in sheets:
        reached = {item.id for item in asked(survey.items, answers)}
        rows.append([_value(item, option, item.id in reached, answers) for _name, item, option in columns])
    yield from sorted(rows)


def _value(item: Item, option: int | None, is_asked: bool, answers: Answers) -> float:
    key = str(item.id)
    if not is_asked:
        return UNASKED
    if key not in answers:
        return MISSING
    answer = answers[key]
    if answer is None:
        return DECLINED
    if option is not None:
        return int(option in answer)
    if item.kind is ItemKind.SCALE and answer not in STEPS:
        return CANNOT_JUDGE
    return answer  # type: ignore[no-any-return]


def write_book(results: SurveyResults, sheets: Iterable[Answers] | None = None) -> bytes:
    """A workbook: method, results, words, codebook, and for whoever may have them the single answers."""
    survey, out = results.survey, io.BytesIO()
    book = Book(survey.title, survey.declaration.language, today(), out)
    _write_method(book.sheet(_("Methode"), (28, 90)), survey)
    _write_rows(book.sheet(_("Ergebnisse"), (9, 60, 10, 10, 40, 9, 9, 9, 9, 9, 9, 9)), result_rows(results))
    if any(one.texts for one in results.results):
        _write_rows(book.sheet(_("Texte"), (9, 110)), text_rows(results))
    if sheets is not None:
        _write_rows(book.sheet(_("Daten"), [9] * max(1, len(list(variables(survey))))), data_rows(survey, sheets))
    _write_rows(book.sheet(_("Codebuch"), (12, 70, 10, 50)), codebook_rows(survey))
    book.close()
    return out.getvalue()


def _write_method(sheet: Sheet, survey: Survey) -> None:
    sheet.add([survey.title], sheet.styles.title)
    for name, text in words.method(survey):
        sheet.add([name, text])
    sheet.add([_("Stand"), told.day(today())])
    sheet.add([_("Wie man sie liest"), told.not_representative()])


def _write_rows(sheet: Sheet, rows: Iterable[Sequence[Cell | float]]) -> None:
    for place, row in enumerate(rows):
        sheet.add(list(row), sheet.styles.head if place == 0 else None)  # type: ignore[arg-type]
    sheet.page.freeze_panes(1, 0)

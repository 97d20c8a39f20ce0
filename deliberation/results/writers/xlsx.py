"""A workbook: the figures, a sheet for each thesis, and what the columns mean.

Written a row at a time, so that there may be any number of them. Every text is a text cell and never a formula or a link; one
that looks like a formula says so to the spreadsheet too, so that it stays one when somebody edits it. Nobody is named in the
properties, and their time is a day.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import IO, Any

from deliberation.annotations.tallies import STEP, StanceCounts
from deliberation.results import words
from deliberation.results.items import Item
from deliberation.results.spool import Spool
from deliberation.results.summary import Summary
from deliberation.results.writers.columns import COLUMNS, cells, meanings
from deliberation.results.writers.csv import FORMULA_SIGNS

_ = words.gettext

ROWS_MAX = 1_048_576
TEXT_MAX = 32_767
"""Rows of a sheet and characters of a cell, in every program that reads the format."""
NAME_MAX = 31
WIDTHS = {
    "kind": 12, "author": 20, "created": 12, "edited": 12, "body": 70, "quote": 36, "wording": 36, "state": 11,
    "responses": 40, "outcome": 13, "outcome_reason": 36,
}  # fmt: skip
LINE, HIGHEST = 15, 409
"""Points of a line, and of the highest row there can be."""
WIDTH = 9
"""In characters, of all others."""
_DAYS = tuple(map(COLUMNS.index, ("created", "edited")))
_NUMBERS = tuple(map(COLUMNS.index, ("thesis", "paragraph")))
"""Printed numbers: a number where it is nothing else, so that a spreadsheet sorts it as one."""

Cell = str | int | date | None


class Styles:
    """The looks of cells."""

    def __init__(self, book: Any, language: str) -> None:
        day = "dd.mm.yyyy" if language.startswith("de") else "yyyy-mm-dd"
        top = {"valign": "top", "text_wrap": True}
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EDF4", **top})
        self.section = book.add_format({"bold": True, "font_size": 12})
        self.text = book.add_format(top)
        self.guarded = book.add_format({"quote_prefix": True, **top})
        self.day = book.add_format({"num_format": day, "align": "left", "valign": "top"})
        self.number = book.add_format({"num_format": "0", "valign": "top"})


class Sheet:
    """Writes down one row after the other."""

    def __init__(self, book: Any, name: str, styles: Styles, widths: Sequence[int]) -> None:
        self.page, self.styles, self.widths, self.row = book.add_worksheet(name), styles, widths, 0
        for column, width in enumerate(widths):
            self.page.set_column(column, column, width)
        self.page.set_landscape()
        self.page.set_paper(9)
        self.page.fit_to_pages(1, 0)

    def add(self, cells: Sequence[Cell], style: Any = None, lines: int = 0) -> None:
        """`lines`: how high the row is; 0, as its cells need it."""
        lines = lines or max(map(self._lines, cells, self.widths), default=1)
        if lines > 1 and style is None:
            # LibreOffice does not let a row grow for words that it has to break, and nobody a merged cell.
            self.page.set_row(self.row, min(LINE * lines, HIGHEST))
        for column, cell in enumerate(cells):
            self._put(column, cell, style)
        self.row += 1

    @staticmethod
    def _lines(cell: Cell, width: int) -> int:
        """About how many lines a cell takes."""
        if not isinstance(cell, str):
            return 1
        return sum(1 + len(part) // width for part in cell.split("\n")) if "\n" in cell else 1 + len(cell) // width

    def _put(self, column: int, cell: Cell, style: Any) -> None:
        if cell is None or cell == "":
            return
        if isinstance(cell, str):
            text = cell if len(cell) <= TEXT_MAX else cell[: TEXT_MAX - 1] + "…"
            looks = self.styles.guarded if text.startswith(FORMULA_SIGNS) else self.styles.text
            self.page.write_string(self.row, column, text, style or looks)
        elif isinstance(cell, date):
            self.page.write_datetime(self.row, column, cell, style or self.styles.day)
        else:
            self.page.write_number(self.row, column, cell, style or self.styles.number)


class Book:
    """The workbook while it is written."""

    def __init__(self, title: str, language: str, day: date, out: IO[bytes], folder: str | None = None) -> None:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "tmpdir": folder,
        }
        # Loaded by whoever needs it: a worker that only answers pages stays small.
        import xlsxwriter

        self.file = xlsxwriter.Workbook(out, options)
        self.file.set_properties({"title": title, "created": datetime.combine(day, time())})
        self.styles = Styles(self.file, language)
        self._names: set[str] = set()
        self._theses: dict[str, Sheet] = {}

    def sheet(self, name: str, widths: Sequence[int]) -> Sheet:
        return Sheet(self.file, self._free_name(name), self.styles, widths)

    def _free_name(self, name: str) -> str:
        """As spreadsheets allow it: short, without some signs, and no second one that differs in capitals alone."""
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", name).strip("' ")[:NAME_MAX].rstrip("' ") or "–"
        found, number = plain, 1
        while found.casefold() in self._names or found.casefold() == "history":
            number += 1
            found = f"{plain[: NAME_MAX - 5]} ({number})"
        self._names.add(found.casefold())
        return found

    def thesis(self, number: str) -> Sheet:
        """The sheet of a thesis; a further one where the last is full."""
        sheet = self._theses.get(number)
        if sheet is None or sheet.row >= ROWS_MAX:
            if sheet is not None:
                finish(sheet)
            widths = [WIDTHS.get(name, WIDTH) for name in COLUMNS]
            sheet = self._theses[number] = self.sheet(words.thesis_label(number), widths)
            sheet.page.freeze_panes(1, 1)
            sheet.page.repeat_rows(0)
            sheet.add(COLUMNS, self.styles.head)
        return sheet

    def close(self) -> None:
        for sheet in self._theses.values():
            finish(sheet)
        self.file.close()


def finish(sheet: Sheet) -> None:
    sheet.page.autofilter(0, 0, max(sheet.row - 1, 1), len(COLUMNS) - 1)


def stream(summary: Summary, out: IO[bytes]) -> None:
    folder = summary.items.folder if isinstance(summary.items, Spool) else None
    book = Book(summary.about.title, summary.about.language, summary.day, out, folder)
    _write_figures(book.sheet(_("Überblick"), (46, 18, 18, 18, 18, 12)), summary)
    for thesis in summary.theses:
        book.thesis(thesis.number)
    for item in summary.items:
        book.thesis(item.thesis).add(_cells(item))
    _write_columns(book.sheet(_("Spalten"), (18, 110)), summary)
    book.close()


def _cells(item: Item) -> list[Cell]:
    found: list[Cell] = list(cells(item))
    for place in _DAYS:
        found[place] = getattr(item, COLUMNS[place])
    for place in _NUMBERS:
        value = found[place]
        if isinstance(value, str) and value.isascii() and value.isdigit():
            found[place] = int(value)
    return found


def _about(summary: Summary) -> Iterator[str]:
    yield words.state_of(summary)
    yield _("Namen: %(names)s", names=words.names(summary.filters.names))
    yield from filter(None, (words.not_representative(), words.steps(summary), words.selection_note(summary)))


def _write_figures(sheet: Sheet, summary: Summary) -> None:
    """The same figures as on the page; below five there is no number."""
    styles, figures = sheet.styles, summary.figures
    sheet.add([summary.about.title], styles.title)
    _write_lines(sheet, _about(summary), 5)
    values = (figures.people, figures.contributions, figures.votes, figures.stances)
    _head(sheet, [_("Zahlen"), _("Anzahl")])
    for (name, told), value in zip(words.figure_rows(summary), values, strict=True):
        sheet.add([name, told if value is None else value])
    _head(sheet, words.stance_head(_("Haltungen zu den Thesen")))
    for thesis in summary.theses:
        sheet.add([words.thesis_title(thesis), *_stances(thesis.stances)])
        for paragraph in thesis.paragraphs:
            if paragraph.stances.n >= STEP:
                sheet.add([words.place(thesis.number, paragraph.number), *_stances(paragraph.stances)])
    _head(sheet, [_("Art der Anmerkung"), _("Anzahl")])
    for kind, count in summary.kinds:
        sheet.add([words.label(kind), count])
    _head(sheet, [_("Was daraus wurde"), _("Anzahl")])
    for value_, count in summary.outcomes:
        sheet.add([words.label(value_), count])
    _head(sheet, [_("Moderation"), _("Anzahl")])
    for name, told in words.moderation_rows(summary):
        sheet.add([name, int(told) if told.isascii() and told.isdigit() else told])


def _head(sheet: Sheet, cells: Sequence[str]) -> None:
    sheet.row += 1
    sheet.add(cells, sheet.styles.head)


def _write_lines(sheet: Sheet, lines: Iterable[str], last_column: int) -> None:
    """Sentences, each over the whole width."""
    for line in lines:
        sheet.page.merge_range(sheet.row, 0, sheet.row, last_column, "", sheet.styles.text)
        sheet.add([line], lines=1 + len(line) // 110)


def _stances(counts: StanceCounts) -> Sequence[Cell]:
    if counts.n < STEP:
        return [None] * len(words.STANCES) + [_("unter 5")]
    return [*(count for _key, count, _percent in counts.shares), counts.n]


def _write_columns(sheet: Sheet, summary: Summary) -> None:
    sheet.add([_("Was in den Spalten steht")], sheet.styles.title)
    for line in _about(summary):
        sheet.add([None, line])
    _head(sheet, [_("Spalte"), _("Bedeutung")])
    for name, meaning in meanings().items():
        sheet.add([name, meaning])

"""A table as CSV or from Excel: its rows with their numbers, so that what is wrong is named by its line in the file."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from deliberation.declarations.importing import ImportRefused
from deliberation.declarations.importing.archive import Archive, parse_xml
from deliberation.declarations.importing.reading import decode

SIZE_MAX = 1024 * 1024
UNPACKED_MAX = 8 * 1024 * 1024
ROWS_MAX = 5_000
COLUMNS_MAX = 200
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINKS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def read_rows(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """(number of the row, its cells) of a table as CSV or from Excel. Raises ImportRefused."""
    if len(content) > SIZE_MAX:
        raise ImportRefused("too_big")
    is_table = name.lower().endswith(".xlsx") or content.startswith(b"PK\x03\x04")
    for number, cells in _rows_of_excel(content) if is_table else _rows_of_text(decode(content)):
        if number > ROWS_MAX:
            raise ImportRefused("too_long")
        yield number, cells


def read_columns(
    content: bytes, name: str, columns: Mapping[str, Sequence[str]]
) -> tuple[dict[str, int], list[tuple[int, list[str]]]]:
    """Where the named columns stand by the first row that says anything, and the rows below it; `columns` gives each name the
    headings it may have, in small letters. Raises ImportRefused."""
    rows = [(line, [cell.strip() for cell in cells]) for line, cells in read_rows(content, name)]
    rows = [(line, cells) for line, cells in rows if any(cells)]
    found = dict[str, int]()
    for place, cell in enumerate(rows[0][1] if rows else ()):
        for wanted, spellings in columns.items():
            if cell.casefold().strip(" :") in spellings:
                found.setdefault(wanted, place)
    return found, rows[1:]


def named_cells(places: Mapping[str, int], cells: Sequence[str]) -> dict[str, str]:
    """The cells of a row by the names of their columns; what is not there is empty."""
    return {name: cells[place] if place < len(cells) else "" for name, place in places.items()}


def _rows_of_text(text: str) -> Iterator[tuple[int, list[str]]]:
    """Cells apart by whatever the first lines are apart by; quotes hold a cell together over several lines."""
    head = text[:4096]
    apart = max(";", "\t", ",", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=apart)
    before = 0
    try:
        for cells in reader:
            # A row is named by the line on which it begins.
            yield before + 1, cells
            before = reader.line_num
    except csv.Error:
        raise ImportRefused("damaged") from None


def _rows_of_excel(content: bytes) -> Iterator[tuple[int, list[str]]]:
    archive = Archive(content)
    if "xl/workbook.xml" not in archive.names:
        raise ImportRefused("wrong_type")
    sheet = _parsed(archive, _first_sheet(archive))
    if sheet is None:
        raise ImportRefused("damaged")
    shared = _parsed(archive, "xl/sharedStrings.xml")
    words = [_text(item) for item in shared.iter(f"{MAIN}si")] if shared is not None else []
    number = 0
    for row in sheet.iter(f"{MAIN}row"):
        number = max(number + 1, _number(row.get("r")))
        yield number, _cells(row, words)


def _cells(row: Any, words: Sequence[str]) -> list[str]:
    """Each in its column: cells without content are often not there at all."""
    found = dict[int, str]()
    for cell in row.iter(f"{MAIN}c"):
        column = _column(cell.get("r"), len(found))
        if column < COLUMNS_MAX:
            found[column] = _cell(cell, words)
    return [found.get(column, "") for column in range(max(found, default=-1) + 1)]


def _column(reference: str | None, otherwise: int) -> int:
    """The column of a cell such as B7, counted from 0."""
    letters = "".join(sign for sign in (reference or "").upper() if "A" <= sign <= "Z")
    if not letters or len(letters) > 3:
        return otherwise
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def _parsed(archive: Archive, name: str) -> Any:
    data = archive.read(name)
    if len(data) > UNPACKED_MAX:
        raise ImportRefused("bomb")
    return parse_xml(data) if data else None


def _first_sheet(archive: Archive) -> str:
    """Where the first sheet stands in the file."""
    book, links = _parsed(archive, "xl/workbook.xml"), _parsed(archive, "xl/_rels/workbook.xml.rels")
    first = next(book.iter(f"{MAIN}sheet"), None) if book is not None else None
    wanted = first.get(f"{LINKS}id") if first is not None else None
    for link in links if links is not None else ():
        if wanted and link.get("Id") == wanted:
            target = str(link.get("Target") or "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return "xl/worksheets/sheet1.xml"


def _cell(cell: Any, words: Sequence[str]) -> str:
    if cell.get("t") == "inlineStr":
        return _text(cell)
    value = next((one.text or "" for one in cell.iter(f"{MAIN}v")), "")
    if cell.get("t") != "s":
        return value
    place = _number(value)
    return words[place] if value.isdecimal() and place < len(words) else ""


def _text(element: Any) -> str:
    return "".join(_pieces(element.iter(f"{MAIN}t")))


def _pieces(found: Iterable[Any]) -> Iterator[str]:
    """Without how it is pronounced (`rPh`)."""
    return (one.text or "" for one in found if not one.getparent().tag.endswith("}rPh"))


def _number(given: str | None) -> int:
    return int(given) if given and given.isdecimal() and len(given) < 8 else 0

"""A table that opens in a German spreadsheet with a double click and in a program with three lines.

Date, filters, edition and the sentence that it is not representative stand in the README beside it: one more line
in the table would be an annotation to every program that reads it, and a comment a first row of nonsense in every
spreadsheet. The web names the README in the header `Link: rel="describedby"`, as W3C "CSV on the Web" does.
"""

import codecs
import csv
import io
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import IO, Any

from deliberation.results.items import AT_ONCE
from deliberation.results.summary import Summary
from deliberation.results.writers.columns import COLUMNS, cells, readme

__all__ = ["defused", "fused", "readme", "stream", "write_table"]

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "'")
_SIGNS = frozenset(FORMULA_SIGNS)


def defused(text: str) -> str:
    """A cell that no spreadsheet takes for a formula. The apostrophe guards itself, so that `fused` is exact."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def fused(cell: str) -> str:
    """What the cell said before it was defused."""
    return cell[1:] if cell.startswith("'") else cell


def stream(summary: Summary, out: IO[bytes]) -> None:
    """UTF-8 with BOM, semicolons, one row per annotation."""
    out.write(codecs.BOM_UTF8 + line(COLUMNS).encode())
    rest = iter(summary.items)
    while some := [line(cells(item)) for item in islice(rest, AT_ONCE)]:
        out.write("".join(some).encode())


def line(values: Iterable[Any]) -> str:
    """One row, as `csv.writer` would write it in six times the time: it looks at each character. None is an empty cell."""
    return ";".join([_quoted(one) if one.__class__ is str else "" if one is None else str(one) for one in values]) + "\r\n"


def _quoted(text: str) -> str:
    if not text:
        return ""
    if text[0] in _SIGNS:
        text = f"'{text}"
    if '"' in text or ";" in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def _cell(value: Any) -> Any:
    """None is written as an empty cell."""
    return defused(value) if isinstance(value, str) else value


def write_table(rows: Iterable[Sequence[Any]]) -> bytes:
    """Any small table in the same form: UTF-8 with BOM, semicolons; no cell is taken for a formula."""
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for one in rows:
        table.writerow([f"{cell:g}".replace(".", ",") if isinstance(cell, float) else _cell(cell) for cell in one])
    return out.getvalue().encode("utf-8-sig")

"""A table that opens in a German spreadsheet with a double click and in a program with three lines.

Date, filters, edition and the sentence that it is not representative stand in the README beside it: one more line
in the table would be an annotation to every program that reads it, and a comment a first row of nonsense in every
spreadsheet. The web names the README in the header `Link: rel="describedby"`, as W3C "CSV on the Web" does.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import IO, Any

from deliberation.results.summary import Summary
from deliberation.results.writers.columns import COLUMNS, readme, row

__all__ = ["defused", "fused", "readme", "stream", "write_table"]

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "'")


def defused(text: str) -> str:
    """A cell that no spreadsheet takes for a formula. The apostrophe guards itself, so that `fused` is exact."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def fused(cell: str) -> str:
    """What the cell said before it was defused."""
    return cell[1:] if cell.startswith("'") else cell


def stream(summary: Summary, out: IO[bytes]) -> None:
    """UTF-8 with BOM, semicolons, one row per annotation."""
    text = io.TextIOWrapper(out, "utf-8-sig", newline="", write_through=False)
    table = csv.writer(text, delimiter=";", lineterminator="\r\n")
    table.writerow(COLUMNS)
    for item in summary.items:
        table.writerow([_cell(value) for value in row(item).values()])
    text.detach()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return defused(value) if isinstance(value, str) else value


def write_table(rows: Iterable[Sequence[Any]]) -> bytes:
    """Any small table in the same form: UTF-8 with BOM, semicolons; no cell is taken for a formula."""
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for one in rows:
        table.writerow([f"{cell:g}".replace(".", ",") if isinstance(cell, float) else _cell(cell) for cell in one])
    return out.getvalue().encode("utf-8-sig")

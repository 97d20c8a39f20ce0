"""Tables as files: how the team log and the yearly report leave the site."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response

from deliberation.results.writers.csv import defused


def to_csv(rows: Iterable[Sequence[Any]]) -> bytes:
    """As the other tables of the site: UTF-8 with BOM, semicolons, no cell that a spreadsheet takes for a formula."""
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    table.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return defused(value) if isinstance(value, str) else value


def attachment(content: bytes, mimetype: str, name: str) -> Response:
    response = Response(content, content_type=f"{mimetype}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

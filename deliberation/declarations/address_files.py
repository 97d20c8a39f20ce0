"""A list of addresses as a file: a table as CSV or from Excel, whatever else stands in its columns.

Each row becomes one line with the addresses of that row, so that what cannot be understood is named by its line in the file.
"""

import re
from collections.abc import Sequence

from deliberation.declarations.importing import ImportRefused
from deliberation.declarations.importing.tables import read_rows

CELL_MAX = 500
_TOKENS = re.compile(r"[\s,;<>\"]+")


def read_list(content: bytes, name: str) -> str:
    """Lines as `address_lists.read_addresses` takes them, numbered as the rows of the file. Raises ImportRefused."""
    lines, is_first = list[str](), True
    for number, cells in read_rows(content, name):
        lines += [""] * (number - 1 - len(lines))
        lines.append(_line(cells, is_first))
        is_first = is_first and not any(cell.strip() for cell in cells)
    if not any(lines):
        raise ImportRefused("empty")
    return "\n".join(lines)


def _line(cells: Sequence[str], is_first: bool) -> str:
    """The addresses of a row; without one its words, which nobody will take for an address. The first row may be a heading."""
    found = [token for cell in cells for token in _TOKENS.split(cell[:CELL_MAX]) if "@" in token]
    if found:
        return ", ".join(found)
    return "" if is_first else " ".join(" ".join(cells).replace(",", " ").replace(";", " ").split())

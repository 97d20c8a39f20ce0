"""A line of JSON for each annotation, for programs that read a line at a time.

Every line is an annotation, also the first: whoever reads it need not know of a head. Date, filters, edition, the meaning
of each name and the sentence that it is not representative stand in the README beside it, as with the table.
"""

from typing import IO

from deliberation.results.summary import Summary
from deliberation.results.writers.columns import row, to_json


def stream(summary: Summary, out: IO[bytes]) -> None:
    """UTF-8; the same names and values as in JSON, null where nothing is said."""
    for item in summary.items:
        out.write((to_json(row(item)) + "\n").encode())

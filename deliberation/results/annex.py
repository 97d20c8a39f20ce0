"""All annotations in the order of the text, for the end of a readable file."""

import re
from itertools import groupby

from deliberation.results import words
from deliberation.results.items import Item
from deliberation.results.summary import Summary
from deliberation.text import to_plain_text


def grouped(summary: Summary) -> list[tuple[str, list[Item]]]:
    """All annotations by the place they are about, in the order of the text, each with its replies after it."""
    theses = {thesis.number: index for index, thesis in enumerate(summary.theses)}
    paragraphs = {(t.number, p.number): index for t in summary.theses for index, p in enumerate(t.paragraphs)}

    def place(item: Item) -> tuple[int, str, int, str]:
        # What an edition took out is not in the text any more; its numbers keep it apart from the thesis as a whole.
        at = paragraphs.get((item.thesis, item.paragraph or ""), -1)
        return theses.get(item.thesis, -1), item.thesis, at, item.paragraph or ""

    in_order = sorted(summary.items, key=lambda item: (*place(item), item.root, item.number))
    groups = [list(group) for _place, group in groupby(in_order, key=place)]
    return [(words.place(items[0].thesis, items[0].paragraph), items) for items in groups]


def plain_paragraphs(body: str) -> list[str]:
    """The words of a body without marks, paragraph by paragraph."""
    found = (to_plain_text(part) for part in re.split(r"\n\s*\n", body))
    return [part for part in found if part]

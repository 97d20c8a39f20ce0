"""From blocks to a proposal: theses by headings, by the items of a list, or one per paragraph."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from deliberation.declarations.importing.blocks import Block, Document, Note
from deliberation.declarations.importing.draft import (
    CLOSING,
    PREAMBLE,
    DraftDeclaration,
    DraftParagraph,
    DraftThesis,
)
from deliberation.declarations.importing.guessing import (
    CLOSING_NAMES,
    OPENING_NAMES,
    guess_headings,
    is_ranked,
)
from deliberation.declarations.importing.labels import find_labels
from deliberation.declarations.importing.lists import as_paragraph, find_theses, printed, split_list
from deliberation.declarations.importing.marks import find_marks
from deliberation.declarations.importing.paragraphs import build_paragraphs
from deliberation.declarations.importing.refusals import ImportRefused

MAX_THESES = 2_000
GROUP_SEPARATOR = " › "
_FILE_NAME = re.compile(r"\.(?:docx?|odt|pdf|html?|indd|txt|md)$|^(?:untitled|unbenannt)", re.IGNORECASE)


@dataclass
class _Section:
    """A heading with the blocks that it owns; the one before the first heading has none."""

    heading: Block | None
    above: tuple[str, ...] = ()
    blocks: list[Block] = field(default_factory=list)
    is_group: bool = False


def split_document(document: Document, shape: str = "auto") -> DraftDeclaration:
    """Split what a reader read; the title of the file's properties helps out when the text has none."""
    draft = split(document.blocks, shape)
    return replace(draft, title=draft.title or _usable(document.title), notes=draft.notes + document.notes)


def _usable(title: str) -> str:
    """A title from the properties of a file, unless a program put the name of the file there."""
    title = re.sub(r"^Microsoft Word - ", "", title)
    return "" if _FILE_NAME.search(title) else title


def split(blocks: Sequence[Block], shape: str = "auto") -> DraftDeclaration:
    """Propose theses. `shape` is auto, headings, list or paragraphs; the result names the one used."""
    marked, notes = guess_headings(find_marks(blocks))
    title, rest = _take_title(marked)
    used = _choose(rest) if shape == "auto" else shape
    lacking: tuple[Note, ...] = ()
    if used == "headings" and not any(block.kind == "heading" for block in rest):
        used, lacking = "paragraphs", (Note("no_headings"),)
    elif used == "list" and not find_theses(rest):
        used, lacking = "paragraphs", (Note("no_list"),)
    theses = {"headings": _by_headings, "list": _by_list, "paragraphs": _by_paragraphs}[used](rest)
    if len(theses) > MAX_THESES:
        raise ImportRefused("too_many_headings" if used == "headings" else "too_long")
    return DraftDeclaration(title, tuple(theses), used, (Note(f"split_{used}"), *lacking, *notes))


def _take_title(blocks: list[Block]) -> tuple[str, list[Block]]:
    """The heading that stands above all others, and the blocks without it."""
    headings = [(index, block) for index, block in enumerate(blocks) if block.kind == "heading"]
    if not headings:
        return "", blocks
    index, first = headings[0]
    above_all = all(block.level > first.level for _, block in headings[1:])
    alone = index == 0 and len(blocks) > 1 and blocks[1].kind == "heading" and blocks[1].level == first.level
    if (above_all and (index < 3 or len(headings) > 1)) or (alone and not _numbers(first)):
        return printed(first), [*blocks[:index], *blocks[index + 1 :]]
    return "", blocks


def _choose(blocks: list[Block]) -> str:
    """Headings when they make at least two theses, unless one of them holds most of the text as a list."""
    sections = [section for section in _sections(blocks) if section.heading is not None and not section.is_group]
    items = find_theses(blocks)
    if len(items) > 2 and len(sections) < 4 and _is_dominant(items, blocks):
        return "list"
    if len(sections) > 1:
        return "headings"
    if len(items) > 1:
        return "list"
    return "headings" if sections else "paragraphs"


def _is_dominant(items: list[int], blocks: list[Block]) -> bool:
    """Say whether a numbered list under one heading, which counts nothing itself, is most of the text."""
    headings = [block for block in blocks if block.kind == "heading"]
    if any(_numbers(heading) or is_ranked(printed(heading)) for heading in headings):
        return False
    if not blocks[items[0]].value or any(block.kind == "heading" for block in blocks[items[0] : items[-1]]):
        return False
    size = sum(len(block.text) for block in blocks if block.kind != "heading")
    return sum(len(block.text) for block in split_list(blocks, items)[1].all_blocks()) * 2 > size


def _sections(blocks: Sequence[Block]) -> list[_Section]:
    sections = [_Section(None)]
    path: list[tuple[int, str]] = []
    for block in blocks:
        if block.kind != "heading":
            sections[-1].blocks.append(block)
            continue
        while path and path[-1][0] >= block.level:
            path.pop()
        sections.append(_Section(block, tuple(text for _, text in path)))
        path.append((block.level, printed(block)))
    for section, following in pairwise(sections):
        if section.heading and following.heading:
            section.is_group = not section.blocks and following.heading.level > section.heading.level
    return sections


def _by_headings(blocks: Sequence[Block]) -> list[DraftThesis]:
    first, *sections = _sections(blocks)
    sections = [section for section in sections if not section.is_group]
    theses = []
    if first.blocks:
        theses.append(_edge(PREAMBLE, "", (), first.blocks))
    elif len(sections) > 1 and _is_named(sections[0], OPENING_NAMES):
        theses.append(_edge(PREAMBLE, _heading(sections[0]), sections[0].above, sections.pop(0).blocks))
    closing = sections.pop() if len(sections) > 1 and _is_named(sections[-1], CLOSING_NAMES) else None
    labels = _labels([section.heading for section in sections if section.heading])
    for number, (section, (label, heading)) in enumerate(zip(sections, labels, strict=True), start=1):
        group = GROUP_SEPARATOR.join(section.above)
        theses.append(DraftThesis(str(number), heading, group, label, build_paragraphs(section.blocks)))
    if closing:
        theses.append(_edge(CLOSING, _heading(closing), closing.above, closing.blocks))
    return theses


def _edge(number: str, heading: str, above: tuple[str, ...], blocks: Sequence[Block]) -> DraftThesis:
    return DraftThesis(number, heading, GROUP_SEPARATOR.join(above), "", build_paragraphs(blocks))


def _heading(section: _Section) -> str:
    return printed(section.heading) if section.heading else ""


def _is_named(section: _Section, names: re.Pattern[str]) -> bool:
    return section.heading is not None and bool(section.blocks) and bool(names.fullmatch(printed(section.heading)))


def _numbers(heading: Block) -> tuple[str, str, int] | None:
    """Label, rest and value of a numbered heading: "1. Kooperation", "These 1: Kooperation", "These 1"."""
    text = printed(heading)
    for label in find_labels(text):
        if label.style in ("1.", "1)", "These 1", "I."):
            return label.text, label.rest, label.value
    if found := re.fullmatch(r"((?:These )?(\d{1,3})[.:)]?)", text, re.IGNORECASE):
        return found[1], "", int(found[2])
    if heading.label and (found := re.fullmatch(r"\D*(\d{1,3})\D*", heading.label)):
        return heading.label, heading.text, int(found[1])
    return None


def _labels(headings: list[Block]) -> list[tuple[str, str]]:
    """Label and heading of each thesis: numbers leave the heading only where all of them are our count."""
    numbers = [_numbers(heading) for heading in headings]
    if all(number and number[2] == count for count, number in enumerate(numbers, start=1)):
        return [(number[0], number[1]) for number in numbers if number]
    return [("", printed(heading)) for heading in headings]


def _by_list(blocks: Sequence[Block]) -> list[DraftThesis]:
    before, middle, after = split_list(blocks, find_theses(blocks))
    theses = []
    if before:
        heading, rest = _edge_heading(before)
        theses.append(_edge(PREAMBLE, heading, (), rest))
    for number, item in enumerate(middle.items, start=1):
        paragraphs = build_paragraphs(item.blocks)
        theses.append(DraftThesis(str(number), item.heading, GROUP_SEPARATOR.join(item.above), item.label, paragraphs))
    if after:
        heading, rest = _edge_heading(after)
        theses.append(_edge(CLOSING, heading, (), rest))
    return theses


def _edge_heading(blocks: list[Block]) -> tuple[str, list[Block]]:
    """The first heading of a preamble or closing part; further ones become paragraphs so that nothing is
    lost.
    """
    heading = printed(blocks[0]) if blocks[0].kind == "heading" else ""
    rest = blocks[1:] if heading else blocks
    return heading, [as_paragraph(block) for block in rest]


def _by_paragraphs(blocks: Sequence[Block]) -> list[DraftThesis]:
    theses: list[DraftThesis] = []
    for section in _sections(blocks):
        above = section.above + ((_heading(section),) if section.heading and section.blocks else ())
        group = GROUP_SEPARATOR.join(above)
        for paragraph in build_paragraphs(section.blocks):
            theses.append(DraftThesis(str(len(theses) + 1), "", group, "", (DraftParagraph("1", paragraph.units),)))
        if section.heading and not section.blocks and not section.is_group:
            theses.append(DraftThesis(str(len(theses) + 1), _heading(section), group, "", ()))
    return theses

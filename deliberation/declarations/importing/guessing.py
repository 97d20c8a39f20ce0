"""Headings that only look like headings: bold lines, "§ 1 …", "These 1: …", numbered and short lines."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from deliberation.declarations.importing.blocks import Block, Note
from deliberation.declarations.importing.labels import style_of

_MAX = 150
_ENDS = re.compile(r"[.!?…][\"'“”’»«)\]]*$")
_RUNS_ON = re.compile(r"[.,;:!?…–-]$")
_ORDINAL = r"(?:erste|zweite|dritte|vierte|fünfte|sechste|siebte|achte|neunte|zehnte|elfte|zwölfte)[rs]?"
_RANKS = (
    re.compile(rf"(?:{_ORDINAL} (?:teil|buch)|(?:teil|buch) (?:\d+|[IVX]+))\b", re.IGNORECASE),
    re.compile(rf"(?:{_ORDINAL} kapitel|kapitel (?:\d+|[IVX]+))\b", re.IGNORECASE),
    re.compile(rf"(?:{_ORDINAL} abschnitt|abschnitt (?:\d+|[IVX]+))\b", re.IGNORECASE),
    re.compile(rf"(?:{_ORDINAL} (?:unterabschnitt|titel)|unterabschnitt (?:\d+|[IVX]+))\b", re.IGNORECASE),
    re.compile(r"(?:§ ?\d+[a-z]?|(?:artikel|art\.|these|leitsatz|leitlinie|punkt) \d+)(?![\w,])", re.IGNORECASE),
)
_FIRST_RANK = 3
OPENING_NAMES = re.compile(
    r"präambel|vorbemerkung(?:en)?|vorwort|einleitung|vorspann|zum geleit|preamble", re.IGNORECASE
)
CLOSING_NAMES = re.compile(
    r"schluss|schlusswort|schlussbemerkung(?:en)?|schlussteil|schlussformel|nachwort", re.IGNORECASE
)


def guess_headings(blocks: Sequence[Block]) -> tuple[list[Block], tuple[Note, ...]]:
    """Promote what looks like a heading, unless the file has headings of its own besides its title."""
    own = [index for index, block in enumerate(blocks) if block.kind == "heading"]
    if len(own) > 1 or (own and own[0] > 2):
        return list(blocks), ()
    for find, code in (
        (_bold, "bold_headings"),
        (_patterns, "guessed_headings"),
        (_numbered, "guessed_headings"),
        (_plain, "guessed_headings"),
    ):
        levels = find(blocks)
        if len(levels) > 1:
            levels |= _edges(blocks, max(levels.values()))
            promoted = [_promote(block, levels.get(index)) for index, block in enumerate(blocks)]
            return _with_title(promoted, bool(own)), (Note(code, len(levels)),)
    return _with_title(list(blocks), bool(own)), ()


def _edges(blocks: Sequence[Block], level: int) -> dict[int, int]:
    """Lines that name the preamble or the closing part."""
    return {
        index: level
        for index, block in enumerate(blocks)
        if block.kind == "paragraph"
        and (OPENING_NAMES.fullmatch(block.text) or CLOSING_NAMES.fullmatch(block.text))
        and _has_text_behind(blocks, index)
    }


def _promote(block: Block, level: int | None) -> Block:
    return block if level is None else replace(block, kind="heading", level=level, strong=0, indent=0.0)


def _with_title(blocks: list[Block], has_title: bool) -> list[Block]:
    """Take a short first line as the title when the file names none."""
    first = blocks[0] if blocks else None
    if has_title or first is None or len(blocks) < 2 or first.kind == "item" or first.level > 1:
        return blocks
    if (
        len(first.text) > _MAX
        or re.search(r"[.,;:]$", first.text)
        or not first.text[0].isalnum()
        or first.text[0].islower()
    ):
        return blocks
    if first.kind == "heading" and (_rank(first.text) is not None or blocks[1].kind != "heading"):
        return blocks
    return [replace(first, kind="heading", level=0, strong=0, indent=0.0), *blocks[1:]]


def _bold(blocks: Sequence[Block]) -> dict[int, int]:
    return _those(
        blocks,
        lambda block: 0 < len(block.text) <= _MAX and block.strong >= len(block.text),
        _has_text_behind,
    )


def _patterns(blocks: Sequence[Block]) -> dict[int, int]:
    found = {}
    for index, block in enumerate(blocks):
        rank = _rank(f"{block.label} {block.text}".strip() if style_of(block.label).startswith("These") else block.text)
        if (
            rank is None
            or block.kind == "heading"
            or block.level
            or len(block.text) > _MAX
            or _RUNS_ON.search(block.text)
        ):
            continue
        found[index] = rank + _FIRST_RANK
    lowest = max(found.values(), default=0)
    theses = [index for index, level in found.items() if level == lowest]
    followed = sum(1 for index in theses if index + 1 < len(blocks) and index + 1 not in found)
    return found if followed * 2 >= len(theses) else {}


def is_ranked(text: str) -> bool:
    """Say whether a heading names its own number: "§ 1 …", "Artikel 2", "Erster Abschnitt"."""
    return _rank(text) is not None


def _rank(text: str) -> int | None:
    return next((rank for rank, pattern in enumerate(_RANKS) if pattern.match(text)), None)


def _numbered(blocks: Sequence[Block]) -> dict[int, int]:
    """Numbered short lines, each with a paragraph behind it that belongs to no list: "1. Kooperation"."""

    def fits(block: Block) -> bool:
        return (
            block.kind == "item"
            and block.level == 0
            and block.value is not None
            and style_of(block.label) in ("1.", "I.", "1", "A.")
        )

    ordered = [index for index, block in enumerate(blocks) if fits(block)]
    headings = {index: 3 for index in ordered if _is_short(blocks[index]) and _has_paragraph_behind(blocks, index)}
    return headings if len(headings) * 10 >= len(ordered) * 9 else {}


def _plain(blocks: Sequence[Block]) -> dict[int, int]:
    def fits(block: Block) -> bool:
        return block.kind == "paragraph" and not block.level and _is_short(block) and len(block.text) <= 90

    found = _those(blocks, fits, _has_paragraph_behind)
    first = min(found, default=-1)
    return {index: level for index, level in found.items() if index or len(found) > 2 or first != 0}


def _is_short(block: Block) -> bool:
    text = block.text
    return (
        len(text) <= 120 and not _RUNS_ON.search(text) and (text[0].isupper() or text[0].isdigit() or text[0] in '„"§')
    )


def _those(
    blocks: Sequence[Block], fits: Callable[[Block], bool], goes_on: Callable[[Sequence[Block], int], bool]
) -> dict[int, int]:
    return {
        index: 3
        for index, block in enumerate(blocks)
        if block.kind != "heading" and fits(block) and goes_on(blocks, index)
    }


def _has_text_behind(blocks: Sequence[Block], index: int) -> bool:
    return index + 1 < len(blocks) and blocks[index + 1].kind != "heading" and blocks[index].level == 0


def _has_paragraph_behind(blocks: Sequence[Block], index: int) -> bool:
    following = blocks[index + 1] if index + 1 < len(blocks) else None
    return (
        following is not None
        and following.kind == "paragraph"
        and not following.level
        and bool(_ENDS.search(following.text))
    )

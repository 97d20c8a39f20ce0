"""PDF by pypdf: lines with place, size and weight become headings and paragraphs; page numbers and repeated
edges go.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from typing import Any

import pypdf
from pypdf.errors import DependencyError, PyPdfError

from deliberation.declarations.importing.blocks import Block, Collector, Document, clean
from deliberation.declarations.importing.hyphens import join_lines
from deliberation.declarations.importing.labels import Sequences, find_labels
from deliberation.declarations.importing.refusals import ImportRefused

MAX_PAGES = 500
# What pypdf raises on broken files, besides its own errors.
_BROKEN = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, RuntimeError)
_SLACK = 3.0  # points
_COLUMN = 6.0  # points that count as one column of plain text
_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_PAGE_NUMBER = re.compile(
    r"(?:seite|s\.|page)?\s*[-–|]?\s*(\d{1,4})\s*[-–|]?(?:\s*(?:von|of|/)\s*\d{1,4})?", re.IGNORECASE
)
_ENDS = re.compile(r"[.!?:;…][\"'“”’»«)\]]*$")


@dataclass
class _Line:
    text: str
    page: int
    x: float
    y: float
    size: float
    bold: bool
    strong: int = 0
    body: float = 0.0  # where the text begins behind a label


@dataclass
class _Paragraph:
    lines: list[_Line] = field(default_factory=list)


def read_pdf(data: bytes) -> Document:
    """Read a PDF with a text layer."""
    out = Collector()
    try:
        lines, images = _open(data, out)
    except DependencyError as error:
        raise ImportRefused("encrypted") from error
    except _BROKEN as error:
        raise ImportRefused("damaged") from error
    out.leave_out("images", images)
    if sum(char.isalnum() for line in lines for char in line.text) < 20:
        raise ImportRefused("scanned" if images or len(data) > 50_000 else "empty")
    kept = _without_edges(lines)
    out.leave_out("page_furniture", len(lines) - len(kept))
    _emit(kept, out)
    return out.document()


def _open(data: bytes, out: Collector) -> tuple[list[_Line], int]:
    """All lines of a file and the number of its images."""
    reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise ImportRefused("encrypted")
    if len(reader.pages) > MAX_PAGES:
        raise ImportRefused("too_long")
    out.title = str(reader.metadata.title or "") if reader.metadata else ""
    lines = [line for number, page in enumerate(reader.pages) for line in _page_lines(page, number)]
    return lines, len({image for page in reader.pages for image in _images(page)})


def _images(page: Any) -> set[int]:
    """The numbers of the images that a page may show."""
    resources = page.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources is not None else None
    if objects is None:
        return set()
    found = objects.get_object().values()
    return {getattr(one, "idnum", id(one)) for one in found if one.get_object().get("/Subtype") == "/Image"}


def _page_lines(page: Any, number: int) -> list[_Line]:
    """The lines of a page in the order of its text."""
    pieces: list[tuple[str, float, float, float, bool]] = []

    def visit(text: str, outer: list[float], inner: list[float], font: Any, size: float) -> None:
        if text:
            x = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
            y = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
            height = abs(size * (inner[3] or inner[1] or 1) * (outer[3] or outer[1] or 1))
            pieces.append((text, x, y, height, bool(_BOLD.search(str((font or {}).get("/BaseFont", ""))))))

    page.extract_text(visitor_text=visit)
    lines: list[_Line] = []
    fresh = True
    for text, x, y, size, bold in pieces:
        for index, part in enumerate(text.split("\n")):
            fresh = fresh or index > 0
            if not part.strip():
                if lines and not fresh:
                    lines[-1].text += part
                continue
            if not fresh and lines and abs(lines[-1].y - y) < max(size, lines[-1].size) * 0.45:
                _append(lines[-1], part, x, bold)
            else:
                lines.append(_Line(part, number, x, y, size, bold, len(part) if bold else 0, x))
            fresh = False
    return [line for line in (replace(line, text=_clean(line.text)) for line in lines) if line.text]


def _clean(text: str) -> str:
    """Like `clean`, but soft hyphens stay as hyphens, because in a PDF they were printed."""
    return clean(re.sub(r"\s*\u00ad", "-", text))


def _append(line: _Line, part: str, x: float, bold: bool) -> None:
    if line.body == line.x and x > line.x and any(label.rest == "x" for label in find_labels(line.text.strip() + " x")):
        line.body = x
        line.text = line.text.rstrip() + " "
    if bold and line.strong >= len(line.text.rstrip()):
        line.strong = len(line.text) + len(part)
    line.text += part
    line.bold = line.bold and bold


def _without_edges(lines: list[_Line]) -> list[_Line]:
    """Leave out page numbers and what is repeated at the top and bottom of the pages."""
    pages = {number: list(group) for number, group in groupby(lines, key=lambda line: line.page)}
    edges: dict[int, list[_Line]] = {}
    for number, own in pages.items():
        order = sorted(own, key=lambda line: -line.y)
        edges[number] = order[:2] + order[-2:] if len(order) > 4 else order[:1] + order[-1:]
    repeated = Counter(key for own in edges.values() for key in {_edge_key(line) for line in own})
    needed = max(2, len(pages) // 3)
    offsets = Counter(
        int(found[1]) - line.page
        for own in edges.values()
        for line in own
        if (found := _PAGE_NUMBER.fullmatch(line.text))
    )
    dropped = set()
    for number, own in edges.items():
        for line in own:
            found = _PAGE_NUMBER.fullmatch(line.text)
            counted = found is not None and (
                offsets[int(found[1]) - number] >= needed or _stands_alone(line, pages[number])
            )
            if counted or (
                len(pages) > 1 and repeated[_edge_key(line)] >= needed and _stands_alone(line, pages[number], 1.2)
            ):
                dropped.add(id(line))
    return [line for line in lines if id(line) not in dropped]


def _edge_key(line: _Line) -> tuple[str, int]:
    return re.sub(r"\d+", "#", line.text), round(line.y / 6)


def _stands_alone(line: _Line, page: list[_Line], distance: float = 1.8) -> bool:
    """Say whether no other line of the page is close above or below."""
    gaps = [abs(other.y - line.y) for other in page if abs(other.y - line.y) > 1]
    return not gaps or min(gaps) > line.size * distance


def _emit(lines: list[_Line], out: Collector) -> None:
    body = Counter[float]()
    for line in lines:
        body[round(line.size * 2) / 2] += len(line.text)
    usual = body.most_common(1)[0][0] if body else 12.0
    spacing = _usual_spacing(lines)
    longest = max((len(line.text) for line in lines), default=0)
    paragraphs = list(_paragraphs(lines, usual, spacing, longest))
    styles = {_style(one.lines[0]) for one in paragraphs if _is_heading(one.lines, usual)}
    levels = {style: level for level, style in enumerate(sorted(styles, reverse=True), start=1)}
    for one in paragraphs:
        text = join_lines(line.text for line in one.lines)
        if _is_heading(one.lines, usual):
            out.add(Block("heading", text, min(levels[_style(one.lines[0])], 9)))
        else:
            out.add(Block("paragraph", text, strong=_strong(one.lines), indent=max(one.lines[0].x / _COLUMN, 0.1)))


def _style(line: _Line) -> tuple[float, bool]:
    return round(line.size * 2) / 2, line.bold


def _strong(lines: list[_Line]) -> int:
    strong = 0
    for line in lines:
        strong += line.strong + (1 if strong and line.strong else 0)
        if line.strong < len(line.text):
            break
    return strong


def _is_heading(lines: list[_Line], usual: float) -> bool:
    text = " ".join(line.text for line in lines)
    if len(text) > 300 or not any(char.isalpha() for char in text):
        return False
    if min(line.size for line in lines) > usual * 1.1:
        return True
    return all(line.bold for line in lines) and len(lines) < 4 and not re.search(r"[.,;:]$", text)


def _usual_spacing(lines: list[_Line]) -> float:
    """The usual distance between two lines of a paragraph, in lines' heights."""
    gaps = Counter[float]()
    for before, line in pairwise(lines):
        gap = (before.y - line.y) / (line.size or 1)
        if before.page == line.page and abs(before.size - line.size) < 0.5 and 0.8 < gap < 2.6:
            gaps[round(gap, 1)] += 1
    common = min((gap for gap, count in gaps.items() if count >= max(gaps.values()) * 0.3), default=1.2)
    longest = max((len(line.text) for line in lines), default=0)
    full = sum(len(line.text) > longest * 0.8 for line in lines)
    return common if common < 1.8 or full * 2 > len(lines) else 1.4  # far apart and ragged: single lines


def _paragraphs(lines: list[_Line], usual: float, spacing: float, longest: int) -> Iterator[_Paragraph]:
    current = _Paragraph()
    last = Sequences()
    for line in lines:
        if current.lines and _begins(current.lines, line, usual, spacing, longest, last):
            yield current
            current = _Paragraph()
        if not current.lines:
            last.take(line.text)
        current.lines.append(line)
    if current.lines:
        yield current


def _begins(lines: list[_Line], line: _Line, usual: float, spacing: float, longest: int, last: Sequences) -> bool:
    """Say whether a line begins a paragraph after the given lines of the running one."""
    before = lines[-1]
    gap = (before.y - line.y) / (line.size or 1)
    if abs(before.size - line.size) > 0.6 or (before.bold != line.bold and not _runs_on(before, line, gap, spacing)):
        return True
    if line.size > usual * 1.1 or (line.bold and before.page == line.page):
        return before.page != line.page or gap > max(spacing * 1.2, 1.5) or _counts(line, last)
    left = min(lines[0].body, min(one.x for one in lines[1:])) if len(lines) > 1 else lines[0].body
    if _counts(line, last) and line.x < left - _SLACK / 2 + (_SLACK if lines[0].body == lines[0].x else 0):
        return True
    if line.x < min(left, lines[0].x) - _SLACK or (len(lines) > 1 and abs(line.x - lines[-1].x) > 2 * _SLACK):
        return True
    if len(before.text) + 1 + len(line.text.split(" ", 1)[0]) < longest * 0.7 and _ENDS.search(before.text):
        return True
    if before.page != line.page:
        return bool(_ENDS.search(before.text)) and (len(before.text) < longest * 0.8 or not _fits(line, left))
    return gap > spacing * 1.2 + 0.05


def _runs_on(before: _Line, line: _Line, gap: float, spacing: float) -> bool:
    """Say whether a change of weight is emphasis in running text and not the edge of a heading."""
    close = before.page == line.page and gap <= spacing * 1.2 + 0.05
    return close and (line.text[0].islower() or bool(re.search(r"[.,;:–-]$", before.text)))


def _counts(line: _Line, last: Sequences) -> bool:
    return any(last.expects(label) for label in find_labels(line.text))


def _fits(line: _Line, left: float) -> bool:
    return abs(line.x - left) <= _SLACK

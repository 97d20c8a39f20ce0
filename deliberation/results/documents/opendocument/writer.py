"""The blocks of a document as OpenDocument has them: headings with levels, lists, tables with header rows, pictures with
words in their place, an index that LibreOffice can bring up to date."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from deliberation.results.documents.marks import COLUMN_MM, HEAD, SIGNS, safe
from deliberation.results.documents.model import (
    Bars,
    Block,
    Bullets,
    Callout,
    Contents,
    Document,
    Entry,
    Figures,
    Heading,
    Line,
    PageBreak,
    Paragraph,
    Run,
    Table,
)
from deliberation.results.documents.opendocument.package import packed
from deliberation.results.documents.opendocument.styles import (
    NAMESPACES,
    automatic_styles,
    column_style,
    column_styles,
    font_faces,
)
from deliberation.results.documents.pictures import HEIGHT_MM, WIDTH_MM, Shares, bar_pictures, picture_name

_LOOKS = {"text": "Standard", "small": "Small", "intro": "Intro"}


def write(document: Document) -> bytes:
    """The same document gives the same bytes."""
    pictures = bar_pictures(document)
    pen = _Pen(document)
    text = "".join(pen.block(block) for block in document.blocks)
    front = (
        _p(safe(document.kicker), "Kicker") + _p(safe(document.title), "Title") + _p(safe(document.state), "Subtitle")
    )
    content = (
        f"{HEAD}<office:document-content {NAMESPACES}>{font_faces()}<office:automatic-styles>{automatic_styles()}"
        f"{column_styles(pen.widths)}</office:automatic-styles><office:body><office:text>{front}{text}</office:text>"
        "</office:body></office:document-content>"
    )
    return packed(document, content, {picture_name(shares): picture for shares, picture in pictures.items()})


@dataclass
class _Pen:
    """What is counted while writing: bookmarks, tables, pictures, widths of columns; and whether a new page was asked for."""

    document: Document
    widths: set[float] = field(default_factory=set)
    headings: int = 0
    tables: int = 0
    drawn: int = 0
    is_new_page: bool = False

    def block(self, block: Block) -> str:
        match block:
            case Heading():
                return self.heading(block)
            case Paragraph():
                return _p(_line(block.line), _LOOKS[block.look])
            case Callout():
                return _p(_line(block.line), "Notice")
            case Bullets():
                items = "".join(f"<text:list-item>{_p(_line(item), 'List')}</text:list-item>" for item in block.items)
                return f'<text:list text:style-name="Bullets">{items}</text:list>'
            case Entry():
                return _entry(block)
            case Table():
                return self.table(block)
            case Bars():
                return self.bars(block)
            case Figures():
                return self.figures(block)
            case Contents():
                return self.contents(block)
            case PageBreak():
                self.is_new_page = True
                return ""

    def heading(self, block: Heading) -> str:
        number, self.headings = self.headings, self.headings + 1
        style = f"NewPage{block.level}" if self.is_new_page else f"Heading_20_{block.level}"
        self.is_new_page = False
        return (
            f'<text:h text:style-name="{style}" text:outline-level="{block.level}">'
            f'<text:bookmark text:name="{_bookmark(number)}"/>{safe(block.text)}</text:h>'
        )

    def contents(self, block: Contents) -> str:
        """An index with its entries already in it: nobody has to bring it up to date before reading."""
        found = [(number, one) for number, one in enumerate(self.document.headings) if one.level <= block.depth]
        entries = "".join(
            _p(
                f'<text:a xlink:type="simple" xlink:href="#{_bookmark(number)}">{safe(one.text)}</text:a>',
                f"Contents_20_{one.level}",
            )
            for number, one in found
        )
        templates = "".join(
            f'<text:table-of-content-entry-template text:outline-level="{level}" text:style-name="Contents_20_{level}">'
            "<text:index-entry-link-start/><text:index-entry-text/><text:index-entry-link-end/></text:table-of-content-entry-template>"
            for level in range(1, block.depth + 1)
        )
        title = safe(block.title)
        return (
            '<text:table-of-content text:name="Contents" text:protected="false"><text:table-of-content-source '
            f'text:outline-level="{block.depth}" text:use-outline-level="true"><text:index-title-template '
            f'text:style-name="Contents_20_Heading">{title}</text:index-title-template>{templates}</text:table-of-content-source>'
            f'<text:index-body><text:index-title text:name="Contents_Head">{_p(title, "Contents_20_Heading")}</text:index-title>'
            f"{entries}</text:index-body></text:table-of-content>"
        )

    def bars(self, block: Bars) -> str:
        key = "   ".join(
            f'<text:span text:style-name="Mark_{key}">{SIGNS[key]}</text:span> {safe(name)}' for key, name in block.key
        ).replace("   ", '<text:s text:c="4"/>')
        rows = [
            (
                _line((Run(row.name, address=row.address),)),
                self.picture(row.shares, row.spoken) if row.shares else safe(row.words),
                safe(row.n),
            )
            for row in block.rows
        ]
        widths = (COLUMN_MM - WIDTH_MM - 24, WIDTH_MM + 3, 21)
        table = self.grid(block.caption, tuple(map(safe, block.head)), rows, widths, right_from=2)
        return _p(safe(block.caption), "Caption") + _p(key, "Caption") + table

    def picture(self, shares: Shares, spoken: str) -> str:
        self.drawn += 1
        return (
            f'<draw:frame draw:style-name="Picture" draw:name="Bar{self.drawn}" text:anchor-type="as-char" '
            f'svg:width="{WIDTH_MM}mm" svg:height="{HEIGHT_MM}mm"><draw:image xlink:href="Pictures/{picture_name(shares)}" '
            f'xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/><svg:title>{safe(spoken)}</svg:title></draw:frame>'
        )

    def table(self, block: Table) -> str:
        figures = len(block.head) - 1
        rows = [tuple(map(safe, row)) for row in block.rows]
        widths = (COLUMN_MM - 21 * figures, *[21] * figures)
        return _p(safe(block.caption), "Caption") + self.grid(block.caption, tuple(map(safe, block.head)), rows, widths)

    def grid(
        self,
        caption: str,
        head: tuple[str, ...],
        rows: Sequence[tuple[str, ...]],
        widths: tuple[float, ...],
        right_from: int = 1,
    ) -> str:
        """A table whose first row is repeated on every page."""
        first = _row(head, "HeadCell", ("Table_20_Heading", "NumberHeading"), right_from)
        others = "".join(_row(row, "Cell", ("Table_20_Contents", "Number"), right_from) for row in rows)
        head_rows = f"<table:table-header-rows>{first}</table:table-header-rows>"
        return self._framed(f"<table:title>{safe(caption)}</table:title>", widths, head_rows + others)

    def figures(self, block: Figures) -> str:
        """Numbers side by side, each above its name; read aloud, each number is followed by its name."""
        cells = "".join(
            f'<table:table-cell table:style-name="FigureCell" office:value-type="string">{_p(safe(number), "FigureNumber")}'
            f"{_p(safe(name), 'FigureName')}</table:table-cell>"
            for name, number in block.pairs
        )
        widths = (COLUMN_MM / len(block.pairs),) * len(block.pairs)
        return self._framed("", widths, f'<table:table-row table:style-name="Row">{cells}</table:table-row>')

    def _framed(self, title: str, widths: tuple[float, ...], rows: str) -> str:
        self.tables += 1
        self.widths.update(widths)
        columns = "".join(f'<table:table-column table:style-name="{column_style(width)}"/>' for width in widths)
        return (
            f'<table:table table:name="Table{self.tables}" table:style-name="Wide">{title}{columns}{rows}</table:table>'
        )


def _entry_style(level: int) -> str:
    return f"Contents_20_{level}"


def _bookmark(number: int) -> str:
    return f"toc{number:06}"


def _p(inside: str, style: str) -> str:
    return f'<text:p text:style-name="{style}">{inside}</text:p>'


def _line(line: Line) -> str:
    return "".join(map(_run, line))


def _run(run: Run) -> str:
    """Spaces at the ends of a run would be lost without being spelled out."""
    text = safe(run.text)
    if text.startswith(" "):
        text = f"<text:s/>{text[1:]}"
    if text.endswith(" "):
        text = f"{text[:-1]}<text:s/>"
    if run.address:
        return f'<text:a xlink:type="simple" xlink:href="{safe(run.address)}" text:style-name="Internet_20_Link">{text}</text:a>'
    return f'<text:span text:style-name="Strong">{text}</text:span>' if run.strong else text


def _entry(block: Entry) -> str:
    deeper = "_20_2" if block.depth else ""
    if not block.quote:
        return _p(_line(block.line), f"Mention{deeper}")
    return "".join(_p(safe(words), f"Quotations{deeper}") for words in block.quote) + _p(
        _line(block.line), f"Source{deeper}"
    )


def _row(cells: tuple[str, ...], cell_style: str, looks: tuple[str, str], right_from: int) -> str:
    made = "".join(
        f'<table:table-cell table:style-name="{cell_style}" office:value-type="string">{_p(cell, looks[place >= right_from])}'
        "</table:table-cell>"
        for place, cell in enumerate(cells)
    )
    return f'<table:table-row table:style-name="Row">{made}</table:table-row>'

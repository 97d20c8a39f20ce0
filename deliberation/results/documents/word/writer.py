"""The blocks of a document as Word writes them: real headings, lists, tables with header rows, pictures with words in
their place, contents as a field that Word can bring up to date."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from deliberation.results.documents.marks import COLOURS, COLUMN_MM, EDGE, EDGE_STRONG, HEAD, SIGNS, safe, zipped
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
from deliberation.results.documents.pictures import HEIGHT_MM, WIDTH_MM, Shares, bar_pictures, picture_name
from deliberation.results.documents.word.embedding import R
from deliberation.results.documents.word.package import FOOTER_ID, parts, picture_id
from deliberation.results.documents.word.styles import W, styles, twips

_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_EMU = 36000
"""English Metric Units in a millimetre."""
_LOOKS = {"text": "", "small": "Small", "intro": "Intro"}


def write(document: Document) -> bytes:
    """The same document gives the same bytes."""
    pictures = bar_pictures(document)
    pen = _Pen(document, pictures)
    text = "".join(pen.block(block) for block in document.blocks)
    front = (
        _p(_text(document.kicker), "Kicker")
        + _p(_text(document.title), "Title")
        + _p(_text(document.state), "Subtitle")
    )
    body = (
        f'{HEAD}<w:document xmlns:w="{W}" xmlns:r="{R}" xmlns:wp="{_DRAWING}/wordprocessingDrawing" xmlns:a="{_DRAWING}/main"'
        f' xmlns:pic="{_DRAWING}/picture"><w:body>{front}{text}{_section(document.is_dense)}</w:body></w:document>'
    )
    files = {picture_name(shares): picture for shares, picture in pictures.items()}
    made = parts(document, body, {key: address for address, key in pen.links.items()}, files)
    return zipped({**made, "word/styles.xml": styles(document.language, document.is_dense)})


@dataclass
class _Pen:
    """What is counted while writing: links, bookmarks, pictures; and whether a new page was asked for."""

    document: Document
    pictures: dict[Shares, bytes]
    links: dict[str, str] = field(default_factory=dict)
    headings: int = 0
    drawn: int = 0
    is_new_page: bool = False

    def block(self, block: Block) -> str:
        match block:
            case Heading():
                return self.heading(block)
            case Paragraph():
                return _p(self.line(block.line), _LOOKS[block.look])
            case Callout():
                return _p(self.line(block.line), "Notice")
            case Bullets():
                return "".join(_p(self.line(item), "ListBullet") for item in block.items)
            case Entry():
                return self.entry(block)
            case Table():
                return _table(block)
            case Bars():
                return self.bars(block)
            case Figures():
                return _figures(block)
            case Contents():
                return self.contents(block)
            case PageBreak():
                self.is_new_page = True
                return ""

    def heading(self, block: Heading) -> str:
        number, self.headings = self.headings, self.headings + 1
        before = "<w:pageBreakBefore/>" if self.is_new_page else ""
        self.is_new_page = False
        start = f'<w:bookmarkStart w:id="{number}" w:name="{_bookmark(number)}"/>'
        marked = f'{start}{_text(block.text)}<w:bookmarkEnd w:id="{number}"/>'
        return _p(marked, f"Heading{block.level}", before)

    def line(self, line: Line) -> str:
        return "".join(map(self.run, line))

    def run(self, run: Run) -> str:
        if not run.address:
            return _text(run.text, '<w:rStyle w:val="Strong"/>' if run.strong else "")
        key = self.links.setdefault(run.address, f"rIdL{len(self.links)}")
        return f'<w:hyperlink r:id="{key}">{_text(run.text, _LINK)}</w:hyperlink>'

    def entry(self, block: Entry) -> str:
        left = twips(4 + 6 * block.depth)
        indent = f'<w:ind w:left="{left}"/>' if block.depth else ""
        if not block.quote:
            return _p(
                self.line(block.line), "Mention", f'<w:ind w:left="{twips(6 * block.depth)}"/>' if block.depth else ""
            )
        quote = "".join(_p(_text(words), "Quote", indent) for words in block.quote)
        return quote + _p(self.line(block.line), "Source", indent)

    def contents(self, block: Contents) -> str:
        """A field with its entries already in it: no program has to ask before it shows them."""
        found = [(number, one) for number, one in enumerate(self.document.headings) if one.level <= block.depth]
        lines = []
        for place, (number, one) in enumerate(found):
            begin = _field_begin(block.depth) if place == 0 else ""
            end = _FIELD_END if place == len(found) - 1 else ""
            link = f'<w:hyperlink w:anchor="{_bookmark(number)}">{_text(one.text)}</w:hyperlink>'
            lines.append(_p(begin + link + end, f"TOC{one.level}"))
        return _p(_text(block.title), "TOCHeading") + "".join(lines)

    def bars(self, block: Bars) -> str:
        key = _text("   ").join(
            _text(f"{SIGNS[key]} ", f'<w:color w:val="{COLOURS[key]}"/>') + _text(name) for key, name in block.key
        )
        widths = (COLUMN_MM - WIDTH_MM - 22, WIDTH_MM + 2, 20)
        rows = [
            (
                self.line((Run(row.name, address=row.address),)),
                self.picture(row.shares, row.spoken) if row.shares else _text(row.words),
                _text(row.n),
            )
            for row in block.rows
        ]
        table = _grid(block.caption, tuple(map(_text, block.head)), rows, widths, right_from=2)
        return _p(_text(block.caption), "Caption") + _p(key, "Caption") + table

    def picture(self, shares: Shares, spoken: str) -> str:
        self.drawn += 1
        name = picture_name(shares)
        size = f'cx="{round(WIDTH_MM * _EMU)}" cy="{round(HEIGHT_MM * _EMU)}"'
        said = f'id="{self.drawn}" name="{name}" descr="{safe(spoken)}"'
        return (
            f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/><wp:docPr {said}/>'
            f'<a:graphic><a:graphicData uri="{_DRAWING}/picture"><pic:pic><pic:nvPicPr><pic:cNvPr {said}/><pic:cNvPicPr/>'
            f'</pic:nvPicPr><pic:blipFill><a:blip r:embed="{picture_id(name)}"/><a:stretch><a:fillRect/></a:stretch>'
            "</pic:blipFill>"
            f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
            "</pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        )


_LINK = '<w:rStyle w:val="Hyperlink"/>'
_FIELD_END = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def _field_begin(depth: int) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r>'
        f'<w:instrText xml:space="preserve"> TOC \\o "1-{depth}" \\h \\z \\u </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )


def _bookmark(number: int) -> str:
    return f"_Toc{number:06}"


def _text(text: str, properties: str = "") -> str:
    shown = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{shown}<w:t xml:space="preserve">{safe(text)}</w:t></w:r>'


def _p(inside: str, style: str = "", properties: str = "") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    about = f"<w:pPr>{named}{properties}</w:pPr>" if named or properties else ""
    return f"<w:p>{about}{inside}</w:p>"


def _table(block: Table) -> str:
    figures = len(block.head) - 1
    widths = (COLUMN_MM - 21 * figures, *[21] * figures)
    rows = [tuple(map(_text, row)) for row in block.rows]
    return _p(_text(block.caption), "Caption") + _grid(block.caption, tuple(map(_text, block.head)), rows, widths)


def _grid(
    caption: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]], widths: tuple[float, ...], right_from: int = 1
) -> str:
    """A table whose first row is repeated on every page and whose first column names the rows."""
    columns = "".join(f'<w:gridCol w:w="{twips(width)}"/>' for width in widths)
    lines = [_row(head, widths, right_from, is_head=True), *(_row(row, widths, right_from) for row in rows)]
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{twips(sum(widths))}" w:type="dxa"/><w:tblBorders>'
        f'<w:bottom w:val="single" w:sz="4" w:space="0" w:color="{EDGE}"/>'
        f'<w:insideH w:val="single" w:sz="4" w:space="0" w:color="{EDGE}"/></w:tblBorders><w:tblLayout w:type="fixed"/>'
        '<w:tblLook w:val="06A0" w:firstRow="1" w:lastRow="0" w:firstColumn="1" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
        f'<w:tblCaption w:val="{safe(caption)}"/></w:tblPr><w:tblGrid>{columns}</w:tblGrid>{"".join(lines)}</w:tbl>'
        + _p("", "Gap")
    )


def _row(cells: tuple[str, ...], widths: tuple[float, ...], right_from: int, is_head: bool = False) -> str:
    about = "<w:cantSplit/>" + ("<w:tblHeader/>" if is_head else "")
    line = f'<w:bottom w:val="single" w:sz="4" w:space="0" w:color="{EDGE_STRONG}"/>'
    edge = f"<w:tcBorders>{line}</w:tcBorders>" if is_head else ""
    standing = f'<w:vAlign w:val="{"bottom" if is_head else "center"}"/>'
    made = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{twips(width)}" w:type="dxa"/>{edge}{standing}</w:tcPr>'
        + _p(cell, "TableHead" if is_head else "TableText", '<w:jc w:val="right"/>' if place >= right_from else "")
        + "</w:tc>"
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return f"<w:tr><w:trPr>{about}</w:trPr>{made}</w:tr>"


def _figures(block: Figures) -> str:
    """Numbers side by side, each above its name; read aloud, each number is followed by its name."""
    width = twips(COLUMN_MM / len(block.pairs))
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
        f"{_p(_text(number), 'FigureNumber')}{_p(_text(name), 'FigureName')}</w:tc>"
        for name, number in block.pairs
    )
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>'
        for side, size, colour in (("top", 6, EDGE_STRONG), ("bottom", 4, EDGE))
    )
    columns = f'<w:gridCol w:w="{width}"/>' * len(block.pairs)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{width * len(block.pairs)}" w:type="dxa"/><w:tblBorders>{edges}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{columns}</w:tblGrid><w:tr>{cells}</w:tr></w:tbl>{_p("", "Gap")}'
    )


def _section(is_dense: bool) -> str:
    """A4 with the footer."""
    side, top, bottom = twips(22), twips(15 if is_dense else 20), twips(18 if is_dense else 20)
    return (
        f'<w:sectPr><w:footerReference w:type="default" r:id="{FOOTER_ID}"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar '
        f'w:top="{top}" w:right="{side}" w:bottom="{bottom}" w:left="{side}" w:header="567" w:footer="567" w:gutter="0"/>'
        "</w:sectPr>"
    )

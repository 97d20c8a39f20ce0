"""How the Word file looks. Names are those that Word knows and translates, so that whoever goes on writing finds them."""

from deliberation.results.documents.fonts import SANS, SERIF
from deliberation.results.documents.marks import EDGE, EDGE_STRONG, HEAD, INK, INK_2, PEN, SUNKEN, full_language

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MM = 56.693
"""Twentieths of a point in a millimetre."""


def twips(millimetres: float) -> int:
    return round(millimetres * MM)


def styles(language: str, is_dense: bool) -> str:
    """`word/styles.xml`; sizes are half points."""
    body = 18 if is_dense else 20
    space = 50 if is_dense else 90
    above = 130 if is_dense else 260
    return "".join(
        (
            f'{HEAD}<w:styles xmlns:w="{W}">',
            _defaults(full_language(language), body, space),
            '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>',
            '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
            '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>',
            '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
            '<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/>'
            '<w:tblCellMar><w:top w:w="0" w:type="dxa"/>'
            '<w:left w:w="0" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="100" w:type="dxa"/></w:tblCellMar>'
            "</w:tblPr></w:style>",
            _style("Kicker", "Kicker", _spacing(0, 60), _run(21, colour=INK_2)),
            _style("Title", "Title", _keep() + _spacing(0, 80, 216), _run(34 if is_dense else 40, SERIF, bold=True)),
            _style("Subtitle", "Subtitle", _spacing(0, 160), _run(18, colour=INK_2)),
            _heading(1, above, 80, 24 if is_dense else 27),
            _heading(2, above - 60, 70, 23),
            _heading(3, above - 100, 60, 21),
            _style("Notice", "Notice", _shade() + _spacing(120, 120), ""),
            _style("Small", "Small", "", _run(18, colour=INK_2)),
            _style("Intro", "Intro", _keep() + _spacing(140, 40), _run(18, bold=True)),
            _style("Caption", "caption", _keep() + _spacing(140, 50), _run(18, colour=INK_2)),
            _style(
                "Quote", "Quote",
                _keep() + _bar() + _spacing(80, 30) + f'<w:ind w:left="{twips(4)}"/>', _font(SERIF),
            ),
            _style("Source", "Source", _spacing(0, 120) + f'<w:ind w:left="{twips(4)}"/>', _run(18, colour=INK_2)),
            _style("Mention", "Mention", "<w:keepLines/>" + _spacing(60, 80), _run(20)),
            _style("ListBullet", "List Bullet", _listed() + _spacing(0, 60), ""),
            _style("TableText", "Table Text", _spacing(36, 36, 228), _run(19)),
            _style("TableHead", "Table Head", "<w:keepNext/>" + _spacing(36, 36, 228), _run(18, bold=True, colour=INK_2)),
            _style("FigureNumber", "Figure Number", "<w:keepNext/>" + _spacing(60, 0, 240), _run(32, SERIF, bold=True)),
            _style("FigureName", "Figure Name", _spacing(0, 60, 240), _run(18, colour=INK_2)),
            # A table needs a paragraph behind it; this one is only as high as the distance to what follows.
            _style("Gap", "Gap", '<w:spacing w:before="0" w:after="0" w:line="120" w:lineRule="exact"/>', _run(4)),
            _style("TOCHeading", "TOC Heading", _keep() + _spacing(above, 80), _run(28, bold=True)),
            _style("TOC1", "toc 1", _spacing(0, 40), ""),
            _style("TOC2", "toc 2", _spacing(0, 40) + f'<w:ind w:left="{twips(5)}"/>', ""),
            _style("Footer", "footer", _footer(), _run(16, colour=INK_2)),
            '<w:style w:type="character" w:styleId="Strong"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style>',
            '<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/>'
            f'<w:rPr><w:color w:val="{PEN}"/><w:u w:val="single"/></w:rPr></w:style>',
            "</w:styles>",
        )
    )  # fmt: skip


def _defaults(language: str, size: int, space: int) -> str:
    return (
        f'<w:docDefaults><w:rPrDefault><w:rPr>{_font(SANS)}<w:color w:val="{INK}"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
        f'<w:lang w:val="{language}" w:eastAsia="{language}" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        f'<w:pPrDefault><w:pPr><w:spacing w:after="{space}" w:line="240" w:lineRule="auto"/></w:pPr></w:pPrDefault>'
        "</w:docDefaults>"
    )


def _style(name: str, shown: str, paragraph: str, run: str) -> str:
    return (
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{shown}"/><w:basedOn w:val="Normal"/>'
        f"<w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def _heading(level: int, above: int, below: int, size: int) -> str:
    """Headings have an outline, from which programs make contents and bookmarks."""
    properties = f'{_keep()}{_spacing(above, below, 228)}<w:outlineLvl w:val="{level - 1}"/>'
    made = _style(f"Heading{level}", f"heading {level}", properties, _run(size, bold=True))
    return made.replace("<w:qFormat/>", '<w:next w:val="Normal"/><w:qFormat/>')


def _keep() -> str:
    return "<w:keepNext/><w:keepLines/>"


def _spacing(before: int, after: int, line: int = 240) -> str:
    return f'<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="auto"/>'


def _font(name: str) -> str:
    return f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}" w:eastAsia="{name}" w:cs="{name}"/>'


def _run(size: int, font: str = "", bold: bool = False, colour: str = "") -> str:
    """In the order that the format asks for."""
    parts = (
        _font(font) if font else "",
        "<w:b/><w:bCs/>" if bold else "",
        f'<w:color w:val="{colour}"/>' if colour else "",
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>',
    )
    return "".join(parts)


def _shade() -> str:
    sides = ("top", "left", "bottom", "right")
    edges = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="5" w:color="{EDGE}"/>' for side in sides)
    return f'<w:pBdr>{edges}</w:pBdr><w:shd w:val="clear" w:color="auto" w:fill="{SUNKEN}"/>'


def _bar() -> str:
    return f'<w:pBdr><w:left w:val="single" w:sz="12" w:space="8" w:color="{EDGE_STRONG}"/></w:pBdr>'


def _listed() -> str:
    return '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'


def _footer() -> str:
    return (
        f'<w:pBdr><w:top w:val="single" w:sz="4" w:space="6" w:color="{EDGE}"/></w:pBdr>'
        f'<w:tabs><w:tab w:val="right" w:pos="{twips(166)}"/></w:tabs>' + _spacing(0, 0)
    )

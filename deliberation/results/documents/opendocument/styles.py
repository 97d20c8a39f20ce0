"""How the OpenDocument text looks. Names are those that LibreOffice knows and translates."""

from deliberation.results.documents.fonts import SANS, SERIF, fonts
from deliberation.results.documents.marks import (
    COLOURS,
    COLUMN_MM,
    EDGE,
    EDGE_STRONG,
    HEAD,
    INK,
    INK_2,
    PEN,
    SUNKEN,
    full_language,
    safe,
)
from deliberation.results.documents.model import Document

_O = "urn:oasis:names:tc:opendocument:xmlns:"
NAMESPACES = " ".join(
    (
        *(
            f'xmlns:{short}="{_O}{long}:1.0"'
            for short, long in (
                ("office", "office"),
                ("style", "style"),
                ("text", "text"),
                ("table", "table"),
                ("draw", "drawing"),
                ("fo", "xsl-fo-compatible"),
                ("svg", "svg-compatible"),
                ("meta", "meta"),
            )
        ),
        'xmlns:xlink="http://www.w3.org/1999/xlink"',
        'xmlns:dc="http://purl.org/dc/elements/1.1/"',
        'xmlns:loext="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0"',
        'office:version="1.3"',
    )
)


def font_faces() -> str:
    """The fonts and where they lie inside the file."""
    return f"<office:font-face-decls>{_face(SANS, 'swiss')}{_face(SERIF, 'roman')}</office:font-face-decls>"


def _face(family: str, generic: str) -> str:
    files = "".join(
        f'<svg:font-face-uri loext:font-style="normal" loext:font-weight="{"bold" if font.is_bold else "normal"}" '
        f'xlink:href="Fonts/{font.file}" xlink:type="simple"><svg:font-face-format svg:string="truetype"/></svg:font-face-uri>'
        for font in fonts()
        if font.family == family
    )
    return (
        f'<style:font-face style:name="{family}" svg:font-family="\'{family}\'" style:font-family-generic="{generic}" '
        f'style:font-pitch="variable"><svg:font-face-src>{files}</svg:font-face-src></style:font-face>'
    )


def styles(document: Document) -> str:
    """`styles.xml`: named styles, the page with its footer."""
    return (
        f"{HEAD}<office:document-styles {NAMESPACES}>{font_faces()}<office:styles>{_named(document)}</office:styles>"
        f"<office:automatic-styles>{_page(document.is_dense)}</office:automatic-styles>"
        f'<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="A4">'
        f"<style:footer>{_footer(document)}</style:footer></style:master-page></office:master-styles></office:document-styles>"
    )


def automatic_styles() -> str:
    """Those of `content.xml`: tables and what stands in them."""
    line = f'fo:border-bottom="0.5pt solid #{EDGE}"'
    strong = f'fo:border-bottom="0.5pt solid #{EDGE_STRONG}"'
    cell = 'fo:padding-top="0.3mm" fo:padding-bottom="0.3mm" fo:padding-left="0mm" fo:padding-right="2mm"'
    return "".join(
        (
            f'<style:style style:name="Wide" style:family="table"><style:table-properties style:width="{COLUMN_MM}mm" '
            'table:align="left" fo:margin-bottom="2mm" style:may-break-between-rows="true"/></style:style>',
            '<style:style style:name="Row" style:family="table-row"><style:table-row-properties fo:keep-together="always"/>'
            "</style:style>",
            _cell("Cell", f'{line} {cell} style:vertical-align="middle"'),
            _cell("HeadCell", f'{strong} {cell} style:vertical-align="bottom"'),
            _cell("FigureCell", f'fo:border-top="0.75pt solid #{EDGE_STRONG}" {line} {cell}'),
            *(
                f'<style:style style:name="Mark_{key}" style:family="text"><style:text-properties fo:color="#{colour}"/>'
                "</style:style>"
                for key, colour in COLOURS.items()
            ),
            '<style:style style:name="Picture" style:family="graphic"><style:graphic-properties style:vertical-pos="middle" '
            'style:vertical-rel="text"/></style:style>',
            *(
                f'<style:style style:name="NewPage{level}" style:family="paragraph" style:parent-style-name="Heading_20_{level}">'
                '<style:paragraph-properties fo:break-before="page"/></style:style>'
                for level in (1, 2, 3)
            ),
        )
    )


def column_style(millimetres: float) -> str:
    return f"Column{round(millimetres * 10)}"


def column_styles(widths: set[float]) -> str:
    return "".join(
        f'<style:style style:name="{column_style(width)}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width:.1f}mm"/></style:style>'
        for width in sorted(widths)
    )


def _cell(name: str, properties: str) -> str:
    return f'<style:style style:name="{name}" style:family="table-cell"><style:table-cell-properties {properties}/></style:style>'


def _named(document: Document) -> str:
    dense = document.is_dense
    language, _dash, country = full_language(document.language).partition("-")
    body, space, above = (9, 0.8, 2.1) if dense else (10, 1.5, 4.2)
    heads = 12 if dense else 13.5
    return "".join(
        (
            '<style:default-style style:family="paragraph"><style:paragraph-properties fo:orphans="2" fo:widows="2" '
            f'style:tab-stop-distance="10mm"/><style:text-properties style:font-name="{SANS}" fo:font-size="{body}pt" '
            f'fo:color="#{INK}" fo:language="{language}" fo:country="{country or "none"}" fo:hyphenate="true" '
            'fo:hyphenation-remain-char-count="3" fo:hyphenation-push-char-count="3"/></style:default-style>',
            '<style:default-style style:family="table"><style:table-properties table:border-model="collapsing"/>'
            "</style:default-style>",
            _style("Standard", "", f'fo:margin-bottom="{space}mm"'),
            _style("Kicker", "Standard", 'fo:margin-bottom="1mm"', f'fo:font-size="10.5pt" fo:color="#{INK_2}"'),
            _style("Title", "Standard", f"{_KEEP} fo:margin-bottom=\"1.4mm\" fo:line-height=\"92%\"",
                   f'style:font-name="{SERIF}" fo:font-size="{17 if dense else 20}pt" {_BOLD} fo:hyphenate="false"'),
            _style("Subtitle", "Standard", 'fo:margin-bottom="2.8mm"', _SMALL),
            *(
                _style(f"Heading_20_{level}", "Standard",
                       f'{_KEEP} fo:margin-top="{max(1.0, above - 1.2 * (level - 1)):.1f}mm" fo:margin-bottom="1.3mm"',
                       f'fo:font-size="{size}pt" {_BOLD} fo:hyphenate="false"',
                       f' style:display-name="Heading {level}" style:default-outline-level="{level}"'
                       ' style:next-style-name="Standard"')
                for level, size in ((1, heads), (2, 11), (3, 10))
            ),
            _style("Notice", "Standard", f'fo:background-color="#{SUNKEN}" fo:padding="1.8mm" fo:border="0.5pt solid #{EDGE}" '
                   'fo:margin-top="2mm" fo:margin-bottom="2mm"'),
            _style("Small", "Standard", "", _SMALL),
            _style("Intro", "Standard", f'{_KEEP} fo:margin-top="2.4mm" fo:margin-bottom="0.7mm"', f'fo:font-size="9pt" {_BOLD}'),
            _style("Caption", "Standard", f'{_KEEP} fo:margin-top="2.4mm" fo:margin-bottom="0.8mm"', _SMALL),
            _style("Quotations", "Standard", f'{_KEEP} fo:margin-left="4mm" fo:margin-top="1.4mm" fo:margin-bottom="0.5mm" '
                   f'fo:border-left="1.5pt solid #{EDGE_STRONG}" fo:padding-left="2.6mm"', f'style:font-name="{SERIF}"'),
            _style("Quotations_20_2", "Quotations", 'fo:margin-left="10mm"', "", ' style:display-name="Quotations 2"'),
            _style("Source", "Standard", 'fo:margin-left="4mm" fo:margin-bottom="1.7mm"', _SMALL),
            _style("Source_20_2", "Source", 'fo:margin-left="10mm"', "", ' style:display-name="Source 2"'),
            _style("Mention", "Standard", 'fo:keep-together="always" fo:margin-top="1mm" fo:margin-bottom="1.4mm"',
                   'fo:font-size="9.5pt"'),
            _style("Mention_20_2", "Mention", 'fo:margin-left="6mm"', "", ' style:display-name="Mention 2"'),
            _style("List", "Standard", 'fo:margin-bottom="0.8mm"'),
            _style("Table_20_Contents", "Standard", 'fo:margin-bottom="0mm"', 'fo:font-size="9.5pt"',
                   ' style:display-name="Table Contents"'),
            _style("Table_20_Heading", "Table_20_Contents", 'fo:keep-with-next="always"',
                   f'{_SMALL} {_BOLD} fo:hyphenate="false"',
                   ' style:display-name="Table Heading"'),
            _style("Number", "Table_20_Contents", 'fo:text-align="end"'),
            _style("NumberHeading", "Table_20_Heading", 'fo:text-align="end"'),
            _style("FigureNumber", "Table_20_Contents", 'fo:keep-with-next="always" fo:margin-top="1mm"',
                   f'style:font-name="{SERIF}" fo:font-size="16pt" {_BOLD}'),
            _style("FigureName", "Table_20_Contents", 'fo:margin-bottom="1mm"', f'{_SMALL} fo:hyphenate="false"'),
            _style("Contents_20_Heading", "Standard", f'{_KEEP} fo:margin-top="{above}mm" fo:margin-bottom="1.3mm"',
                   f'fo:font-size="{heads}pt" {_BOLD}', ' style:display-name="Contents Heading"'),
            _style("Contents_20_1", "Standard", 'fo:margin-bottom="0.7mm"', "", ' style:display-name="Contents 1"'),
            _style("Contents_20_2", "Standard", 'fo:margin-bottom="0.7mm" fo:margin-left="5mm"', "",
                   ' style:display-name="Contents 2"'),
            '<style:style style:name="Footer" style:family="paragraph" style:parent-style-name="Standard">'
            '<style:paragraph-properties '
            f'fo:border-top="0.5pt solid #{EDGE}" fo:padding-top="1.4mm" fo:margin-bottom="0mm"><style:tab-stops>'
            f'<style:tab-stop style:position="{COLUMN_MM}mm" style:type="right"/></style:tab-stops></style:paragraph-properties>'
            f'<style:text-properties fo:font-size="8pt" fo:color="#{INK_2}"/></style:style>',
            f'<style:style style:name="Strong" style:family="text"><style:text-properties {_BOLD}/></style:style>',
            '<style:style style:name="Internet_20_Link" style:display-name="Internet Link" style:family="text">'
            '<style:text-properties '
            f'fo:color="#{PEN}" style:text-underline-style="solid" style:text-underline-width="auto"/></style:style>',
            '<text:list-style style:name="Bullets"><text:list-level-style-bullet text:level="1" text:bullet-char="•">'
            '<style:list-level-properties text:list-level-position-and-space-mode="label-alignment">'
            '<style:list-level-label-alignment text:label-followed-by="listtab" fo:text-indent="-5mm" fo:margin-left="5mm"/>'
            "</style:list-level-properties></text:list-level-style-bullet></text:list-style>",
        )
    )  # fmt: skip


_KEEP = 'fo:keep-with-next="always" fo:keep-together="always"'
_BOLD = 'fo:font-weight="bold"'
_SMALL = f'fo:font-size="9pt" fo:color="#{INK_2}"'


def _style(name: str, parent: str, paragraph: str, text: str = "", about: str = "") -> str:
    above = f' style:parent-style-name="{parent}"' if parent else ""
    return (
        f'<style:style style:name="{name}" style:family="paragraph"{above}{about}><style:paragraph-properties {paragraph}/>'
        f"<style:text-properties {text}/></style:style>"
    )


def _page(is_dense: bool) -> str:
    top, bottom = (14, 7) if is_dense else (20, 9)
    return (
        '<style:page-layout style:name="A4"><style:page-layout-properties fo:page-width="210mm" fo:page-height="297mm" '
        f'fo:margin-top="{top}mm" fo:margin-bottom="{bottom}mm" fo:margin-left="22mm" fo:margin-right="22mm"/>'
        '<style:footer-style><style:header-footer-properties fo:min-height="7mm" fo:margin-top="2.5mm"/></style:footer-style>'
        "</style:page-layout>"
    )


def _footer(document: Document) -> str:
    return (
        f'<text:p text:style-name="Footer">{safe(document.state)}<text:tab/>{safe(document.page)} '
        '<text:page-number text:select-page="current">1</text:page-number> / <text:page-count>1</text:page-count></text:p>'
    )

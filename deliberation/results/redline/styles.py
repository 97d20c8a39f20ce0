"""How the Word file looks: a text column with the numbers of its paragraphs in the margin, as on the page.

The names are those that Word knows and translates, so that somebody who goes on writing finds them in its list.
"""

from markupsafe import escape

from deliberation.declarations.lines import LEVEL_MAX

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NUMBER = "ParagraphNumber"
# Twentieths of a point: 1.7 cm hold "12.10" and the number it had before in most cases.
MARGIN = 964
STEP = 510
GALLERY = ("Title", "Subtitle", "Heading1", "Heading2", "BodyText", "List")
SERIF = "Georgia"
SANS = "Calibri"
INK_2 = "404D47"
LIST_SPACING = '<w:spacing w:after="80"/>'


def hanging_indent(level: int) -> int:
    """How far a line of this level stands from the left."""
    return MARGIN + STEP * level


def styles(language: str) -> str:
    """`word/styles.xml`."""
    return "".join(
        (
            f'<w:styles xmlns:w="{WORD}">',
            _defaults(escape(language)),
            *_text_styles(),
            *(style for level in range(1, LEVEL_MAX + 1) for style in _list_styles(level)),
            *_small_styles(),
            "</w:styles>",
        )
    )


def _defaults(language: str) -> str:
    return (
        f'<w:docDefaults><w:rPrDefault><w:rPr>{_font(SERIF)}<w:sz w:val="22"/><w:szCs w:val="22"/>'
        f'<w:lang w:val="{language}" w:eastAsia="{language}" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        '<w:pPrDefault><w:pPr><w:spacing w:after="140" w:line="300" w:lineRule="auto"/></w:pPr></w:pPrDefault>'
        "</w:docDefaults>"
    )


def _text_styles() -> tuple[str, ...]:
    heading = "<w:keepNext/><w:keepLines/><w:suppressAutoHyphens/>"
    tab = f'<w:tabs><w:tab w:val="left" w:pos="{MARGIN}"/></w:tabs>'
    return (
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>',
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>',
        _style("Title", "Title", heading + '<w:spacing w:after="80" w:line="252" w:lineRule="auto"/>', _size(40)),
        _style("Subtitle", "Subtitle", '<w:spacing w:after="360"/>', _font(SANS) + _colour(INK_2) + _size(22)),
        _style("Heading1", "heading 1", heading + _spacing(400, 120) + '<w:outlineLvl w:val="0"/>', _bold(28)),
        _style("Heading2", "heading 2", heading + _spacing(280, 100) + '<w:outlineLvl w:val="1"/>', _bold(24)),
        _style("BodyText", "Body Text", tab + _indent(MARGIN, MARGIN)),
        _style("BodyTextIndent", "Body Text Indent", _indent(MARGIN)),
    )


def _list_styles(level: int) -> tuple[str, str]:
    """An item with a label in front of it, and one without."""
    suffix = str(level) if level > 1 else ""
    name = f" {suffix}" if suffix else ""
    left = hanging_indent(level)
    return (
        _style(f"List{suffix}", f"List{name}", LIST_SPACING + _indent(left, STEP)),
        _style(f"ListContinue{suffix}", f"List Continue{name}", LIST_SPACING + _indent(left)),
    )


def _small_styles() -> tuple[str, ...]:
    """Numbers, the foot of the page, and comments."""
    small = _font(SANS) + _colour(INK_2)
    right = '<w:tabs><w:tab w:val="right" w:pos="9070"/></w:tabs>'
    return (
        _style(NUMBER, "Paragraph Number", "", _font(SANS) + "<w:b/>" + _colour(INK_2) + _size(20), kind="character"),
        _style(
            "Footer", "footer", right + '<w:spacing w:after="0" w:line="240" w:lineRule="auto"/>', small + _size(18)
        ),
        _style("CommentReference", "annotation reference", "", _size(16), kind="character"),
        _style("CommentText", "annotation text", _spacing(0, 60, 240), _font(SANS) + _size(20)),
    )


def _style(identity: str, name: str, paragraph: str = "", run: str = "", kind: str = "paragraph") -> str:
    based_on = '<w:basedOn w:val="Normal"/>' if kind == "paragraph" else ""
    # What somebody who writes on looks for stands in Word's gallery, the rest in its list.
    is_shown = "<w:qFormat/>" if identity in GALLERY else ""
    is_ours = ' w:customStyle="1"' if identity == NUMBER or identity.endswith("6") else ""
    properties = f"<w:pPr>{paragraph}</w:pPr>" if paragraph else ""
    letters = f"<w:rPr>{run}</w:rPr>" if run else ""
    return (
        f'<w:style w:type="{kind}"{is_ours} w:styleId="{identity}"><w:name w:val="{name}"/>{based_on}{is_shown}'
        f"{properties}{letters}</w:style>"
    )


def _indent(left: int, hanging: int = 0) -> str:
    return f'<w:ind w:left="{left}" w:hanging="{hanging}"/>' if hanging else f'<w:ind w:left="{left}"/>'


def _spacing(before: int, after: int, line: int = 276) -> str:
    return f'<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="auto"/>'


def _font(name: str) -> str:
    return f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}" w:cs="{name}"/>'


def _colour(value: str) -> str:
    return f'<w:color w:val="{value}"/>'


def _size(half_points: int) -> str:
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def _bold(half_points: int) -> str:
    return "<w:b/><w:bCs/>" + _size(half_points)

"""Builders of small files for the import: real ones and hostile ones, made in code."""

import io
import zipfile
from collections.abc import Mapping
from html import escape

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument'
    '.wordprocessingml.document.main+xml"/></Types>'
)
_OPEN = {
    "office": "office:1.0",
    "style": "style:1.0",
    "text": "text:1.0",
    "table": "table:1.0",
    "draw": "drawing:1.0",
    "fo": "xsl-fo-compatible:1.0",
}


def zipped(entries: Mapping[str, str | bytes]) -> bytes:
    """A zip file with these entries."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return target.getvalue()


def docx(body: str, *, numbering: str = "", styles: str = "", dtd: str = "", **extra: str | bytes) -> bytes:
    """A Word file with this body; entries of `extra` replace "__" by "/" and "_dot_" by "."."""
    entries: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES,
        "word/document.xml": f'{dtd}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
    }
    if numbering:
        entries["word/numbering.xml"] = f'<w:numbering xmlns:w="{WORD}">{numbering}</w:numbering>'
    if styles:
        entries["word/styles.xml"] = f'<w:styles xmlns:w="{WORD}">{styles}</w:styles>'
    entries.update({name.replace("__", "/").replace("_dot_", "."): data for name, data in extra.items()})
    return zipped(entries)


def p(text: str, *, style: str = "", num: tuple[int, int] | None = None, bold: bool = False) -> str:
    """A paragraph of Word; `num` is (list, level)."""
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    if num:
        properties += f'<w:numPr><w:ilvl w:val="{num[1]}"/><w:numId w:val="{num[0]}"/></w:numPr>'
    return f"<w:p><w:pPr>{properties}</w:pPr>{r(text, bold=bold)}</w:p>"


def r(text: str, *, bold: bool = False, hidden: bool = False) -> str:
    """A run of Word."""
    properties = ("<w:b/>" if bold else "") + ("<w:vanish/>" if hidden else "")
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def abstract(number: int, *levels: tuple[str, str], start: int = 1) -> str:
    """An abstract list of Word; each level is (format, text), e.g. ("decimal", "%1.")."""
    body = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for level, (kind, text) in enumerate(levels)
    )
    return f'<w:abstractNum w:abstractNumId="{number}">{body}</w:abstractNum>'


def num(number: int, abstract_number: int, *, restart: int | None = None) -> str:
    """A list of Word that uses an abstract one."""
    override = ""
    if restart is not None:
        override = f'<w:lvlOverride w:ilvl="0"><w:startOverride w:val="{restart}"/></w:lvlOverride>'
    return f'<w:num w:numId="{number}"><w:abstractNumId w:val="{abstract_number}"/>{override}</w:num>'


HEADINGS = (
    "".join(
        f'<w:style w:type="paragraph" w:styleId="berschrift{level}"><w:name w:val="heading {level}"/></w:style>'
        for level in (1, 2, 3)
    )
    + '<w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style>'
)


def odt(body: str, *, styles: str = "", **extra: str | bytes) -> bytes:
    """An OpenDocument text with this body and these automatic styles."""
    spaces = "".join(f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}"' for short, long in _OPEN.items())
    content = (
        f'<office:document-content{spaces} xmlns:xlink="http://www.w3.org/1999/xlink"><office:automatic-styles>{styles}'
        f"</office:automatic-styles><office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    entries: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": content,
    }
    entries.update({name.replace("__", "/").replace("_dot_", "."): data for name, data in extra.items()})
    return zipped(entries)


def numbered(name: str, *levels: str) -> str:
    """A list style of OpenDocument; each level is its attributes."""
    body = "".join(
        f'<text:list-level-style-number text:level="{number}" {attributes}/>'
        for number, attributes in enumerate(levels, start=1)
    )
    return f'<text:list-style style:name="{name}">{body}</text:list-style>'


def pdf(*pages: str, encrypt: bool = False) -> bytes:
    """A PDF; each page is its content stream, with the fonts /F1 (regular) and /F2 (bold)."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>")
    objects.append(
        "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8"
        " /ColorSpace /DeviceGray /Length 1 >>"
        "\nstream\n0\nendstream"
    )
    kids = []
    for stream in pages:
        objects.append(f"<< /Length {len(stream.encode('cp1252'))} >>\nstream\n{stream}\nendstream")
        kids.append(len(objects) + 1)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R"
            " /Resources << /Font << /F1 3 0 R /F2 4 0 R >>"
            f" /XObject << {'/I 5 0 R' if '/I Do' in stream else ''} >> >> >>"
        )
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] >>"
    return _assemble(objects) if not encrypt else _encrypted(_assemble(objects))


def _assemble(objects: list[str]) -> bytes:
    data, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{one}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R >>"
    tail = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n{trailer}\n"
    return data + f"{tail}startxref\n{len(data)}\n%%EOF\n".encode()


def _encrypted(data: bytes) -> bytes:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt("geheim", algorithm="RC4-128")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def lines(*rows: tuple[float, float, float, bool, str]) -> str:
    """A content stream that sets lines of text: x, y, size, bold, text."""
    return "\n".join(
        f"BT /{'F2' if bold else 'F1'} {size} Tf 1 0 0 1 {x} {y} Tm ({_safe(text)}) Tj ET"
        for x, y, size, bold, text in rows
    )


def _safe(text: str) -> str:
    return text.replace("(", "\\(").replace(")", "\\)")

"""What a Word file is made of besides its text: a zip of parts that name one another, and what it says about itself."""

import io
import textwrap
import zipfile
from dataclasses import dataclass
from datetime import date
from typing import Any

from lxml import etree  # type: ignore[attr-defined]
from markupsafe import escape

from deliberation.results.redline.styles import STEP, WORD, styles

R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
W = {"w": WORD, "r": R}
FOOTER_ID = "rId4"
FOOTER_MAX = 80
LANGUAGES = {"de": "de-DE", "en": "en-GB"}

MAKER = "deliberation"
"""In the properties of every file stands the program, and nobody who used it."""
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""The first that the format knows."""
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_THREADS = "http://schemas.microsoft.com/office/2011/relationships"
_CORE_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"


@dataclass(frozen=True)
class About:
    """All that the file says about its text and its making. A day, since a time would say when somebody worked."""

    title: str
    subject: str
    language: str
    day: date

    @property
    def full_language(self) -> str:
        return LANGUAGES.get(self.language, self.language)


def packed(about: About, document: Any, comments: Any, threads: Any = None) -> bytes:
    """The file. Same parts, same bytes: the times inside the zip are always the same. `threads` says which comment answers
    which."""
    targets = [(f"{R}/{name}", f"{name}.xml") for name in ("styles", "settings", "comments", "footer")]
    if threads is not None:
        targets.append((f"{_THREADS}/commentsExtended", "commentsExtended.xml"))
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _content_types(threads is not None),
        "_rels/.rels": _relationships(
            (f"{R}/officeDocument", "word/document.xml"),
            (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "docProps/core.xml": _core(about),
        "word/_rels/document.xml.rels": _relationships(*targets),
        "word/document.xml": _serialised(document),
        "word/styles.xml": _HEAD + styles(about.full_language),
        "word/settings.xml": _settings(about),
        "word/comments.xml": _serialised(comments),
        "word/footer.xml": _footer(about),
    }
    if threads is not None:
        parts["word/commentsExtended.xml"] = _serialised(threads)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return target.getvalue()


def _serialised(root: Any) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _content_types(has_threads: bool) -> str:
    names = {"document": "document.main", "styles": "", "settings": "", "comments": "", "footer": ""}
    names |= {"commentsExtended": ""} if has_threads else {}
    overrides = [(f"/word/{name}.xml", f"{_WORD_TYPE}.{kind or name}+xml") for name, kind in names.items()]
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(
            f'<Override PartName="{name}" ContentType="{kind}"/>'
            for name, kind in [*overrides, ("/docProps/core.xml", _CORE_TYPE)]
        )
        + "</Types>"
    )


def _relationships(*targets: tuple[str, str]) -> str:
    """Numbered from rId1 in the given order; the footer is the one that the text names."""
    found = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{found}</Relationships>'


def _core(about: About) -> str:
    day = f'xsi:type="dcterms:W3CDTF">{about.day.isoformat()}T00:00:00Z<'
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(about.title)}</dc:title><dc:subject>{escape(about.subject)}</dc:subject>"
        f"<dc:creator>{MAKER}</dc:creator><dc:language>{escape(about.full_language)}</dc:language>"
        f"<cp:lastModifiedBy>{MAKER}</cp:lastModifiedBy>"
        f"<dcterms:created {day}/dcterms:created><dcterms:modified {day}/dcterms:modified>"
        "</cp:coreProperties>"
    )


def _settings(about: About) -> str:
    """Mode 15 keeps Word from opening the file as one of an old release."""
    return (
        f'{_HEAD}<w:settings xmlns:w="{WORD}"><w:defaultTabStop w:val="{STEP}"/><w:autoHyphenation w:val="true"/>'
        '<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word"'
        f' w:val="15"/></w:compat><w:themeFontLang w:val="{escape(about.full_language)}"/></w:settings>'
    )


def _footer(about: About) -> str:
    """The title, and which page of how many; pages get lost between printer and meeting."""
    title = textwrap.shorten(about.title, FOOTER_MAX, placeholder="…")
    line = f"{_text(title)}<w:r><w:tab/></w:r>{_field('PAGE')}{_text(' / ')}{_field('NUMPAGES')}"
    return f'{_HEAD}<w:ftr xmlns:w="{WORD}"><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>{line}</w:p></w:ftr>'


def _field(name: str) -> str:
    return f'<w:fldSimple w:instr=" {name} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'


def _text(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'

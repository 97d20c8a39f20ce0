"""What a Word file is made of besides its text: parts that name one another, and what it says about itself.

Nothing in it says who asked for it: the program stands as its maker, and its time is a day.
"""

from collections.abc import Mapping

from deliberation.results.documents.marks import HEAD, full_language, safe
from deliberation.results.documents.model import Document
from deliberation.results.documents.word.embedding import R, font_parts, font_table, font_targets
from deliberation.results.documents.word.styles import W, twips
from deliberation.results.redline.package import MAKER

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
FOOTER_ID = "rIdFooter"


def parts(
    document: Document, body: str, links: Mapping[str, str], pictures: Mapping[str, bytes]
) -> dict[str, str | bytes]:
    """All parts. `links` are addresses by id, `pictures` files by name; a picture has the id `rId` with its name."""
    made: dict[str, str | bytes] = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relationships(
            ("rId1", f"{R}/officeDocument", "word/document.xml", False),
            ("rId2", f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml", False),
        ),
        "docProps/core.xml": _core(document),
        "word/document.xml": body,
        "word/_rels/document.xml.rels": _relationships(
            *(
                (f"rId_{name}", f"{R}/{name}", f"{name}.xml", False)
                for name in ("styles", "settings", "numbering", "fontTable")
            ),
            (FOOTER_ID, f"{R}/footer", "footer.xml", False),
            *((picture_id(name), f"{R}/image", f"media/{name}", False) for name in pictures),
            *((key, f"{R}/hyperlink", address, True) for key, address in links.items()),
        ),
        "word/settings.xml": _settings(document),
        "word/numbering.xml": _numbering(),
        "word/footer.xml": _footer(document),
    }
    made["word/fontTable.xml"] = font_table()
    made["word/_rels/fontTable.xml.rels"] = _relationships(
        *((key, f"{R}/font", target, False) for key, target in font_targets())
    )
    return {**made, **font_parts(), **{f"word/media/{name}": picture for name, picture in pictures.items()}}


def picture_id(name: str) -> str:
    return f"rId_{name.removesuffix('.png')}"


def _content_types() -> str:
    kinds = {
        "document": "document.main",
        "styles": "styles",
        "settings": "settings",
        "numbering": "numbering",
        "footer": "footer",
        "fontTable": "fontTable",
    }
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_WORD_TYPE}.{kind}+xml"/>' for name, kind in kinds.items()
    )
    return (
        f'{HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
        '<Default Extension="odttf" ContentType="application/vnd.openxmlformats-officedocument.obfuscatedFont"/>'
        f'{overrides}<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
    )


def _relationships(*targets: tuple[str, str, str, bool]) -> str:
    found = "".join(
        f'<Relationship Id="{key}" Type="{kind}" Target="{safe(target)}"{" TargetMode=" + QUOTED if external else ""}/>'
        for key, kind, target, external in targets
    )
    return f'{HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{found}</Relationships>'


QUOTED = '"External"'


def _core(document: Document) -> str:
    day = f'xsi:type="dcterms:W3CDTF">{document.day.isoformat()}T00:00:00Z<'
    return (
        f'{HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{safe(document.title)}</dc:title><dc:subject>{safe(document.kicker)}</dc:subject>"
        f"<dc:description>{safe(document.description)}</dc:description>"
        f"<dc:creator>{MAKER}</dc:creator><dc:language>{full_language(document.language)}</dc:language>"
        f"<cp:lastModifiedBy>{MAKER}</cp:lastModifiedBy>"
        f"<dcterms:created {day}/dcterms:created><dcterms:modified {day}/dcterms:modified></cp:coreProperties>"
    )


def _settings(document: Document) -> str:
    """Mode 15 keeps Word from opening the file as one of an old release."""
    return (
        f'{HEAD}<w:settings xmlns:w="{W}"><w:embedTrueTypeFonts/><w:autoHyphenation w:val="true"/><w:compat>'
        '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
        f'</w:compat><w:themeFontLang w:val="{full_language(document.language)}"/></w:settings>'
    )


def _numbering() -> str:
    return (
        f'{HEAD}<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="hybridMultilevel"/>'
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="{twips(5)}" w:hanging="{twips(5)}"/></w:pPr></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )


def _footer(document: Document) -> str:
    """Day, edition and selection on every page, and which of how many it is: pages get lost between printer and meeting."""
    return (
        f'{HEAD}<w:ftr xmlns:w="{W}"><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>'
        f"{_text(document.state)}<w:r><w:tab/></w:r>{_text(document.page + ' ')}{_field('PAGE')}{_text(' / ')}"
        f"{_field('NUMPAGES')}"
        "</w:p></w:ftr>"
    )


def _field(name: str) -> str:
    return f'<w:fldSimple w:instr=" {name} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'


def _text(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{safe(text)}</w:t></w:r>'

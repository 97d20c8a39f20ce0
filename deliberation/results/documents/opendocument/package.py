"""What an OpenDocument file is made of besides its text. Nothing in it says who asked for it; its time is a day."""

from collections.abc import Mapping

from deliberation.results.documents.fonts import fonts
from deliberation.results.documents.marks import HEAD, full_language, safe, zipped
from deliberation.results.documents.model import Document
from deliberation.results.documents.opendocument.styles import NAMESPACES, styles
from deliberation.results.redline.package import MAKER

MIMETYPE = "application/vnd.oasis.opendocument.text"
_MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
_KINDS = {".xml": "text/xml", ".png": "image/png", ".ttf": "application/x-font-ttf"}


def packed(document: Document, content: str, pictures: Mapping[str, bytes]) -> bytes:
    """The file. `pictures` are files by name."""
    parts: dict[str, str | bytes] = {
        "content.xml": content,
        "styles.xml": styles(document),
        "meta.xml": _meta(document),
        **{f"Fonts/{font.file}": font.content for font in fonts()},
        **{f"Pictures/{name}": picture for name, picture in pictures.items()},
    }
    # The type comes first and is not compressed: programs look for it at the thirtieth byte.
    return zipped({"mimetype": MIMETYPE, **parts, "META-INF/manifest.xml": _manifest(parts)}, stored="mimetype")


def _manifest(parts: Mapping[str, str | bytes]) -> str:
    files = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="{_KINDS[name[name.rindex(".") :]]}"/>'
        for name in parts
    )
    return (
        f'{HEAD}<manifest:manifest xmlns:manifest="{_MANIFEST}" manifest:version="1.3"><manifest:file-entry '
        f'manifest:full-path="/" manifest:version="1.3" manifest:media-type="{MIMETYPE}"/>{files}</manifest:manifest>'
    )


def _meta(document: Document) -> str:
    day = f"{document.day.isoformat()}T00:00:00Z"
    return (
        f"{HEAD}<office:document-meta {NAMESPACES}><office:meta><meta:generator>{MAKER}</meta:generator>"
        f"<dc:title>{safe(document.title)}</dc:title><dc:subject>{safe(document.kicker)}</dc:subject>"
        f"<dc:description>{safe(document.description)}</dc:description><meta:creation-date>{day}</meta:creation-date>"
        f"<dc:date>{day}</dc:date><dc:language>{full_language(document.language)}</dc:language></office:meta>"
        "</office:document-meta>"
    )

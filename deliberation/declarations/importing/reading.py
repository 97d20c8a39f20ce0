"""From the bytes of a file to blocks: the type by its content, then the one reader that is needed."""

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

from deliberation.declarations.importing.blocks import MAX_TEXT, Document
from deliberation.declarations.importing.refusals import ImportRefused

MAX_FILE = 10 * 1024 * 1024
_PACKAGE = "deliberation.declarations.importing"
_HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title)\b",
    re.IGNORECASE | re.DOTALL,
)
_HTML_PART = re.compile(r"^\s*<(?:p|h[1-6]|ol|ul|div|section|article|main|table)(?:\s[^<>]*)?>", re.IGNORECASE)
_MARKDOWN = re.compile(r"^#{1,6}[ \t]+\S|\*\*[^\s*][^*\n]{0,200}\*\*", re.MULTILINE)
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_WORD_TYPES = re.compile(rb"wordprocessingml\.(?:document|template)\.main\+xml")


def read(data: bytes, filename: str) -> Document:
    """Read a file of any supported type. Raises ImportRefused."""
    if len(data) > MAX_FILE:
        raise ImportRefused("too_big")
    if not data.strip(b" \t\r\n\x0b\x0c"):
        raise ImportRefused("empty")
    if b"%PDF-" in data[:1024]:
        document = _reader("pdf")(data)
    elif data[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
        document = _read_archive(data)
    elif data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise ImportRefused("encrypted" if "EncryptedPackage".encode("utf-16-le") in data else "old_word")
    else:
        document = _read_text(decode(data), filename.lower())
    if not any(any(char.isalnum() for char in block.text) for block in document.blocks):
        raise ImportRefused("empty")
    return document


def decode(data: bytes) -> str:
    """The text of a file: UTF-8 or UTF-16 by their marks, else UTF-8, else Windows-1252. Binary data is
    refused.
    """
    if data.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        raise ImportRefused("wrong_type")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    if data.startswith(b"{\\rtf") or _BINARY.search(text) or text.count("\ufffd") > len(text) // 100:
        raise ImportRefused("wrong_type")
    if len(text) > 2 * MAX_TEXT:
        raise ImportRefused("too_long")
    return text


def _reader(name: str) -> Callable[[Any], Document]:
    """Import one reader; the others and their libraries stay on disk."""
    reader: Callable[[Any], Document] = getattr(import_module(f"{_PACKAGE}.read_{name}"), f"read_{name}")
    return reader


def _read_text(text: str, filename: str) -> Document:
    if not any(char.isalnum() for char in text):
        raise ImportRefused("empty")
    by_name = filename.endswith((".html", ".htm", ".xhtml"))
    if _HTML_START.match(text[:20_000]) or (by_name and "<" in text) or _HTML_PART.match(text[:2_000]):
        return _reader("html")(text)
    if re.match(r"\s*<(?:\?xml|!doctype|!entity)", text[:2_000], re.IGNORECASE):
        raise ImportRefused("entities" if "<!entity" in text[:200_000].lower() else "wrong_type")
    if filename.endswith((".md", ".markdown")) or _MARKDOWN.search(text):
        return _reader("markdown")(text)
    return _reader("text")(text)


def _read_archive(data: bytes) -> Document:
    archive = import_module(f"{_PACKAGE}.archive").Archive(data)
    lowered = {name.lower() for name in archive.names}
    types = archive.read("[Content_Types].xml")
    if any(name.endswith(("vbaproject.bin", "vbadata.xml")) for name in lowered) or b"macroEnabled" in types:
        raise ImportRefused("macros")
    if _WORD_TYPES.search(types) or "word/document.xml" in archive.names:
        return _reader("docx")(archive)
    kind = archive.read("mimetype").strip() if "mimetype" in archive.names else b""
    if not kind.startswith(b"application/vnd.oasis.opendocument.text"):
        raise ImportRefused("wrong_type")
    if "encrypted-package" in archive.names or b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise ImportRefused("encrypted")
    if any(name.startswith(("basic/", "scripts/")) and not name.endswith("/") for name in lowered):
        raise ImportRefused("macros")
    return _reader("odt")(archive)

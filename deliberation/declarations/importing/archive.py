"""Opening DOCX and ODT: zip files that are counted while they are unpacked, and XML that refers to nothing
outside.
"""

import io
import zipfile
import zlib
from typing import Any

from lxml import etree  # type: ignore[attr-defined]

from deliberation.declarations.importing.refusals import ImportRefused

MAX_ENTRIES = 2_000
MAX_UNPACKED = 50 * 1024 * 1024
MAX_RATIO = 100
_RATIO_FROM = 1024 * 1024  # small files may be packed as tightly as they like
_CHUNK = 64 * 1024


class Archive:
    """A zip file within limits. What the directory of the file claims is checked first, what really comes out
    as well.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise ImportRefused("damaged") from error
        self._unpacked = 0
        self._packed_size = len(data)
        entries = self._zip.infolist()
        if len(entries) > MAX_ENTRIES:
            raise ImportRefused("bomb")
        self._check(sum(entry.file_size for entry in entries))
        if any(entry.flag_bits & 1 for entry in entries):
            raise ImportRefused("encrypted")
        self.names = frozenset(entry.filename for entry in entries)

    def read(self, name: str) -> bytes:
        """Unpack one entry; the empty bytes when there is none of that name."""
        if name not in self.names:
            return b""
        chunks: list[bytes] = []
        try:
            with self._zip.open(name) as entry:
                while chunk := entry.read(_CHUNK):
                    self._unpacked += len(chunk)
                    self._check(self._unpacked)
                    chunks.append(chunk)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as error:
            raise ImportRefused("damaged") from error
        return b"".join(chunks)

    def xml(self, name: str) -> Any:
        """Parse one entry; None when there is none of that name."""
        data = self.read(name)
        return parse_xml(data) if data else None

    def _check(self, unpacked: int) -> None:
        if unpacked > MAX_UNPACKED or (unpacked > _RATIO_FROM and unpacked > MAX_RATIO * self._packed_size):
            raise ImportRefused("bomb")


def parse_xml(data: bytes) -> Any:
    """Parse XML without entities, document types, network or very deep trees."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ImportRefused("entities" if b"<!ENTITY" in data else "damaged") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise ImportRefused("entities")
    return root

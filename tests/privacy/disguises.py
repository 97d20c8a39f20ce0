"""Twenty ways in which a word can lie about in a file without looking like itself."""

import base64
import codecs
import hashlib
import html
import json
import quopri
import zlib
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote


def disguises(word: str) -> dict[str, bytes]:
    """By name. Base64 is looked for at each of the three places a word can begin at within it."""
    raw = word.encode()
    found = {
        "utf-8": raw,
        "utf-16 little": word.encode("utf-16-le"),
        "utf-16 big": word.encode("utf-16-be"),
        "utf-32": word.encode("utf-32-le"),
        "latin-1": word.encode("latin-1", "replace"),
        "capitals": word.upper().encode(),
        "small": word.lower().encode(),
        "reversed": word[::-1].encode(),
        "rot13": codecs.encode(word, "rot13").encode(),
        "hex": raw.hex().encode(),
        "hex capitals": raw.hex().upper().encode(),
        "url": quote(word, safe="").encode(),
        "quoted-printable": quopri.encodestring(raw, quotetabs=True, header=True),
        "html": html.escape(word).encode("ascii", "xmlcharrefreplace"),
        "json": json.dumps(word)[1:-1].encode(),
        "md5": hashlib.md5(raw, usedforsecurity=False).hexdigest().encode(),
        "sha1": hashlib.sha1(raw, usedforsecurity=False).hexdigest().encode(),
        "sha256": hashlib.sha256(raw).hexdigest().encode(),
        "md5 of capitals": hashlib.md5(word.upper().encode(), usedforsecurity=False).hexdigest().encode(),
        "base64": base64.b64encode(raw).rstrip(b"=")[: len(raw) * 4 // 3 - 1],
        "base64, one on": base64.b64encode(b"x" + raw)[2 : 2 + len(raw) * 4 // 3 - 2],
        "base64, two on": base64.b64encode(b"xx" + raw)[3 : 3 + len(raw) * 4 // 3 - 2],
        "base64 url": base64.urlsafe_b64encode(raw).rstrip(b"=")[: len(raw) * 4 // 3 - 1],
        "packed": zlib.compress(raw)[2:-4],
    }
    return {name: form for name, form in found.items() if len(form) >= 5}


def hits(folders: Iterable[Path], words: Iterable[str]) -> list[str]:
    """`file: word as disguise` for everything found in the raw bytes of all files below."""
    wanted = [(word, name, form) for word in words for name, form in disguises(word).items()]
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            # What was delivered to her lies in her own letter box, for which this file stands in.
            if path.is_file() and not path.is_symlink() and path.suffix != ".eml":
                content = path.read_bytes()
                found += [f"{path.name}: {word} as {name}" for word, name, form in wanted if form in content]
    return found

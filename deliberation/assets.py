"""Style and script as one file each, named by their content, compressed once at start."""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

CSS_ORDER = ("tokens.css", "base.css", "layout.css", "components/*.css", "pages.css", "print.css")


@dataclass(frozen=True)
class Bundle:
    """One file as the browser gets it. `name` changes whenever the content does, so it may be kept for ever."""

    name: str
    mimetype: str
    content: bytes
    compressed: bytes


def build_bundles(static: Path) -> dict[str, Bundle]:
    """Concatenate `css/` and `js/` below the static folder; keys are "css" and "js"."""
    styles = [path for pattern in CSS_ORDER for path in sorted((static / "css").glob(pattern))]
    scripts = sorted((static / "js").glob("*.js"))
    return {
        "css": _bundle("css", "text/css", [path.read_bytes() for path in styles]),
        # A block of its own for each behaviour: they share nothing.
        "js": _bundle("js", "text/javascript", [b"{\n" + path.read_bytes() + b"\n}" for path in scripts]),
    }


def _bundle(ending: str, mimetype: str, parts: list[bytes]) -> Bundle:
    content = b"\n".join(parts)
    digest = hashlib.sha256(content).hexdigest()[:12]
    return Bundle(f"app-{digest}.{ending}", mimetype, content, gzip.compress(content, 9, mtime=0))

"""From which page somebody came, as it may be written down: its path alone, and nothing in it that could be a secret."""

import re
from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException

from deliberation.text import normalised

SHOWN = frozenset((
    "slug", "t", "p", "number", "address", "group", "step", "year", "q", "item", "name", "file_format",
))  # fmt: skip
"""Parts of our addresses that say where something stands. Whatever is called otherwise is a key until somebody adds it here."""
PART = re.compile(r"<(?:[^<>:]+:)?(\w+)>")
ADDRESS = re.compile(r"\S*/\S*")
HIDDEN = "…"


def came_from(but: str) -> str:
    """The page of ours that led here, as the address says (`from`) or the browser; nothing for those below `but`."""
    found = shown_page(request.args.get("from", "")) or shown_page(request.referrer or "")
    return "" if found.startswith(but) else found


def shown_page(address: str) -> str:
    """The path of a page of ours, with … in place of what only some may know; nothing for whatever is no page of ours."""
    try:
        parts = urlsplit(address)
        if not address or (parts.netloc and not _is_ours(parts.netloc)):
            return ""
        rule, values = current_app.url_map.bind("").match(parts.path or "/", method="GET", return_rule=True)
    except (HTTPException, ValueError):
        return ""
    return normalised(PART.sub(lambda part: str(values[part[1]]) if part[1] in SHOWN else HIDDEN, rule.rule))


def _is_ours(host: str) -> bool:
    return host in (request.host, urlsplit(current_app.config["BASE_URL"]).netloc)


def without_secrets(words: str) -> str:
    """What somebody typed, with every address in it as `shown_page` says; of other sites the name stays."""
    return ADDRESS.sub(lambda found: _shortened(found[0]), words)


def _shortened(word: str) -> str:
    """One word with a slash in it. "Maus/Tastatur" is no address."""
    bare = word.rstrip(".,;:!?)")
    first = bare.partition("/")[0]
    is_address = bare.startswith(("/", "http://", "https://")) or "." in first or _is_ours(first)
    if not is_address or bare == "/":
        return word
    address = bare if "//" in bare or bare.startswith("/") else f"//{bare}"
    try:
        host = urlsplit(address).netloc.rpartition("@")[2]
    except ValueError:
        host = ""
    return (shown_page(address) or f"{host}/{HIDDEN}") + word[len(bare):]

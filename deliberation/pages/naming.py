"""What pages and files are called in addresses."""

import re
import unicodedata

from deliberation.declarations.models import SLUG_MAX
from deliberation.pages.models import NAME_MAX


def to_address(title: str) -> str:
    """What an address is made of when nobody names one: Häufige Fragen is haeufige-fragen."""
    spelled = title.lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_MAX].strip("-")


def to_name(filename: str, ending: str) -> str:
    """What pages call a file: Gruppen Foto (1).JPEG is gruppen-foto-1.jpg."""
    last = re.split(r"[/\\]", filename)[-1]
    stem = to_address(last.rpartition(".")[0] or last)[: NAME_MAX - len(ending) - 1].strip("-")
    return f"{stem or 'datei'}.{ending}"

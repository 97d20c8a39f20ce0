"""Names under which people write: a tree and a number, offered by the system, stable within a declaration."""

import secrets
import unicodedata

from deliberation.accounts.models import PSEUDONYM_MAX, PSEUDONYM_MIN
from deliberation.text import normalised

TREES = (
    "Ahorn", "Apfelbaum", "Birke", "Birnbaum", "Buche", "Douglasie", "Eberesche", "Eibe", "Eiche", "Elsbeere",
    "Erle", "Esche", "Espe", "Felsenbirne", "Fichte", "Flieder", "Ginkgo", "Hainbuche", "Hasel", "Holunder",
    "Kastanie", "Kiefer", "Kirsche", "Kornelkirsche", "Lärche", "Linde", "Magnolie", "Mehlbeere", "Mispel",
    "Nussbaum", "Pappel", "Pflaume", "Platane", "Quitte", "Robinie", "Schlehe", "Speierling", "Tanne", "Ulme",
    "Vogelkirsche", "Wacholder", "Weide", "Weißdorn", "Zeder", "Zirbe", "Zwetschge",
)  # fmt: skip

RESERVED = frozenset(
    {
        "admin", "administrator", "administration", "betrieb", "gewerkschaft", "moderation", "moderator",
        "moderatorin", "operator", "organisation", "organisator", "organisatorin", "redaktion", "support",
        "system", "team", "verdi", "geloeschteperson", "gelöschteperson",
    }
)  # fmt: skip

# Letters of other scripts, and digits, that look like Latin ones: "аdmin" must not stand beside "admin".
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁԛԝһкмтвнгʟıꞁǀ|013αβεζηικμορτυχν",
    "aeopcyxijsdqwhkmtbhrlillloleabezhikmoptyxv",
)


def suggest() -> str:
    """A random tree and number; about four thousand names."""
    return f"{secrets.choice(TREES)} {secrets.randbelow(90) + 10}"


def to_key(pseudonym: str) -> str:
    """What two names must not share: case, accents, spaces and look-alike letters taken away."""
    folded = unicodedata.normalize("NFKD", pseudonym.casefold())
    letters = "".join(c for c in folded if not unicodedata.combining(c)).translate(_LOOKALIKES)
    return "".join(c for c in letters.casefold() if c.isalnum())


def cleaned(pseudonym: str) -> str:
    return " ".join(normalised(pseudonym).split())


def is_acceptable(pseudonym: str) -> bool:
    """Whether the name has a fitting length, some letters, no mail address in it, and claims no office."""
    key = to_key(pseudonym)
    if not PSEUDONYM_MIN <= len(pseudonym) <= PSEUDONYM_MAX or "@" in pseudonym:
        return False
    if not all(c.isalnum() or c in " -.'’" for c in pseudonym) or sum(c.isalpha() for c in pseudonym) < 2:
        return False
    return key not in ("mod", "deliberation") and not any(key.startswith(to_key(word)) for word in RESERVED)

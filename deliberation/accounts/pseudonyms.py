"""Names under which people write: a tree and a number, offered by the system, stable within a declaration."""

import re
import secrets
import unicodedata

from deliberation.accounts.models import PSEUDONYM_MAX, PSEUDONYM_MIN, is_name_taken
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
        "moderatorin", "moderierende", "operator", "organisation", "organisator", "organisierende", "organiser",
        "organizer", "redaktion", "support", "system", "team", "verdi", "verwaltung", "vorstand", "webmaster",
        "offiziell", "official", "geloeschteperson", "gelöschteperson", "deletedperson",
    }
)  # fmt: skip
"""What no name may begin with, nor any word in it."""
HIDDEN = ("admin", "moderat", "redaktion")
"""What may not stand in the middle of a word either."""

# Letters of other scripts, and digits, that look like Latin ones: "аdmin" must not stand beside "admin".
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁԛԝһкмтвнгʟıꞁǀ|013αβεζηικμορτυχν",
    "aeopcyxijsdqwhkmtbhrlillloleabezhikmoptyxv",
)


_LEET = str.maketrans("4578", "astb")


def suggest() -> str:
    """A random tree and number; about four thousand names."""
    return f"{secrets.choice(TREES)} {secrets.randbelow(90) + 10}"


def is_free(pseudonym: str) -> bool:
    """Whether nobody in any declaration reads the same. Names of people who have not joined one yet do not
    count: else a second sign-up under the same name would tell whether the first one's address was new."""
    return not is_name_taken(to_key(pseudonym), to_key)


def offer(count: int) -> list[str]:
    """Some names to choose from, all different, none taken."""
    names: list[str] = []
    while len(names) < count:
        name = suggest()
        if name not in names and is_free(name):
            names.append(name)
    return names


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
    if _mixes_scripts(pseudonym):
        return False
    return key not in ("mod", "deliberation") and not _claims_office(pseudonym)


def _claims_office(pseudonym: str) -> bool:
    """Whether it reads like somebody who has a say here: digits for letters do not hide it, nor what stands around."""
    whole = _as_read(pseudonym)
    words = [whole, *(_as_read(word) for word in re.split(r"[^\w]+", pseudonym))]
    if any(_as_read(word) in whole for word in HIDDEN):
        return True
    return any(word.startswith(_as_read(office)) for word in words for office in RESERVED)


def _as_read(word: str) -> str:
    """`Adm1n`, `rnoderation`, `M0der4tion` at a glance."""
    return to_key(word.translate(_LEET)).replace("rn", "m").replace("vv", "w").replace("i", "l")


def _mixes_scripts(pseudonym: str) -> bool:
    """Latin beside letters of another script: hardly ever meant well (UTS 39, 5.2)."""
    scripts = {unicodedata.name(c, "?").partition(" ")[0] for c in pseudonym if c.isalpha()}
    return "LATIN" in scripts and len(scripts) > 1

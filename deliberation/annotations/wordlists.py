"""The words that the check before publication knows, read once from the text files of `pattern_words/`."""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "pattern_words"
_LONGEST = 40
_HEAD = 5
"""Letters from which on the last part of a compound says what the whole word is."""


def read_lines(name: str) -> list[str]:
    """One entry a line; what follows a `#` at the beginning is a remark."""
    lines = (FOLDER / f"{name}.txt").read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def read_words(name: str) -> frozenset[str]:
    return words("\n".join(read_lines(name)))


@dataclass(frozen=True)
class Stems:
    """Words in lower case; with `*` behind them in the file everything that begins so, with `*` before it ends so."""

    words: frozenset[str]
    beginnings: frozenset[str]
    endings: frozenset[str]

    @classmethod
    def read(cls, name: str) -> "Stems":
        listed = read_words(name)
        beginnings = frozenset(word[:-1] for word in listed if word.endswith("*"))
        endings = frozenset(word[1:] for word in listed if word.startswith("*"))
        return cls(frozenset(word for word in listed if "*" not in word), beginnings, endings)

    def __contains__(self, word: str) -> bool:
        lower = word.lower()
        return (
            lower in self.words
            or any(lower[:size] in self.beginnings for size in range(3, len(lower[:_LONGEST]) + 1))
            or any(lower[-size:] in self.endings for size in range(3, len(lower[-_LONGEST:]) + 1))
        )


def ends_in(word: str, heads: frozenset[str], shortest: int = _HEAD) -> bool:
    """Whether a compound (or the word itself) ends in one of the heads, whatever its capitals."""
    lower = word[-_LONGEST:].lower()
    return lower in heads or any(lower[place:] in heads for place in range(1, len(lower) - shortest + 1))


FIRST_NAMES = read_words("first_names")
FAMILY_NAMES = read_words("family_names")
NOUNS = read_words("nouns")
PLACES = read_words("places")
COUNTED = read_words("counted")
NO_STREETS = read_words("no_streets")
FUNCTION_WORDS = read_words("function_words")
PLACEHOLDERS = read_words("placeholders")
OFFICES = frozenset(word.lower() for word in read_words("offices"))
ROLES = read_words("roles")
PERSONS = read_words("persons")
PUBLIC_PEOPLE = frozenset(read_lines("public_people"))
HEALTH = Stems.read("health")
ACCUSATIONS = Stems.read("accusations")
ACCUSING_PHRASES = tuple(read_lines("accusing_phrases"))
EMPLOYERS = tuple(read_lines("employers"))
INSTITUTIONS = read_words("institutions")

_LOWER_NOUNS = frozenset(noun.lower() for noun in NOUNS)
_LOWER_FAMILY_NAMES = frozenset(name.lower() for name in FAMILY_NAMES)
# First names that are also words of everyday German once they lose their capital.
_AMBIGUOUS = words(
    """
    frank ernst max mark kai tim tom rosa will mai heide christian martin florian ben can jan kim ada ali arda isa
    ion mo mina minh jean dung lan an amal ella else lotte lore jost hilde linda august ole pit till ulf viola urs
    iris mine charlie mike lasse peer hind sultan pari alan marine sandy cindy sam sten steve ted toni tony vanja
    """
)
_LOWER_FIRST_NAMES = frozenset(name.lower() for name in FIRST_NAMES) - _AMBIGUOUS
_NOUN_ENDINGS = (
    "ung", "ungen", "heit", "heiten", "keit", "keiten", "schaft", "schaften", "tion", "tionen", "tät", "täten", "ismus", "sion",
    "nis", "nisse", "nissen", "innen",
)  # fmt: skip
_FAMILY_ENDINGS = (
    "tke", "mke", "hnke", "pke", "schke", "ski", "sky", "ska", "czyk", "czak", "orek", "wicz", "witz", "enko", "oğlu", "oglu",
    "ović", "ovic", "ević", "evic", "ermann", "lmann", "smann", "inger", "huber", "hofer", "bauer", "meier", "meyer", "maier",
    "mayer", "mayr", "müller", "schmidt", "schmied", "berger", "egger", "acher", "ssen", "nsen", "dsen", "brecht",
    "hardt", "ert", "opoulos", "idis", "shvili", "escu", "jan", "yan", "zadeh",
)  # fmt: skip
# Ends of family names as well (Hofmann, Albrecht, Althaus).
_NO_HEADS = frozenset({"recht", "weber"})
_HEADS = frozenset(noun for noun in _LOWER_NOUNS if len(noun) >= _HEAD) - _NO_HEADS


def is_first_name(word: str) -> bool:
    """With its capital, or without it where it can be nothing else; of a double name the first part is asked for."""
    first, *rest = word.split("-")
    if len(rest) > 1 or (rest and is_noun(rest[0])):
        # Alice-Salomon-Hochschule, Max-Planck-Institut.
        return False
    return first in FIRST_NAMES or (first.islower() and first in _LOWER_FIRST_NAMES)


def is_family_name(word: str) -> bool:
    return word in FAMILY_NAMES or any(part in FAMILY_NAMES for part in word.split("-")[:2])


def sounds_like_family(word: str) -> bool:
    """Whether an unlisted word ends as family names do and no list of nouns knows it: Schmidtke, Wieczorek."""
    return len(word) > 5 and word[0].isupper() and word.endswith(_FAMILY_ENDINGS) and not is_noun(word)


def is_lower_family_name(word: str) -> bool:
    return word in _LOWER_FAMILY_NAMES


def is_noun(word: str, with_compounds: bool = True) -> bool:
    """Whether a capital says no more than that the word is a noun."""
    if word in PLACES:
        return True
    if is_family_name(word):
        return False
    if word in NOUNS or word.endswith(_NOUN_ENDINGS):
        return True
    return with_compounds and word not in FIRST_NAMES and ends_in(word, _HEADS)


def is_function_word(word: str) -> bool:
    return word.lower() in FUNCTION_WORDS


def is_lower_noun(word: str) -> bool:
    return word in _LOWER_NOUNS


def is_role(word: str) -> bool:
    return ends_in(word, ROLES, 4) and not is_office(word)


def is_office(word: str) -> bool:
    return ends_in(word, OFFICES)


def is_institution(word: str) -> bool:
    """Whether what stands behind the word is a place or an institution, and no family name."""
    lower = word.lower()
    return ends_in(word, INSTITUTIONS, 4) or any(lower.startswith(name.rstrip("*")) for name in EMPLOYERS)


def is_person(word: str) -> bool:
    """Somebody practitioners speak of, in the singular."""
    return ends_in(word, PERSONS) or is_role(word)

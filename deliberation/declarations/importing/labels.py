"""Labels in front of paragraphs and items: writing them as word processors do, and recognising typed ones."""

import re
from dataclasses import dataclass, field

_ROMAN_VALUES = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
)
_OPEN_LISTS = 6
_ROMAN_SMALL = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")


@dataclass(frozen=True)
class Label:
    """A label found at the beginning of a text. `style` is the label without its number: "(1)", "1.", "a)",
    "•".
    """

    text: str
    style: str
    value: int
    rest: str


def format_number(value: int, style: str) -> str:
    """Write a number as Word ("lowerLetter") or OpenDocument ("a") asks for it; unknown styles count in
    digits.
    """
    kind = {"lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}.get(style, style)
    if kind == "none" or kind == "":
        return ""
    if kind == "decimalZero":
        return f"{value:02d}"
    if value < 1 or kind not in "aAiI":
        return str(value)
    word = _letters(value) if kind in "aA" else roman(value)
    return word.upper() if kind.isupper() else word


def _letters(value: int) -> str:
    """a to z, then aa, bb as word processors count on."""
    return chr(ord("a") + (value - 1) % 26) * min((value - 1) // 26 + 1, 10)


def roman(value: int) -> str:
    """A number below 4000 in small Roman letters; larger ones stay digits."""
    if not 0 < value < 4000:
        return str(value)
    word, rest = "", value
    for size, letters in _ROMAN_VALUES:
        word += letters * (rest // size)
        rest %= size
    return word + _ROMAN_SMALL[rest]


def from_roman(word: str) -> int | None:
    """The value of a Roman number up to 199, or None."""
    return _ROMANS.get(word.lower())


_ROMANS = {roman(value): value for value in range(1, 200)}

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("(1)", re.compile(r"\((\d{1,3})[a-z]?\)")),
    ("(a)", re.compile(r"\(([a-z]{1,2})\)")),
    ("1.1", re.compile(r"\d{1,2}(?:\.\d{1,2})*\.(\d{1,2})\.?")),
    ("1.", re.compile(r"(\d{1,3})\.")),
    ("1)", re.compile(r"(\d{1,3})\)")),
    ("These 1", re.compile(r"These\s+(\d{1,3})\s?[:.–—-]?", re.IGNORECASE)),
    ("a)", re.compile(r"([a-z]{1,2})\)")),
    ("a.", re.compile(r"([a-z])\.")),
    ("A.", re.compile(r"([A-Z])[.)]")),
    ("I.", re.compile(r"([IVXLC]{1,7})[.)]")),
    ("•", re.compile(r"[•▪◦‣·●○■□➢►✓✔]")),
    ("-", re.compile(r"[-–—*+]")),
)


def find_labels(text: str) -> list[Label]:
    """All readings of the beginning of a text as a label followed by a blank and more text (mostly none,
    seldom two).
    """
    if not text or text[0].isspace():
        return []
    found = []
    for style, pattern in _PATTERNS:
        match = pattern.match(text)
        if match and (rest := text[match.end() :]) and rest[0].isspace() and rest.strip():
            value = _value(style, match)
            if value is not None:
                found.append(Label(match[0], style, value, rest.strip()))
    return found


def _value(style: str, match: re.Match[str]) -> int | None:
    if style in "•-":
        return 0
    word = match[1]
    if style == "I.":
        return from_roman(word)
    if word.isdecimal():
        return int(word)
    if len(set(word.lower())) > 1:
        return None
    return ord(word[0].lower()) - ord("a") + 1 + 26 * (len(word) - 1)


def style_of(label: str) -> str:
    """The style of a visible label, for comparing labels of one document with one another."""
    if not any(char.isalnum() for char in label):
        return "•"
    word = re.sub(r"\d+[a-z]?", "1", label, count=0)
    if "1" in word:
        return word
    return re.sub(r"[a-z]+", "a", re.sub(r"[A-Z]+", "A", word))


@dataclass
class Sequences:
    """The numbers that labels have reached so far, style by style, with the outer ones below the inner ones."""

    open: dict[str, list[int]] = field(default_factory=dict)

    def expects(self, label: Label) -> bool:
        """Say whether a label begins a list or counts on in one that is open."""
        return label.value in (0, 1) or label.value - 1 in self.open.get(label.style, [])

    def take(self, text: str) -> None:
        """Remember the labels that a text may begin with."""
        for label in find_labels(text):
            numbers = self.open.setdefault(label.style, [])
            while label.value - 1 in numbers and numbers.pop() != label.value - 1:
                pass
            numbers.append(label.value)
            del numbers[:-_OPEN_LISTS]

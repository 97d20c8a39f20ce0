"""What every reader of a file hands over: one flat list of blocks, the same for all formats."""

import re
import unicodedata
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from deliberation.declarations.importing.refusals import ImportRefused

MAX_BLOCKS = 20_000
MAX_HEADINGS = 4_000
MAX_TEXT = 2_000_000  # characters

# Signs that nobody sees: zero width space, word joiner, soft hyphen, directional marks, byte order mark.
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u2060\u00ad\ufeff\u202a-\u202e\u2066-\u2069]")
_LIGATURES = re.compile("[\ufb00-\ufb06]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_BULLETS = str.maketrans(dict.fromkeys("\uf0b7\uf0a7\uf076\uf0d8\uf0fc•\uf02d", "•"))


def names(text: str) -> frozenset[str]:
    """A set of names written with blanks between them."""
    return frozenset(text.split())


@dataclass(frozen=True)
class Note:
    """Something that was left out or guessed, for the preview: a code of `refusals.NOTES` and how often."""

    code: str
    count: int = 1


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph or the first paragraph of a list item, in the order of reading.

    `level`: of a heading 0 (title of the file) to 9; of an item 0 for the outermost list; of a paragraph 0,
    or n when it
    continues an item of level n - 1. `label` is what a reader sees in front ("1.", "(2)", "a)", "•"), `value`
    its number.
    `strong` counts the characters at the beginning that are set in bold. `list_id` tells lists apart.
    `indent` is the
    distance from the left margin in columns where a format has nothing better (plain text, PDF).
    """

    kind: Literal["heading", "paragraph", "item"]
    text: str
    level: int = 0
    label: str = ""
    value: int | None = None
    list_id: int = 0
    strong: int = 0
    indent: float = 0.0


@dataclass(frozen=True)
class Document:
    """What was read from one file. `title` comes from the properties of the file and may be empty."""

    title: str
    blocks: tuple[Block, ...]
    notes: tuple[Note, ...] = ()


def document_to_json(document: Document) -> dict[str, Any]:
    """What was read, as plain data."""
    return asdict(document)


def document_from_json(data: dict[str, Any]) -> Document:
    """The document that `document_to_json` wrote."""
    blocks = tuple(Block(**block) for block in data["blocks"])
    return Document(data["title"], blocks, tuple(Note(**note) for note in data["notes"]))


@dataclass
class Collector:
    """Takes the blocks of one file, stops at the limits and counts what was left out."""

    blocks: list[Block] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    title: str = ""
    _size: int = 0
    _headings: int = 0

    def add(self, block: Block) -> None:
        """Take a block unless it is empty; refuse the file when it becomes too long."""
        text = clean(block.text)
        if not text:
            return
        self._size += len(text)
        self._headings += block.kind == "heading"
        if self._headings > MAX_HEADINGS:
            raise ImportRefused("too_many_headings")
        if len(self.blocks) >= MAX_BLOCKS or self._size > MAX_TEXT:
            raise ImportRefused("too_long")
        self.blocks.append(replace(block, text=text, strong=min(block.strong, len(text))))

    def leave_out(self, code: str, count: int = 1) -> None:
        """Remember for the preview that something was not taken over."""
        self.left_out[code] += count

    def document(self) -> Document:
        """What was collected."""
        notes = tuple(Note(code, count) for code, count in sorted(self.left_out.items()) if count)
        return Document(clean(self.title), tuple(self.blocks), notes)


@dataclass
class Inline:
    """Collects the running text of one paragraph with its leading bold part."""

    parts: list[str] = field(default_factory=list)
    strong: int = 0
    _lead: bool = True

    def add(self, text: str, bold: bool = False) -> None:
        """Append text; blanks alone neither begin nor end the bold part."""
        self.parts.append(text)
        if not text.strip():
            return
        self._lead = self._lead and bold
        if self._lead:
            self.strong = len(clean("".join(self.parts)))

    def add_link(self, before: int, address: str) -> None:
        """Put the address behind the text of a link (from part `before` on) unless it is shown already."""
        address = address.strip()
        if not re.match(r"(?:https?://|mailto:)\S+$", address, re.IGNORECASE):
            return
        shown = "".join(self.parts[before:])
        plain = re.sub(r"^(?:mailto:|https?://)", "", address, flags=re.IGNORECASE).rstrip("/")
        if plain and plain.lower() not in shown.lower():
            self.add(f" ({address.removeprefix('mailto:')})" if shown.strip() else address)

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def take(self) -> tuple[str, int]:
        """Text and length of its bold beginning; then begin anew."""
        text, strong = clean(self.text), self.strong
        self.parts, self.strong, self._lead = [], 0, True
        return text, strong


def clean(text: str) -> str:
    """One line in NFC: no invisible signs, every run of white space a single blank, ligatures of PDF files
    dissolved.
    """
    text = _LIGATURES.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    text = _CONTROL.sub("", _INVISIBLE.sub("", text)).translate(_BULLETS)
    return " ".join(unicodedata.normalize("NFC", text).split())

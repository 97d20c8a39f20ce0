"""What a document is made of, whatever file it becomes: blocks in reading order, all words already in its language."""

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Run:
    """Words in a line; `address` makes them a link."""

    text: str
    strong: bool = False
    address: str = ""


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` 1 to 3, below the title of the document."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`look` is text, small, or intro for a line that belongs to what follows."""

    line: Line
    look: str = "text"


@dataclass(frozen=True, slots=True)
class Callout:
    """What nobody may miss."""

    line: Line


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An annotation: the words that may be quoted, paragraph by paragraph, and a line that says which one it is.
    `depth` 1 is a reply below the one before it."""

    quote: tuple[str, ...]
    line: Line
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """The first column holds the names of the rows, the others figures."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of stances. `shares` are (key, percent) that sum to 100; empty where `words` stand instead of a bar.
    `spoken` says in words what the bar shows."""

    name: str
    address: str
    shares: tuple[tuple[str, int], ...]
    words: str
    n: str
    spoken: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A table of bars. `head` names its three columns, `key` is (key, name) in the order of the bars."""

    caption: str
    head: tuple[str, str, str]
    key: tuple[tuple[str, str], ...]
    rows: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """(name, number) of each."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """A table of contents, made from the headings down to level `depth`."""

    title: str
    depth: int = 2


@dataclass(frozen=True, slots=True)
class PageBreak:
    pass


Block = Heading | Paragraph | Callout | Bullets | Entry | Table | Bars | Figures | Contents | PageBreak


@dataclass(frozen=True)
class Document:
    """`kicker` stands above the title, `state` (day, edition, selection) below it and in every footer, where `page` is the word
    before its number. `description` is what the file says about itself. `is_dense`: one page has to hold it."""

    title: str
    kicker: str
    state: str
    description: str
    page: str
    language: str
    day: date
    blocks: tuple[Block, ...]
    is_dense: bool = False

    @property
    def headings(self) -> list[Heading]:
        return [block for block in self.blocks if isinstance(block, Heading)]


def plain(line: Line) -> str:
    return "".join(run.text for run in line)


def to_data(document: Document) -> dict[str, Any]:
    """For a template: every block with its `kind`."""
    data = {one.name: getattr(document, one.name) for one in fields(document)}
    blocks = [{"kind": type(block).__name__.lower(), **asdict(block)} for block in document.blocks]
    return {**data, "day": document.day.isoformat(), "blocks": blocks}

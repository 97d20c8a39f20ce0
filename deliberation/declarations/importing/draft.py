"""The proposal that an import makes: theses with paragraphs and sentences, before anybody confirmed them."""

from dataclasses import asdict, dataclass
from typing import Any

from deliberation.declarations.importing.blocks import Note

PREAMBLE = "0"
CLOSING = "end"


@dataclass(frozen=True)
class Unit:
    """A piece of a paragraph: its running text (level 0), or an item of a list inside it (level 1 and up).

    Text that goes on behind such a list is one more unit of level 0, without label.
    """

    label: str
    level: int
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class DraftParagraph:
    """A numbered paragraph; the first unit is its text, the others are items of lists that belong to it.

    In the draft of a next edition, `origin` is the id of the paragraph that it continues (0: a new one), `reason`
    says why it was changed, and `adopted` names the proposals whose wording it took over.
    """

    number: str
    units: tuple[Unit, ...]
    origin: int = 0
    reason: str = ""
    adopted: tuple[int, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """All sentences in order of reading, those of the items included, without labels."""
        return tuple(sentence for unit in self.units for sentence in unit.sentences)


@dataclass(frozen=True)
class DraftThesis:
    """A thesis. `number` is "0" for the preamble and "end" for the closing part; `group` names the headings
    above it; `origin` is the id of the thesis that it continues (0: a new one).
    """

    number: str
    heading: str
    group: str
    label: str
    paragraphs: tuple[DraftParagraph, ...]
    origin: int = 0


@dataclass(frozen=True)
class DraftDeclaration:
    """A whole text as proposed. `shape` is the one that was used: headings, list or paragraphs."""

    title: str
    theses: tuple[DraftThesis, ...]
    shape: str
    notes: tuple[Note, ...] = ()


def to_dry_run(draft: DraftDeclaration) -> dict[str, Any]:
    """The split as the command line prints it; sentences without their labels."""
    return {
        "title": draft.title,
        "theses": [
            {
                "number": thesis.number,
                "heading": thesis.heading,
                "paragraphs": [{"number": one.number, "sentences": list(one.sentences)} for one in thesis.paragraphs],
            }
            for thesis in draft.theses
        ],
    }


def to_json(draft: DraftDeclaration) -> dict[str, Any]:
    """Everything in the draft as plain data."""
    return asdict(draft)


def from_json(data: dict[str, Any]) -> DraftDeclaration:
    """The draft that `to_json` wrote."""
    theses = tuple(
        DraftThesis(
            thesis["number"],
            thesis["heading"],
            thesis["group"],
            thesis["label"],
            tuple(map(_paragraph, thesis["paragraphs"])),
            thesis.get("origin", 0),
        )
        for thesis in data["theses"]
    )
    return DraftDeclaration(data["title"], theses, data["shape"], tuple(Note(**note) for note in data["notes"]))


def _paragraph(data: dict[str, Any]) -> DraftParagraph:
    units = tuple(map(_unit, data["units"]))
    more = data.get("origin", 0), data.get("reason", ""), tuple(data.get("adopted", ()))
    return DraftParagraph(data["number"], units, *more)


def _unit(data: dict[str, Any]) -> Unit:
    return Unit(data["label"], data["level"], tuple(data["sentences"]))

"""What changed between two states of a text: thesis by thesis, paragraph by paragraph, line by line, word by word.

Pure: who loads both states is editions.py; the page, the HTML file and the Word file show the same `Changes`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from deliberation.declarations.lines import Line


class ChangeState(Enum):
    """What happened to a paragraph. MOVED: its words are identical, its thesis or its order among the others is not."""

    SAME = "same"
    MOVED = "moved"
    REWORDED = "reworded"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True)
class Credit:
    """An annotation that stands behind a changed sentence, and the pseudonym it is credited to ("" for a person who left)."""

    number: int
    pseudonym: str


@dataclass(frozen=True)
class Elsewhere:
    """Sentences that stand word for word in another paragraph of the other text: its thesis, its whole number, and
    their numbers in the old paragraph."""

    thesis: str
    number: str
    sentences: tuple[int, ...]


@dataclass(frozen=True)
class ParagraphChange:
    """One paragraph in both states. Numbers are whole ("3.2"); the old one is empty for a new paragraph, the new one
    for one that is gone, and so are its lines. A paragraph that moved stands where it is now; `is_reordered` says
    that it also stood elsewhere when it is reworded."""

    state: ChangeState
    old_number: str
    new_number: str
    old: tuple[Line, ...]
    new: tuple[Line, ...]
    is_reordered: bool = False
    # Its place in the old text, counted over all paragraphs from 0; -1 for a new one. What moved can be put back by it.
    old_position: int = -1
    # The old number of the thesis it stood in, where that is another one than it stands in now.
    old_thesis: str = ""
    # Why, in the organiser's words.
    reason: str = ""
    # Sentences of the new wording, counted from 1, with the annotations behind each.
    credits: tuple[tuple[int, tuple[Credit, ...]], ...] = ()
    # Annotations behind the change as a whole, where no sentence of the new wording shows it: words were taken out.
    credited: tuple[Credit, ...] = ()
    # A new one: the old paragraph in which most of its sentences stood. A reworded one: the one that was merged into it.
    came_from: Elsewhere | None = None
    # The paragraphs of the new text in which sentences stand that this one lost.
    went_to: tuple[Elsewhere, ...] = ()


@dataclass(frozen=True)
class ThesisChange:
    """A thesis in both states with its paragraphs in the new order; those that are gone stand where they stood.

    A thesis that is new has no old number, one that is gone no new one."""

    old_number: str
    new_number: str
    old_heading: str
    new_heading: str
    paragraphs: tuple[ParagraphChange, ...]
    # Its place among the old theses; only needed where theses changed their order.
    old_position: int = -1

    @property
    def is_changed(self) -> bool:
        return (self.old_number, self.old_heading) != (self.new_number, self.new_heading) or any(
            paragraph.state is not ChangeState.SAME for paragraph in self.paragraphs
        )


@dataclass(frozen=True)
class Changes:
    """Everything between two editions. `new_edition` is 0 for one that is not published yet; `note` says why."""

    title: str
    language: str
    old_edition: int
    new_edition: int
    note: str
    theses: tuple[ThesisChange, ...]

    @property
    def paragraphs(self) -> Sequence[ParagraphChange]:
        return [paragraph for thesis in self.theses for paragraph in thesis.paragraphs]

    def count(self, state: ChangeState) -> int:
        return sum(paragraph.state is state for paragraph in self.paragraphs)

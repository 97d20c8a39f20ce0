"""Which words of the edition in force a proposal would replace, and which proposals get in each other's way."""

from collections.abc import Mapping
from dataclasses import dataclass

from deliberation.annotations.models import Anchor, AnchorVerdict, Annotation


@dataclass(frozen=True, order=True)
class Place:
    """Sentences of a paragraph, counted from 1; none means the whole paragraph."""

    paragraph: int
    sentences: tuple[int, ...] = ()

    @property
    def is_whole(self) -> bool:
        return not self.sentences

    def meets(self, other: "Place") -> bool:
        """Whether both cannot be replaced at once."""
        if self.paragraph != other.paragraph:
            return False
        return self.is_whole or other.is_whole or not set(self.sentences).isdisjoint(other.sentences)


def to_place(annotation: Annotation, anchor: Anchor | None) -> Place | None:
    """Where a proposal belongs in the wording in force; None while nobody can be sure, or if it names no paragraph.

    `anchor` is that of the edition in force, None if it was written on that edition. Both wordings must be loaded.
    """
    if annotation.paragraph_id is None:
        return None
    if anchor is None:
        return Place(annotation.paragraph_id, tuple(sorted(annotation.sentences)))
    if not anchor.is_sure or anchor.paragraph_id is None:
        return None
    found = Place(anchor.paragraph_id, tuple(sorted(anchor.sentences)))
    if annotation.sentences or found.is_whole or anchor.verdict is AnchorVerdict.PLACED:
        return found
    return _whole_place(annotation, anchor, found)


def _whole_place(annotation: Annotation, anchor: Anchor, found: Place) -> Place | None:
    """A proposal for a whole paragraph whose anchor names sentences: because the paragraph became part of another
    one, or because only the quoted words were followed."""
    if anchor.verdict is AnchorVerdict.ACCEPTED:
        return Place(found.paragraph)
    then = annotation.wording.sentences if annotation.wording else []
    now = anchor.wording.sentences if anchor.wording else []
    if [now[number - 1] for number in found.sentences if number <= len(now)] == then:
        return found
    return Place(found.paragraph) if now == then else None


def collisions(places: Mapping[int, Place]) -> list[tuple[int, int]]:
    """Pairs of proposals that cannot be adopted together, by number."""
    numbers = sorted(places)
    return [(a, b) for i, a in enumerate(numbers) for b in numbers[i + 1 :] if places[a].meets(places[b])]


def grouped(places: Mapping[int, Place]) -> list[tuple[int, ...]]:
    """Proposals that meet, directly or through others, as one group; in the order of the text within a paragraph."""
    groups: list[list[int]] = []
    for number in sorted(places, key=lambda one: (places[one], one)):
        met = [group for group in groups if any(places[number].meets(places[other]) for other in group)]
        merged = [*(one for group in met for one in group), number]
        groups = [group for group in groups if group not in met]
        groups.append(merged)
    ordered = sorted(groups, key=lambda group: min(places[one] for one in group))
    return [tuple(sorted(group)) for group in ordered]

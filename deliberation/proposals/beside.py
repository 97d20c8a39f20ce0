"""All proposals for one paragraph beside each other, by the words they would replace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_

from deliberation.annotations.models import Annotation, Kind, Status
from deliberation.annotations.threads import Entry, load_entries
from deliberation.annotations.wordings import source_of
from deliberation.declarations.models import Declaration, Paragraph, Wording
from deliberation.proposals.closing import BallotView, load_closing
from deliberation.proposals.cosigning import load_cosignatures
from deliberation.proposals.models import Ballot, Cosignature
from deliberation.proposals.places import Place, grouped, to_place
from deliberation.proposals.shared_words import SharedWords, find_shared
from deliberation.text import DiffPart, word_diff


@dataclass(frozen=True)
class Rival:
    """One proposal. `diff` is against the words that stand there now if its place is sure, else against those that it
    was written on (`is_former`)."""

    entry: Entry
    place: Place | None
    diff: tuple[DiffPart, ...]

    @property
    def annotation(self) -> Annotation:
        return self.entry.annotation

    @property
    def is_former(self) -> bool:
        return self.place is None


@dataclass(frozen=True)
class PlaceGroup:
    """Proposals for the same words, or for words that overlap. `sentences`: all that they touch, none for the whole
    paragraph."""

    sentences: tuple[int, ...]
    rivals: Sequence[Rival]
    shared: SharedWords
    ballots: Sequence[BallotView]

    @property
    def key(self) -> str:
        """Part of addresses: `stelle-2-3`, `stelle-0` for the whole paragraph."""
        return "-".join(str(number) for number in self.sentences) or "0"

    @property
    def is_one_place(self) -> bool:
        """Whether all of them would replace exactly the same words, so that they can be rated in one ballot."""
        return len({rival.place for rival in self.rivals}) == 1


@dataclass(frozen=True)
class BesidePage:
    """`former` are proposals on words that read differently now and that nobody has put in their place yet."""

    declaration: Declaration
    paragraph: Paragraph
    groups: Sequence[PlaceGroup]
    former: Sequence[Rival]
    cosignatures: Mapping[int, Sequence[Cosignature]]

    @property
    def total(self) -> int:
        return sum(len(group.rivals) for group in self.groups) + len(self.former)


def load_beside(person: Any, paragraph: Paragraph) -> BesidePage:
    """The proposals that everybody sees, oldest first. At most eight queries after person, declaration and place."""
    declaration = paragraph.declaration
    here = and_(
        Annotation.paragraph_id == paragraph.id,
        Annotation.kind == Kind.PROPOSAL,
        Annotation.status == Status.VISIBLE,
    )
    entries = load_entries(person, declaration.id, here, None)
    rivals = [to_rival(entry, paragraph.wording) for entry in entries]
    sure = {rival.annotation.number: rival for rival in rivals if rival.place is not None}
    ballots = load_closing(person, declaration, Ballot.paragraph_id == paragraph.id).ballots
    numbers = [entry.annotation.number for entry in entries]
    return BesidePage(
        declaration=declaration,
        paragraph=paragraph,
        groups=_groups(sure, paragraph.wording, ballots),
        former=[rival for rival in rivals if rival.place is None],
        cosignatures=load_cosignatures(numbers) if numbers else {},
    )


def to_rival(entry: Entry, present: Wording | None) -> Rival:
    """A proposal as it is compared: with the present words of its place, or, in doubt, with those of its own time.

    `present` is the wording in force of the paragraph that it belongs to."""
    annotation = entry.annotation
    place = to_place(annotation, entry.anchor)
    if place is not None and present is not None:
        old = source_of(present, place.sentences)
    else:
        old = source_of(annotation.wording, annotation.sentences) if annotation.wording else ""
    return Rival(entry, place, word_diff(old, annotation.proposed_wording))


def _groups(sure: Mapping[int, Rival], present: Wording, ballots: Sequence[BallotView]) -> list[PlaceGroup]:
    """Those for the whole paragraph are one place of their own; there everything would overlap with everything."""
    places = {number: rival.place for number, rival in sure.items() if rival.place is not None}
    whole = [number for number, place in places.items() if place.is_whole]
    parts = grouped({number: place for number, place in places.items() if not place.is_whole})
    return [_to_group([sure[n] for n in numbers], present, ballots) for numbers in [tuple(whole), *parts] if numbers]


def _to_group(rivals: Sequence[Rival], present: Wording, ballots: Sequence[BallotView]) -> PlaceGroup:
    places = [rival.place for rival in rivals if rival.place is not None]
    changes = [
        (source_of(present, place.sentences), rival.annotation.proposed_wording)
        for place, rival in zip(places, rivals, strict=True)
    ]
    return PlaceGroup(
        sentences=tuple(sorted({number for place in places for number in place.sentences})),
        rivals=rivals,
        shared=find_shared(changes),
        ballots=[one for one in ballots if any(tuple(one.ballot.sentences) == p.sentences for p in places)],
    )

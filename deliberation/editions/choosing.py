"""What the merge assistant shows: proposals that nobody has decided on yet, by their place in the text in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from sqlalchemy import and_, or_, select

from deliberation.annotations.models import Annotation, Kind, Status
from deliberation.annotations.outcomes import DECIDED
from deliberation.annotations.threads import Entry, load_entries
from deliberation.annotations.wordings import source_of
from deliberation.database import db
from deliberation.declarations.importing import DraftDeclaration, DraftParagraph
from deliberation.declarations.models import Declaration, EditionDraft, Paragraph, Thesis, load_paragraphs
from deliberation.editions.drafting import find_draft, is_stale, text_of
from deliberation.permissions import Permission, Person, require
from deliberation.proposals.beside import Rival, to_rival
from deliberation.proposals.closing import BallotView, load_closing
from deliberation.proposals.cosigning import load_cosignatures
from deliberation.proposals.merging import Adoption, fits
from deliberation.proposals.models import Cosignature
from deliberation.proposals.places import Place, grouped
from deliberation.proposals.shared_words import are_same


class State(Enum):
    """What can be done with a proposal at the moment."""

    FREE = "free"
    # In the draft already.
    ADOPTED = "adopted"
    # The text in force reads like that already.
    PRESENT = "present"
    # The draft has other words in its place.
    BLOCKED = "blocked"
    # Nobody has said yet where it belongs in the text in force.
    UNSURE = "unsure"
    # It is about a thesis as a whole.
    PLACELESS = "placeless"


@dataclass(frozen=True)
class Candidate:
    """A proposal with what speaks for and against it. `blockers` are proposals in the draft that took its place."""

    rival: Rival
    state: State
    blockers: tuple[int, ...] = ()
    ballot: BallotView | None = None

    @property
    def annotation(self) -> Annotation:
        return self.rival.annotation

    @property
    def number(self) -> int:
        return self.annotation.number


@dataclass(frozen=True)
class Choice:
    """One proposal to tick, or several that get in each other's way, directly or through others: of them any that do
    not meet can be chosen together. `source` are the present words of the whole place."""

    candidates: Sequence[Candidate]
    place: Place
    source: str

    @property
    def is_collision(self) -> bool:
        return len(self.candidates) > 1

    @property
    def is_only_one(self) -> bool:
        """Whether each of them meets each other one, so that only one can be chosen."""
        return all(len(self.against(one)) == len(self.candidates) - 1 for one in self.candidates)

    def against(self, candidate: Candidate) -> list[Candidate]:
        """Those that cannot be chosen together with this one."""
        own = candidate.rival.place
        others = [one for one in self.candidates if one is not candidate]
        return [one for one in others if own and one.rival.place and own.meets(one.rival.place)]

    @property
    def key(self) -> int:
        return self.candidates[0].number

    @property
    def members(self) -> str:
        return " ".join(str(one.number) for one in self.candidates)


@dataclass(frozen=True)
class Spot:
    """A paragraph of the text in force with the proposals for it. `blocked` cannot be chosen now, or need not."""

    paragraph: Paragraph
    choices: Sequence[Choice]
    blocked: Sequence[Candidate]


@dataclass(frozen=True)
class MergePage:
    """`version` is that of the draft, 0 while there is none."""

    declaration: Declaration
    draft: EditionDraft | None
    is_stale: bool
    spots: Sequence[Spot]
    adopted: Sequence[Candidate]
    unsure: Sequence[Candidate]
    placeless: Sequence[Candidate]
    cosignatures: Mapping[int, Sequence[Cosignature]]

    @property
    def version(self) -> int:
        return self.draft.version if self.draft else 0

    @property
    def total(self) -> int:
        return sum(len(choice.candidates) for spot in self.spots for choice in spot.choices)


def load_merge_page(organiser: Person, declaration: Declaration) -> MergePage:
    """Everything that waits for a decision, by place in the text. At most fourteen queries after the declaration."""
    require(organiser, Permission.EDIT_TEXT, declaration)
    paragraphs = load_present(declaration)
    entries = load_undecided(organiser, declaration)
    numbers = [entry.annotation.number for entry in entries]
    draft = find_draft(declaration)
    ballots = load_closing(organiser, declaration).ballots
    found = Placing(paragraphs, text_of(draft) if draft else None, ballots)
    candidates = [found.to_candidate(entry) for entry in entries]
    return MergePage(
        declaration=declaration,
        draft=draft,
        is_stale=draft is not None and is_stale(draft),
        spots=found.to_spots(candidates),
        adopted=[one for one in candidates if one.state is State.ADOPTED],
        unsure=[one for one in candidates if one.state is State.UNSURE],
        placeless=[one for one in candidates if one.state is State.PLACELESS],
        cosignatures=load_cosignatures(numbers) if numbers else {},
    )


def load_present(declaration: Declaration) -> list[Paragraph]:
    """The paragraphs in force in the order of the text, each with its wording; two queries."""
    theses = select(Thesis.id).where(Thesis.declaration_id == declaration.id, Thesis.removed_in_id.is_(None))
    return load_paragraphs(list(db.session.scalars(theses)))


def load_undecided(organiser: Person, declaration: Declaration, numbers: Sequence[int] | None = None) -> list[Entry]:
    """Visible proposals without a final outcome, or those among `numbers`; one query."""
    where = [
        Annotation.declaration_id == declaration.id,
        Annotation.kind == Kind.PROPOSAL,
        Annotation.status == Status.VISIBLE,
        or_(Annotation.outcome.is_(None), Annotation.outcome.not_in(DECIDED)),
    ]
    if numbers is not None:
        where.append(Annotation.number.in_(numbers))
    return load_entries(organiser, declaration.id, and_(*where), None)


class Placing:
    """Where proposals go: the text in force and the draft of the next edition, by the ids of paragraphs."""

    def __init__(
        self, paragraphs: Sequence[Paragraph], text: DraftDeclaration | None, ballots: Sequence[BallotView] = ()
    ) -> None:
        self.paragraphs = {one.id: one for one in paragraphs}
        # Without a draft the next edition would begin with the text in force.
        self.drafted = by_origin(text) if text else None
        self.adopted = {number for one in (self.drafted or {}).values() for number in one.adopted}
        self.ballots = {
            option.option.annotation_id: view
            for view in ballots
            for option in view.options
            if option.option.annotation_id
        }
        self.places: dict[int, Place] = {}

    def to_candidate(self, entry: Entry) -> Candidate:
        annotation = entry.annotation
        rival = self.to_rival(entry)
        ballot = self.ballots.get(annotation.number)
        if annotation.number in self.adopted:
            state = State.ADOPTED
        elif annotation.paragraph_id is None:
            state = State.PLACELESS
        elif rival.place is None or rival.place.paragraph not in self.paragraphs:
            state = State.UNSURE
        elif self.is_present(rival):
            state = State.PRESENT
        else:
            state = State.FREE if self.fits(rival) else State.BLOCKED
        if rival.place is not None:
            self.places[annotation.number] = rival.place
        return Candidate(rival, state, ballot=ballot)

    def to_rival(self, entry: Entry) -> Rival:
        at = entry.anchor.paragraph_id if entry.anchor else entry.annotation.paragraph_id
        present = self.paragraphs.get(at or 0)
        return to_rival(entry, present.wording if present else None)

    def is_present(self, rival: Rival) -> bool:
        """Whether the text in force reads word for word as this proposal does."""
        paragraph = self.paragraphs.get(rival.place.paragraph) if rival.place else None
        if paragraph is None or rival.place is None:
            return False
        return are_same(source_of(paragraph.wording, rival.place.sentences), rival.annotation.proposed_wording or "")

    def adoption(self, number: int, place: Place, wording: str, reason: str = "") -> Adoption:
        return Adoption((number,), place, self.before(place), wording, reason)

    def before(self, place: Place) -> tuple[str, ...]:
        return tuple(self.paragraphs[place.paragraph].wording.sentences)

    def fits(self, rival: Rival) -> bool:
        if self.drafted is None or rival.place is None:
            return True
        paragraph = self.drafted.get(rival.place.paragraph)
        wanted = self.adoption(rival.annotation.number, rival.place, rival.annotation.proposed_wording)
        return paragraph is not None and fits(paragraph, wanted)

    def to_spots(self, candidates: Sequence[Candidate]) -> list[Spot]:
        """In the order of the text."""
        order = {key: index for index, key in enumerate(self.paragraphs)}
        placed = [one for one in candidates if one.state in (State.FREE, State.BLOCKED, State.PRESENT)]
        placed.sort(key=lambda one: order[self.places[one.number].paragraph])
        return [
            self._to_spot(self.paragraphs[key], list(group))
            for key, group in groupby(placed, key=lambda one: self.places[one.number].paragraph)
        ]

    def _to_spot(self, paragraph: Paragraph, candidates: Sequence[Candidate]) -> Spot:
        free = {one.number: one for one in candidates if one.state is State.FREE}
        groups = grouped({number: self.places[number] for number in free})
        choices = [self._to_choice(paragraph, [free[number] for number in group]) for group in groups]
        blocked = [
            Candidate(one.rival, one.state, self._blockers(one) if one.state is State.BLOCKED else (), one.ballot)
            for one in candidates
            if one.state is not State.FREE
        ]
        return Spot(paragraph, choices, blocked)

    def _to_choice(self, paragraph: Paragraph, candidates: Sequence[Candidate]) -> Choice:
        place = union([self.places[one.number] for one in candidates])
        return Choice(candidates, place, source_of(paragraph.wording, place.sentences))

    def _blockers(self, candidate: Candidate) -> tuple[int, ...]:
        own = self.places[candidate.number]
        return tuple(n for n in sorted(self.adopted) if n in self.places and self.places[n].meets(own))


def by_origin(text: DraftDeclaration) -> dict[int, DraftParagraph]:
    """The paragraphs that continue one of the text in force, by its id."""
    return {one.origin: one for thesis in text.theses for one in thesis.paragraphs if one.origin}


def union(places: Sequence[Place]) -> Place:
    """All that these places of one paragraph touch; the whole paragraph if one of them is that."""
    if any(place.is_whole for place in places):
        return Place(places[0].paragraph)
    return Place(places[0].paragraph, tuple(sorted({number for place in places for number in place.sentences})))

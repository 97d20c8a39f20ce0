"""Taking proposals into the next edition. Two for the same words are a decision for people: nothing here picks one."""

from collections.abc import Mapping, Sequence

from deliberation.declarations.models import Declaration, EditionDraft
from deliberation.editions.choosing import Placing, by_origin, load_present, load_undecided, union
from deliberation.editions.drafting import SOURCE_MAX, SourceInvalid, change_text, hold, text_of
from deliberation.permissions import Outdated, Permission, Person, require
from deliberation.proposals.merging import Adoption, Colliding, apply_proposals
from deliberation.text import has_words, normalised

ADOPTED_REASON = "Hier steht jetzt der Wortlaut aus {}."
OWN_REASON = "Eigener Wortlaut der Redaktion nach {}."
"""Part of the text, and therefore in its language."""

OwnWordings = Mapping[tuple[int, ...], str]
"""A wording of the organisers' own in place of several proposals, by their numbers."""


class NotAdoptable(Exception):
    """These are no visible proposals of this declaration that wait for a decision, or nobody has said yet where they
    belong."""

    def __init__(self, *numbers: int) -> None:
        super().__init__(str(numbers))
        self.numbers = numbers


class AlreadyThere(NotAdoptable):
    """The text in force reads word for word as these proposals do."""


def adopt(organiser: Person, draft: EditionDraft, numbers: Sequence[int], own: OwnWordings, version: int) -> list[int]:
    """Put proposals, or wordings of the organisers' own in place of several, into the draft of the next edition;
    which proposals that were. Publishing then tells everybody what became of them.

    The same form sent again changes nothing. Raises Colliding where two of them are about the same words, WordsGone
    if these do not stand in the draft any more, NotAdoptable, AlreadyThere, SourceInvalid for an own wording, and Outdated if
    somebody changed the draft since `version`.
    """
    require(organiser, Permission.EDIT_TEXT, draft.declaration)
    wanted = [*dict.fromkeys(numbers), *(number for group in own for number in group)]
    if len(set(wanted)) < len(wanted):
        raise Colliding(*sorted({number for number in wanted if wanted.count(number) > 1}))
    try:
        text = hold(draft, version)
    except Outdated:
        if wanted and set(wanted) <= {n for one in by_origin(text_of(draft)).values() for n in one.adopted}:
            return wanted
        raise
    chosen = _adoptions(organiser, draft.declaration, numbers, own)
    change_text(organiser, draft, apply_proposals(text, chosen), version)
    return wanted


def _adoptions(organiser: Person, declaration: Declaration, numbers: Sequence[int], own: OwnWordings) -> list[Adoption]:
    wanted = {*numbers, *(number for group in own for number in group)}
    placing = Placing(load_present(declaration), None)
    rivals = {
        one.annotation.number: placing.to_rival(one) for one in load_undecided(organiser, declaration, list(wanted))
    }
    places = {
        number: rival.place
        for number, rival in rivals.items()
        if rival.place and rival.place.paragraph in placing.paragraphs
    }
    if missing := wanted - set(places):
        raise NotAdoptable(*sorted(missing))
    if there := [number for number in dict.fromkeys(numbers) if placing.is_present(rivals[number])]:
        raise AlreadyThere(*there)
    chosen = [
        placing.adoption(n, places[n], rivals[n].annotation.proposed_wording, ADOPTED_REASON.format(f"A-{n}"))
        for n in dict.fromkeys(numbers)
    ]
    for group, words in own.items():
        if len({places[number].paragraph for number in group}) != 1:
            raise NotAdoptable(*group)
        place = union([places[number] for number in group])
        labels = " und ".join(f"A-{number}" for number in group)
        chosen.append(Adoption(group, place, placing.before(place), _checked(words), OWN_REASON.format(labels)))
    return chosen


def _checked(words: str) -> str:
    source = normalised(words)
    if len(source) > SOURCE_MAX or not has_words(source):
        raise SourceInvalid(f"{len(source)} characters")
    return words

"""The closing round: putting rival wordings up, rating them by resistance, and what becomes public of it.

A mark is its owner's business: nothing but counts ever leaves this feature, never below five people and, while rating
goes on, only the state at each fifth person.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from sqlalchemy import func, select

from deliberation.accounts.models import User, random_key
from deliberation.annotations.actions import NotInForce
from deliberation.annotations.models import NUMBER_MAX, Annotation, EarlierVersion
from deliberation.annotations.threads import Entry, load_entries
from deliberation.annotations.wordings import source_of
from deliberation.clock import now
from deliberation.database import db, once
from deliberation.declarations.actions import join
from deliberation.declarations.models import Declaration, Paragraph, Wording, current_edition, hold_rules, hold_text
from deliberation.permissions import Activity, Outdated, Permission, Person, Phase, require
from deliberation.proposals.models import OPTIONS_MAX, RESISTANCE_MAX, Ballot, BallotOption, Resistance
from deliberation.proposals.places import Place, to_place
from deliberation.proposals.resistance import next_shown, no_marks
from deliberation.proposals.shared_words import are_same


class BallotRefused(Exception):
    """These proposals cannot be put up, or not together. `reason` is phase, number, absent, place, twice, overlap,
    present or same; for the last two `numbers` are the proposals that read like the present text, or like each other.
    """

    def __init__(self, reason: str, *numbers: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.numbers = numbers


class BallotOver(Exception):
    """The text was changed since, or too few of the wordings are still shown."""


class BallotRated(Exception):
    """People have rated, or may be rating now: a ballot is not taken away from under them."""


class MarkInvalid(Exception):
    """A mark is a whole number from 0 to 10 for a wording of this ballot that is shown."""


def put_up(organiser: Person, paragraph: Paragraph, proposals: Sequence[Annotation], form_key: str = "") -> Ballot:
    """Put one to four proposals for the same words, and these words as they stand, to the vote.

    Their wordings are kept as they are now. The same form key sent again returns what the first sending made. Raises
    BallotRefused, NotInForce for a paragraph that was taken out, Outdated if it was reworded at this moment.
    """
    declaration = paragraph.declaration
    require(organiser, Permission.PREPARE_BALLOT, declaration)
    if declaration.phase in (Phase.EVALUATING, Phase.CLOSED):
        raise BallotRefused("phase")
    if paragraph.is_removed:
        raise NotInForce
    hold_text(declaration)
    key = form_key or random_key()
    sent = select(Ballot).where(Ballot.declaration_id == declaration.id, Ballot.form_key == key)
    found = db.session.scalars(sent).one_or_none()
    if found is not None:
        return found
    if db.session.scalar(select(Paragraph.wording_id).where(Paragraph.id == paragraph.id)) != paragraph.wording_id:
        raise Outdated(paragraph)
    entries = _entries(organiser, declaration, proposals)
    place = _common_place(entries, paragraph)
    _refuse_same_words(source_of(paragraph.wording, place.sentences), entries)
    _refuse_second(paragraph, place)
    return once(sent, lambda: _new_ballot(paragraph, place, entries, key))


def _entries(organiser: Person, declaration: Declaration, proposals: Sequence[Annotation]) -> list[Entry]:
    numbers = {proposal.number for proposal in proposals}
    if not 0 < len(numbers) < OPTIONS_MAX:
        raise BallotRefused("number")
    entries = load_entries(organiser, declaration.id, Annotation.number.in_(numbers), None)
    usable = [one for one in entries if one.annotation.is_visible and one.annotation.is_proposal]
    if len(usable) != len(numbers):
        raise BallotRefused("absent")
    return usable


def _common_place(entries: Sequence[Entry], paragraph: Paragraph) -> Place:
    places = {to_place(entry.annotation, entry.anchor) for entry in entries}
    place = places.pop()
    if places or place is None or place.paragraph != paragraph.id:
        raise BallotRefused("place")
    return place


def _refuse_same_words(present: str, entries: Sequence[Entry]) -> None:
    """Nobody can choose between two wordings that read the same."""
    wordings = {entry.annotation.number: entry.annotation.proposed_wording or "" for entry in entries}
    for number, wording in wordings.items():
        if are_same(wording, present):
            raise BallotRefused("present", number)
    for one, other in combinations(sorted(wordings), 2):
        if are_same(wordings[one], wordings[other]):
            raise BallotRefused("same", one, other)


def _refuse_second(paragraph: Paragraph, place: Place) -> None:
    """The same words are put to the vote once: of two ballots nobody would know which one counts."""
    query = select(Ballot).join(Wording, Wording.id == Ballot.wording_id)
    same = query.where(Ballot.paragraph_id == paragraph.id, Wording.edition_id == paragraph.wording.edition_id)
    places = [Place(paragraph.id, tuple(ballot.sentences)) for ballot in db.session.scalars(same)]
    if place in places:
        raise BallotRefused("twice")
    if any(place.meets(other) for other in places):
        raise BallotRefused("overlap")


def _new_ballot(paragraph: Paragraph, place: Place, entries: Sequence[Entry], key: str) -> Ballot:
    wordings = [(None, source_of(paragraph.wording, place.sentences))]
    wordings += [(entry.annotation, entry.annotation.proposed_wording) for entry in entries]  # type: ignore[misc]
    options = [
        BallotOption(annotation=annotation, position=position, wording=wording, shown=no_marks())
        for position, (annotation, wording) in enumerate(wordings)
    ]
    return Ballot(
        declaration=paragraph.declaration,
        paragraph=paragraph,
        wording=paragraph.wording,
        edition=current_edition(paragraph.declaration),
        sentences=list(place.sentences),
        form_key=key,
        options=options,
    )


def take_down(organiser: Person, ballot: Ballot) -> None:
    """Take back what was put up by mistake. Raises BallotRated once rating is open or somebody has rated."""
    require(organiser, Permission.PREPARE_BALLOT, ballot.declaration)
    rated = select(Resistance.id).where(Resistance.option_id.in_([one.id for one in ballot.options])).limit(1)
    if ballot.declaration.allows(Activity.RATE) or db.session.scalar(rated):
        raise BallotRated
    for option in ballot.options:
        db.session.delete(option)
    db.session.flush()
    db.session.delete(ballot)


def rate(rater: User, ballot: Ballot, marks: Mapping[int, int | None]) -> None:
    """Say how much one resists each wording, by option id: 0 not at all, 10 cannot accept it; None withdraws a mark.

    Replaces one's own earlier marks. Raises MarkInvalid, BallotOver.
    """
    hold_rules(rater, ballot.declaration)
    require(rater, Permission.RATE, ballot.declaration)
    shown = load_shown_options([ballot])
    if not load_current([ballot]) or len(shown) < 2:
        raise BallotOver
    if any(option not in shown or not _is_mark(mark) for option, mark in marks.items()):
        raise MarkInvalid
    membership = join(rater, ballot.declaration)
    # Counts of one ballot are made one after the other (PostgreSQL; on SQLite writes queue up anyway).
    db.session.execute(select(Ballot.id).where(Ballot.id == ballot.id).with_for_update()).all()
    for option_id, mark in marks.items():
        _keep(option_id, membership.id, mark)
    db.session.flush()
    counts = count_marks(marks)
    for option in ballot.options:
        if option.id in marks:
            option.shown = next_shown(counts.get(option.id, no_marks()), option.shown or no_marks())
    db.session.flush()


def _is_mark(mark: Any) -> bool:
    return mark is None or (type(mark) is int and 0 <= mark <= RESISTANCE_MAX)


def _keep(option_id: int, rater_id: int, mark: int | None) -> None:
    same = select(Resistance).where(Resistance.option_id == option_id, Resistance.rater_id == rater_id)
    if mark is None:
        row = db.session.scalars(same).one_or_none()
        if row is not None:
            db.session.delete(row)
        return
    row = once(same, lambda: Resistance(option_id=option_id, rater_id=rater_id, value=mark))
    if row.value != mark:
        row.value, row.rated_at = mark, now()


def count_marks(options: Mapping[int, Any] | Sequence[int]) -> dict[int, list[int]]:
    """How often each mark was given, by option id; one query. Whoever calls this knows that rating is over."""
    query = (
        select(Resistance.option_id, Resistance.value, func.count())
        .where(Resistance.option_id.in_(list(options)))
        .group_by(Resistance.option_id, Resistance.value)
    )
    found: dict[int, list[int]] = {}
    for option_id, value, count in db.session.execute(query):
        found.setdefault(option_id, no_marks())[value] = count
    return found


def load_current(ballots: Sequence[Ballot]) -> set[int]:
    """Ids of the ballots whose paragraph still reads as it did; a corrected misprint changes nothing. One query."""
    query = (
        select(Paragraph.id, Wording.edition_id)
        .join(Wording, Wording.id == Paragraph.wording_id)
        .where(Paragraph.id.in_({ballot.paragraph_id for ballot in ballots}), Paragraph.removed_in_id.is_(None))
    )
    since = {paragraph: edition for paragraph, edition in db.session.execute(query)}  # noqa: C416
    return {ballot.id for ballot in ballots if since.get(ballot.paragraph_id) == ballot.wording.edition_id}


def load_shown_options(ballots: Sequence[Ballot]) -> set[int]:
    """Ids of the options whose words are public: the present wording, and proposals that are shown and say, or in
    their public history said, what was put up. At most one query."""
    options = [option for ballot in ballots for option in ballot.options]
    shown = {option.id for option in options if option.annotation is None}
    visible = [option for option in options if option.annotation is not None and option.annotation.is_visible]
    shown |= {one.id for one in visible if one.annotation and one.annotation.proposed_wording == one.wording}
    changed = [option for option in visible if option.id not in shown]
    if changed:
        query = select(EarlierVersion.annotation_id, EarlierVersion.proposed_wording).where(
            EarlierVersion.annotation_id.in_([option.annotation_id for option in changed])
        )
        said = {(number, wording) for number, wording in db.session.execute(query)}
        shown |= {option.id for option in changed if (option.annotation_id, option.wording) in said}
    return shown


def find_ballot(declaration: Declaration, ballot_id: int) -> Ballot | None:
    if not 0 < ballot_id <= NUMBER_MAX:
        return None
    query = select(Ballot).where(Ballot.id == ballot_id, Ballot.declaration_id == declaration.id)
    return db.session.scalars(query).one_or_none()


def count_ballots(declaration: Declaration) -> int:
    """How many ballots there are: whether a page leads to the closing round."""
    return db.session.scalar(select(func.count(Ballot.id)).where(Ballot.declaration_id == declaration.id)) or 0

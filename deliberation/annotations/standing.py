"""Stances and the words they were taken on: one's own at a place, and those to look at again since words changed.

Somebody is asked once: about the latest stance on earlier words, unless there is one on the present words or the
person let it go (`positions.let_go`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from deliberation.annotations.former import Reworded, ThesisText, compare_theses, load_thesis_texts
from deliberation.annotations.models import Stance, StanceTally, StanceValue
from deliberation.annotations.tallies import StanceCounts
from deliberation.database import db
from deliberation.declarations.models import (
    Declaration,
    Edition,
    Membership,
    Paragraph,
    Thesis,
    Wording,
    current_edition,
)
from deliberation.permissions import Permission, may, require


@dataclass(frozen=True)
class PastStance:
    """What somebody said about earlier words of a place: to be kept, replaced or let go.

    `since` is the id of the edition since which the present words stand: an answer is one about these words."""

    thesis: Thesis
    paragraph: Paragraph | None
    value: StanceValue
    reason: str
    edition_number: int
    since: int
    changes: Sequence[Reworded]


@dataclass(frozen=True)
class OwnStance:
    """Where a person stands on the present words of a place, the published counts, and what there is to look at again."""

    value: StanceValue | None
    reason: str
    counts: StanceCounts
    past: PastStance | None


NO_STANCE = OwnStance(None, "", StanceCounts(), None)


def load_own_stance(person: Any, thesis: Thesis, paragraph: Paragraph | None) -> OwnStance:
    """One query, and three more if a stance on a thesis as a whole is to be looked at again."""
    since = (paragraph or thesis).since_id
    membership = person.membership_in(thesis.declaration_id)
    query = (
        select(Stance, Edition.number, Wording, StanceTally)
        .select_from(Thesis)
        .outerjoin(
            Stance, and_(_at(Stance, thesis, paragraph), Stance.holder_id == (membership.id if membership else 0))
        )
        .outerjoin(Edition, Edition.id == Stance.edition_id)
        .outerjoin(Wording, Wording.id == Stance.wording_id)
        .outerjoin(StanceTally, and_(_at(StanceTally, thesis, paragraph), StanceTally.edition_id == since))
        .where(Thesis.id == thesis.id)
        .order_by(Edition.number)
    )
    rows = db.session.execute(query).all()
    tally = rows[0].StanceTally
    counts = StanceCounts(tally.carry, tally.change, tally.unclear, tally.against) if tally else StanceCounts()
    own = next((row.Stance for row in rows if row.Stance and row.Stance.edition_id == since), None)
    if own is not None:
        return OwnStance(own.value, own.reason, counts, None)
    latest = rows[-1]
    is_open = latest.Stance is not None and latest.Stance.let_go_at is None and not (paragraph or thesis).is_removed
    if not is_open or not may(person, Permission.TAKE_STANCE, thesis.declaration):
        return OwnStance(None, "", counts, None)
    return OwnStance(None, "", counts, _to_past(latest.Stance, latest.number, latest.Wording, thesis, paragraph))


def find_past(membership: Membership, thesis: Thesis, paragraph: Paragraph | None) -> Stance | None:
    """One's latest stance on earlier words of a place, if it is still to be looked at again."""
    query = (
        select(Stance)
        .where(_at(Stance, thesis, paragraph), Stance.holder_id == membership.id)
        .order_by(Stance.edition_id.desc())
        .limit(1)
    )
    latest = db.session.scalars(query).one_or_none()
    if latest is None or latest.edition_id == (paragraph or thesis).since_id or latest.let_go_at is not None:
        return None
    return latest


def count_past(person: Any, declaration: Any) -> int:
    """How many stances of a person are to be looked at again; 0 for whoever cannot take any. At most one query."""
    membership = person.membership_in(declaration.id)
    if membership is None or not may(person, Permission.TAKE_STANCE, declaration):
        return 0
    query = select(func.count()).select_from(Stance).join(Thesis, Thesis.id == Stance.thesis_id)
    query = query.outerjoin(Paragraph, Paragraph.id == Stance.paragraph_id)
    query = query.outerjoin(Wording, Wording.id == Paragraph.wording_id)
    return db.session.scalar(query.where(_is_past(membership))) or 0


def load_past(person: Any, declaration: Declaration) -> list[PastStance]:
    """All stances of a person in a declaration that are to be looked at again, in the order of the text.

    At most five queries after person and declaration.
    """
    require(person, Permission.TAKE_STANCE, declaration)
    membership = person.membership_in(declaration.id)
    if membership is None:
        return []
    then = aliased(Wording)
    query = (
        select(Stance, Edition.number, then)
        .join(Edition, Edition.id == Stance.edition_id)
        .join(Thesis, Thesis.id == Stance.thesis_id)
        .outerjoin(then, then.id == Stance.wording_id)
        .outerjoin(Paragraph, Paragraph.id == Stance.paragraph_id)
        .outerjoin(Wording, Wording.id == Paragraph.wording_id)
        .where(Stance.declaration_id == declaration.id, _is_past(membership))
        .order_by(Thesis.position, Stance.paragraph_id.is_not(None), Paragraph.position)
    )
    rows = db.session.execute(query).all()
    theses = {thesis.id: thesis for thesis in declaration.theses}
    paragraphs = _load_paragraphs([stance.paragraph_id for stance, _number, _wording in rows if stance.paragraph_id])
    texts = _load_texts(declaration, [stance for stance, _number, _wording in rows if not stance.paragraph_id])
    found = []
    for stance, number, wording in rows:
        thesis, paragraph = theses[stance.thesis_id], paragraphs.get(stance.paragraph_id)
        found.append(_to_past(stance, number, wording, thesis, paragraph, texts))
    return found


def _at(table: Any, thesis: Thesis, paragraph: Paragraph | None) -> ColumnElement[bool]:
    same = table.paragraph_id == paragraph.id if paragraph else table.paragraph_id.is_(None)
    return and_(table.thesis_id == thesis.id, same)


def _is_past(membership: Membership) -> ColumnElement[bool]:
    """Stances of one person on words that read differently now, none of them newer. Editions are numbered and kept
    in the order of their ids."""
    newer = aliased(Stance)
    same_place = or_(
        newer.paragraph_id == Stance.paragraph_id,
        and_(newer.paragraph_id.is_(None), Stance.paragraph_id.is_(None), newer.thesis_id == Stance.thesis_id),
    )
    is_latest = ~exists().where(newer.holder_id == membership.id, same_place, newer.edition_id > Stance.edition_id)
    on_thesis = and_(
        Stance.paragraph_id.is_(None), Thesis.removed_in_id.is_(None), Stance.edition_id != Thesis.since_id
    )
    on_paragraph = and_(Paragraph.removed_in_id.is_(None), Stance.edition_id != Wording.edition_id)
    return and_(Stance.holder_id == membership.id, Stance.let_go_at.is_(None), is_latest, or_(on_thesis, on_paragraph))


def _load_paragraphs(ids: Sequence[int]) -> dict[int | None, Paragraph]:
    if not ids:
        return {}
    query = select(Paragraph).options(joinedload(Paragraph.wording)).where(Paragraph.id.in_(ids))
    return {one.id: one for one in db.session.scalars(query)}


Texts = dict[tuple[int, int], ThesisText]
"""Theses by (edition id, thesis id); the edition id 0 stands for the one in force."""


def _load_texts(declaration: Declaration, stances: Sequence[Stance]) -> Texts:
    """Each thesis with a stance as it stood then and as it stands now; three queries."""
    if not stances:
        return {}
    edition = current_edition(declaration).id
    then = {(stance.edition_id, stance.thesis_id) for stance in stances}
    texts = load_thesis_texts(then | {(edition, thesis) for _edition, thesis in then})
    return texts | {(0, thesis): texts[edition, thesis] for _edition, thesis in then}


def _to_past(
    stance: Stance,
    edition_number: int,
    wording: Wording | None,
    thesis: Thesis,
    paragraph: Paragraph | None,
    texts: Texts | None = None,
) -> PastStance:
    if paragraph is not None:
        old = wording.text if wording else ""
        changes = [Reworded(paragraph.full_number, old, paragraph.wording.text)]
    else:
        known = texts or _load_texts(thesis.declaration, [stance])
        changes = compare_theses(known.get((stance.edition_id, thesis.id), ThesisText()), known[0, thesis.id])
    since = (paragraph or thesis).since_id
    return PastStance(thesis, paragraph, stance.value, stance.reason, edition_number, since, changes)

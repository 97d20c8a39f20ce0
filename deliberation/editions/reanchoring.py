"""What a next edition would do to everything people wrote and said: looked up and computed without writing a row.

Expensive for large declarations, and therefore done before the write transaction that keeps it (`publishing.py`).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from deliberation.annotations.models import Anchor, AnchorVerdict, Annotation, Status
from deliberation.annotations.quotes import sentences_of_quote
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.anchors import Reanchoring
from deliberation.declarations.changes import ChangeState
from deliberation.declarations.editions import load_text, numbered_next
from deliberation.declarations.fates import AnchorState, Fate
from deliberation.declarations.importing import DraftDeclaration
from deliberation.declarations.models import Declaration, Edition, Wording, current_edition
from deliberation.editions.affected import count_stances, count_votes

ID_CHUNK = 500
"""Values in one IN list; SQLite allows 32 766 variables, older ones 999."""


@dataclass(frozen=True)
class Basis:
    """The words that an annotation is surely about: sentences of a paragraph of the edition in force, or, after a doubt
    that nobody has settled, the words of an earlier wording."""

    thesis: int
    paragraph: int | None
    sentences: tuple[int, ...]
    words: tuple[str, ...] = ()
    is_left: bool = False


@dataclass(frozen=True)
class PlannedAnchor:
    """What becomes of one annotation."""

    number: int
    status: Status
    fate: Fate
    is_left: bool = False

    @property
    def waits(self) -> bool:
        return not self.is_left and self.fate.state in (AnchorState.REWORDED, AnchorState.GONE)


@dataclass(frozen=True)
class Plan:
    """A next edition thought through: its numbered text, what happened to each paragraph and to each annotation.

    `last_number` is the newest annotation that was there; what came later, and whose place somebody decided since
    `made_at`, is looked at while publishing."""

    edition: Edition
    old: DraftDeclaration
    text: DraftDeclaration
    anchors: Sequence[PlannedAnchor]
    last_number: int
    made_at: datetime
    reanchoring: Reanchoring = field(repr=False)
    stances: Mapping[AnchorState, int]
    votes: Mapping[AnchorState, int]

    @property
    def annotations(self) -> Mapping[AnchorState, int]:
        """Annotations that are shown, by what becomes of them."""
        return Counter(one.fate.state for one in self.anchors if one.status is Status.VISIBLE)

    @property
    def adopted(self) -> frozenset[int]:
        """Proposals whose wording the text takes over."""
        return frozenset(number for t in self.text.theses for one in t.paragraphs for number in one.adopted)

    @property
    def waiting(self) -> Sequence[PlannedAnchor]:
        """The annotations that a person will have to look at."""
        return to_check(self.anchors, self.adopted)

    @property
    def is_unchanged(self) -> bool:
        """Whether the next edition would be word for word the one in force."""
        return _bare(self.old) == _bare(self.text)

    @property
    def paragraphs(self) -> list[tuple[str, str, ChangeState]]:
        """Old number, new number and state of every paragraph; numbers as in addresses, "0.1" for the preamble."""
        return _paragraph_states(self)


def to_check(anchors: Iterable[PlannedAnchor], adopted: Collection[int]) -> list[PlannedAnchor]:
    """Those that wait for a person: shown, or held back for now. Who adopts a proposal has said where it belongs."""
    open_ones = (Status.VISIBLE, Status.PENDING)
    return [one for one in anchors if one.waits and one.status in open_ones and one.number not in adopted]


def _bare(text: DraftDeclaration) -> Any:
    return [
        (thesis.origin, thesis.heading, thesis.group, [(one.origin, one.units) for one in thesis.paragraphs])
        for thesis in text.theses
    ]


def plan_edition(declaration: Declaration, text: DraftDeclaration) -> Plan:
    """Think a next edition through. Reads only; at most eight queries and one for 500 annotations in doubt."""
    moment, edition = now(), current_edition(declaration)
    old = load_text(edition)
    numbered = numbered_next(declaration, text)
    reanchoring = Reanchoring(old, numbered)
    anchors = plan_anchors(declaration, edition, reanchoring)
    return Plan(
        edition=edition,
        old=old,
        text=numbered,
        anchors=anchors,
        last_number=max((one.number for one in anchors), default=0),
        made_at=moment,
        reanchoring=reanchoring,
        stances=count_stances(declaration, reanchoring),
        votes=count_votes(declaration, {one.number: one.fate.state for one in anchors}),
    )


def plan_anchors(
    declaration: Declaration, edition: Edition, reanchoring: Reanchoring, since: ColumnElement[bool] | None = None
) -> list[PlannedAnchor]:
    """What becomes of every annotation, or of those that meet `since`; replies follow what they answer."""
    conditions = and_(Annotation.declaration_id == declaration.id, Annotation.parent_id.is_(None))
    if since is not None:
        conditions = and_(conditions, since)
    query = (
        select(
            Annotation.number,
            Annotation.status,
            Annotation.thesis_id,
            Annotation.paragraph_id,
            Annotation.wording_id,
            Annotation.sentences,
            Annotation.quote,
            Annotation.quote_start,
            Anchor.state,
            Anchor.verdict,
            Anchor.paragraph_id.label("anchored_to"),
            Anchor.sentences.label("anchored_sentences"),
        )
        .outerjoin(Anchor, and_(Anchor.annotation_id == Annotation.number, Anchor.edition_id == edition.id))
        .where(conditions)
        .order_by(Annotation.number)
    )
    rows = db.session.execute(query).all()
    doubtful = [row for row in rows if row.state is not None and not _is_sure(row)]
    earlier = _load_last_sure(doubtful)
    quoted = _load_wordings({row.wording_id for row in rows if row.quote and not row.sentences})
    found = []
    for row in rows:
        basis = _to_basis(row, earlier, quoted)
        found.append(PlannedAnchor(row.number, row.status, _fate(reanchoring, basis), basis.is_left))
    return found


def _is_sure(row: Any) -> bool:
    if row.verdict is not None:
        return row.verdict is not AnchorVerdict.LEFT
    return row.state in (AnchorState.SAME, AnchorState.MOVED)


def _to_basis(row: Any, earlier: Mapping[int, Basis], quoted: Mapping[int, Wording]) -> Basis:
    if row.number in earlier:
        return earlier[row.number]
    if row.state is not None:
        return Basis(row.thesis_id, row.anchored_to, tuple(row.anchored_sentences or ()))
    wording = quoted.get(row.wording_id)
    return Basis(row.thesis_id, row.paragraph_id, tuple(_meant(row, wording) if wording else row.sentences or ()))


def _fate(reanchoring: Reanchoring, basis: Basis) -> Fate:
    if basis.words:
        return reanchoring.of_words(basis.paragraph or 0, basis.words)
    if basis.paragraph is None:
        return reanchoring.of_thesis(basis.thesis)
    return reanchoring.of_sentences(basis.paragraph, basis.sentences)


def _load_last_sure(rows: Sequence[Any]) -> dict[int, Basis]:
    """For annotations in doubt: the words of the last place that was sure, which is at least where they were written."""
    found: dict[int, Basis] = {}
    for chunk in _chunks([row.number for row in rows]):
        sure = or_(
            Anchor.verdict.in_((AnchorVerdict.ACCEPTED, AnchorVerdict.PLACED)),
            and_(Anchor.verdict.is_(None), Anchor.state.in_((AnchorState.SAME, AnchorState.MOVED))),
        )
        query = (
            select(Anchor.annotation_id, Anchor.paragraph_id, Anchor.wording_id, Anchor.sentences)
            .where(Anchor.annotation_id.in_(chunk), sure)
            .order_by(Anchor.edition_id)
        )
        places = {row.annotation_id: row for row in db.session.execute(query)}
        written = select(
            Annotation.number,
            Annotation.thesis_id,
            Annotation.paragraph_id,
            Annotation.wording_id,
            Annotation.sentences,
            Annotation.quote,
            Annotation.quote_start,
        ).where(Annotation.number.in_(chunk))
        origins = db.session.execute(written).all()
        wordings = _load_wordings({row.wording_id for row in origins} | {row.wording_id for row in places.values()})
        left = {row.number for row in rows if row.verdict is AnchorVerdict.LEFT}
        for origin in origins:
            place = places.get(origin.number, origin)
            wording = wordings.get(place.wording_id or 0)
            words = _words_of(wording, _meant(place, wording)) if wording else ()
            paragraph = wording.paragraph_id if wording else None
            found[origin.number] = Basis(origin.thesis_id, paragraph, (), words, origin.number in left)
    return found


def _meant(place: Any, wording: Wording) -> Sequence[int]:
    """The sentences of an anchor or of an annotation, which may only have quoted them."""
    if place.sentences or not getattr(place, "quote", ""):
        return place.sentences or ()
    return sentences_of_quote(wording, place.quote, place.quote_start)


def _words_of(wording: Wording, sentences: Iterable[int]) -> tuple[str, ...]:
    all_sentences = wording.sentences
    return tuple(all_sentences[n - 1] for n in sorted(sentences) if 0 < n <= len(all_sentences)) or tuple(all_sentences)


def _load_wordings(ids: Iterable[int | None]) -> dict[int, Wording]:
    found: dict[int, Wording] = {}
    for chunk in _chunks(sorted({key for key in ids if key})):
        found |= {one.id: one for one in db.session.scalars(select(Wording).where(Wording.id.in_(chunk)))}
    return found


def _chunks(values: Sequence[int]) -> Iterable[Sequence[int]]:
    return (values[start : start + ID_CHUNK] for start in range(0, len(values), ID_CHUNK))


def _paragraph_states(plan: Plan) -> list[tuple[str, str, ChangeState]]:
    old_numbers = {
        one.origin: _address(thesis.number, one.number) for thesis in plan.old.theses for one in thesis.paragraphs
    }
    rows, kept = [], set()
    for thesis in plan.text.theses:
        for one in thesis.paragraphs:
            kept.add(one.origin)
            fate = plan.reanchoring.of_paragraph(one.origin) if one.origin in old_numbers else None
            state = ChangeState(fate.state.value) if fate else ChangeState.NEW
            rows.append((old_numbers.get(one.origin, ""), _address(thesis.number, one.number), state))
    gone = [(number, "", ChangeState.GONE) for origin, number in old_numbers.items() if origin not in kept]
    return rows + gone


def _address(thesis: str, paragraph: str) -> str:
    return f"{thesis}.{paragraph}"

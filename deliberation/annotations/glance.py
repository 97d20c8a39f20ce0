"""Who would see the page of a thesis, or of an opened paragraph, just as somebody else has seen it: found out with a handful of
small queries, without making the page.

Whoever left something at a place, a vote, a stance, a text or a draft, has a page of her own there.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, literal, or_, select

from deliberation.annotations import visits
from deliberation.annotations.counts import Counts, load_counts, to_news
from deliberation.annotations.drafts import place_of
from deliberation.annotations.history import has_history
from deliberation.annotations.models import Annotation, Draft, Opening, Stance, Status, Visit, Vote
from deliberation.annotations.ordering import deck
from deliberation.annotations.places import PlaceCount
from deliberation.annotations.standing import count_past
from deliberation.clock import to_day
from deliberation.database import db
from deliberation.declarations.models import Declaration, Edition, Paragraph, Thesis
from deliberation.permissions import Access, Phase, Voters

WHOLE = 0
"""Stands for the thesis as a whole where others have the id of a paragraph."""
traces: list[Callable[[ColumnElement[bool], ColumnElement[int]], ColumnElement[bool]]] = []
"""What other features let a member leave on annotations: whether it is there, given which annotations and who."""


@dataclass(frozen=True)
class Ground:
    """What rights and addresses ask of a declaration, and whether its text has a past."""

    id: int
    phase: Phase
    access: Access
    voters: Voters
    edition_number: int
    has_history: bool
    # Ids of theses by number, and of paragraphs by both; those that an edition took out too.
    theses: Mapping[str, int]
    paragraphs: Mapping[tuple[str, str], int]

    @property
    def declaration(self) -> "Ground":
        return self

    def find(self, t: str, p: str | None) -> "Spot | None":
        """The place of an address; `p` is `0` for the annotations of a whole thesis and None where nothing is opened."""
        thesis = self.theses.get(t)
        if thesis is None or p is None or p == "0":
            return Spot(thesis, None if p is None else WHOLE) if thesis is not None else None
        paragraph = self.paragraphs.get((t, p))
        return Spot(thesis, paragraph) if paragraph is not None else None


@dataclass(frozen=True)
class Spot:
    thesis: int
    opened: int | None


@dataclass(frozen=True)
class Glance:
    """`key` is the same for all with the same rights who see the same page; None for whoever has one of her own. `is_seen`:
    nothing was written at the opened place since this reader opened it last."""

    key: tuple[Hashable, ...] | None
    counts: Counts
    is_seen: bool = False


def load_ground(slug: str) -> Ground | None:
    """Two queries. What it says changes with the revision of settled things."""
    newest = select(func.max(Edition.number)).where(Edition.declaration_id == Declaration.id).scalar_subquery()
    columns = Declaration.id, Declaration.phase, Declaration.access, Declaration.voters, newest, has_history(Declaration)
    found: Any = db.session.execute(select(*columns).where(Declaration.slug == slug)).one_or_none()
    if found is None:
        return None
    text = select(Thesis.number, Thesis.id, Paragraph.number, Paragraph.id).outerjoin(Paragraph, Paragraph.thesis_id == Thesis.id)
    rows = db.session.execute(text.where(Thesis.declaration_id == found.id)).all()
    theses, paragraphs = {t: key for t, key, *_ in rows}, {(t, p): key for t, _, p, key in rows if p is not None}
    return Ground(found.id, found.phase, found.access, found.voters, found[4] or 0, found[5], theses, paragraphs)


def load_visit(person: Any, ground: Ground) -> Visit | None:
    """When the person was here before; of a guest nobody knows. One query."""
    if not person.is_signed_in:
        return None
    row = db.session.execute(_visit(), {"user": person.id, "declaration": ground.id}).one_or_none()
    return Visit(since=row.since, last_at=row.last_at) if row else None


def load_glance(person: Any, ground: Ground, spot: Spot, visit: Visit | None, day: date) -> Glance:
    """One query, one more where a place is opened, and one more once the text has changed."""
    since = visits.new_since(visit)
    counts = load_counts(person, ground, since, spot.thesis)
    news = to_news(counts, since)
    key = (spot, (news.count, to_day(news.since)) if news else None, counts.looks(spot.thesis))
    if spot.opened is None:
        return Glance((*key, count_past(person, ground) if ground.edition_number > 1 else 0), counts)
    membership = person.membership_in(ground.id)
    if membership is not None and (membership.reviewed_until or membership.paused_until or membership.blocked_until):
        return Glance(None, counts)
    asked = {
        "declaration": ground.id, "thesis": spot.thesis, "opened": spot.opened, "since": since, "user": person.id or 0,
        "draft": place_of(spot.thesis, spot.opened), "member": membership.id if membership else 0,
    }  # fmt: skip
    question = _state(spot.opened != WHOLE, since is not None, person.is_signed_in, membership is not None)
    changes, fresh, latest, opened_at, *own = db.session.execute(question, asked).one()
    is_seen = latest is None or (opened_at is not None and latest <= opened_at)
    return Glance(None if any(own) else (*key, changes, fresh, deck(person, day)), counts, is_seen)


@lru_cache
def _visit() -> Any:
    return select(Visit.since, Visit.last_at).where(
        Visit.user_id == bindparam("user"), Visit.declaration_id == bindparam("declaration")
    )


@lru_cache
def _state(is_paragraph: bool, has_visited: bool, is_signed_in: bool, is_member: bool) -> Any:
    """What was ever changed at the place, how much of it is new, when the last was written and the reader was there last, and
    whether she left anything there."""
    here = PlaceCount.declaration_id == bindparam("declaration"), PlaceCount.thesis_id == bindparam("thesis")
    changes = select(PlaceCount.changes).where(*here, PlaceCount.paragraph_key == bindparam("opened")).scalar_subquery()
    place = _at(Annotation, is_paragraph)
    known = Annotation.declaration_id == bindparam("declaration"), Annotation.thesis_id == bindparam("thesis")
    shown = (*known, place, Annotation.status == Status.VISIBLE)
    fresh = select(func.count()).where(*shown, Annotation.created_at > bindparam("since")).scalar_subquery()
    latest = select(func.max(Annotation.created_at)).where(*shown).scalar_subquery()
    same = Opening.thesis_id == bindparam("thesis"), Opening.paragraph_key == bindparam("opened")
    opened_at: Any = select(Opening.opened_at).where(Opening.user_id == bindparam("user"), *same).scalar_subquery()
    own: list[ColumnElement[bool]] = []
    if is_signed_in:
        own.append(exists().where(Draft.user_id == bindparam("user"), Draft.place == bindparam("draft")))
    if is_member:
        member: Any = bindparam("member")
        # What is bundled with something shown here may stand at any place.
        seen = and_(known[0], or_(and_(known[1], place), Annotation.bundled_with.is_not(None)))
        stances = exists().where(Stance.thesis_id == bindparam("thesis"), _at(Stance, is_paragraph), Stance.holder_id == member)
        own += [
            exists().where(Annotation.author_id == member, seen),
            exists().where(Vote.voter_id == member, Vote.annotation_id == Annotation.number, seen),
            stances,
            *(trace(seen, member) for trace in traces),
        ]
    return select(func.coalesce(changes, 0), fresh if has_visited else literal(0), latest, opened_at, *own)


def _at(table: Any, is_paragraph: bool) -> ColumnElement[bool]:
    return table.paragraph_id == bindparam("opened") if is_paragraph else table.paragraph_id.is_(None)

"""Who would see the page of a thesis, or of an opened paragraph, just as somebody else has seen it: found out with a handful of
small queries, without making the page.

What is opened, a paragraph with its annotations, is told apart from the page around it, which changes less. Whoever left
something at a place, a vote, a stance or a text, sees what is opened in her own way; with a draft all of the page is her own.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, case, cast, exists, false, func, literal, or_, select
from sqlalchemy.orm import aliased

from deliberation.annotations import visits
from deliberation.annotations.counts import Counts, News, load_counts, to_news
from deliberation.annotations.drafts import place_of
from deliberation.annotations.history import has_history
from deliberation.annotations.models import Annotation, Draft, Opening, Stance, Status, Visit, Vote
from deliberation.annotations.ordering import deck
from deliberation.annotations.places import PlaceCount
from deliberation.annotations.standing import count_past
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
    """`key` is the same for all with the same rights who see the same page but for counts and what is opened; None for whoever
    has one of her own. `opened`: the same for what is opened. `is_seen`: nothing was written at the opened place since this
    reader opened it last."""

    key: tuple[Hashable, ...] | None
    counts: Counts
    news: News | None
    opened: tuple[Hashable, ...] | None = None
    is_seen: bool = False
    since: datetime | None = None
    has_stance: bool = True


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
    key = (spot, news is not None, counts.find_commented(spot.thesis))
    if spot.opened is None:
        return Glance((*key, count_past(person, ground) if ground.edition_number > 1 else 0), counts, news)
    membership = person.membership_in(ground.id)
    if membership is not None and (membership.reviewed_until or membership.paused_until or membership.blocked_until):
        return Glance(None, counts, news)
    asked = {
        "declaration": ground.id, "thesis": spot.thesis, "opened": spot.opened, "since": since, "user": person.id or 0,
        "draft": place_of(spot.thesis, spot.opened), "member": membership.id if membership else 0,
    }  # fmt: skip
    question = _state(spot.opened != WHOLE, since is not None, person.is_signed_in, membership is not None)
    changes, bundled, fresh, latest, opened_at, has_draft, has_stance, *own = db.session.execute(question, asked).one()
    is_seen = latest is None or (opened_at is not None and latest <= opened_at)
    opened = (spot, counts.of_place(spot.thesis, spot.opened), changes, bundled, fresh, deck(person, day))
    is_own = has_stance or any(own)
    return Glance(None if has_draft else key, counts, news, None if is_own else opened, is_seen, since, bool(has_stance))


@lru_cache
def _visit() -> Any:
    return select(Visit.since, Visit.last_at).where(
        Visit.user_id == bindparam("user"), Visit.declaration_id == bindparam("declaration")
    )


@lru_cache
def _state(is_paragraph: bool, has_visited: bool, is_signed_in: bool, is_member: bool) -> Any:
    """What was ever changed at the place, and anywhere if something from elsewhere is shown, how much of it is new, when the
    last was written and the reader was there last, and whether she left a draft, a stance or anything else there."""
    here = PlaceCount.declaration_id == bindparam("declaration"), PlaceCount.thesis_id == bindparam("thesis")
    changes = select(PlaceCount.changes).where(*here, PlaceCount.paragraph_key == bindparam("opened")).scalar_subquery()
    place = _at(Annotation, is_paragraph)
    known = Annotation.declaration_id == bindparam("declaration"), Annotation.thesis_id == bindparam("thesis")
    shown = (*known, place, Annotation.status == Status.VISIBLE)
    fresh = select(func.count()).where(*shown, Annotation.created_at > bindparam("since")).scalar_subquery()
    latest = select(func.max(Annotation.created_at)).where(*shown).scalar_subquery()
    same = Opening.thesis_id == bindparam("thesis"), Opening.paragraph_key == bindparam("opened")
    opened_at: Any = select(Opening.opened_at).where(Opening.user_id == bindparam("user"), *same).scalar_subquery()
    lead, bundled = aliased(Annotation), aliased(Annotation)
    # There are few of them, and SQLite would rather look at all that stand at the place.
    leads = exists().where(lead.number == bundled.bundled_with, lead.thesis_id == bindparam("thesis"), _at(lead, is_paragraph))
    of_declaration = bundled.declaration_id + 0 == bindparam("declaration")
    from_elsewhere = exists().where(bundled.bundled_with > 0, of_declaration, leads)
    anywhere = select(func.sum(PlaceCount.changes)).where(here[0]).scalar_subquery()
    draft = exists().where(Draft.user_id == bindparam("user"), Draft.place == bindparam("draft")) if is_signed_in else false()
    stance: ColumnElement[bool] = false()
    own: list[ColumnElement[bool]] = []
    if is_member:
        member: Any = bindparam("member")
        # What is bundled with something shown here may stand at any place.
        seen = and_(known[0], or_(and_(known[1], place), Annotation.bundled_with.is_not(None)))
        stance = exists().where(Stance.thesis_id == bindparam("thesis"), _at(Stance, is_paragraph), Stance.holder_id == member)
        own += [
            exists().where(Annotation.author_id == member, seen),
            exists().where(Vote.voter_id == member, Vote.annotation_id == Annotation.number, seen),
            *(trace(seen, member) for trace in traces),
        ]
    elsewhere = case((from_elsewhere, cast(anywhere, Integer)), else_=0)
    new = fresh if has_visited else literal(0)
    return select(func.coalesce(changes, 0), elsewhere, new, latest, opened_at, draft, stance, *own)


def _at(table: Any, is_paragraph: bool) -> ColumnElement[bool]:
    return table.paragraph_id == bindparam("opened") if is_paragraph else table.paragraph_id.is_(None)

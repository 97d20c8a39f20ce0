"""Feeds: what appeared in a declaration or in one's own conversations, for programs that collect news.

Nothing in them but what everybody who may read the declaration can read there, and of that what may be passed on; never a
count, and no time but the day. Who signs in to read has secret addresses: a word that this site alone can make, which ends
with `User.feed_version`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, update
from sqlalchemy.orm import joinedload

from deliberation.accounts.models import User, load_user
from deliberation.annotations.models import Annotation, Outcome, Response, Status
from deliberation.annotations.outcomes import latest_outcome
from deliberation.annotations.threads import may_be_passed_on
from deliberation.clock import to_day
from deliberation.database import db
from deliberation.declarations.models import Declaration, Edition, Paragraph, Thesis, Wording, find_declaration
from deliberation.notifications.models import Matter
from deliberation.permissions import Permission, may, require
from deliberation.sealing import handle, keyed_hash, read_handle

MOST = 50
"""Entries of a feed."""
FEEDS = "feeds"


@dataclass(frozen=True)
class Item:
    """One thing to tell: an annotation, an answer of the moderation, what became of an annotation, an edition."""

    matter: Matter
    declaration: Declaration
    told: Any
    day: date
    changed: date

    @property
    def annotation(self) -> Annotation | None:
        """What it is about, if it is about one."""
        return self.told if isinstance(self.told, Annotation) else getattr(self.told, "annotation", None)

    @property
    def order(self) -> tuple[date, int, int]:
        """By day; on the same day by what it is and by its number, which say nothing about the hour."""
        number = self.told.number if isinstance(self.told, (Annotation, Edition)) else self.told.id
        return self.day, list(Matter).index(self.matter), number


def load_feed(declaration: Declaration, thesis: Thesis | None = None) -> list[Item]:
    """The newest of a declaration, or of one thesis; who asks may read it. Four queries."""
    shown: list[ColumnElement[bool]] = [Annotation.declaration_id == declaration.id, may_be_passed_on(declaration)]
    if thesis is not None:
        shown.append(Annotation.thesis_id == thesis.id)
    said = _annotations(*shown)
    return _newest([*said, *_responses(*shown), *_outcomes(*shown), *_editions(declaration, thesis)])


def load_own_feed(user: User) -> list[Item]:
    """What others wrote in conversations in which one wrote, what the moderation answered there, and what became of one's own.
    Of declarations that one may read and is not kept away from."""
    members = [one for one in user.memberships if not one.is_blocked]
    ids = [one.id for one in members]
    places = [one.declaration_id for one in members]
    found = db.session.scalars(select(Declaration).where(Declaration.id.in_(places))).all()
    readable = [one for one in found if may(user, Permission.READ, one)]
    shown = or_(false(), *(and_(Annotation.declaration_id == one.id, may_be_passed_on(one)) for one in readable))
    wrote = select(func.coalesce(Annotation.root_id, Annotation.number)).where(
        Annotation.author_id.in_(ids), Annotation.status != Status.WITHDRAWN
    )
    # The conversations are asked for inside a query about annotations: without a name of its own it would mean the same rows.
    talked = wrote.correlate(None)
    in_them = func.coalesce(Annotation.root_id, Annotation.number).in_(talked)
    others = or_(Annotation.author_id.is_(None), Annotation.author_id.not_in(ids))
    return _newest([
        *_annotations(shown, in_them, others),
        *_responses(shown, in_them),
        *_outcomes(shown, Annotation.author_id.in_(ids)),
    ])  # fmt: skip


def _newest(items: Iterable[Item]) -> list[Item]:
    return sorted(items, key=lambda item: item.order, reverse=True)[:MOST]


def _annotations(*where: ColumnElement[bool]) -> list[Item]:
    query = select(Annotation).options(*_around(joinedload)).where(*where)
    # In the order of an index: however many there are, the newest alone are looked at.
    newest = query.order_by(Annotation.created_at.desc(), Annotation.number.desc())
    found = db.session.scalars(newest.limit(MOST)).unique()
    return [
        Item(Matter.ANNOTATION, one.declaration, one, to_day(one.created_at), to_day(one.edited_at or one.created_at))
        for one in found
    ]


def _around(load: Any) -> Sequence[Any]:
    """What the words about an annotation need."""
    return [
        load(Annotation.author),
        load(Annotation.declaration),
        load(Annotation.thesis),
        load(Annotation.paragraph).joinedload(Paragraph.thesis),
    ]


def _responses(*where: ColumnElement[bool]) -> list[Item]:
    about = joinedload(Response.annotation)
    query = select(Response).join(Annotation, Annotation.number == Response.annotation_id).where(*where)
    query = query.options(joinedload(Response.author), *_around(about.joinedload))
    found = db.session.scalars(query.order_by(Response.id.desc()).limit(MOST)).unique()
    return [_about(Matter.RESPONSE, one, one.created_at) for one in found]


def _outcomes(*where: ColumnElement[bool]) -> list[Item]:
    about = joinedload(Outcome.annotation)
    query = select(Outcome).join(Annotation, Annotation.number == Outcome.annotation_id)
    query = query.where(Outcome.id == latest_outcome(), *where).options(*_around(about.joinedload))
    found = db.session.scalars(query.order_by(Outcome.id.desc()).limit(MOST)).unique()
    return [_about(Matter.OUTCOME, one, one.decided_at) for one in found]


def _about(matter: Matter, told: Any, moment: datetime) -> Item:
    return Item(matter, told.annotation.declaration, told, to_day(moment), to_day(moment))


def _editions(declaration: Declaration, thesis: Thesis | None) -> list[Item]:
    """Every edition after the first; of a thesis those that changed its words."""
    query = select(Edition).where(Edition.declaration_id == declaration.id, Edition.number > 1)
    if thesis is not None:
        words = select(Wording.edition_id).join(Paragraph, Paragraph.id == Wording.paragraph_id)
        query = query.where(Edition.id.in_(words.where(Paragraph.thesis_id == thesis.id)))
    found = db.session.scalars(query.order_by(Edition.number.desc()).limit(MOST)).all()
    return [
        Item(Matter.EDITION, declaration, one, to_day(one.published_at), to_day(one.published_at)) for one in found
    ]


# --- secret addresses ---


def has_feeds(user: User) -> bool:
    return user.feed_version % 2 == 1


def make(user: User) -> None:
    """Have secret addresses; whoever has some gets others, and the former end."""
    require(user, Permission.CHOOSE_MAILS)
    _raise(user, by=2 if has_feeds(user) else 1)


def end(user: User) -> None:
    """Have none; a second time changes nothing."""
    require(user, Permission.CHOOSE_MAILS)
    if has_feeds(user):
        _raise(user, by=1)


def _raise(user: User, by: int) -> None:
    # Of two at the same moment one is enough: both raise from what they saw.
    db.session.execute(update(User).where(User.id == user.id).values(feed_version=user.feed_version + by))
    db.session.refresh(user, ["feed_version"])


def feed_token(user: User) -> str:
    """What stands in the secret addresses; nothing where there are none."""
    return handle(FEEDS, f"{user.key} {user.feed_version}") if has_feeds(user) else ""


def feed_name(user: User) -> str:
    """What one's own feed is called for ever, under whichever address; it leads to nobody."""
    return keyed_hash("feed name", user.key)[:32]


def find_reader(token: str) -> User | None:
    """Whose secret address it is."""
    key, _space, version = (read_handle(FEEDS, token) or "").partition(" ")
    number = db.session.scalar(select(User.id).where(User.key == key)) if key else None
    user = load_user(number) if number else None
    return user if user is not None and has_feeds(user) and str(user.feed_version) == version else None


def find_readable(user: User, slug: str) -> Declaration | None:
    """A declaration that this person may read and is not kept away from."""
    declaration = find_declaration(slug)
    if declaration is None or not may(user, Permission.READ, declaration):
        return None
    own = user.membership_in(declaration.id)
    return None if own is not None and own.is_blocked else declaration

"""Who takes part in a declaration, as its organisers see it: names, roles, days and numbers, never an address."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from deliberation.accounts.pseudonyms import to_key
from deliberation.annotations.models import Annotation, Status
from deliberation.database import db
from deliberation.declarations.models import Declaration, Membership
from deliberation.declarations.office import count_roles
from deliberation.moderation.models import Measure
from deliberation.permissions import Permission, Person, Role, require

LIST_MAX = 50


@dataclass(frozen=True)
class Member:
    """One person. Of the team neither pseudonym nor contributions are told: what a moderator writes beside her work is
    nobody's business."""

    membership: Membership
    contributions: int | None

    @property
    def name(self) -> str:
        return self.membership.team_name if self.is_team else self.membership.pseudonym

    @property
    def is_team(self) -> bool:
        return bool(self.membership.held)


@dataclass(frozen=True)
class MembersPage:
    """Some of those who take part, the team first, then the latest to join."""

    lines: Sequence[Member]
    count: int
    held: Counter[Role]
    page: int
    pages: int

    @property
    def moderators(self) -> int:
        return self.held[Role.MODERATOR]

    @property
    def organisers(self) -> int:
        return self.held[Role.ORGANISER]


@dataclass(frozen=True)
class MemberPage:
    """One of them, with the measures there were."""

    member: Member
    measures: Sequence[Measure]


def load_members(
    person: Person, declaration: Declaration, words: str = "", role: Role | None = None, page: int = 1
) -> MembersPage:
    """Fifty at a time; at most six queries."""
    require(person, Permission.MANAGE_MEMBERS, declaration)
    wanted = [Membership.declaration_id == declaration.id, Membership.user_id.is_not(None)]
    is_team = Membership.holds()
    if key := to_key(words):
        # By the name that is shown: searching must not tell which pseudonym somebody of the team has.
        wanted.append(~is_team & Membership.pseudonym_key.contains(key, autoescape=True))
    if role is Role.PARTICIPANT:
        wanted.append(~is_team)
    elif role is not None:
        wanted.append(Membership.holds(role))
    count = db.session.scalar(select(func.count(Membership.id)).where(*wanted)) or 0
    pages = max(1, -(-count // LIST_MAX))
    page = min(max(page, 1), pages)
    query = (
        select(Membership)
        .options(selectinload(Membership.grants))
        .where(*wanted)
        .order_by(is_team.desc(), Membership.joined_at.desc(), Membership.id.desc())
        .limit(LIST_MAX)
        .offset((page - 1) * LIST_MAX)
    )
    found = db.session.scalars(query).all()
    counts = _count([member.id for member in found])
    return MembersPage([_to_member(one, counts) for one in found], count, count_roles(declaration), page, pages)


def load_member(person: Person, member: Membership) -> MemberPage:
    """Three queries."""
    require(person, Permission.MANAGE_MEMBERS, member.declaration)
    query = (
        select(Measure)
        .options(joinedload(Measure.member), joinedload(Measure.moderator))
        .where(Measure.member_id == member.id)
        .order_by(Measure.id.desc())
    )
    return MemberPage(_to_member(member, _count([member.id])), db.session.scalars(query).all())


def _count(ids: Sequence[int]) -> dict[int, int]:
    """Of what everybody can read."""
    query = (
        select(Annotation.author_id, func.count())
        .where(Annotation.author_id.in_(ids), Annotation.status == Status.VISIBLE)
        .group_by(Annotation.author_id)
    )
    return {author: many for author, many in db.session.execute(query) if author is not None}


def _to_member(membership: Membership, counts: dict[int, int]) -> Member:
    return Member(membership, None if membership.held else counts.get(membership.id, 0))

"""Roles in one declaration: who gives them, for how long, and how they end. One organiser always stays."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberation.accounts.models import User
from deliberation.clock import today
from deliberation.database import db
from deliberation.declarations.actions import grant_role, take_role
from deliberation.declarations.models import Act, Declaration, Membership, RoleGrant, hold_text
from deliberation.declarations.record import record
from deliberation.permissions import Permission, Person, Role, require

YEARS = timedelta(days=3 * 365)
GIVEN = (Role.MODERATOR, Role.ORGANISER)
"""What can be given beyond taking part."""


class LastOrganiser(Exception):
    """Nobody else organises without an end: then nobody could let anybody in, close the deliberation or take it along."""


class EndInvalid(Exception):
    """A role ends today at the earliest and in three years at the latest."""


def give(giver: Person, member: Membership, role: Role, ends_on: date | None = None) -> bool:
    """Give a role, up to and including a day; or give one that is held another end. Whether anything is another now.

    Whoever may do more than before has to sign in anew, with a second factor. Raises EndInvalid, LastOrganiser."""
    declaration = member.declaration
    _hold(member)
    require(giver, Permission.MANAGE_MEMBERS, declaration)
    if ends_on is not None and not today() <= ends_on <= today() + YEARS:
        raise EndInvalid
    grant = _grant_of(member, role)
    if grant is not None and grant.ends_on == ends_on:
        return False
    if grant is None:
        grant_role(_user_of(member), role, declaration)
        grant = _grant_of(member, role)
    elif role is Role.ORGANISER and ends_on is not None:
        _keep_one(member)
    if grant is not None:
        grant.ends_on = ends_on
    _record(giver, member, role, f"until {ends_on.isoformat()}" if ends_on else "given")
    return True


def take(taker: Person, member: Membership, role: Role) -> bool:
    """Take a role away; whether there was one. Every session of the person ends. Raises LastOrganiser."""
    _hold(member)
    require(taker, Permission.MANAGE_MEMBERS, member.declaration)
    return _take(taker, member, role)


def give_up(person: User, declaration: Declaration, role: Role) -> bool:
    """Lay down a role of one's own; whether there was one. Raises LastOrganiser."""
    require(person, Permission.GIVE_UP_ROLE, declaration)
    own = person.membership_in(declaration.id)
    if own is None:
        return False
    _hold(own)
    return _take(person, own, role)


def hand_over(organiser: User, member: Membership) -> bool:
    """Let somebody else organise instead of oneself; whether anything is another now."""
    own = organiser.membership_in(member.declaration_id)
    if own is None or own.id == member.id:
        return False
    given = give(organiser, member, Role.ORGANISER)
    return _take(organiser, own, Role.ORGANISER) or given


def end_due(day: date) -> int:
    """Remove roles whose last day was before this one; how many. They have counted for nothing since midnight."""
    over = (
        select(RoleGrant, Membership)
        .join(Membership, Membership.id == RoleGrant.membership_id)
        .options(joinedload(Membership.declaration))
    )
    rows = db.session.execute(over.where(RoleGrant.ends_on < day)).all()
    for grant, member in rows:
        if member.user_id is not None:
            take_role(db.session.get_one(User, member.user_id), grant.role, member.declaration)
        else:
            db.session.delete(grant)
        record(None, member.declaration, Act.ROLE, before=grant.role.value, after="over", subject=member)
    return len(rows)


def find_member(declaration: Declaration, key: str) -> Membership | None:
    """Somebody who takes part, by what stands for the person in addresses."""
    here = select(Membership).where(Membership.declaration_id == declaration.id, Membership.key == key)
    return db.session.scalars(
        here.where(Membership.user_id.is_not(None)).options(joinedload(Membership.declaration))
    ).one_or_none()


def _hold(member: Membership) -> None:
    """Two organisers who lay their role down at the same moment: the second finds out that she is the last."""
    hold_text(member.declaration)
    db.session.flush()
    db.session.refresh(member, ["grants"])


def _take(taker: Person, member: Membership, role: Role) -> bool:
    if _grant_of(member, role) is None:
        return False
    if role is Role.ORGANISER:
        _keep_one(member)
    taken = take_role(_user_of(member), role, member.declaration)
    _record(taker, member, role, "taken")
    return taken


def _keep_one(member: Membership) -> None:
    lasting = (
        select(RoleGrant.id)
        .join(Membership, Membership.id == RoleGrant.membership_id)
        .where(Membership.declaration_id == member.declaration_id, Membership.id != member.id)
        .where(Membership.user_id.is_not(None), RoleGrant.role == Role.ORGANISER, RoleGrant.ends_on.is_(None))
        .limit(1)
    )
    if db.session.scalar(lasting) is None:
        raise LastOrganiser


def _grant_of(member: Membership, role: Role) -> RoleGrant | None:
    return next((grant for grant in member.grants if grant.role is role), None)


def _user_of(member: Membership) -> User:
    return db.session.get_one(User, member.user_id)


def _record(actor: Person, member: Membership, role: Role, after: str) -> None:
    own = actor.membership_in(member.declaration_id)
    record(own, member.declaration, Act.ROLE, before=role.value, after=after, subject=member)

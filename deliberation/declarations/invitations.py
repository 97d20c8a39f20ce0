"""Ways into a declaration: by mail, by a code read out in a room, by a link; with a role, so many times, until a day.

Organisers learn how many were accepted, never by whom. Whether an address is known is told to nobody. An unknown, an ended
and a revoked invitation look the same. How one is accepted says `accepting`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, or_, select

from deliberation.accounts.addresses import address_hash
from deliberation.clock import now
from deliberation.database import db, once, rows_changed
from deliberation.declarations.models import (
    Act,
    Declaration,
    Invitation,
    InvitationKind,
    InvitationState,
    Membership,
    RoleGrant,
    hold_text,
)
from deliberation.declarations.record import record
from deliberation.permissions import Access, Permission, Person, PromiseMade, Role, require
from deliberation.sealing import keyed_hash, seed, to_code

DAYS_MAX, DAYS_STANDARD = 90, 14
USES_MAX = 500
MAILS_AT_ONCE = 200
LIST_MAX = 50
KEEP_ENDED = timedelta(days=30)
CODE_LENGTH = 10
LINK_LENGTH = 32
"""Hexadecimal digits: 128 bits."""


class OneUseOnly(Exception):
    """Roles beyond taking part are given to one person at a time, and never by a code."""


@dataclass(frozen=True)
class Wish:
    """What an invitation shall be good for."""

    role: Role = Role.PARTICIPANT
    days: int = DAYS_STANDARD
    uses: int = 1
    # Of the form it was wished for with: sent a second time it answers with the same secret.
    form_key: str = ""


@dataclass(frozen=True)
class Post:
    """One invitation on its way by mail."""

    address: str
    token: str
    number: int


@dataclass(frozen=True)
class Line:
    """One invitation as organisers see it: without whom it was for. `number` counts from the first that is still kept."""

    number: int
    state: InvitationState
    invitation: Invitation


@dataclass(frozen=True)
class InvitationPage:
    """Some of the invitations, newest first."""

    lines: Sequence[Line]
    page: int
    pages: int


def change_access(organiser: Person, declaration: Declaration, access: Access) -> None:
    """Decide whom the declaration lets in. Whoever has joined stays. Raises PromiseMade if everybody would see what people
    wrote among themselves."""
    # Whoever is writing something at this moment is waited for; nothing more is accepted afterwards.
    hold_text(declaration)
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    if declaration.access is access:
        return
    if declaration.access is Access.PRIVATE and has_guests(declaration):
        raise PromiseMade
    before = declaration.access
    declaration.access = access
    own = organiser.membership_in(declaration.id)
    record(own, declaration, Act.ACCESS, before=before.value, after=access.value)


def has_guests(declaration: Declaration) -> bool:
    """Whether anybody beyond the team has joined."""
    has_role = select(RoleGrant.id).where(RoleGrant.membership_id == Membership.id).exists()
    query = select(Membership.id).where(Membership.declaration_id == declaration.id, ~has_role)
    return db.session.scalar(query.limit(1)) is not None


def invite_by_mail(organiser: Person, declaration: Declaration, addresses: Sequence[str], wish: Wish) -> list[Post]:
    """One invitation for each address, good once and for that address alone. Whoever has one for the same role already,
    open or accepted, gets no second mail."""
    require(organiser, Permission.INVITE, declaration)
    # Two people who paste the same list: the second waits and finds what the first has done.
    lock = select(Declaration.id).where(Declaration.id == declaration.id).with_for_update(key_share=True)
    db.session.execute(lock).all()
    invited, posts = _invited(declaration, wish.role), list[Post]()
    one = Wish(wish.role, wish.days, form_key=wish.form_key)
    for address in addresses[:MAILS_AT_ONCE]:
        about = address_hash(address)
        token = _seed(organiser, declaration, one, InvitationKind.MAIL, about)[:LINK_LENGTH]
        if about in invited and db.session.scalars(_same(token)).one_or_none() is None:
            continue
        made = _add(organiser, declaration, InvitationKind.MAIL, token, one, about)
        posts.append(Post(address, token, made.id))
    return posts


def count_invited(organiser: Person, declaration: Declaration, addresses: Sequence[str], role: Role) -> int:
    """How many of these have an invitation for this role already: what the organisers themselves have sent."""
    require(organiser, Permission.INVITE, declaration)
    return len(_invited(declaration, role) & {address_hash(address) for address in addresses})


def make_link(organiser: Person, declaration: Declaration, wish: Wish) -> str:
    """The secret part of a link, shown this once. Raises OneUseOnly."""
    require(organiser, Permission.INVITE, declaration)
    token = _seed(organiser, declaration, wish, InvitationKind.LINK)[:LINK_LENGTH]
    _add(organiser, declaration, InvitationKind.LINK, token, wish)
    return token


def make_code(organiser: Person, declaration: Declaration, wish: Wish) -> str:
    """A code for reading out, shown this once; for taking part only. Raises OneUseOnly."""
    require(organiser, Permission.INVITE, declaration)
    if wish.role is not Role.PARTICIPANT:
        raise OneUseOnly
    code = to_code(_seed(organiser, declaration, wish, InvitationKind.CODE), CODE_LENGTH)
    _add(organiser, declaration, InvitationKind.CODE, code, wish)
    return f"{code[:5]}-{code[5:]}"


def _seed(organiser: Person, declaration: Declaration, wish: Wish, kind: InvitationKind, address: str = "") -> str:
    own = organiser.membership_in(declaration.id)
    about = (declaration.id, own.id if own else 0, kind.value, wish.role.value, wish.days, wish.uses, address)
    return seed("invitation", wish.form_key, *about)


def _invited(declaration: Declaration, role: Role) -> set[str]:
    """The hashed addresses that have an invitation, open or accepted."""
    query = select(Invitation.address_hash).where(
        Invitation.declaration_id == declaration.id,
        Invitation.role == role,
        Invitation.address_hash != "",
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > now(),
    )
    return set(db.session.scalars(query))


def _same(secret: str) -> Select[Invitation]:
    """What the same form has made before."""
    return select(Invitation).where(Invitation.secret_hash == hash_secret(secret))


def _add(
    organiser: Person, declaration: Declaration, kind: InvitationKind, secret: str, wish: Wish, address: str = ""
) -> Invitation:
    if wish.role is not Role.PARTICIPANT and wish.uses != 1:
        raise OneUseOnly
    own = organiser.membership_in(declaration.id)
    return once(
        _same(secret),
        lambda: Invitation(
            declaration=declaration,
            kind=kind,
            role=wish.role,
            secret_hash=hash_secret(secret),
            address_hash=address,
            max_uses=min(max(wish.uses, 1), USES_MAX),
            expires_at=now() + timedelta(days=min(max(wish.days, 1), DAYS_MAX)),
            # The operator invites as such, even where she takes part.
            inviter_id=own.id if own and Role.ORGANISER in own.roles else None,
        ),
        lambda _invitation: record(own, declaration, Act.INVITE, after=wish.role.value),
    )


def revoke(organiser: Person, invitation: Invitation) -> None:
    """Take an invitation back; who has accepted it stays."""
    require(organiser, Permission.INVITE, invitation.declaration)
    if invitation.revoked_at is None:
        invitation.revoked_at = now()
        record(organiser.membership_in(invitation.declaration_id), invitation.declaration, Act.INVITE, after="revoked")


def find_own(organiser: Person, declaration: Declaration, key: str) -> Invitation | None:
    """One of this declaration's, for taking it back."""
    require(organiser, Permission.INVITE, declaration)
    here = select(Invitation).where(Invitation.declaration_id == declaration.id, Invitation.key == key)
    return db.session.scalars(here.with_for_update(of=Invitation)).one_or_none()


def find_invitation(secret: str) -> Invitation | None:
    """The invitation behind a link or code, if it still lets somebody in."""
    found = select(Invitation).where(Invitation.secret_hash == hash_secret(secret), *is_live())
    return db.session.scalars(found).one_or_none()


def load_invitations(organiser: Person, declaration: Declaration, page: int = 1) -> InvitationPage:
    """The newest first; two queries."""
    require(organiser, Permission.INVITE, declaration)
    here = Invitation.declaration_id == declaration.id
    count = db.session.scalar(select(func.count()).where(here)) or 0
    pages = max(1, -(-count // LIST_MAX))
    page = min(max(page, 1), pages)
    skipped = (page - 1) * LIST_MAX
    query = select(Invitation, _is_backed()).where(here).order_by(Invitation.id.desc()).limit(LIST_MAX).offset(skipped)
    lines = [
        Line(count - skipped - place, one.state if is_backed else InvitationState.REVOKED, one)
        for place, (one, is_backed) in enumerate(db.session.execute(query))
    ]
    return InvitationPage(lines, page, pages)


def forget_ended_invitations(moment: datetime) -> int:
    """Retention: a month after it has ended nobody needs to know that somebody was invited."""
    ended = func.coalesce(Invitation.revoked_at, Invitation.expires_at) < moment - KEEP_ENDED
    return rows_changed(delete(Invitation).where(ended))


def is_live() -> tuple[ColumnElement[bool], ...]:
    """What holds of an invitation that still lets somebody in."""
    return (
        Invitation.revoked_at.is_(None), Invitation.uses < Invitation.max_uses, Invitation.expires_at > now(), _is_backed(),
    )  # fmt: skip


def _is_backed() -> ColumnElement[bool]:
    """A role is given only as long as whoever offered it may still do so: an organiser who has lost her own role, or has
    left, must not come back through a link that she made before."""
    still: Any = select(Membership.id).where(Membership.id == Invitation.inviter_id, Membership.holds(Role.ORGANISER)).exists()
    return or_(Invitation.role == Role.PARTICIPANT, Invitation.inviter_id.is_(None), still)


def hash_secret(secret: str) -> str:
    """Links have 128 bits; codes are shorter, so the key keeps them from being guessed out of a stolen database."""
    return keyed_hash("invitation", secret)

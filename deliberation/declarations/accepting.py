"""Accepting an invitation: who may, and what it makes of her.

A code is short enough to be guessed, so it is tried in one place only, where tries are counted (`find_by_code`). That
place hands out a ticket, which nobody can make without the site's key; addresses of pages know links and tickets alone.
"""

import hmac

from sqlalchemy import select, update

from deliberation.accounts.models import User
from deliberation.database import db, rows_changed
from deliberation.declarations.actions import grant_role, join
from deliberation.declarations.invitations import CODE_LENGTH, LINK_LENGTH, find_invitation, is_live
from deliberation.declarations.models import Act, Invitation, InvitationKind, Membership
from deliberation.declarations.record import record
from deliberation.permissions import Role
from deliberation.sealing import keyed_hash


class InvitationDead(Exception):
    """There is none of this name, or it has ended, was used up or taken back."""


class ForSomebodyElse(Exception):
    """It was mailed to another address than the one of this account."""


def find_by_code(typed: str) -> str | None:
    """What stands for the invitation in addresses, from its code however it was typed, or from a pasted link; None if
    there is none that lets anybody in."""
    plain = "".join(letter for letter in typed.lower() if letter.isalnum())
    if len(plain) == CODE_LENGTH:
        return _ticket(plain) if find_invitation(plain) else None
    link = typed.strip().rstrip("/").rpartition("/")[2]
    return link if find_offered(link) else None


def find_offered(secret: str) -> Invitation | None:
    """The invitation behind what stands in an address, if it still lets somebody in. A bare code does not."""
    code, _dash, _proof = secret.partition("-")
    if len(code) == CODE_LENGTH and hmac.compare_digest(secret.encode(), _ticket(code).encode()):
        return find_invitation(code)
    found = find_invitation(secret)
    return found if found and found.kind is not InvitationKind.CODE else None


def _ticket(code: str) -> str:
    return f"{code}-{keyed_hash('invitation ticket', code)[:LINK_LENGTH]}"


def inviter_name(invitation: Invitation) -> str:
    """The name under which whoever invites signs, if she has one; never a pseudonym."""
    signed = select(Membership.signing_name).where(Membership.id == invitation.inviter_id)
    return db.session.scalar(signed) or "" if invitation.inviter_id else ""


def accept(user: User, secret: str) -> Membership:
    """Join with the role of the invitation; a second time changes nothing and uses nothing up.

    A role beyond taking part ends every session of the person. Raises InvitationDead, ForSomebodyElse.
    """
    invitation = find_offered(secret)
    if invitation is None:
        raise InvitationDead
    if invitation.address_hash and (invitation.address_hash != user.address_hash or user.confirmed_at is None):
        raise ForSomebodyElse
    declaration = invitation.declaration
    # A button pressed twice: the second press waits and finds what the first has done.
    db.session.execute(select(User.id).where(User.id == user.id).with_for_update()).all()
    db.session.refresh(user, ["memberships"])
    own = user.membership_in(declaration.id)
    if own is not None and invitation.role in own.roles and own.is_elector:
        return own
    if not _use(invitation):
        raise InvitationDead
    membership = join(user, declaration)
    membership.is_invited = True
    if invitation.role is not Role.PARTICIPANT:
        grant_role(user, invitation.role, declaration)
        # Who takes part is nobody's to know: next to the hour at which a mailed invitation was accepted, a line in the
        # log would put an address beside a pseudonym. The team is known anyway.
        record(membership, declaration, Act.ADMIT, after=invitation.role.value)
    return membership


def _use(invitation: Invitation) -> bool:
    # Of two for the last place, the database lets one in.
    taken = update(Invitation).where(Invitation.id == invitation.id, *is_live()).values(uses=Invitation.uses + 1)
    is_taken = rows_changed(taken) == 1
    db.session.expire(invitation, ["uses"])
    return is_taken

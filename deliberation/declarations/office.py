"""The organisers' office of one declaration: how it stands, and what needs doing first."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from deliberation.database import db
from deliberation.declarations.models import Declaration, Membership, RoleGrant
from deliberation.permissions import Permission, Person, Phase, Role, require

ENOUGH = 2
"""Objections are decided by somebody else, and nobody is always there."""


@dataclass(frozen=True)
class Office:
    """`todos` are keys of what is still to be done, the most urgent first."""

    todos: Sequence[str]
    moderators: int
    organisers: int


def count_roles(declaration: Declaration) -> Counter[Role]:
    """How many people hold each role. One query."""
    query = select(RoleGrant.role).join(Membership, Membership.id == RoleGrant.membership_id)
    here = Membership.declaration_id == declaration.id, Membership.user_id.is_not(None), RoleGrant.is_current()
    return Counter(db.session.scalars(query.where(*here)))


def load_office(organiser: Person, declaration: Declaration) -> Office:
    """One query."""
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    held = count_roles(declaration)
    lacking = {
        "open": declaration.is_draft,
        "moderators": held[Role.MODERATOR] < ENOUGH,
        "texts": not (declaration.publisher and declaration.contact and declaration.summary),
        "plan": not declaration.phase_ends_on,
        "organisers": held[Role.ORGANISER] < ENOUGH,
    }
    todos = [] if declaration.phase is Phase.CLOSED else [key for key, lacks in lacking.items() if lacks]
    return Office(todos, held[Role.MODERATOR], held[Role.ORGANISER])

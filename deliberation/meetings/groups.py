"""The members that stand for a group at a table or a bundle of paper. They have no account, never vote, and are no people in
any figure."""

from sqlalchemy import select

from deliberation.accounts import pseudonyms
from deliberation.database import once
from deliberation.declarations.models import Declaration, Membership, Origin

NAME_MAX = 60
BESIDE = {Origin.TABLE: "Tisch", Origin.PAPER: "Papier"}
"""Behind a name that a person writes under already."""


def group_called(declaration: Declaration, origin: Origin, name: str) -> Membership:
    """The member of this name and origin; made where there is none. Where a person writes under it, it says more."""
    name = " ".join(name.split())[:NAME_MAX]
    found = _called(declaration, origin, name)
    if found.origin is origin:
        return found
    more = f" ({BESIDE[origin]})"
    return _called(declaration, origin, name[: NAME_MAX - len(more)] + more)


def _called(declaration: Declaration, origin: Origin, name: str) -> Membership:
    key = pseudonyms.to_key(name)
    same = select(Membership).where(Membership.declaration_id == declaration.id, Membership.pseudonym_key == key)
    return once(
        same,
        lambda: Membership(
            declaration=declaration, declaration_id=declaration.id, pseudonym=name, pseudonym_key=key, origin=origin
        ),
    )

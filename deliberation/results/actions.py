"""What looking at results leaves behind."""

from sqlalchemy import update

from deliberation.accounts.models import User
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.models import Declaration, Membership
from deliberation.permissions import Permission, require


def mark_results_seen(viewer: User, declaration: Declaration) -> None:
    """Remember the first time that a member saw numbers: votes and stances from then on say so.

    Somebody who does not belong to the declaration leaves no mark.
    """
    require(viewer, Permission.READ, declaration)
    db.session.execute(
        update(Membership)
        .where(
            Membership.user_id == viewer.id,
            Membership.declaration_id == declaration.id,
            Membership.results_seen_at.is_(None),
        )
        .values(results_seen_at=now())
    )

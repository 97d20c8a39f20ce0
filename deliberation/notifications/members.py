"""A mail to everybody who takes part in a declaration and wants it, once for each cause."""

from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from deliberation.accounts.models import User
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.models import Declaration, Membership
from deliberation.notifications.actions import queue_mail
from deliberation.notifications.bounces import DAYS
from deliberation.notifications.models import Bounce, Mail


def queue_for_members(
    declaration: Declaration, wants: ColumnElement[bool], cause: str, template: str, about: dict[str, Any],
    default_locale: str, limit: int,
) -> int:  # fmt: skip
    """Put it into the outbox for at most so many who have not got it; how many. `wants`: whose setting asks for such mails."""
    has_it = select(Mail.id).where(Mail.recipient_hash == User.address_hash, Mail.cause == cause).exists()
    is_lost = select(Bounce.id).where(Bounce.address_hash == User.address_hash, Bounce.failed_days >= DAYS).exists()
    query = (
        select(Membership)
        .join(User, User.id == Membership.user_id)
        .options(joinedload(Membership.user))
        .where(
            Membership.declaration_id == declaration.id,
            or_(Membership.blocked_until.is_(None), Membership.blocked_until <= now()),
            User.confirmed_at.is_not(None),
            wants,
            ~has_it,
            ~is_lost,
        )
        .order_by(Membership.id)
        .limit(limit)
    )
    members = db.session.scalars(query).all()
    for member in members:
        if member.user is not None:
            queue_mail(member.user.email, cause, template, about | {"member": member.id}, member.user.locale or default_locale)
    return len(members)

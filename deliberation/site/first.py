"""The first way in: a link in the terminal that makes the account of whoever runs the site, while there is none."""

import secrets
from datetime import timedelta

from sqlalchemy import delete, select, update

from deliberation.accounts.actions import create_user, hash_secret
from deliberation.accounts.models import User
from deliberation.clock import now
from deliberation.database import db, rows_changed
from deliberation.permissions import Operator
from deliberation.site.models import FirstLink

GOOD_FOR = timedelta(days=1)


class LinkDead(Exception):
    """The link was never made, is too old, was used, or somebody runs the site already."""


def has_operator() -> bool:
    return db.session.scalar(select(User.id).where(User.is_operator.is_(True)).limit(1)) is not None


def make_link() -> str:
    """The secret part of a new link; earlier ones stay good for their day. For the terminal alone, whose owner owns the
    machine."""
    db.session.execute(delete(FirstLink).where(FirstLink.expires_at <= now()))
    token = secrets.token_urlsafe(32)
    db.session.add(FirstLink(token_hash=hash_secret(token), expires_at=now() + GOOD_FOR))
    db.session.flush()
    return token


def find_link(token: str) -> FirstLink | None:
    """A link of the last day, used or not."""
    query = select(FirstLink).where(FirstLink.token_hash == hash_secret(token), FirstLink.expires_at > now())
    return db.session.scalars(query).one_or_none()


def become_operator(token: str, email: str, password_hash: str) -> User:
    """Make the first account of the site, which runs it. Of two at the same moment one gets in.

    Raises LinkDead, AddressInvalid, EmailTaken."""
    if has_operator():
        raise LinkDead
    live = (FirstLink.token_hash == hash_secret(token), FirstLink.expires_at > now(), FirstLink.used_at.is_(None))
    if not rows_changed(update(FirstLink).where(*live).values(used_at=now())):
        raise LinkDead
    # Whoever reads the terminal owns the machine, and may do what the command line may.
    user = create_user(Operator(), email, is_operator=True)
    user.password_hash = password_hash
    # The others lead nowhere from now on, and two of them must not make two operators.
    db.session.execute(update(FirstLink).where(FirstLink.used_at.is_(None)).values(used_at=now()))
    db.session.flush()
    return user

"""A secret link to a draft: whoever has it reads the text before it is public, without an account."""

from datetime import timedelta
from hmac import compare_digest

from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.models import Act, Declaration, hold_text
from deliberation.declarations.record import record
from deliberation.permissions import Permission, Person, require
from deliberation.sealing import keyed_hash, seed

DAYS_MAX, DAYS_STANDARD = 90, 14
LENGTH = 32
"""Hexadecimal digits: 128 bits."""


def make_link(organiser: Person, declaration: Declaration, days: int = DAYS_STANDARD, form_key: str = "") -> str:
    """The secret part of a new link, shown this once; an earlier one ends. The same form sent again gets the same one."""
    hold_text(declaration)
    db.session.flush()
    db.session.refresh(declaration, ["phase", "preview_hash"])
    require(organiser, Permission.SHOW_DRAFT, declaration)
    own = organiser.membership_in(declaration.id)
    secret = seed("draft link", form_key, declaration.id, own.id if own else 0, days)[:LENGTH]
    if declaration.preview_hash == _hash(secret):
        return secret
    declaration.preview_hash = _hash(secret)
    declaration.preview_ends_at = now() + timedelta(days=min(max(days, 1), DAYS_MAX))
    record(own, declaration, Act.PREVIEW, after="made")
    return secret


def revoke_link(organiser: Person, declaration: Declaration) -> bool:
    """End the link; whether there was one."""
    require(organiser, Permission.SHOW_DRAFT, declaration)
    if declaration.preview_hash is None:
        return False
    declaration.preview_hash = declaration.preview_ends_at = None
    record(organiser.membership_in(declaration.id), declaration, Act.PREVIEW, after="revoked")
    return True


def opens(declaration: Declaration, secret: str) -> bool:
    """Whether this is the secret of its link, and in time."""
    if declaration.preview_hash is None or declaration.preview_ends_at is None or declaration.preview_ends_at <= now():
        return False
    return compare_digest(declaration.preview_hash, _hash(secret))


def _hash(secret: str) -> str:
    return keyed_hash("draft link", secret)

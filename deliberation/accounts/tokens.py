"""Keys with which a person's programs act in her name: made, found at each request, ended wherever she wants.

Shown once; the database has a keyed hash. A token does no more than the person may do herself at that moment, and of that
only what its scopes name. Everything that ends sessions ends tokens too: password, address, second factor, roles.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select, update

from deliberation.accounts.models import TOKEN_LABEL_MAX, ApiToken, Scope, User, load_token
from deliberation.clock import to_day, today
from deliberation.database import db, once, rows_changed
from deliberation.permissions import Permission, require
from deliberation.sealing import keyed_hash, seed
from deliberation.text import normalised

PREFIX = "dlb_"
"""So that programs which look for secrets in code know one of ours."""
DAYS_MAX = 365
MOST = 20
"""Living tokens of one account."""


class TokenRefused(Exception):
    """No name, no scope, an end that is past or more than a year off, or too many; the form has told the person."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants a token for. `form_key`: of the form; sent a second time it answers with the same secret."""

    label: str
    scopes: Collection[Scope]
    ends_on: date
    form_key: str = ""


def make(user: User, wish: Wish, with_second: bool) -> str:
    """A new token: its secret, shown this once. `with_second`: the person has shown her second factor in this session.
    Raises TokenRefused."""
    require(user, Permission.LEAVE)
    label = normalised(wish.label)[:TOKEN_LABEL_MAX]
    if not label or not wish.scopes or not today() <= wish.ends_on <= today() + timedelta(days=DAYS_MAX):
        raise TokenRefused
    secret = PREFIX + seed("token", wish.form_key, user.key)
    same = select(ApiToken).where(ApiToken.token_hash == hashed(secret))
    if db.session.scalars(same).one_or_none() is None and count(user) >= MOST:
        raise TokenRefused
    once(
        same,
        lambda: ApiToken(
            user_id=user.id,
            token_hash=hashed(secret),
            label=label,
            scopes=[scope.value for scope in Scope if scope in wish.scopes],
            with_second=with_second,
            ends_on=wish.ends_on,
        ),
    )
    return secret


def count(user: User) -> int:
    return db.session.scalar(select(func.count(ApiToken.id)).where(ApiToken.user_id == user.id)) or 0


def load(user: User) -> list[ApiToken]:
    """All of an account, the newest first; those past their end stand there until they are forgotten."""
    return list(db.session.scalars(select(ApiToken).where(ApiToken.user_id == user.id).order_by(ApiToken.id.desc())))


def revoke(user: User, key: str) -> bool:
    """End one of one's own; whether there was one."""
    require(user, Permission.LEAVE)
    return rows_changed(delete(ApiToken).where(ApiToken.user_id == user.id, ApiToken.key == key)) > 0


def find(secret: str, is_second_required: bool) -> ApiToken | None:
    """The token of a secret with its account, if it still holds. Of staff, where a second factor is asked of them, only
    one that was made with it."""
    if not secret.startswith(PREFIX) or len(secret) > 100:
        return None
    found = load_token(hashed(secret))
    if found is None or found.ends_on < today():
        return None
    wants_second = found.user.second_factor_at is not None or (is_second_required and found.user.is_staff)
    return found if found.with_second or not wants_second else None


def mark_used(token_hash: str) -> None:
    """Note the day."""
    day = today()
    used = update(ApiToken).where(ApiToken.token_hash == token_hash, ApiToken.used_on.is_distinct_from(day))
    rows_changed(used.values(used_on=day))


def forget_ended_tokens(moment: datetime) -> int:
    """Retention: what opened its last door a month ago; how many."""
    long_ago = to_day(moment) - timedelta(days=30)
    return rows_changed(delete(ApiToken).where(ApiToken.ends_on < long_ago))


def hashed(secret: str) -> str:
    return keyed_hash("token", secret)

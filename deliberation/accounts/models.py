"""People, the codes that let them in, and what is counted to keep strangers out."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from deliberation.clock import now
from deliberation.database import Model, UtcDateTime, db
from deliberation.permissions import Role

if TYPE_CHECKING:
    from deliberation.declarations.models import Membership

EMAIL_MAX = 254
PASSWORD_MIN = 12
PASSWORD_MAX = 128
PSEUDONYM_MIN = 3
PSEUDONYM_MAX = 40
CODE_MINUTES = 10
CODE_TRIES = 5


class User(Model):
    """An account: a mail address that nobody but the mailer sees. People know each other by the
    pseudonym of their membership, which differs from declaration to declaration."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(EMAIL_MAX), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    is_operator: Mapped[bool] = mapped_column(default=False)
    locale: Mapped[str] = mapped_column(String(5), default="")
    # The name chosen at sign-up waits here until the first declaration is joined.
    first_pseudonym: Mapped[str] = mapped_column(String(PSEUDONYM_MAX), default="")
    # Part of the session: raising it ends every session of the account.
    session_epoch: Mapped[int] = mapped_column(default=0)
    consent_version: Mapped[str] = mapped_column(String(20), default="")
    consented_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Until the address is confirmed: the browser (hashed) that last knew the password. Whoever confirms from
    # another one owns the address, but may not be the one who typed it in and chose the password.
    password_browser: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    memberships: Mapped[list["Membership"]] = relationship(back_populates="user", lazy="select")

    is_signed_in = True

    @property
    def is_organiser_somewhere(self) -> bool:
        return any(Role.ORGANISER in membership.roles for membership in self.memberships)

    def membership_in(self, declaration_id: int) -> "Membership | None":
        return next((m for m in self.memberships if m.declaration_id == declaration_id), None)

    def roles_in(self, declaration_id: int) -> frozenset[Role]:
        membership = self.membership_in(declaration_id)
        return membership.roles if membership else frozenset()

    def wrote(self, annotation: Any) -> bool:
        return annotation.author_id is not None and any(m.id == annotation.author_id for m in self.memberships)

    # What Flask-Login asks of an account.
    is_active = True
    is_authenticated = True
    is_anonymous = False

    def get_id(self) -> str:
        return f"{self.id}.{self.session_epoch}"


class LoginCode(Model):
    """A mailed six-digit code and the link beside it: good once, for a few minutes, for few tries.

    Only hashes are kept. `browser` ties the code to the browser that asked for it, and being a random
    value that stands nowhere else it keeps six digits from being guessed out of a stolen database.
    The link, which is long, works from any browser."""

    __tablename__ = "login_code"
    __table_args__ = (CheckConstraint(f"tries <= {CODE_TRIES}", name="tries"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # None: asked for with an address nobody has. It opens nothing, but took the same work to make.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    browser: Mapped[str] = mapped_column(String(64), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User | None] = relationship(lazy="raise_on_sql")


class Attempt(Model):
    """Something that may be done only so often: a try to sign in, a mail asked for.

    `key_hash` is a keyed hash of what it was and of the mail or network address; neither can be read back."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_key_hash_at", "key_hash", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


def load_user(user_id: int) -> User | None:
    """The account with its memberships and roles, in one query."""
    memberships = joinedload(User.memberships)
    query = select(User).options(memberships.joinedload(_grants())).where(User.id == user_id)
    return db.session.scalars(query).unique().one_or_none()


def find_user_by_email(email: str) -> User | None:
    """The account with its memberships; `email` must have been normalised."""
    memberships = joinedload(User.memberships)
    query = select(User).options(memberships.joinedload(_grants())).where(User.email == email)
    return db.session.scalars(query).unique().one_or_none()


def find_credentials(email: str) -> tuple[int | None, str]:
    """Id and password hash; the same shape for an address nobody has."""
    row = db.session.execute(select(User.id, User.password_hash).where(User.email == email)).one_or_none()
    return (row.id, row.password_hash) if row else (None, "")


def find_live_link(token_hash: str) -> LoginCode | None:
    """The code of a mailed link with its account, if the link can still be used."""
    query = (
        select(LoginCode)
        .options(joinedload(LoginCode.user))
        .where(LoginCode.token_hash == token_hash, LoginCode.user_id.is_not(None))
        .where(LoginCode.used_at.is_(None), LoginCode.expires_at > now())
    )
    return db.session.scalars(query).one_or_none()


def is_name_taken(key: str, signing_key: Callable[[str], str]) -> bool:
    """Whether anybody in any declaration reads like `key`, moderators' signing names included."""
    membership = _membership()
    query = select(membership.pseudonym_key, membership.signing_name).where(
        (membership.pseudonym_key == key) | (membership.signing_name != "")
    )
    return any(key in (taken, signing_key(signing)) for taken, signing in db.session.execute(query))


def _membership() -> Any:
    # Declarations stand to the right of accounts: the mapper knows them, this module must not import them.
    return User.memberships.property.mapper.class_


def _grants() -> Any:
    return _membership().grants


def random_key() -> str:
    """128 bits, safe in a URL."""
    return secrets.token_urlsafe(16)

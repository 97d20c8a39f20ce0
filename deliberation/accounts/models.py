"""People, the codes that let them in, and what is counted to keep strangers out."""

import secrets
from collections.abc import Callable
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from deliberation.accounts.addresses import address_hash
from deliberation.clock import now
from deliberation.columns import named_values
from deliberation.database import Model, UtcDateTime, db
from deliberation.permissions import Role
from deliberation.sealing import seal, unseal

if TYPE_CHECKING:
    from deliberation.declarations.models import Membership

EMAIL_MAX = 254
PASSWORD_MIN = 12
PASSWORD_MAX = 128
PSEUDONYM_MIN = 3
PSEUDONYM_MAX = 40
CODE_MINUTES = 10
CODE_TRIES = 5
PASSKEY_LABEL_MAX = 60
TOKEN_LABEL_MAX = 60


class User(Model):
    """An account: a mail address that nobody but the mailer sees. People know each other by the
    pseudonym of their membership, which differs from declaration to declaration."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    is_operator: Mapped[bool] = mapped_column(default=False)
    locale: Mapped[str] = mapped_column(String(5), default="")
    # The name chosen at sign-up waits here until the first declaration is joined.
    first_pseudonym: Mapped[str] = mapped_column(String(PSEUDONYM_MAX), default="")
    consent_version: Mapped[str] = mapped_column(String(20), default="")
    consented_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Until the address is confirmed: the browser (hashed) that last knew the password. Whoever confirms from
    # another one owns the address, but may not be the one who typed it in and chose the password.
    password_browser: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # The account's name where its number must not stand: the own-data file, the list of erasures.
    key: Mapped[str] = mapped_column(String(32), unique=True, default=lambda: random_key())
    address_hash: Mapped[str] = mapped_column(String(64), unique=True)
    address_sealed: Mapped[str] = mapped_column(Text)
    # The last visit, by the day.
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    totp_sealed: Mapped[str] = mapped_column(Text, default="")
    # The time step of the last code that was accepted: no code opens twice (RFC 6238, 5.2).
    totp_step: Mapped[int] = mapped_column(default=0)
    # When the person was told that the account will end for want of a visit.
    warned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When the first second factor was set up; from then on signing in asks for one.
    second_factor_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Whether a mail reminds before a phase ends, and tells when dates become others.
    wants_dates: Mapped[bool] = mapped_column(default=True)
    # Raised whenever secret addresses of the person's feeds are made and whenever they end; odd: there are some.
    feed_version: Mapped[int] = mapped_column(default=0)

    memberships: Mapped[list["Membership"]] = relationship(back_populates="user", lazy="select")

    is_signed_in = True

    @property
    def email(self) -> str:
        """The address, for mailing alone."""
        return unseal(self.address_sealed)

    @email.setter
    def email(self, address: str) -> None:
        self.address_hash, self.address_sealed = address_hash(address), seal(address)

    @property
    def is_staff(self) -> bool:
        """Whether there is more at stake than the person's own texts."""
        return self.is_operator or any(membership.held for membership in self.memberships)

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
        """What a session is found by is its own random token (`web.sign_in`), never the number of an account."""
        return self.key


class Session(Model):
    """Somebody signed in with one device. The cookie carries a random token, of which only the hash is here: without
    its row a copied cookie is worth nothing."""

    __tablename__ = "session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True, default=lambda: random_key())
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # When the person last proved who they are, by password, code or second factor.
    proved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # When the second factor was given; None: not yet, or none is needed.
    second_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Kind of browser and system in a word each, so that people know their own devices apart.
    device: Mapped[str] = mapped_column(String(60), default="")

    user: Mapped[User] = relationship(lazy="raise_on_sql")


class Scope(Enum):
    """What a token is good for."""

    READ = "read"
    WRITE = "write"
    MODERATE = "moderate"
    EXPORT = "export"


class ApiToken(Model):
    """A key with which a program of the person acts in her name (`/api/v1`). Of the secret only the hash is here; it ends
    on a day, and with everything that ends sessions (`accounts.sessions.end_all`)."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True, default=lambda: random_key())
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(TOKEN_LABEL_MAX))
    # Values of Scope.
    scopes: Mapped[list[Any]] = mapped_column(JSON)
    # Whether the session it was made in had the second factor.
    with_second: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # The last day it opens anything, in Berlin.
    ends_on: Mapped[date]
    used_on: Mapped[date | None]

    user: Mapped[User] = relationship(lazy="raise_on_sql")

    def allows(self, scope: Scope) -> bool:
        return scope.value in self.scopes


class RecoveryCode(Model):
    """One of ten codes on paper that stand in for the second factor, each once."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Passkey(Model):
    """A key in a device or a stick that signs what we ask it (WebAuthn Level 2): second factor, or whole sign-in."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True, default=lambda: random_key())
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    # As the authenticator gave them, in base64url.
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int] = mapped_column(default=0)
    label: Mapped[str] = mapped_column(String(PASSKEY_LABEL_MAX), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Purpose(Enum):
    """What a mailed code or link is good for, and for nothing else."""

    SIGN_IN = "sign_in"
    PROVE = "prove"
    MOVE = "move"
    STOP_MOVE = "stop_move"


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
    purpose: Mapped[Purpose] = mapped_column(named_values(Purpose), default=Purpose.SIGN_IN)
    # For a move: the address wanted, and by its hash the one that was in force when it was asked for.
    address_sealed: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(64), default="")

    user: Mapped[User | None] = relationship(lazy="raise_on_sql")


class Attempt(Model):
    """Something that may be done only so often: a try to sign in, a mail asked for.

    `key_hash` is a keyed hash of what it was and of the mail or network address; neither can be read back."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_key_hash_at", "key_hash", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Look(Enum):
    """What somebody of the team looked at that is not for everybody."""

    ADDRESS = "address"
    NAMES = "names"
    CONSENTS = "consents"


class StaffAccess(Model):
    """That somebody with more rights than others used them to look: who, at what, why. Shown to the person concerned."""

    __tablename__ = "staff_access"

    id: Mapped[int] = mapped_column(primary_key=True)
    look: Mapped[Look] = mapped_column(named_values(Look))
    # None: the command line, or somebody who has left.
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    # The person it was about, if about one.
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    # The declaration's address; it outlives the row of the declaration.
    place: Mapped[str] = mapped_column(String(60), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


def load_session(token_hash: str) -> Session | None:
    """The session with its account, memberships and roles, in one query; whether it still holds is not asked here."""
    return db.session.scalars(_session(), {"token_hash": token_hash}).unique().one_or_none()  # type: ignore[no-any-return]


@lru_cache
def _session() -> Any:
    """The question but for whose it is: it is asked with every page."""
    memberships = joinedload(Session.user).joinedload(User.memberships).joinedload(_grants())
    return select(Session).options(memberships).where(Session.token_hash == bindparam("token_hash"))


def load_token(token_hash: str) -> ApiToken | None:
    """The token with its account, memberships and roles, in one query; whether it still holds is not asked here."""
    memberships = joinedload(ApiToken.user).joinedload(User.memberships)
    query = select(ApiToken).options(memberships.joinedload(_grants())).where(ApiToken.token_hash == token_hash)
    return db.session.scalars(query).unique().one_or_none()


def load_user(user_id: int) -> User | None:
    """The account with its memberships and roles, in one query."""
    memberships = joinedload(User.memberships)
    query = select(User).options(memberships.joinedload(_grants())).where(User.id == user_id)
    return db.session.scalars(query).unique().one_or_none()


def find_user_by_email(email: str) -> User | None:
    """The account with its memberships; `email` must have been normalised."""
    memberships = joinedload(User.memberships)
    query = select(User).options(memberships.joinedload(_grants())).where(User.address_hash == address_hash(email))
    return db.session.scalars(query).unique().one_or_none()


def find_credentials(email: str) -> tuple[int | None, str]:
    """Id and password hash; the same shape for an address nobody has."""
    row = db.session.execute(
        select(User.id, User.password_hash).where(User.address_hash == address_hash(email))
    ).one_or_none()
    return (row.id, row.password_hash) if row else (None, "")


def find_live_link(token_hash: str) -> LoginCode | None:
    """The code of a mailed link with its account, if the link can still be used."""
    query = (
        select(LoginCode)
        .options(joinedload(LoginCode.user))
        .where(LoginCode.token_hash == token_hash, LoginCode.user_id.is_not(None))
        .where(LoginCode.used_at.is_(None), LoginCode.expires_at > now(), LoginCode.purpose == Purpose.SIGN_IN)
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


def has_roles() -> Any:
    """Of a membership: whether it carries more than taking part."""
    return _grants().any()


def random_key() -> str:
    """128 bits, safe in a URL."""
    return secrets.token_urlsafe(16)

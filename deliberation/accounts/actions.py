"""Signing up, signing in, and what an account can change about itself.

Whether an address is known is never told to the one who asks: verbs answer alike, the letter says the rest.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any, NamedTuple

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from deliberation.accounts import passwords, pseudonyms, sessions
from deliberation.accounts.addresses import clean_address
from deliberation.accounts.limits import forget_attempts
from deliberation.accounts.models import (
    CODE_MINUTES,
    CODE_TRIES,
    PASSWORD_MAX,
    PASSWORD_MIN,
    LoginCode,
    Purpose,
    User,
    find_credentials,
    find_live_link,
    find_user_by_email,
    load_user,
    random_key,
)
from deliberation.clock import now
from deliberation.database import db, rows_changed
from deliberation.permissions import Permission, Person, require

CONSENT_VERSION = "2"
"""Raised when the words of the consent on the sign-up page change."""
UNCONFIRMED_DAYS = 7
DELETED = "Gelöschte Person"


class EmailTaken(Exception):
    """There is an account with this address already."""


class PasswordRefused(Exception):
    """Too short, too long, or among those that are tried first."""


@dataclass(frozen=True)
class Application:
    """What somebody gave to sign up. `browser` is the key of the browser it came from."""

    email: str
    pseudonym: str
    password_hash: str = ""
    locale: str = ""
    browser: str = ""


@dataclass(frozen=True)
class Letter:
    """What has to be told by mail, and only by mail."""

    recipient: str
    template: str
    cause: str
    secrets: dict[str, Any] = field(default_factory=dict, repr=False)


def register(application: Application) -> Letter:
    """Create an account with an unconfirmed address; where one exists nothing of it changes."""
    user_id, is_new = _add_user(application)
    template = "welcome" if is_new else "account_exists"
    return _code_letter(user_id, application.email, application.browser, template)


def _add_user(application: Application) -> tuple[int | None, bool]:
    """The id of the account, and whether it is new. Tries to insert in any case: looking first takes less time
    for a known address, and two who send the same form at the same moment would both find nothing."""
    user = User(
        email=application.email,
        first_pseudonym=application.pseudonym,
        password_hash=application.password_hash,
        password_browser=hash_secret(application.browser),
        locale=application.locale,
        consent_version=CONSENT_VERSION,
        consented_at=now(),
        memberships=[],
    )
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError:
        return find_credentials(application.email)[0], False
    return user.id, True


def request_code(email: str, browser: str) -> Letter:
    """Make a code and a link for the account; without one, the letter says that there is none.

    The work is the same: neither the answer nor the time it takes may tell."""
    user_id, _password_hash = find_credentials(email)
    return _code_letter(user_id, email, browser, "sign_in" if user_id else "no_account")


def request_proof(user: User, browser: str) -> Letter:
    """A code to the account's own address, for somebody signed in who is asked once more who she is."""
    return _code_letter(user.id, user.email, browser, "prove", Purpose.PROVE)


def _code_letter(
    user_id: int | None, email: str, browser: str, template: str, purpose: Purpose = Purpose.SIGN_IN
) -> Letter:
    made = _add_code(user_id, browser, purpose)
    return Letter(email, template, made.cause, {"code": made.code, "token": made.token})


class _Made(NamedTuple):
    code: str
    token: str
    cause: str


def _add_code(user_id: int | None, browser: str, purpose: Purpose) -> _Made:
    code, token = f"{secrets.randbelow(1_000_000):06}", random_key()
    entry = LoginCode(
        user_id=user_id,
        browser=hash_secret(browser),
        code_hash=hash_secret(f"{browser}:{code}"),
        token_hash=hash_secret(token),
        expires_at=now() + timedelta(minutes=CODE_MINUTES),
        purpose=purpose,
    )
    db.session.add(entry)
    db.session.flush()
    return _Made(code, token, f"code-{entry.id}")


def redeem_code(browser: str, code: str) -> User | None:
    """Sign in by the six digits, in the browser that asked for them. Once, in time, within five tries.

    A wrong code uses up a try: commit even then."""
    number = _try_code(browser, code, Purpose.SIGN_IN)
    return _redeem(LoginCode.id == number, browser) if number else None


def redeem_proof(user: User, browser: str, code: str) -> bool:
    """Whether the code is the one that was mailed to this person for proving who she is. Commit even if not."""
    number = _try_code(browser, code, Purpose.PROVE)
    own = (LoginCode.id == number, LoginCode.user_id == user.id, LoginCode.used_at.is_(None))
    return number is not None and rows_changed(update(LoginCode).where(*own).values(used_at=now())) == 1


def _try_code(browser: str, code: str, purpose: Purpose) -> int | None:
    """The entry whose code this is, after counting the try."""
    wanted = (LoginCode.browser == hash_secret(browser), LoginCode.purpose == purpose, *_live())
    query = select(LoginCode.id, LoginCode.code_hash).where(*wanted)
    entry = db.session.execute(query.order_by(LoginCode.id.desc()).limit(1)).one_or_none()
    if entry is None:
        return None
    taken = update(LoginCode).where(LoginCode.id == entry.id, *_live()).values(tries=LoginCode.tries + 1)
    if rows_changed(taken) != 1 or not compare_digest(entry.code_hash, hash_secret(f"{browser}:{code}")):
        return None
    return int(entry.id)


def redeem_link(token: str, browser: str | None) -> User | None:
    """Sign in by the mailed link, in whichever browser it was opened. Once, in time."""
    which = (LoginCode.token_hash == hash_secret(token)) & (LoginCode.purpose == Purpose.SIGN_IN)
    return _redeem(which, browser)


def find_link(token: str) -> LoginCode | None:
    """The code behind a mailed link, with its account, if the link is still good."""
    return find_live_link(hash_secret(token))


def _redeem(which: Any, browser: str | None) -> User | None:
    # Of two at the same moment, the database lets one through.
    spent = update(LoginCode).where(which, LoginCode.used_at.is_(None), LoginCode.expires_at > now())
    if rows_changed(spent.values(used_at=now())) != 1:
        return None
    user_id = db.session.scalars(select(LoginCode.user_id).where(which)).one()
    if user_id is None:
        return None
    open_ones = (LoginCode.user_id == user_id, LoginCode.used_at.is_(None), LoginCode.purpose == Purpose.SIGN_IN)
    others = update(LoginCode).where(*open_ones)
    db.session.execute(others.values(used_at=now()))
    user = load_user(user_id)
    if user:
        _confirm(user, browser)
    return user


def _confirm(user: User, browser: str | None) -> None:
    """The mail arrived. A password that a stranger may have chosen with this address ends here, so do sessions."""
    if user.confirmed_at is not None:
        return
    user.confirmed_at = now()
    if user.password_hash and user.password_browser != hash_secret(browser or ""):
        user.password_hash = ""
        sessions.end_all(user)
    user.password_browser = ""


def _live() -> tuple[Any, ...]:
    return LoginCode.used_at.is_(None), LoginCode.expires_at > now(), LoginCode.tries < CODE_TRIES


def remember_password_browser(user: User, browser: str) -> None:
    """After a sign-in by password, while the address is still to be confirmed: it was this browser."""
    if user.confirmed_at is None:
        user.password_browser = hash_secret(browser)


def change_password(user: User, password_hash: str) -> None:
    """Set the password; every session of the account ends."""
    user.password_hash = password_hash
    sessions.end_all(user)


def choose_language(user: User, locale: str) -> None:
    """Show pages and mails in this language; empty follows the browser again."""
    user.locale = locale


def choose_dates(user: User, is_wanted: bool) -> None:
    """Whether a mail reminds before a phase ends, and tells when dates become others."""
    user.wants_dates = is_wanted


def check_new_password(password: str, email: str) -> None:
    """Raise PasswordRefused unless the password has 12 to 128 characters and is none that is tried first."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX or passwords.is_obvious(password, email):
        raise PasswordRefused


def create_user(
    operator: Person, email: str, pseudonym: str = "", password: str = "", is_operator: bool = False
) -> User:
    """Create a confirmed account from the command line.

    Raises AddressInvalid, EmailTaken, PasswordRefused, PseudonymUnfit.
    """
    require(operator, Permission.MANAGE_ACCOUNTS)
    address = clean_address(email)
    if find_user_by_email(address):
        raise EmailTaken(address)
    if password:
        check_new_password(password, address)
    user = User(
        email=address,
        first_pseudonym=_fitting(pseudonym) if pseudonym else "",
        password_hash=passwords.hash_password(password) if password else "",
        is_operator=is_operator,
        confirmed_at=now(),
        memberships=[],
    )
    db.session.add(user)
    db.session.flush()
    return user


class PseudonymUnfit(Exception):
    """The name is too short, too long, claims an office, or is somebody else's."""


def _fitting(pseudonym: str) -> str:
    name = pseudonyms.cleaned(pseudonym)
    if not pseudonyms.is_acceptable(name) or not pseudonyms.is_free(name):
        raise PseudonymUnfit(name)
    return name


def forget_stale(moment: datetime, unconfirmed_days: int = UNCONFIRMED_DAYS) -> int:
    """Retention: codes that open nothing any more, sessions that ended, old counts, and accounts that never confirmed
    their address nor took part; how many of these."""
    db.session.execute(delete(LoginCode).where(LoginCode.expires_at <= moment))
    forget_attempts(moment)
    sessions.forget_ended_sessions(moment)
    old = User.created_at <= moment - timedelta(days=unconfirmed_days)
    return rows_changed(delete(User).where(User.confirmed_at.is_(None), old, ~User.memberships.any()))


def hash_secret(secret: str) -> str:
    """What is kept of a code, a link or the key of a browser."""
    return sha256(secret.encode()).hexdigest()

"""Signing up, signing in, and what an account can change about itself.

Whether an address is known is never told to the one who asks: verbs answer alike, the letter says the rest.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any, NamedTuple

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.exc import IntegrityError

from deliberation.accounts import passwords, pseudonyms
from deliberation.accounts.addresses import clean_address
from deliberation.accounts.limits import forget_attempts
from deliberation.accounts.models import (
    CODE_MINUTES,
    CODE_TRIES,
    PASSWORD_MAX,
    PASSWORD_MIN,
    LoginCode,
    User,
    find_credentials,
    find_live_link,
    find_user_by_email,
    is_name_taken,
    load_user,
    random_key,
)
from deliberation.clock import now
from deliberation.database import db
from deliberation.permissions import Permission, Person, require

CONSENT_VERSION = "1"
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


def is_pseudonym_free(pseudonym: str) -> bool:
    """Whether nobody in any declaration reads the same. Names of people who have not joined one yet do not
    count: else a second sign-up under the same name would tell whether the first one's address was new."""
    return not is_name_taken(pseudonyms.to_key(pseudonym), pseudonyms.to_key)


def free_pseudonyms(count: int) -> list[str]:
    """Some names to offer, all different, none taken."""
    names: list[str] = []
    while len(names) < count:
        name = pseudonyms.suggest()
        if name not in names and is_pseudonym_free(name):
            names.append(name)
    return names


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
        password_browser=_hash(application.browser),
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


def _code_letter(user_id: int | None, email: str, browser: str, template: str) -> Letter:
    made = _add_code(user_id, browser)
    return Letter(email, template, made.cause, {"code": made.code, "token": made.token})


class _Made(NamedTuple):
    code: str
    token: str
    cause: str


def _add_code(user_id: int | None, browser: str) -> _Made:
    code, token = f"{secrets.randbelow(1_000_000):06}", random_key()
    entry = LoginCode(
        user_id=user_id,
        browser=_hash(browser),
        code_hash=_hash(f"{browser}:{code}"),
        token_hash=_hash(token),
        expires_at=now() + timedelta(minutes=CODE_MINUTES),
    )
    db.session.add(entry)
    db.session.flush()
    return _Made(code, token, f"code-{entry.id}")


def redeem_code(browser: str, code: str) -> User | None:
    """Sign in by the six digits, in the browser that asked for them. Once, in time, within five tries.

    A wrong code uses up a try: commit even then."""
    query = select(LoginCode.id, LoginCode.code_hash).where(LoginCode.browser == _hash(browser), *_live())
    entry = db.session.execute(query.order_by(LoginCode.id.desc()).limit(1)).one_or_none()
    if entry is None:
        return None
    taken = update(LoginCode).where(LoginCode.id == entry.id, *_live()).values(tries=LoginCode.tries + 1)
    if not _changed(taken) or not compare_digest(entry.code_hash, _hash(f"{browser}:{code}")):
        return None
    return _redeem(LoginCode.id == entry.id, browser)


def redeem_link(token: str, browser: str | None) -> User | None:
    """Sign in by the mailed link, in whichever browser it was opened. Once, in time."""
    return _redeem(LoginCode.token_hash == _hash(token), browser)


def find_link(token: str) -> LoginCode | None:
    """The code behind a mailed link, with its account, if the link is still good."""
    return find_live_link(_hash(token))


def _redeem(which: Any, browser: str | None) -> User | None:
    # Of two at the same moment, the database lets one through.
    spent = update(LoginCode).where(which, LoginCode.used_at.is_(None), LoginCode.expires_at > now())
    if not _changed(spent.values(used_at=now())):
        return None
    user_id = db.session.scalars(select(LoginCode.user_id).where(which)).one()
    if user_id is None:
        return None
    others = update(LoginCode).where(LoginCode.user_id == user_id, LoginCode.used_at.is_(None))
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
    if user.password_hash and user.password_browser != _hash(browser or ""):
        user.password_hash = ""
        user.session_epoch += 1
    user.password_browser = ""


def _live() -> tuple[Any, ...]:
    return LoginCode.used_at.is_(None), LoginCode.expires_at > now(), LoginCode.tries < CODE_TRIES


def _changed(statement: Any) -> bool:
    result = db.session.execute(statement, execution_options={"synchronize_session": False})
    return isinstance(result, CursorResult) and result.rowcount == 1


def remember_password_browser(user: User, browser: str) -> None:
    """After a sign-in by password, while the address is still to be confirmed: it was this browser."""
    if user.confirmed_at is None:
        user.password_browser = _hash(browser)


def change_password(user: User, password_hash: str) -> None:
    """Set the password; every session of the account ends."""
    user.password_hash = password_hash
    end_sessions(user)


def end_sessions(user: User) -> None:
    """Sign the account out everywhere: a copied cookie is worth nothing from now on."""
    user.session_epoch += 1


def choose_language(user: User, locale: str) -> None:
    """Show pages and mails in this language; empty follows the browser again."""
    user.locale = locale


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
    if not pseudonyms.is_acceptable(name) or not is_pseudonym_free(name):
        raise PseudonymUnfit(name)
    return name


def erase_user(operator: Person, user: User) -> None:
    """End an account: the address, its codes and drafts go; what was said in public stays, as nobody's.

    Mails to the address are `notifications.actions.forget_recipient`'s to delete."""
    require(operator, Permission.MANAGE_ACCOUNTS)
    for membership in list(user.memberships):
        membership.user = None
        membership.pseudonym = DELETED
        membership.pseudonym_key = random_key()
        membership.signing_name = ""
    db.session.flush()
    db.session.execute(delete(User).where(User.id == user.id))


def forget_stale(moment: datetime) -> None:
    """Retention: spent codes, old counts, and accounts that never confirmed their address nor took part."""
    db.session.execute(delete(LoginCode).where(LoginCode.expires_at < moment - timedelta(days=1)))
    forget_attempts(moment)
    old = User.created_at < moment - timedelta(days=UNCONFIRMED_DAYS)
    db.session.execute(delete(User).where(User.confirmed_at.is_(None), old, ~User.memberships.any()))


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()

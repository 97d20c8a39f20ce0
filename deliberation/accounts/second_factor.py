"""The second of two proofs: a code from an app (TOTP, RFC 6238), or one of ten codes on paper.

The secret is stored sealed, codes on paper as hashes. No code opens twice: the step of the last one is remembered, and a
code on paper is struck out by the same statement that finds it.
"""

import hmac
import secrets
import unicodedata
from hashlib import sha256

import pyotp
from sqlalchemy import delete, func, select, update

from deliberation.accounts.models import Passkey, RecoveryCode, User
from deliberation.clock import now
from deliberation.database import db, rows_changed
from deliberation.sealing import seal, unseal

STEP_SECONDS = 30
RECOVERY_CODES = 10
CHALLENGE_MINUTES = 5
"""So long a device with a passkey may take to sign."""
# Without letters and digits that are mistaken for each other; 16 of 31 are 79 bits.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP = 4, 4


class CodeWrong(Exception):
    """Not this code, not any more, or not again."""


class PasskeyRefused(Exception):
    """The device did not sign what was asked, or we do not know it."""


class LastFactor(Exception):
    """Whoever works for others keeps one second factor."""


def new_secret() -> str:
    """What app and site will share; it counts once a code from the app has shown that it got there."""
    return pyotp.random_base32()


def to_uri(secret: str, site: str) -> str:
    """For the QR code. No address and no pseudonym: an app shows it to whoever looks over one's shoulder."""
    return pyotp.TOTP(secret).provisioning_uri(name=site, issuer_name=site)


def set_up_app(user: User, secret: str, code: str) -> list[str]:
    """Take the app as second factor; codes on paper, if there are none yet. Raises CodeWrong."""
    step = _step_of(secret, code)
    if step is None:
        raise CodeWrong
    user.totp_sealed, user.totp_step = seal(secret), step
    return _begin(user)


def add_passkey_factor(user: User) -> list[str]:
    """A passkey was added: from now on it is asked for, or one of the codes on paper."""
    return _begin(user)


def redeem(user: User, code: str) -> bool:
    """Whether the code is right, which uses it up: six digits from the app, or one from paper."""
    plain = _plain(code)
    return _redeem_from_app(user, plain) if plain.isdigit() and len(plain) == 6 else _redeem_from_paper(user, plain)


def new_recovery_codes(user: User) -> list[str]:
    """Ten new codes, to be shown this once; those before are void."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = [_paper_code() for _number in range(RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(user_id=user.id, code_hash=_hash(user, code)) for code in codes)
    db.session.flush()
    return codes


def count_recovery_codes(user: User) -> int:
    """How many are left."""
    left = (RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(select(func.count()).select_from(RecoveryCode).where(*left)) or 0


def remove_app(user: User, is_required: bool) -> None:
    """Do without the app. Raises LastFactor where one is required and there is no passkey."""
    if is_required and not _count_passkeys(user):
        raise LastFactor
    user.totp_sealed, user.totp_step = "", 0
    _end_if_none_is_left(user)


def remove_passkey(user: User, key: str, is_required: bool) -> None:
    """Do without this passkey. Raises LastFactor as `remove_app` does."""
    if is_required and not user.totp_sealed and _count_passkeys(user) <= 1:
        raise LastFactor
    db.session.execute(delete(Passkey).where(Passkey.user_id == user.id, Passkey.key == key))
    _end_if_none_is_left(user)


def reset(user: User) -> None:
    """Take away every second factor of somebody who has lost them; the operator has made sure who asks."""
    user.totp_sealed, user.totp_step = "", 0
    db.session.execute(delete(Passkey).where(Passkey.user_id == user.id))
    _end_if_none_is_left(user)


def load_passkeys(user: User) -> list[Passkey]:
    return list(db.session.scalars(select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.created_at)))


def _begin(user: User) -> list[str]:
    if user.second_factor_at is not None:
        return []
    user.second_factor_at = now()
    return new_recovery_codes(user)


def _end_if_none_is_left(user: User) -> None:
    if not user.totp_sealed and not _count_passkeys(user):
        user.second_factor_at = None
        db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def _count_passkeys(user: User) -> int:
    return db.session.scalar(select(func.count()).select_from(Passkey).where(Passkey.user_id == user.id)) or 0


def _redeem_from_app(user: User, code: str) -> bool:
    step = _step_of(unseal(user.totp_sealed), code) if user.totp_sealed else None
    if step is None:
        return False
    taken = update(User).where(User.id == user.id, User.totp_step < step).values(totp_step=step)
    return rows_changed(taken) == 1


def _redeem_from_paper(user: User, code: str) -> bool:
    which = (RecoveryCode.user_id == user.id, RecoveryCode.code_hash == _hash(user, code))
    return rows_changed(update(RecoveryCode).where(*which, RecoveryCode.used_at.is_(None)).values(used_at=now())) == 1


def _step_of(secret: str, code: str) -> int | None:
    """The time step whose code this is: the present one, the one before or after; None for a wrong code."""
    plain = _plain(code)
    present = int(now().timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    for step in (present, present - 1, present + 1):
        if hmac.compare_digest(totp.generate_otp(step), plain):
            return step
    return None


def _paper_code() -> str:
    groups = ("".join(secrets.choice(LETTERS) for _letter in range(GROUP)) for _group in range(GROUPS))
    return "-".join(groups)


def _hash(user: User, code: str) -> str:
    return sha256(f"{user.key}:{_plain(code)}".encode()).hexdigest()


def _plain(code: str) -> str:
    """As it was made, whatever stands between: some keyboards write wide digits."""
    return "".join(c for c in unicodedata.normalize("NFKC", code).lower() if c.isascii() and c.isalnum())

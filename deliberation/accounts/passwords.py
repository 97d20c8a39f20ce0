"""Passwords: hashed with Argon2id, a few at a time, and none that is tried first.

Cost: 19 MiB, two passes, one lane, the floor of OWASP's Password Storage Cheat Sheet. Four at once are
76 MiB, so a crowd at the door cannot fill the memory.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 4
CHEAP = "cheap"
"""Setting PASSWORD_COST of the tests; anything else is the real cost."""

OBVIOUS = frozenset((Path(__file__).parent / "obvious_passwords.txt").read_text("utf-8").split())
RUNS = (
    "01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz",
    "qwertzuiopasdfghjklyxcvbnm", "qwertyuiopasdfghjklzxcvbnm", "qazwsxedcrfvtgbyhnujm",
    "qaywsxedcrfvtgbzhnujm",
    "1q2w3e4r5t6z7u8i9o0p", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5z6u7i8o9p0", "q1w2e3r4t5y6u7i8o9p0",
    "1qay2wsx3edc4rfv5tgb6zhn", "1qaz2wsx3edc4rfv5tgb6yhn", "zaq12wsxcde34rfv",
)  # fmt: skip

_slots = BoundedSemaphore(AT_ONCE)


def hash_password(password: str, cost: str = "") -> str:
    """What may be stored of a password. Slow on purpose: call it outside a transaction."""
    with _slots:
        return _hasher(cost).hash(_prepared(password))


def is_right(password_hash: str, password: str, cost: str = "") -> bool:
    """Whether the password fits. Without a hash (no account, no password) it takes as long and never does."""
    try:
        with _slots:
            _hasher(cost).verify(password_hash or dummy_hash(cost), _prepared(password))
    except (VerificationError, InvalidHashError):
        return False
    return bool(password_hash)


def is_stale(password_hash: str, cost: str = "") -> bool:
    """Whether the hash was made with other costs than today's and should be made anew."""
    return _hasher(cost).check_needs_rehash(password_hash)


@cache
def dummy_hash(cost: str = "") -> str:
    """The hash that unknown addresses are checked against; made once, at the start."""
    return _hasher(cost).hash("nobody has this password")


def is_obvious(password: str, email: str = "") -> bool:
    """Whether it is among those tried first: a common word or two, a row of keys, a repetition, the address.

    Digits and marks around and between the letters do not help: `Passwort!2026` is `passwort`."""
    plain = _prepared(password).casefold()
    keys = re.sub(r"[\W_]", "", plain)
    letters = _unrepeated(re.sub(r"\d", "", keys))
    own = {re.sub(r"[\W\d_]", "", part) for part in (email.casefold(), email.casefold().partition("@")[0])} - {""}
    if keys in OBVIOUS or len(_unrepeated(keys)) <= 4 or letters in own:
        return True
    if any(_unrepeated(keys) in run or (letters and letters in run) for run in RUNS):
        return True
    return letters in OBVIOUS or any(letters[:n] in OBVIOUS and letters[n:] in OBVIOUS for n in range(2, len(letters)))


def _unrepeated(word: str) -> str:
    """`abcabc` is `abc`: what stands there several times is as good as standing there once."""
    place = (word + word).find(word, 1)
    return word[:place] if 0 < place < len(word) else word


def _prepared(password: str) -> str:
    # An umlaut typed on another system may come as two characters.
    return unicodedata.normalize("NFC", password)


@cache
def _hasher(cost: str) -> PasswordHasher:
    if cost == CHEAP:
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

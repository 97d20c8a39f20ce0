"""Passwords: hashed with Argon2id, a few at a time, and none that is tried first.

Cost: 19 MiB, two passes, one lane, the floor of OWASP's Password Storage Cheat Sheet. Four at once are
76 MiB, over all processes of the server, so a crowd at the door cannot fill the memory.
"""

import ctypes
import os
import re
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, lockf
from functools import cache
from pathlib import Path
from tempfile import mkstemp
from threading import BoundedSemaphore, Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 4
CHEAP = "cheap"
"""Setting PASSWORD_COST of the tests; anything else is the real cost."""

HERE = Path(__file__).parent
OBVIOUS = frozenset((HERE / "obvious_passwords.txt").read_text("utf-8").split())
"""Words that make no password, alone or by twos, whatever stands around them."""
COMMON = frozenset(line for line in (HERE / "common_passwords.txt").read_text("utf-8").splitlines() if line[:2] != "# ")
"""More than 3,000 passwords as they were found most often, of those that are long enough (ASVS 5.0, 6.2.4)."""
RUNS = (
    "01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz",
    "qwertzuiopasdfghjklyxcvbnm", "qwertyuiopasdfghjklzxcvbnm", "qazwsxedcrfvtgbyhnujm",
    "qaywsxedcrfvtgbzhnujm",
    "1q2w3e4r5t6z7u8i9o0p", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5z6u7i8o9p0", "q1w2e3r4t5y6u7i8o9p0",
    "1qay2wsx3edc4rfv5tgb6zhn", "1qaz2wsx3edc4rfv5tgb6yhn", "zaq12wsxcde34rfv",
)  # fmt: skip

_slots = BoundedSemaphore(AT_ONCE)
_own = [Lock() for _number in range(AT_ONCE)]
POLL_SECONDS = 0.01

MMAP_THRESHOLD = -3
# Else the allocator keeps these 19 MiB for each thread that ever hashed a password (glibc; others give them back).
with suppress(OSError, AttributeError):
    ctypes.CDLL(None).mallopt(MMAP_THRESHOLD, 1 << 20)


def hash_password(password: str, cost: str = "") -> str:
    """What may be stored of a password. Slow on purpose: call it outside a transaction."""
    with _one_of_a_few():
        return _hasher(cost).hash(_prepared(password))


def is_right(password_hash: str, password: str, cost: str = "") -> bool:
    """Whether the password fits. Without a hash (no account, no password) it takes as long and never does."""
    try:
        with _one_of_a_few():
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
    if plain in COMMON or keys in COMMON or keys in OBVIOUS or len(_unrepeated(keys)) <= 4 or letters in own:
        return True
    if any(_unrepeated(keys) in run or (letters and letters in run) for run in RUNS):
        return True
    return letters in OBVIOUS or any(letters[:n] in OBVIOUS and letters[n:] in OBVIOUS for n in range(2, len(letters)))


def _file_without_name() -> int:
    """In memory where there is such a thing: a full or read-only disk is no reason not to start."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("passwords")
    number, path = mkstemp()
    os.unlink(path)
    return number


_shared = _file_without_name()
"""One byte of it stands for one slot. The processes of a server inherit it; whichever dies lets go."""


@contextmanager
def _one_of_a_few() -> Iterator[None]:
    """Wait until fewer than AT_ONCE are at it, here and in the other processes."""
    with _slots:
        while (number := _free_slot()) is None:
            time.sleep(POLL_SECONDS)
        try:
            yield
        finally:
            lockf(_shared, LOCK_UN, 1, number)
            _own[number].release()


def _free_slot() -> int | None:
    # The locks of a file keep processes apart, those of Python threads. Waiting for a file's would look like a
    # deadlock to the system where two processes each have a slot and want another.
    for number, lock in enumerate(_own):
        if lock.acquire(blocking=False):
            try:
                lockf(_shared, LOCK_EX | LOCK_NB, 1, number)
            except OSError:
                lock.release()
            else:
                return number
    return None


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

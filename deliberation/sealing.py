"""What must not be readable in a stolen database: mail addresses and what is mailed to them.

Sealed with AES-256-GCM, found again by a keyed hash (HMAC-SHA256). Both keys are derived (HKDF-SHA256) from the setting
ADDRESS_KEY, which is never in the database: whoever loses it can neither read nor find an address.
"""

import base64
import hmac
import os
import secrets
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

NONCE_BYTES = 12
HANDLE_MAX = 400
VERSION = "1"
"""In front of everything sealed, so that another way of sealing can be told apart."""


class Unreadable(Exception):
    """It was sealed with another key, or damaged."""


def seal(text: str) -> str:
    """Encrypt; the same text looks different each time. Nothing stays nothing."""
    if not text:
        return ""
    nonce = os.urandom(NONCE_BYTES)
    sealed = _cipher(_secret()).encrypt(nonce, text.encode(), None)
    return VERSION + base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(sealed: str) -> str:
    """What was sealed. Raises Unreadable."""
    if not sealed:
        return ""
    try:
        raw = base64.urlsafe_b64decode(sealed.removeprefix(VERSION))
        return _cipher(_secret()).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None).decode()
    except (InvalidTag, ValueError):
        raise Unreadable from None


def keyed_hash(purpose: str, text: str) -> str:
    """64 hexadecimal digits that say nothing to whoever has not got the key; `purpose` keeps uses apart."""
    return hmac.new(_derived(_secret(), b"finding"), f"{purpose}:{text}".encode(), "sha256").hexdigest()


def handle(purpose: str, text: str) -> str:
    """The text as a word for an address: always the same one, and nobody else can read or make it. Letters, digits, - and _."""
    nonce = bytes.fromhex(keyed_hash(f"{purpose} handle", text))[:NONCE_BYTES]
    sealed = _cipher(_secret()).encrypt(nonce, text.encode(), purpose.encode())
    return base64.urlsafe_b64encode(nonce + sealed).rstrip(b"=").decode()


def read_handle(purpose: str, given: str) -> str | None:
    """What stands in a word that `handle` made for this purpose; None for any other."""
    if len(given) > HANDLE_MAX or not given.isascii():
        return None
    try:
        raw = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
        found = _cipher(_secret()).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], purpose.encode()).decode()
    except (InvalidTag, ValueError):
        return None
    # Base64 has several spellings of the same bytes; only ours is an address.
    return found if handle(purpose, found) == given else None


def seed(purpose: str, form_key: str, *about: object) -> str:
    """64 hexadecimal digits that nobody can guess, to make something secret of that is shown once. With the key of a form they
    are the same each time it is sent with the same words, and the site's key is needed to make them."""
    if not form_key:
        return secrets.token_hex(32)
    return keyed_hash(f"{purpose} seed", " ".join(map(str, (*about, form_key))))


LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Read out and typed in: without letters and digits that are mistaken for each other. Ten of 31 are 49 bits."""


def to_code(digits: str, length: int) -> str:
    """So many letters made of the hexadecimal digits of a `seed`."""
    number = int(digits, 16)
    return "".join(LETTERS[number // len(LETTERS) ** place % len(LETTERS)] for place in range(length))


def _secret() -> str:
    return str(current_app.config["ADDRESS_KEY"])


@cache
def _cipher(secret: str) -> AESGCM:
    return AESGCM(_derived(secret, b"sealing"))


@cache
def _derived(secret: str, use: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=b"deliberation " + use).derive(secret.encode())

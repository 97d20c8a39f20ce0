"""Passkeys (WebAuthn Level 2): a device signs a challenge of ours, made for this site alone.

As second factor, or alone where the device has made sure who holds it (user verification). The library checks the
signatures; here stands what is asked for and what is kept.
"""

import json
import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from deliberation.accounts.actions import hash_secret
from deliberation.accounts.models import PASSKEY_LABEL_MAX, LoginCode, Passkey, Purpose, User, load_user
from deliberation.accounts.second_factor import CHALLENGE_MINUTES, PasskeyRefused, load_passkeys
from deliberation.clock import now
from deliberation.database import db
from deliberation.text import normalised

MISFORMED = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, EOFError, RecursionError)
"""What the library raises about something that no device would say."""


def ask_to_register(user: User, site: str, host: str) -> tuple[dict[str, Any], str]:
    """What the browser passes to the device, and the challenge to remember. The device learns neither the address
    nor a pseudonym, only the random key of the account."""
    options = generate_registration_options(
        rp_id=host,
        rp_name=site,
        user_name=site,
        user_id=user.key.encode(),
        user_display_name=site,
        exclude_credentials=[_descriptor(each) for each in load_passkeys(user)],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return json.loads(options_to_json(options)), bytes_to_base64url(options.challenge)


def register(user: User, answer: dict[str, Any], challenge: str, origin: str, host: str, label: str) -> Passkey:
    """Keep a new passkey. Raises PasskeyRefused."""
    try:
        found = verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=host,
            expected_origin=origin,
        )
    except MISFORMED:
        raise PasskeyRefused from None
    credential_id = bytes_to_base64url(found.credential_id)
    if db.session.scalar(select(Passkey.id).where(Passkey.credential_id == credential_id)):
        raise PasskeyRefused
    passkey = Passkey(
        user_id=user.id,
        credential_id=credential_id,
        public_key=bytes_to_base64url(found.credential_public_key),
        sign_count=found.sign_count,
        label=normalised(label).strip()[:PASSKEY_LABEL_MAX],
    )
    db.session.add(passkey)
    db.session.flush()
    return passkey


def ask_to_sign(user: User | None, host: str) -> tuple[dict[str, Any], str]:
    """As `ask_to_register`. Without a user any passkey of this site will do, if its device knows who holds it."""
    verification = UserVerificationRequirement.PREFERRED if user else UserVerificationRequirement.REQUIRED
    options = generate_authentication_options(
        rp_id=host,
        allow_credentials=[_descriptor(each) for each in load_passkeys(user)] if user else None,
        user_verification=verification,
    )
    return json.loads(options_to_json(options)), bytes_to_base64url(options.challenge)


def redeem(answer: dict[str, Any], challenge: str, origin: str, host: str, user: User | None) -> User:
    """Whose passkey signed. `user`: only a passkey of hers counts. Raises PasskeyRefused."""
    name = str(answer.get("id", ""))
    if not re.fullmatch(r"[\w-]{1,1400}", name, re.ASCII):
        raise PasskeyRefused
    passkey = db.session.scalars(select(Passkey).where(Passkey.credential_id == name)).one_or_none()
    if passkey is None or (user is not None and passkey.user_id != user.id):
        raise PasskeyRefused
    _spend(challenge)
    try:
        found = verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=host,
            expected_origin=origin,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=user is None,
        )
    except MISFORMED:
        raise PasskeyRefused from None
    passkey.sign_count, passkey.used_at = found.new_sign_count, now()
    owner = load_user(passkey.user_id)
    if owner is None:
        raise PasskeyRefused
    return owner


def _spend(challenge: str) -> None:
    """A challenge is answered once, also by whoever kept the cookie it waited in. Raises PasskeyRefused."""
    entry = LoginCode(
        user_id=None,
        purpose=Purpose.SIGN_IN,
        browser="",
        code_hash="",
        token_hash=hash_secret(f"challenge:{challenge}"),
        expires_at=now() + timedelta(minutes=CHALLENGE_MINUTES),
        used_at=now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(entry)
    except IntegrityError:
        raise PasskeyRefused from None


def _descriptor(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.credential_id))

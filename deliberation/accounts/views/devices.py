"""What passes between a page and a device that holds passkeys: the question in the page, the answer in a form field.

The challenge waits in the session, once and for a few minutes; without JavaScript there are the other ways. What knows the
library (`passkeys`) is loaded by the first who needs it: it weighs as much as all of Flask.
"""

import json
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, request, session
from flask_babel import gettext as _

from deliberation.accounts.models import User
from deliberation.accounts.second_factor import CHALLENGE_MINUTES, PasskeyRefused
from deliberation.clock import now

CHALLENGE = "challenge"
ANSWER_MAX = 20_000


def offer_to_sign(user: User | None) -> str:
    """The question for a device, as the page carries it."""
    from deliberation.accounts import passkeys

    options, challenge = passkeys.ask_to_sign(user, _host())
    return _keep(options, challenge)


def offer_to_register(user: User) -> str:
    from deliberation.accounts import passkeys

    options, challenge = passkeys.ask_to_register(user, _site(), _host())
    return _keep(options, challenge)


def read_signature(user: User | None) -> User:
    """Whose passkey signed what is in the form. Raises PasskeyRefused."""
    from deliberation.accounts import passkeys

    return passkeys.redeem(_answer(), _challenge(), _origin(), _host(), user)


def read_new_passkey(user: User, label: str) -> None:
    """Keep the passkey that is in the form. Raises PasskeyRefused."""
    from deliberation.accounts import passkeys

    passkeys.register(user, _answer(), _challenge(), _origin(), _host(), label)


def _keep(options: dict[str, Any], challenge: str) -> str:
    session[CHALLENGE] = [challenge, int(now().timestamp())]
    return json.dumps(options)


def _challenge() -> str:
    challenge, asked = session.pop(CHALLENGE, None) or ("", 0)
    if not challenge or now().timestamp() - asked > CHALLENGE_MINUTES * 60:
        raise PasskeyRefused
    return str(challenge)


def _answer() -> dict[str, Any]:
    given = request.form.get("passkey", "")
    try:
        answer = json.loads(given) if len(given) <= ANSWER_MAX else None
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise PasskeyRefused
    return answer


def _host() -> str:
    return urlsplit(current_app.config["BASE_URL"]).hostname or "localhost"


def _origin() -> str:
    parts = urlsplit(current_app.config["BASE_URL"])
    return f"{parts.scheme}://{parts.netloc}"


def _site() -> str:
    """What a device shows beside the passkey: neutral, since others may look over one's shoulder."""
    return _("Beratung auf %(host)s", host=_host())

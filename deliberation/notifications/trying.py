"""A real mail through the transport that is configured, to see whether it works: what went wrong comes back as a code, which
says neither password nor address. Nothing of it is kept in the outbox."""

import smtplib
import socket
import ssl
import uuid
from urllib.parse import unquote, urlsplit

from flask import current_app
from flask_babel import force_locale

from deliberation.clock import now
from deliberation.notifications.mailer import to_message
from deliberation.notifications.models import Mail
from deliberation.notifications.transports import ServerAway, open_transport

FAULTS: tuple[tuple[type[BaseException], str], ...] = (
    (smtplib.SMTPAuthenticationError, "password"),
    (smtplib.SMTPSenderRefused, "sender"),
    (smtplib.SMTPRecipientsRefused, "recipient"),
    (smtplib.SMTPNotSupportedError, "no_login"),
    (smtplib.SMTPServerDisconnected, "hung_up"),
    (smtplib.SMTPResponseException, "refused"),
    (smtplib.SMTPException, "no_tls"),
    (socket.gaierror, "no_host"),
    (ssl.SSLCertVerificationError, "certificate"),
    (ssl.SSLError, "tls"),
    (TimeoutError, "slow"),
    (ConnectionRefusedError, "closed"),
    (PermissionError, "folder"),
    (OSError, "away"),
)
"""The first that fits. `SMTPException` itself is raised by us alone, where a password would go in clear."""


def send_test_mail(recipient: str, locale: str) -> str:
    """Send it now; "" if the server took it, else a code of `FAULTS`. Whoever calls it holds no transaction: a server may
    take its time."""
    mail = Mail(recipient, {}, cause="", template="test_mail", locale=locale)
    with force_locale(locale):
        message = to_message(mail)
    try:
        with open_transport(current_app.config["MAIL_URL"]) as send:
            send(message, f"{now():%Y%m%dT%H%M%SZ}-test-{uuid.uuid4().hex[:8]}")
    except (ServerAway, OSError, smtplib.SMTPException) as error:
        return fault_of(error.__cause__ or error)
    return ""


def fault_of(error: BaseException) -> str:
    """The code for what went wrong."""
    return next((code for kind, code in FAULTS if isinstance(error, kind)), "away")


def transport_place() -> str:
    """Where mails go: the folder, or the server without name and password."""
    parts = urlsplit(current_app.config["MAIL_URL"])
    if parts.scheme == "file":
        return unquote(parts.netloc + parts.path)
    port = parts.port or (465 if parts.scheme == "smtps" else 25)
    return f"{parts.scheme}://{parts.hostname}:{port}"


def is_folder() -> bool:
    """Whether mails only become files, and reach nobody."""
    return str(current_app.config["MAIL_URL"]).startswith("file:")

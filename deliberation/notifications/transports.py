"""Ways out for a finished message: into a folder as `.eml` files, or to an SMTP server."""

import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

TIMEOUT = 20
"""Seconds for each step of a conversation with a server."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Send(Protocol):
    """Takes a message, a name for it that is unique and safe as the name of a file, and where reports about it go."""

    def __call__(self, message: EmailMessage, name: str, report_to: str = "") -> None: ...



class ServerAway(Exception):
    """No conversation with the mail server came about: it is no use to try with the next message."""


@contextmanager
def open_transport(url: str) -> Iterator[Send]:
    """What `MAIL_URL` names, open for a run of messages. Sending raises ServerAway, OSError, SMTPException."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        yield _into_folder(Path(unquote(parts.netloc + parts.path)))
        return
    line = _Line(parts)
    try:
        yield line.send
    finally:
        line.hang_up()


def _into_folder(folder: Path) -> Send:
    def send(message: EmailMessage, name: str, report_to: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished, finished = folder / f".{name}.part", folder / f"{name}.eml"
        # Nobody else on the machine may read a sign-in code.
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "wb") as file:
            file.write(message.as_bytes(policy=message.policy.clone(linesep="\n")))
        unfinished.rename(finished)

    return send


def reach(url: str, seconds: float) -> str:
    """Whether the mail server answers and takes the password; "" if so, else the kind of the fault. Sends nothing."""
    line = _Line(urlsplit(url), seconds)
    try:
        line.server = line.connect()
    except ServerAway as error:
        return type(error.__cause__).__name__
    finally:
        line.hang_up()
    return ""


class _Line:
    """A connection to the server, made when the first message needs it and again after a fault."""

    def __init__(self, parts: SplitResult, timeout: float = TIMEOUT) -> None:
        self.parts, self.timeout = parts, timeout
        self.server: smtplib.SMTP | None = None

    def send(self, message: EmailMessage, name: str, report_to: str = "") -> None:
        self.server = self.server or self.connect()
        try:
            if self.server.has_extn("8bitmime"):
                self.server.send_message(message, from_addr=report_to or None, mail_options=["BODY=8BITMIME"])
            else:
                for part in message.walk():
                    if not part.is_multipart():
                        part.set_content(part.get_content(), part.get_content_subtype(), cte="quoted-printable")  # type: ignore[attr-defined]
                self.server.send_message(message, from_addr=report_to or None)
        except (OSError, smtplib.SMTPException):
            self.hang_up()
            raise

    def hang_up(self) -> None:
        if self.server:
            self.server.close()
        self.server = None

    def connect(self) -> smtplib.SMTP:
        server: smtplib.SMTP | None = None
        try:
            server = self._dial()
            self._greet(server)
        except (OSError, smtplib.SMTPException) as error:
            if server:
                server.close()
            raise ServerAway(f"{type(error).__name__}: {error}") from error
        return server

    def _dial(self) -> smtplib.SMTP:
        host = self.parts.hostname or "localhost"
        if self.parts.scheme == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, self.parts.port or 465, timeout=self.timeout, context=context)
        return smtplib.SMTP(host, self.parts.port or 25, timeout=self.timeout)

    def _greet(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if self.parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if not self.parts.username:
            return
        if not isinstance(server.sock, ssl.SSLSocket) and self.parts.hostname not in LOOPBACK:
            raise smtplib.SMTPException("the server offers no TLS; the password is not sent in clear")
        server.login(unquote(self.parts.username), unquote(self.parts.password or ""))

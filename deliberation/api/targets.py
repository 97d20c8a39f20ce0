"""Sending to an address that somebody else chose: only into the open internet, to the address that was looked up, once, and
never longer than a few seconds."""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from urllib.parse import urlsplit

SECONDS = 5.0
"""For everything: looking the name up, connecting, sending, and the first line of the answer."""


class TargetRefused(Exception):
    """Not an address that we send to."""


@dataclass(frozen=True)
class Target:
    """An address taken apart. `is_local`: development, where the own machine may be meant."""

    scheme: str
    host: str
    port: int
    path: str
    is_local: bool


def read_target(url: str, is_local: bool) -> Target:
    """Raises TargetRefused unless it is https (`is_local`: or http) with a name and without a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise TargetRefused("no address") from None
    if parts.scheme != "https" and not (is_local and parts.scheme == "http"):
        raise TargetRefused("no https")
    if (
        not parts.hostname
        or parts.username
        or parts.password
        or parts.fragment
        or any(not 32 < ord(c) < 127 for c in url)
    ):
        raise TargetRefused("no address")
    # A name is looked up when something is sent; a plain address can be judged at once.
    with suppress(ValueError):
        if not is_open(str(ipaddress.ip_address(parts.hostname)), is_local):
            raise TargetRefused("not in the open")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80), path, is_local)


def look_up(target: Target) -> str:
    """The one address that is connected to. Raises TargetRefused if any that the name stands for is not in the open."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise TargetRefused("no such name") from None
    addresses = [str(one[4][0]).partition("%")[0] for one in found]
    if not addresses or not all(is_open(address, target.is_local) for address in addresses):
        raise TargetRefused("not in the open")
    return addresses[0]


def is_open(address: str, is_local: bool) -> bool:
    """Whether it belongs to the internet and not to a house: also as IPv4 in an IPv6 address."""
    one = ipaddress.ip_address(address)
    inner = getattr(one, "ipv4_mapped", None) or getattr(one, "sixtofour", None)
    teredo = getattr(one, "teredo", None)
    every = [one, *([inner] if inner else []), *(teredo or ())]
    if is_local and one.is_loopback:
        return True
    is_translated = one.version == 6 and one in ipaddress.ip_network("64:ff9b::/96")
    return not is_translated and all(each.is_global and not each.is_multicast for each in every)


class _Pinned(http.client.HTTPSConnection):
    """Connects to the address that was looked up, and checks the certificate for the name."""

    pinned = ""

    def connect(self) -> None:
        plain = socket.create_connection((self.pinned, self.port), SECONDS)
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)


class _PinnedPlain(http.client.HTTPConnection):
    pinned = ""

    def connect(self) -> None:
        self.sock = socket.create_connection((self.pinned, self.port), SECONDS)


def post(url: str, content: bytes, headers: Mapping[str, str], is_local: bool) -> int | None:
    """Send once: the status that came back, or None. Redirects are not followed, nothing of the answer is read. After
    `SECONDS` it is given up, however slowly the other side drips."""
    try:
        target = read_target(url, is_local)
    except TargetRefused:
        return None
    kind = _Pinned if target.scheme == "https" else _PinnedPlain
    connection = kind(target.host, target.port, timeout=SECONDS)
    answers: list[int] = []

    def send() -> None:
        with suppress(TargetRefused, OSError, http.client.HTTPException, ValueError):
            connection.pinned = look_up(target)
            connection.request("POST", target.path, content, dict(headers))
            answers.append(connection.getresponse().status)

    sender = Thread(target=send, name="webhook", daemon=True)
    sender.start()
    sender.join(SECONDS)
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)
    connection.close()
    return answers[0] if answers else None

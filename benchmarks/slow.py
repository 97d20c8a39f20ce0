"""Clients that take their time: half of them send a request byte by byte, half ask for a page and hardly read it.

`python slow.py PORT COUNT PATH` holds them until its standard input ends; a new one comes in place of each that is dropped."""

import selectors
import socket
import sys
import time
from contextlib import suppress

BEGINNING = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
EVERY = 1.0
"""Seconds between two bytes."""


def connect(port: int, first: bytes) -> socket.socket | None:
    client = socket.socket()
    # So little is taken in for somebody who does not read.
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(1)
    try:
        client.connect(("127.0.0.1", port))
        client.sendall(first)
    except OSError:
        client.close()
        return None
    client.setblocking(False)
    return client


def turn(client: socket.socket, talks: bool) -> bool:
    """One byte more; whether the server still listens."""
    try:
        if talks:
            client.send(b"x")
        return bool(client.recv(1, socket.MSG_PEEK if talks else 0)) or talks
    except BlockingIOError:
        return True
    except OSError:
        return False


def main(port: int, count: int, path: str) -> None:
    asking = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    firsts = [BEGINNING if number % 2 else asking for number in range(count)]
    clients = [connect(port, first) for first in firsts]
    print("here", flush=True)
    with selectors.DefaultSelector() as ends:
        ends.register(sys.stdin, selectors.EVENT_READ)
        while not ends.select(EVERY):
            until = time.monotonic() + EVERY
            for number, client in enumerate(clients):
                if time.monotonic() > until:
                    break
                if client is None or not turn(client, firsts[number] is BEGINNING):
                    with suppress(AttributeError):
                        client.close()  # type: ignore[union-attr]
                    clients[number] = connect(port, firsts[number])


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])

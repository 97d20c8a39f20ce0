"""Slow clients cannot take the site down: they cost a connection, never a thread, and not for long."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from deliberation.serving import connections
from deliberation.serving.worker import RESERVED, THREADS, Listener, adjustments, connection_limit
from tests.serving.site import PATIENCE, Site, read_all

HEAD = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
LARGE = 20_000_000


class Drip:
    """Many clients that begin to speak and go on a byte at a time."""

    def __init__(self, stack: ExitStack, connect: Callable[[], socket.socket], count: int, beginning: bytes) -> None:
        self.sockets = [stack.enter_context(connect()) for _number in range(count)]
        for one in self.sockets:
            one.setblocking(False)
            with suppress(OSError):
                one.send(beginning)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._go_on)
        self._thread.start()
        stack.callback(self._stop)

    def _go_on(self) -> None:
        while not self._ended.wait(0.1):
            for one in self.sockets:
                with suppress(OSError):
                    one.send(b"a")

    def _stop(self) -> None:
        self._ended.set()
        self._thread.join()


SLOW = {
    "nothing": b"",
    "a header": GET + b"X-Slow: ",
    "a long text": HEAD + b"Content-Length: 100000\r\n\r\nbody=",
    "chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n",
}


@pytest.mark.parametrize("what", SLOW)
def test_two_hundred_slow_clients_do_not_keep_others_waiting(site: Site, what: str) -> None:
    with ExitStack() as stack:
        if what == "nothing":
            for _number in range(200):
                stack.enter_context(site.connect())
        else:
            Drip(stack, site.connect, 200, SLOW[what])
        for path in ("/healthz", "/", "/login"):
            assert site.get(path)[0] == 200


def test_they_do_not_where_descriptors_are_short_either(tmp_path: Path) -> None:
    site = Site(tmp_path, "serve", descriptors=64)
    try:
        with ExitStack() as stack:
            for beginning in SLOW.values():
                Drip(stack, site.connect, 50, beginning)
            for _time in range(20):
                assert site.get("/")[0] == 200
                assert site.get("/login")[0] == 200
        assert site.get("/login")[0] == 200
    finally:
        assert site.stop() == 0
    assert "Traceback" not in site.errors.read_text()
    assert "ERROR" not in site.errors.read_text()


def test_there_is_room_for_far_more_clients_than_threads_and_never_for_more_than_the_system_gives() -> None:
    assert connection_limit(1024) > 50 * THREADS
    for descriptors in (128, 256, 1024, 65_536):
        assert 2 * connection_limit(descriptors) + RESERVED <= descriptors


# --- one listener in this process, with less patience ---


@pytest.fixture
def listen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    with ExitStack() as stack:

        def make(limit: int = 100, **patience: float) -> Callable[[], socket.socket]:
            for name, seconds in patience.items():
                monkeypatch.setattr(connections, name.upper(), seconds)
            monkeypatch.setattr("deliberation.serving.worker.LOOK_SECONDS", 0.05)
            settings = adjustments({})
            settings.connection_limit = limit
            claimed = socket.create_server(("127.0.0.1", 0))
            port = claimed.getsockname()[1]
            reading, writing = os.pipe()
            listener = Listener(_application, settings, claimed, reading)
            ended = threading.Event()

            def serve() -> None:
                while not ended.is_set():
                    listener.turn(0.05)
                listener.end(1, lambda: None)
                listener.close()

            thread = threading.Thread(target=serve)
            thread.start()

            def stop() -> None:
                ended.set()
                thread.join()
                for each in list(listener._map.values()):
                    each.close()
                os.close(reading)
                os.close(writing)

            stack.callback(stop)
            return lambda: stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))

        yield make


def _application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    body = environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/slow":
        time.sleep(0.5)
    answer = bytes(LARGE) if environ["PATH_INFO"] == "/large" else b"%d" % len(body)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(answer)))])
    return [answer]


def _is_hung_up(connection: socket.socket) -> bool:
    return read_all(connection) == b""


@pytest.mark.parametrize("beginning", [GET + b"X-Slow: ", b"G", b"\r\n"])
def test_who_takes_too_long_for_a_header_is_dropped(listen: Any, beginning: bytes) -> None:
    connect = listen(header_seconds=0.3, idle_seconds=0.3)
    with ExitStack() as stack:
        drip = Drip(stack, connect, 5, beginning)
        for one in drip.sockets:
            one.settimeout(PATIENCE)
            assert _is_hung_up(one)


@pytest.mark.parametrize(
    "head", [b"Content-Length: 100000\r\n\r\nbody=", b"Transfer-Encoding: chunked\r\n\r\nffff\r\n"]
)
def test_who_takes_too_long_for_a_text_is_dropped(listen: Any, head: bytes) -> None:
    connect = listen(header_seconds=0.2, body_seconds=0.2)
    with ExitStack() as stack:
        for one in Drip(stack, connect, 5, HEAD + head).sockets:
            one.settimeout(PATIENCE)
            assert _is_hung_up(one)


def test_long_text_that_comes_steadily_may_take_its_time(listen: Any) -> None:
    connection = listen(header_seconds=0.1, body_seconds=0.1)()
    connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n")
    for _part in range(20):
        connection.sendall(b"a" * 5000)
        time.sleep(0.05)
    assert connection.recv(1000).startswith(b"HTTP/1.1 200")


def test_who_says_nothing_is_dropped(listen: Any) -> None:
    connection = listen(idle_seconds=0.2)()
    assert _is_hung_up(connection)


def test_connection_that_is_not_used_any_more_is_closed(listen: Any) -> None:
    connection = listen(idle_seconds=0.2)()
    connection.sendall(GET + b"\r\n")
    assert read_all(connection).endswith(b"\r\n\r\n0")


def test_who_does_not_take_the_answer_is_dropped(listen: Any) -> None:
    connection = listen(stalled_seconds=0.3)()
    connection.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
    time.sleep(1)
    assert len(read_all(connection)) < LARGE


def test_who_takes_it_in_spoonfuls_is_dropped(listen: Any) -> None:
    connection = listen(taking_seconds=0.3, taking_rate=10_000_000)()
    connection.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
    taken = 0
    for _spoon in range(20):
        taken += len(connection.recv(4096))
        time.sleep(0.05)
    assert taken + len(read_all(connection)) < LARGE


def test_whoever_takes_the_answer_gets_it_all(listen: Any) -> None:
    connection = listen()()
    connection.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert len(read_all(connection)) > LARGE


def test_where_there_is_no_room_whoever_kept_us_waiting_longest_goes(listen: Any) -> None:
    connect = listen(limit=8)
    working = connect()
    working.sendall(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
    time.sleep(0.1)
    slow = [connect() for _number in range(7)]
    for one in slow:
        one.sendall(b"GET / HTTP/1.1\r\n")
    time.sleep(0.1)
    new = connect()
    new.sendall(GET + b"\r\n")
    assert new.recv(1000).startswith(b"HTTP/1.1 200")
    assert _is_hung_up(slow[0])
    slow[-1].sendall(b"Host: localhost\r\n\r\n")
    assert slow[-1].recv(1000).startswith(b"HTTP/1.1 200")
    # Whose answer is being made stays.
    assert working.recv(1000).startswith(b"HTTP/1.1 200")

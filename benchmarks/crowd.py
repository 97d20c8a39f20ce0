"""The crowd: many connections in one process of its own, cheap enough not to be what is measured. Standard library only.

`Crowd().drive(Load(…))` lets people ask, each over a connection that stays open, and says how long every answer took. How much of
the machine the crowd itself needs is part of what it says."""

import heapq
import multiprocessing
import re
import resource
import selectors
import socket
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CLOSES = re.compile(rb"^HTTP/1\.0|\r\nconnection: *close", re.IGNORECASE)
PATIENCE = 60.0
"""So long somebody waits for an answer."""

Ask = tuple[bytes, bytes]
"""A request, and what has to stand in the head of its answer."""


@dataclass(frozen=True)
class Load:
    """Each of `people` asks one after the other and begins again, until the seconds are over or `most` requests were sent by all.
    `every`: so many seconds lie between two requests of a person, however long the first takes, and its time counts from the
    moment it was due; 0: the next one follows each answer."""

    port: int
    people: tuple[tuple[Ask, ...], ...]
    seconds: float
    every: float = 0.0
    most: int = 0
    patience: float = PATIENCE


@dataclass
class Report:
    """`times` in milliseconds, `done` of each person which turns, from 0, were answered as wanted, `unanswered` when those were
    sent (monotonic clock) that the server hung up on; `cpu` are seconds of processor time of the crowd."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    done: list[list[int]] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    unanswered: list[float] = field(default_factory=list)
    cpu: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def at(self, share: float) -> float:
        """The time that so many of the answers did not exceed."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


class Line:
    """One person's connection, with the answer that is under way."""

    def __init__(self, number: int, asks: tuple[Ask, ...], port: int) -> None:
        self.number, self.asks, self.turn, self.due = number, asks, 0, 0.0
        self.sent, self.left, self.wanted, self.is_closing = 0.0, -1, b"", False
        self.head = b""
        self._port = port
        self.socket: socket.socket | None = None

    def connect(self) -> socket.socket:
        self.socket = socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.socket

    def take(self, data: memoryview) -> bool:
        """Whether the answer is complete with this."""
        if self.left < 0:
            self.head += bytes(data)
            end = self.head.find(b"\r\n\r\n")
            if end < 0:
                return False
            size, self.head = len(self.head) - end - 4, self.head[: end + 2]
            found = LENGTH.search(self.head)
            self.is_closing = CLOSES.search(self.head) is not None
            has_body = self.head[9:12] not in (b"304", b"204")
            self.left = (int(found[1]) if found else 1 << 60) if has_body else 0
            self.left -= size
        else:
            self.left -= len(data)
        return self.left <= 0

    @property
    def ends_by_closing(self) -> bool:
        return self.left > 1 << 50


def drive(load: Load) -> Report:
    selector, buffer = selectors.DefaultSelector(), bytearray(1 << 20)
    view, report = memoryview(buffer), Report(done=[[] for _person in load.people])
    lines = [Line(number, asks, load.port) for number, asks in enumerate(load.people)]
    before, began = _cpu(), time.monotonic()
    ends, busy, sent = began + load.seconds, 0, 0
    step = load.every / max(1, len(lines))
    waiting = [(began + line.number * step, line.number) for line in lines]

    def send(line: Line, due: float) -> None:
        nonlocal busy, sent
        if line.socket is None:
            selector.register(line.connect(), selectors.EVENT_READ, line)
        request, line.wanted = line.asks[line.turn % len(line.asks)]
        line.turn, line.left, line.head, line.due = line.turn + 1, -1, b"", due
        line.sent = time.monotonic()
        assert line.socket is not None
        line.socket.sendall(request)
        busy, sent = busy + 1, sent + 1

    def close(line: Line) -> None:
        if line.socket is not None:
            selector.unregister(line.socket)
            line.socket.close()
            line.socket = None

    def finish(line: Line, at: float, is_answered: bool) -> None:
        nonlocal busy
        busy -= 1
        if is_answered:
            report.times.append((at - line.due) * 1000)
            if line.wanted in line.head:
                report.done[line.number].append(line.turn - 1)
            else:
                report.errors[line.head[:40].partition(b"\r\n")[0].decode("latin-1")] += 1
        else:
            report.unanswered.append(line.sent)
            report.errors["hung up"] += 1
        if line.is_closing or not is_answered:
            close(line)
        due = line.due + load.every if load.every else at
        if due < ends:
            heapq.heappush(waiting, (due, line.number))

    while (busy or waiting) and (now := time.monotonic()) < ends + load.patience:
        while waiting and waiting[0][0] <= now:
            due, number = heapq.heappop(waiting)
            if now < ends and not (load.most and sent >= load.most):
                try:
                    send(lines[number], due if load.every else now)
                except OSError:
                    report.errors["no connection"] += 1
                    close(lines[number])
                    heapq.heappush(waiting, (now + max(load.every, 0.05), number))
        pause = max(0.0, waiting[0][0] - now) if waiting else 1.0
        for key, _events in selector.select(min(pause, 1.0)):
            line: Line = key.data
            try:
                count = key.fileobj.recv_into(buffer)  # type: ignore[union-attr]
            except OSError:
                count = 0
            at = time.monotonic()
            if not count and line.sent:
                finish(line, at, line.ends_by_closing)
                close(line)
                line.sent = 0.0
            elif not count:
                close(line)
            elif line.take(view[:count]):
                finish(line, at, True)
                line.sent = 0.0
    report.seconds = max(time.monotonic() - began, 1e-9)
    report.errors["no answer"] += busy
    report.errors += Counter()
    report.cpu = _cpu() - before
    for line in lines:
        close(line)
    return report


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Crowd:
    """Its own process, which lives as long as the measurement: to be closed."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other,), daemon=True)
        self._process.start()

    def drive(self, load: Load) -> Report:
        self.begin(load)
        return self.end()

    def begin(self, load: Load) -> None:
        self._pipe.send(load)

    def end(self) -> Report:
        found: Report | str = self._pipe.recv()
        if isinstance(found, str):
            raise RuntimeError(found)
        return found

    def close(self) -> None:
        with suppress(OSError):
            self._pipe.send(None)
        self._process.join(5)


def _serve(pipe: Any) -> None:
    # Many people at once are many descriptors.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    while (load := pipe.recv()) is not None:
        try:
            pipe.send(drive(load))
        except Exception as error:
            pipe.send(f"the crowd failed: {type(error).__name__}: {error}")

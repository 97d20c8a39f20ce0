"""Who waits for a SQLite file, and for how long: writers in a line, readers at a turnstile.

SQLite lets writers that find it busy sleep and try again, in naps of up to a tenth of a second, and whoever tries at the
right moment is next: with eight of them the last one waits twenty times as long as the first. In a `Line` each comes in
turn, and at once; processes take turns.

The turnstile stands in front of a file in rollback mode, so that readers never starve a writer of another process.

SQLite lets a new reader in beside one of the same process, even while a writer of another process waits for all of
them to leave: with enough readers its commit never comes. Here every reader passes a second lock file on its way in,
and a writer holds that for the moment of its commit. It is a courtesy only: after PATIENCE everybody goes on as
without it, and SQLite's own locks keep the data right.
"""

import fcntl
import os
import threading
import time
from collections import deque
from pathlib import Path

PATIENCE = 5.0
"""Seconds until somebody goes on without having passed."""
NAP = 0.001


class Turnstile:
    """One for each connection: its lock belongs to the open file, so threads and processes are alike."""

    def __init__(self, database: Path) -> None:
        self._file = os.open(f"{database}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._is_held = False

    def pass_through(self) -> None:
        """As a reader: wait while somebody commits."""
        if self._take(fcntl.LOCK_SH):
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def hold(self) -> None:
        """As a writer, before the commit: let nobody else in."""
        self._is_held = self._take(fcntl.LOCK_EX)

    def release(self) -> None:
        """After the commit; harmless if it was not held."""
        if self._is_held:
            self._is_held = False
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._file)

    def _take(self, kind: int) -> bool:
        return _lock(self._file, kind, time.monotonic() + PATIENCE)


def _lock(file: int, kind: int, until: float) -> bool:
    """Wait for a lock; False if it did not come in time, by the monotonic clock."""
    while True:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(NAP)
        except OSError:
            # No locks on this file system: SQLite's own have to do.
            return True
        else:
            return True


class Line:
    """Writers to one file: first come first served within a process, and processes in turn. SQLite's own lock stands behind."""

    def __init__(self, database: Path) -> None:
        self._mutex = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Lock] = deque()
        self._database = database
        self._door: int | None = None

    def take(self, seconds: float) -> bool:
        """Wait for one's turn; False if it did not come in time."""
        until = time.monotonic() + seconds
        if not self._take_own(seconds):
            return False
        is_in = False
        try:
            is_in = self._pass_door(until)
        finally:
            if not is_in:
                self._leave_own()
        return is_in

    def leave(self) -> None:
        if self._door is not None:
            os.close(self._door)
            self._door = None
        self._leave_own()

    def _pass_door(self, until: float) -> bool:
        """Only one process waits at the door and the others behind it, so whoever has just come out does not go in again before
        it. Where nothing can be written SQLite says so."""
        try:
            queue = self._open("queue")
        except OSError:
            return True
        try:
            if not _lock(queue, fcntl.LOCK_EX, until):
                return False
            door = self._open("door")
            if not _lock(door, fcntl.LOCK_EX, until):
                os.close(door)
                return False
            self._door = door
            return True
        except OSError:
            return True
        finally:
            os.close(queue)

    def _open(self, name: str) -> int:
        return os.open(f"{self._database}-{name}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _take_own(self, seconds: float) -> bool:
        with self._mutex:
            if not self._is_taken:
                self._is_taken = True
                return True
            call = threading.Lock()
            call.acquire()
            self._waiting.append(call)
        if call.acquire(timeout=seconds):
            return True
        with self._mutex:
            # Called while giving up: then it is ours after all.
            if call not in self._waiting:
                return True
            self._waiting.remove(call)
            return False

    def _leave_own(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False

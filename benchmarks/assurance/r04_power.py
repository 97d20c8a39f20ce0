"""R04: power loss. The system calls of the server are recorded under load, and from them every kind of state is rebuilt in
which a disk could be found: what was written and not synced kept, dropped, mixed or torn in the middle.

A state is broken if SQLite finds it damaged or if anything is missing that had been acknowledged before that moment. The
disk of this model keeps what was synced and nothing else for sure, as SQLite's own tests assume; a journal that was cut off
counts as cut off only once that was synced, too.
"""

import random
import re
import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.assurance import Measured
from benchmarks.assurance.live import live
from deliberation.sqlite import driver as sqlite3
from tests import builders
from tests.security.stage import sign_in
from tests.serving.site import Browser, Site

CLIENTS, EACH, POINTS = 8, 130, 400
WATCHED = "openat,pwrite64,write,ftruncate,fsync,fdatasync,close,sendto,sendmsg"
STRACE = ["-f", "-qq", "-xx", "-s", "70000", "-e", f"trace={WATCHED}"]
CALL = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+|\?)")
UNFINISHED = re.compile(r"^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$")
RESUMED = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (-?\d+|\?)")


@dataclass
class Disk:
    """One file: what is safe, and what has happened to it since the last sync."""

    safe: bytearray = field(default_factory=bytearray)
    since: list[tuple[str, int, bytes]] = field(default_factory=list)

    def sync(self) -> None:
        for change in self.since:
            _apply(self.safe, change)
        self.since = []

    def found(self, mode: str, chance: random.Random) -> bytes:
        content = bytearray(self.safe)
        for change in self.since:
            kind, place, data = change
            keep = {"kept": True, "dropped": False}.get(mode, chance.random() < 0.5)
            if mode == "torn" and kind == "write" and keep:
                change = (kind, place, data[: chance.randrange(len(data) + 1)])
            if keep:
                _apply(content, change)
        return bytes(content)


def _apply(content: bytearray, change: tuple[str, int, bytes]) -> None:
    kind, place, data = change
    if kind == "cut":
        del content[place:]
        content.extend(bytes(max(0, place - len(content))))
    else:
        content.extend(bytes(max(0, place - len(content))))
        content[place : place + len(data)] = data


def measure() -> Measured:
    if not shutil.which("strace"):
        return Measured("R04", "strace is missing (apt-get install strace)", False)
    with TemporaryDirectory(prefix="deliberation-r04-") as folder, live("sqlite") as here:
        cast = builders.cast()
        cookies = [sign_in(here.app, builders.make_member(cast.declaration)) for _client in range(CLIENTS)]
        file, calls = Path(here.app.instance_path) / "test.sqlite3", Path(folder) / "calls"
        from deliberation.database import db

        db.session.commit()
        db.engine.dispose()
        before = file.read_bytes()
        settings = {name: here.app.config[name] for name in ("DATABASE_URL", "SECRET_KEY", "BASE_URL")}
        environment = {f"DELIBERATION_{name}": value for name, value in settings.items()}
        environment |= {"DELIBERATION_RATELIMIT_ENABLED": "0", "DELIBERATION_SECOND_FACTOR": "optional"}
        # What is recorded tells threads apart and not processes.
        environment |= {"DELIBERATION_WORKERS": "1"}
        watch = ["strace", *STRACE, "-o", str(calls)]
        site = Site(Path(here.app.instance_path), "serve", "--no-jobs", before=watch, **environment)
        acknowledged = _load(site, cookies)
        site.stop()
        return _judge(calls, file, before, acknowledged, Path(folder))


def _load(site: Site, cookies: list[str]) -> int:
    stored: list[str] = []

    def write(number: int, cookie: str) -> None:
        browser = Browser(site.port, cookie)
        token = browser.token("/d/erklaerung/3/1/annotations")
        for count in range(EACH):
            words = f"R04 {number} {count}"
            fields = {"csrf_token": token, "kind": "practice", "body": words, "action": "send", "checked": "1"}
            fields["form_key"] = words
            if browser.post("/d/erklaerung/3/1/annotations", fields).status == 303:
                stored.append(words)

    threads = [threading.Thread(target=write, args=pair) for pair in enumerate(cookies)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(stored)


def _judge(calls: Path, file: Path, before: bytes, acknowledged: int, folder: Path) -> Measured:
    chance = random.Random(4)
    events = list(_events(calls, file))
    changes = [place for place, (kind, *_rest) in enumerate(events) if kind in ("write", "cut", "sync")]
    points = set(chance.sample(changes, min(POINTS, len(changes))))
    disks = {"": Disk(bytearray(before)), "-journal": Disk(), "-wal": Disk()}
    told, broken, states, modes = set[int](), list[str](), 0, ("kept", "dropped", "mixed", "torn")
    for place, event in enumerate(events):
        if place in points:
            for mode in modes:
                states += 1
                fault = _look(disks, mode, chance, told, folder / "found")
                if fault:
                    broken.append(f"{mode} at {place}: {fault}")
        kind = event[0]
        if kind == "answer":
            told.add(event[1])
        elif kind == "sync":
            disks[event[1]].sync()
        else:
            disks[event[1]].since.append((kind, event[2], event[3]))
    words = (
        f"{acknowledged} acknowledged, {len(events)} changes and answers recorded, {states} states of the disk rebuilt "
        f"(unsynced writes kept, dropped, mixed, torn): {len(broken)} broken {broken[:3] or ''}"
    )
    return Measured("R04", words, not broken and acknowledged >= 1000 and states > 0)


def _look(disks: dict[str, Disk], mode: str, chance: random.Random, told: set[int], place: Path) -> str:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for ending, disk in disks.items():
        content = disk.found(mode, chance)
        if content or not ending:
            (place / f"db{ending}").write_bytes(content)
    try:
        with sqlite3.connect(place / "db") as connection:
            [(whole,)] = connection.execute("PRAGMA integrity_check").fetchmany(1)
            numbers = {number for (number,) in connection.execute("SELECT id FROM annotation")}
    except sqlite3.DatabaseError as error:
        return str(error)
    if whole != "ok":
        return str(whole)[:60]
    lost = told - numbers
    return f"{len(lost)} acknowledged lost" if lost else ""


def _events(calls: Path, file: Path) -> Any:
    """What happened to database and journal, and which annotation was acknowledged, in the order in which it ended."""
    names = {f"{file}{ending}": ending for ending in ("", "-journal", "-wal")}
    opened: dict[int, str] = {}
    begun: dict[str, tuple[str, str]] = {}
    with calls.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            if match := UNFINISHED.match(line):
                begun[match[1]] = (match[2], match[3])
                continue
            if match := RESUMED.match(line):
                name, first = begun.pop(match[1], ("", ""))
                call, words, result = name, first + match[3], match[4]
            elif match := CALL.match(line):
                call, words, result = match[2], match[3], match[4]
            else:
                continue
            if result == "?" or int(result) < 0:
                continue
            yield from _event(call, words, int(result), names, opened)


def _event(call: str, words: str, result: int, names: dict[str, str], opened: dict[int, str]) -> Any:
    if call == "openat":
        path = _bytes(words.split('"')[1]).decode(errors="replace")
        if path in names:
            opened[result] = names[path]
        else:
            opened.pop(result, None)
        return
    number = int(re.match(r"-?\d+", words)[0]) if re.match(r"-?\d+", words) else -1
    if call == "close":
        opened.pop(number, None)
    elif call == "pwrite64" and number in opened:
        data, place = words.split('"')[1], int(words.rpartition(",")[2])
        yield "write", opened[number], place, _bytes(data)[:result]
    elif call == "ftruncate" and number in opened:
        yield "cut", opened[number], int(words.rpartition(",")[2]), b""
    elif call in ("fsync", "fdatasync") and number in opened:
        yield "sync", opened[number]
    elif call in ("sendto", "sendmsg", "write") and '"' in words:
        said = _bytes(words.split('"')[1])
        if b" 303 " in said[:20] and (found := re.search(rb"[Ll]ocation: [^\r]*sent=(\d+)|[Ll]ocation: [^\r]*#a-(\d+)", said)):
            yield "answer", int(found[1] or found[2])


def _bytes(words: str) -> bytes:
    return bytes.fromhex(words.replace("\\x", "")) if "\\x" in words else words.encode()

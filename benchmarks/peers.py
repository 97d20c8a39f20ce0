"""What people would take instead: isso, installed by pip into an environment of its own, with a thread of 200 comments; and the
figures of adhocracy+ that others measured on the same kind of machine."""

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from kept import BENCH, working_folder
from servers import free_port, running
from words import texts

ISSO = "isso>=0.13"
ADHOCRACY_RATE = 2.0
"""Requests a second for one paragraph's 100 to 200 comments by its API, the best of what was measured (0.8 to 2)."""
COMMENTS = 200
CONFIGURATION = """
[general]
dbpath = {folder}/comments.db
host = http://127.0.0.1:{port}/
[server]
listen = http://127.0.0.1:{port}/
[guard]
enabled = false
"""


class NotInstalled(Exception):
    """Why there is nothing to compare with."""


@dataclass(frozen=True)
class Peer:
    port: int
    path: str


def environment(name: str, *packages: str) -> str:
    """The programs of a virtual environment under `build/bench`, made and filled if it is new. Raises NotInstalled."""
    place = BENCH / name
    if not (place / "ready").exists():
        pip = [str(place / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet", "install", *packages]
        for command in ([sys.executable, "-m", "venv", "--clear", str(place)], pip):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                last = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["no reason given"]
                raise NotInstalled(last[-1])
        (place / "ready").touch()
    return str(place / "bin")


@contextmanager
def isso_thread() -> Iterator[Peer]:
    """isso as it comes, with SQLite, and a thread of comments. Raises NotInstalled."""
    programs = environment("isso", ISSO)
    with working_folder() as folder:
        port = free_port()
        (folder / "isso.cfg").write_text(CONFIGURATION.format(folder=folder, port=port))
        command = [f"{programs}/isso", "-c", str(folder / "isso.cfg"), "run"]
        with running(command, port, {"PYTHONPATH": ""}, folder / "isso.log", "/js/embed.min.js"):
            for number in range(COMMENTS):
                _comment(port, texts()[number], number)
            yield Peer(port, "/?uri=%2Fseite%2F&limit=1000&nested_limit=1000")


def _comment(port: int, words: str, number: int) -> None:
    """A third of them are replies, as with us."""
    body = {"text": words, "author": f"Weide {number}", "title": "Messung"}
    if number > 10 and number % 3 == 0:
        body["parent"] = number // 3
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/new?uri=%2Fseite%2F", json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status not in (201, 202):
        raise RuntimeError(f"isso refused a comment: {answer.status}")

"""The command line speaks German, or the language of the site, and never shows a traceback."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask

from deliberation.cli import COMMANDS, cli, main
from deliberation.config import PREFIX
from deliberation.database import set_reading


class Done(NamedTuple):
    status: int
    stdout: str
    stderr: str


Call = Callable[..., Done]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """The program with an instance of its own, as its entry point runs it."""
    for name in os.environ:
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)
    monkeypatch.setenv(PREFIX + "INSTANCE", str(tmp_path))

    def type_line(*words: str, **settings: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["deliberation", *words])
        with monkeypatch.context() as here:
            for name, value in settings.items():
                here.setenv(PREFIX + name, value)
            try:
                main()
                status = 0
            except SystemExit as end:
                status = int(end.code or 0)
            finally:
                set_reading(True)
        return Done(status, *capfd.readouterr())

    return type_line


def test_help_is_german(call: Call) -> None:
    done = call("--help")
    assert done.status == 0
    assert "Aufruf: deliberation" in done.stdout
    assert "Usage" not in done.stdout
    for command in COMMANDS:
        assert str(command.name) in done.stdout


def test_program_without_words_shows_its_help(call: Call) -> None:
    done = call()
    assert (done.status, done.stderr) == (0, "")
    assert "Befehle:" in done.stdout


@pytest.mark.parametrize(
    "words",
    [("nonsense",), ("phase",), ("phase", "x", "voting", "--bunt"), ("serve", "--port", "drei"), ("import", "x.md")],
    ids=" ".join,
)
def test_misunderstood_line_ends_with_status_2_and_the_usage(call: Call, words: tuple[str, ...]) -> None:
    done = call(*words)
    assert done.status in (1, 2)
    assert done.stderr.startswith("Fehler: ")
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"BASE_URL": "https://beratung.example.org"}, "SECRET_KEY"),
        ({"DATABASE_URL": "mysql://localhost"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://127.0.0.1:1/nobody"}, "Datenbank"),
        ({"DATABASE_URL": "sqlite:////proc/nowhere/x.sqlite3"}, "Datenbank"),
    ],
    ids=["production", "unknown engine", "no server", "no file"],
)
def test_wrong_settings_are_told_in_one_line(call: Call, settings: dict[str, str], words: str) -> None:
    done = call("phase", "erklaerung", "voting", **settings)
    assert done.status == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert words in done.stderr


@pytest.mark.parametrize("damage", ["header", "page", "text"])
def test_damaged_database_is_told_in_one_line_and_left_as_it_is(call: Call, tmp_path: Path, damage: str) -> None:
    assert call("db", "upgrade").status == 0
    database = tmp_path / "deliberation.sqlite3"
    content = bytearray(database.read_bytes())
    if damage == "header":
        content[:100] = b"\xff" * 100
    elif damage == "page":
        content[4096 : 3 * 4096] = bytes(2 * 4096)
    else:
        content = bytearray(b"This is a letter, not a database. " * 1000)
    database.write_bytes(content)
    done = call("phase", "erklaerung", "voting")
    assert done.status == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert call("check").status == 1
    assert database.read_bytes() == bytes(content)


def test_program_can_be_started_and_stays_plain_in_its_own_process(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from deliberation.cli import main; main()", "phase", "x", "voting"]
    environment = {**os.environ, PREFIX + "INSTANCE": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr == "Fehler: Eine Erklärung „x“ gibt es nicht.\n"


def test_unforeseen_fault_is_one_line_too(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down() -> None:
        raise RuntimeError("the sky fell\nand more")

    monkeypatch.setattr("deliberation.schema.state", break_down)
    done = call("phase", "x", "voting")
    assert done.status == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "RuntimeError: the sky fell" in done.stderr


def test_flask_offers_the_same_commands(made_app: Flask) -> None:
    for command in COMMANDS:
        assert made_app.cli.commands[str(command.name)] is command


def test_every_command_explains_itself() -> None:
    pending = [cli]
    while pending:
        command = pending.pop()
        assert command.help, command.name
        pending += getattr(command, "commands", {}).values()

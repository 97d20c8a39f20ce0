"""Commands run in the process of the test, on its database; what they print can be read."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from deliberation.database import db, set_reading

Run = Callable[..., Any]


@pytest.fixture
def run(app: Flask) -> Run:
    """Type a command line. Returns exit code, standard output and standard error."""

    def type_line(*words: object, stdin: str = "") -> Any:
        db.session.commit()
        result = app.test_cli_runner().invoke(args=[str(word) for word in words], input=stdin)
        set_reading(True)
        db.session.expire_all()
        return result

    return type_line


@pytest.fixture
def refused(run: Run) -> Callable[..., str]:
    """Type a command line that must be refused with exit status 1 and one line. Returns the line."""

    def type_line(*words: object, stdin: str = "") -> str:
        result = run(*words, stdin=stdin)
        assert result.exit_code == 1, result.output
        lines = result.stderr.strip().splitlines()
        assert len(lines) == 1, lines
        assert lines[0].startswith("Fehler: ")
        assert "Traceback" not in result.output
        return lines[0].removeprefix("Fehler: ")

    return type_line

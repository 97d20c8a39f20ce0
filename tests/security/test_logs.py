"""P04: what the server writes about its visitors names nobody and repeats nothing, whatever goes wrong."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from deliberation import logs
from deliberation.database import db
from tests import builders
from tests.builders import Cast
from tests.security import logbook
from tests.security.logbook import Visit
from tests.security.stage import sign_in
from tests.serving.site import Site


@pytest.fixture
def serve(app: Flask, tmp_path: Path) -> Iterator[Callable[[], Site]]:
    """A server on the database of the test, with limits as they are shipped."""
    sites: list[Site] = []

    def start() -> Site:
        db.session.commit()
        names = ("DATABASE_URL", "SECRET_KEY", "BASE_URL")
        environment = {f"DELIBERATION_{name}": str(app.config[name]) for name in names}
        sites.append(Site(tmp_path, "serve", "--no-jobs", DELIBERATION_LOG_LEVEL="DEBUG", **environment))
        return sites[-1]

    yield start
    for site in sites:
        site.stop()


def test_log_names_nobody_and_repeats_nothing(app: Flask, cast: Cast, serve: Callable[[], Site]) -> None:
    number = builders.annotate(cast.ada, cast.declaration).number
    site = serve()
    visit = Visit(site, sign_in(app, cast.ben), number=number)
    assert visit.come(1) > 40
    logbook.plant_faults()
    try:
        visit.come(2)
    finally:
        logbook.take_out_faults()
    assert sum(status == 500 for status in visit.statuses) >= 5
    wrote = site.errors.read_text()
    assert "accounts.login 422" in wrote
    assert "fault in annotations.create" in wrote
    assert 'File "' in wrote
    assert visit.repeated() == []


def test_fault_is_logged_with_its_kind_and_place_and_without_its_words() -> None:
    record = logging.LogRecord("deliberation.web", logging.ERROR, __file__, 1, "fault", None, None)
    words = "".join(reversed("miehegl"))
    try:
        try:
            int(words)
        except ValueError as error:
            raise sqlite3.IntegrityError(words) from error
    except sqlite3.IntegrityError as error:
        record.exc_info = (type(error), error, error.__traceback__)
    said = logs.Wordless(logs.LINE, logs.DATE).format(record)
    assert words not in said
    assert "in test_fault_is_logged" in said
    assert "builtins.ValueError\nwhich led to" in said
    assert said.endswith("sqlite3.IntegrityError")


def test_code_of_the_system_is_told(tmp_path: Path) -> None:
    def told(error: Any) -> str:
        return logs.Wordless().formatException((type(error), error, None))

    assert told(OSError(28, "No space left", "/geheim")) == "builtins.OSError (28)"
    with pytest.raises(sqlite3.OperationalError) as caught:
        sqlite3.connect(tmp_path / "x").execute("SELECT 1 FROM geheim")
    assert told(caught.value) == "sqlite3.OperationalError (SQLITE_ERROR)"

"""P04: what the server writes about its visitors names nobody and repeats nothing, whatever goes wrong."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from deliberation import logs
from deliberation.database import db
from deliberation.sqlite import driver as sqlite3
from tests import builders
from tests.builders import Cast
from tests.security import logbook
from tests.security.logbook import Visit
from tests.security.stage import sign_in
from tests.serving.site import Site


@pytest.fixture
def serve(app: Flask, tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """A server on the database of the test, with limits as they are shipped."""
    sites: list[Site] = []

    def start(**more: str) -> Site:
        db.session.commit()
        names = ("DATABASE_URL", "SECRET_KEY", "BASE_URL")
        environment = {f"DELIBERATION_{name}": str(app.config[name]) for name in names}
        sites.append(Site(tmp_path, "serve", "--no-jobs", DELIBERATION_LOG_LEVEL="DEBUG", **environment, **more))
        return sites[-1]

    yield start
    for site in sites:
        site.stop()


def test_log_names_nobody_and_repeats_nothing(app: Flask, cast: Cast, serve: Callable[..., Site]) -> None:
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


def test_log_for_machines_is_one_object_a_line_and_repeats_nothing_either(
    app: Flask, cast: Cast, serve: Callable[..., Site]
) -> None:
    number = builders.annotate(cast.ada, cast.declaration).number
    site = serve(DELIBERATION_LOG_FORMAT="json")
    visit = Visit(site, sign_in(app, cast.ben), number=number)
    logbook.plant_faults()
    try:
        visit.come(1)
    finally:
        logbook.take_out_faults()
    lines = [json.loads(line) for line in site.errors.read_text().splitlines()]
    answered = [line for line in lines if line["logger"] == "deliberation.web" and "page" in line]
    assert {"at", "level", "message", "request", "method", "page", "status", "ms"} <= set(answered[0])
    faults = [line for line in lines if "fault in" in line["message"]]
    assert "File " in faults[0]["fault"]
    # The fault and the answer to the same request are found together.
    assert {line["status"] for line in answered if line["request"] == faults[0]["request"]} == {500}
    assert visit.repeated() == []


def test_number_of_a_request_comes_from_a_trusted_web_server_alone(client: Any, app: Flask, monkeypatch: Any) -> None:
    given = "3f1c0a9b7d2e4f6081b2c3d4e5f60718"
    assert client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"] != given
    monkeypatch.setitem(app.config, "TRUSTED_PROXIES", 1)
    for number in (given, "b0c1d2e3-0a1b-4c2d-8e3f-0a1b2c3d4e5f"):
        assert client.get("/healthz", headers={"X-Request-ID": number}).headers["X-Request-ID"] == number
    for number in ("ada@example.org", "ada", "abc", f"{given}0", f"{given}\t", "3F1C0A9B7D", "b0c1d2e3-0a1b", "0" * 5000):
        assert client.get("/healthz", headers={"X-Request-ID": number}).headers["X-Request-ID"] != number


def test_each_line_of_a_request_carries_its_number(client: Any) -> None:
    paper = io.StringIO()
    handler = logging.StreamHandler(paper)
    handler.setFormatter(logs.Wordless())
    ours = logging.getLogger("deliberation")
    level = ours.level
    ours.addHandler(handler)
    ours.setLevel("INFO")
    try:
        number = client.get("/healthz").headers["X-Request-ID"]
        logging.getLogger("deliberation.jobs").info("round")
    finally:
        ours.removeHandler(handler)
        ours.setLevel(level)
    answered, between = paper.getvalue().splitlines()
    assert f" INFO deliberation.web {number} GET pages.healthz 200 " in answered
    assert between.endswith("deliberation.jobs - round")


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
    assert said.endswith(f"{sqlite3.__name__}.IntegrityError")


def test_code_of_the_system_is_told(tmp_path: Path) -> None:
    def told(error: Any) -> str:
        return logs.Wordless().formatException((type(error), error, None))

    assert told(OSError(28, "No space left", "/geheim")) == "builtins.OSError (28)"
    with pytest.raises(sqlite3.OperationalError) as caught:
        sqlite3.connect(tmp_path / "x").execute("SELECT 1 FROM geheim")
    assert told(caught.value) == f"{sqlite3.__name__}.OperationalError (SQLITE_ERROR)"

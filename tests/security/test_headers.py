"""S05: every answer carries the headers that keep a browser from doing what we never asked for."""

import re
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from deliberation.config import OPERATOR_FIELDS
from tests.security import deeds
from tests.security.stage import Stage, Tables

pytestmark = pytest.mark.any_engine

WANTED = {
    "object-src": {"'none'"},
    "base-uri": {"'none'", "'self'"},
    "frame-ancestors": {"'none'"},
    "form-action": {"'self'", "'none'"},
}
FORBIDDEN = ("unsafe-inline", "unsafe-eval", "*", "http:", "https:", "blob:")
VERSION = re.compile(r"(?i)(werkzeug|flask|python|gunicorn|waitress|deliberation|sqlalchemy|jinja)[ /-]?v?\d")


def faults_of(answer: TestResponse, is_https: bool = False) -> list[str]:
    headers, found = answer.headers, []
    policy = {
        name: set(values.split())
        for name, _space, values in (
            part.strip().partition(" ") for part in headers.get("Content-Security-Policy", "").split(";")
        )
    }
    found += [
        f"{name} is {policy.get(name)}" for name, allowed in WANTED.items() if not policy.get(name, {"-"}) <= allowed
    ]
    found += [
        f"{name} allows {value}" for name, values in policy.items() for value in values if value.strip("'") in FORBIDDEN
    ]
    if "default-src" not in policy:
        found.append("no default-src")
    if headers.get("X-Content-Type-Options") != "nosniff":
        found.append("no nosniff")
    if headers.get("Referrer-Policy") not in ("same-origin", "no-referrer"):
        found.append("no Referrer-Policy")
    if ("Strict-Transport-Security" in headers) != is_https:
        found.append("Strict-Transport-Security is wrong")
    if is_https and int(re.findall(r"max-age=(\d+)", headers["Strict-Transport-Security"])[0]) < 365 * 24 * 3600:
        found.append("HSTS too short")
    found += [
        f"{name} names a version: {value}" for name, value in headers if VERSION.search(value) and name != "Location"
    ]
    if answer.mimetype == "text/html" and re.search(r'(?i)<meta[^>]+name="generator"', answer.text):
        found.append("the page names its maker")
    return found


def test_every_page_file_and_redirect_has_its_headers(town: Stage, tables: Tables) -> None:
    faults, kinds = [], set()
    for rule in deeds.rules_with(town.app, "GET"):
        role = deeds.DEEDS[rule.endpoint].role if rule.endpoint in deeds.DEEDS else "organiser"
        for who in ("guest", role):
            answer = town.send(who, "GET", deeds.own_address(town, rule))
            kinds.add((answer.status_code, answer.mimetype))
            faults += [f"{rule.endpoint} as {who}: {fault}" for fault in faults_of(answer)]
    # The one page that other sites show in a frame: see tests/pages/test_embedding.py.
    framed = [fault for fault in faults if fault.startswith("pages.embed as")]
    assert framed
    assert all("frame-ancestors" in fault for fault in framed)
    assert faults == framed, "\n".join(faults)
    statuses, types = {status for status, _type in kinds}, {kind for _status, kind in kinds}
    assert {200, 303, 403} <= statuses
    assert {
        "text/html",
        "text/css",
        "image/svg+xml",
        "text/csv",
        "application/json",
        "text/plain",
        "application/xml",
    } <= types


def test_every_kind_of_file_has_its_headers(town: Stage, tables: Tables) -> None:
    from deliberation.results.writers import WRITERS

    for file_format in WRITERS:
        answer = town.send("organiser", "GET", f"/d/erklaerung/export.{file_format}")
        assert answer.status_code == 200, file_format
        assert not faults_of(answer), file_format
        assert "attachment" in answer.headers["Content-Disposition"]
    for file_format in ("html", "docx"):
        assert not faults_of(town.send("guest", "GET", f"/d/erklaerung/changes.{file_format}?from=1&to=2")), file_format


def test_every_refusal_and_fault_has_its_headers(town: Stage, tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise RuntimeError("planted")

    monkeypatch.setitem(town.app.view_functions, "pages.rules", broken)
    too_large = {"text": "x" * (town.app.config["MAX_CONTENT_LENGTH"] + 1)}
    answers = {
        400: town.send("guest", "GET", "/", headers={"Host": "evil.example"}),
        403: town.send("author", "GET", "/d/erklaerung/moderation"),
        404: town.send("guest", "GET", "/nirgends"),
        405: town.send("guest", "DELETE", "/d/erklaerung"),
        409: town.send("moderator", "POST", "/d/erklaerung/moderation/blocks/77777/place", {"to": "up"}),
        413: town.send("organiser", "POST", "/import", too_large),
        422: town.send("participant", "POST", "/d/erklaerung/3/1/annotations", {"kind": "practice", "body": ""}),
        410: town.send("guest", "GET", "/login/link/nichts"),
        500: town.send("guest", "GET", "/regeln"),
        303: town.send("guest", "POST", "/logout"),
        200: town.send("guest", "OPTIONS", "/d/erklaerung"),
        304: _unchanged(town),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert not faults_of(answer), status
    assert not faults_of(town.send("guest", "HEAD", "/d/erklaerung"))
    assert "planted" not in answers[500].text
    assert "RuntimeError" not in answers[500].text


def _unchanged(town: Stage) -> TestResponse:
    first = town.send("guest", "GET", "/static/favicon.svg")
    return town.send("guest", "GET", "/static/favicon.svg", headers={"If-None-Match": first.headers["ETag"]})


@pytest.fixture
def secure(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The site as it is in production; the tables are those of the test."""
    monkeypatch.setitem(app.config, "IS_PRODUCTION", True)
    for name in OPERATOR_FIELDS:
        monkeypatch.setitem(app.config, name, "Wer das betreibt")
    return app


def test_browsers_stay_with_https(town: Stage, tables: Tables, secure: Any) -> None:
    for path, status in (("/d/erklaerung", 200), ("/nirgends", 404), ("/static/favicon.svg", 200), ("/me", 303)):
        answer = town.send("guest", "GET", path)
        assert answer.status_code == status
        assert not faults_of(answer, is_https=True), path
    unknown = town.send("guest", "GET", "/", headers={"Host": "evil.example"})
    assert (unknown.status_code, faults_of(unknown, is_https=True)) == (400, [])

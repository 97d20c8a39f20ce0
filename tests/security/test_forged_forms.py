"""S02: a form that was not made for this session changes nothing, on every page that takes one."""

import json
import re
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.http import parse_cookie
from werkzeug.test import TestResponse

from deliberation.database import db
from deliberation.policies import POLICIES, Door
from tests.security import deeds, stage
from tests.security.stage import Stage, Tables

pytestmark = pytest.mark.any_engine


# What mail services send for their readers (RFC 8058): the secret in the address is all they have, and all it takes.
ONE_CLICK = {"following.leave", "following.stop"}


def test_nothing_but_leaving_by_one_click_does_without_a_token() -> None:
    assert {name for name, policy in POLICIES.items() if policy.one_click} == ONE_CLICK
    assert all(POLICIES[name].door is Door.SECRET for name in ONE_CLICK)


@pytest.fixture
def town(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Stage:
    built = stage.build(app)
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    for role in ("guest", *built.cookies):
        _open_form(built, role)
    return built


def _open_form(town: Stage, role: str) -> str:
    """The token on a page of this person, whose session has one from then on."""
    answer = town.send(role, "GET", "/sprache")
    for line in answer.headers.getlist("Set-Cookie"):
        town.cookies[role] = parse_cookie(line)["session"]
    [token] = re.findall(r'name="csrf_token"[^>]* value="([^"]+)"', answer.text)[:1]
    return str(token)


def test_no_forged_form_changes_anything(town: Stage, tables: Tables) -> None:
    """Without a token, with somebody else's, with one of an earlier session, in another kind of body, from elsewhere."""
    tokens = {role: _open_form(town, role) for role in ("guest", *town.cookies)}
    older = {role: _older_token(town, role) for role in town.cookies if role != "guest"}
    db.session.commit()
    db.session.close()
    tables.keep()
    faults, sent = [], 0
    for rule in deeds.rules_with(town.app, "POST"):
        deed = deeds.DEEDS[rule.endpoint]
        address, body = deeds.own_address(town, rule), deed.body(town.own)
        if POLICIES[rule.endpoint].one_click:
            continue
        token = tokens[deed.role]
        foreign = tokens["stranger" if deed.role != "stranger" else "guest"]
        with_token = {**body, "csrf_token": token}
        sign = tables.sign()
        for name, answer in (
            ("no token", town.send(deed.role, "POST", address, body)),
            ("empty token", town.send(deed.role, "POST", address, {**body, "csrf_token": ""})),
            ("somebody else's", town.send(deed.role, "POST", address, {**body, "csrf_token": foreign})),
            (
                "of an earlier session",
                town.send(deed.role, "POST", address, {**body, "csrf_token": older.get(deed.role, "x")}),
            ),
            ("in the address", town.send(deed.role, "POST", f"{address}?{urlencode({'csrf_token': token})}", body)),
            ("as plain text", _as(town, deed.role, address, urlencode(with_token, doseq=True), "text/plain")),
            ("as JSON", _as(town, deed.role, address, json.dumps(with_token, default=str), "application/json")),
            ("from another site", _from(town, deed.role, address, with_token, "cross-site")),
            ("from a sister site", _from(town, deed.role, address, with_token, "same-site")),
        ):
            sent += 1
            if answer.status_code != 400:
                faults.append(f"{rule.endpoint} {name}: {answer.status_code} {answer.location}")
        if tables.sign() != sign:
            faults.append(f"{rule.endpoint}: something changed")
    assert not faults, "\n".join(faults)
    assert sent == 9 * (len(deeds.rules_with(town.app, "POST")) - len(ONE_CLICK))
    assert tables.digest() == tables.kept_digest


def test_the_same_forms_are_taken_with_their_own_token(town: Stage, tables: Tables) -> None:
    """Else the refusals above would mean nothing."""
    tokens = {role: _open_form(town, role) for role in ("guest", *town.cookies)}
    for rule in deeds.rules_with(town.app, "POST"):
        deed = deeds.DEEDS[rule.endpoint]
        body = {**deed.body(town.own), "csrf_token": tokens[deed.role]}
        answer = town.send(deed.role, "POST", deeds.own_address(town, rule), body)
        assert answer.status_code == deed.status, rule.endpoint
        tables.bring_back()


def _older_token(town: Stage, role: str) -> str:
    """A token of the session that this person had before she signed in anew."""
    token = _open_form(town, role)
    town.cookies[role] = stage.sign_in(town.app, town.people[role])
    _open_form(town, role)
    return token


def _as(town: Stage, role: str, address: str, body: str, content_type: str) -> TestResponse:
    return town.send(role, "POST", address, body, content_type=content_type)


def _from(town: Stage, role: str, address: str, body: object, site: str) -> TestResponse:
    return town.send(role, "POST", address, body, headers={"Sec-Fetch-Site": site})

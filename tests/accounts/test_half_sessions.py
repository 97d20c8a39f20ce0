"""Between the first proof and the second nobody is signed in: for every page and form there is."""

from datetime import timedelta

import pytest

from deliberation.accounts import sessions
from deliberation.accounts.models import Session
from deliberation.accounts.passwords import hash_password
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.policies import POLICIES, Door
from tests import builders
from tests.accounts.post import PASSWORD, is_signed_in, log_in
from tests.accounts.test_second_factor import code, secret_on, with_app

VALUES = {"slug": "erklaerung", "t": "3", "p": "1", "number": 1, "file_format": "csv"}


@pytest.fixture
def required(app, monkeypatch):
    monkeypatch.setitem(app.config, "SECOND_FACTOR", "required")


def closed_addresses(app):
    """Everything that is not for everybody, with the methods it takes."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        policy = POLICIES[rule.endpoint]
        if policy.door in (Door.SIGNED_IN, Door.OPERATOR):
            values = {name: VALUES.get(name, 1 if "id" in name else "1") for name in rule.arguments}
            for method in sorted({"GET", "POST"} & rule.methods):
                yield rule.endpoint, method, adapter.build(rule.endpoint, values, method=method)


@pytest.mark.parametrize("name", ["mira", "otto", "operator"])
def test_no_closed_page_and_no_form_opens_to_staff_with_one_proof(cast, client, app, required, name):
    user = builders.make_user("operator", is_operator=True) if name == "operator" else getattr(cast, name)
    user.password_hash = hash_password(PASSWORD, "cheap")
    builders.annotate(cast.ada, cast.declaration)
    db.session.commit()
    assert log_in(client, user.email).location == "/login/second"
    opened, asked = [], 0
    for endpoint, method, address in closed_addresses(app):
        answer = client.open(address, method=method)
        asked += 1
        if answer.status_code != 303 or not answer.location.startswith("/login?next="):
            opened.append((endpoint, method, answer.status_code, answer.location))
    assert opened == []
    assert asked > 100


def test_whoever_asks_for_a_page_comes_to_it_after_both_proofs(cast, client):
    """No circles: sign-in, second proof, the page."""
    with_app(cast.ada)
    asked = client.get("/me/sessions").location
    assert asked == "/login?next=/me/sessions"
    first = log_in(client, cast.ada.email, next="/me/sessions").location
    assert first == "/login/second?next=/me/sessions"
    assert client.get("/me/sessions").location == asked
    assert client.get(asked).location == first
    assert 'name="next" value="/me/sessions"' in client.get(first).text
    assert client.post("/login/second", data={"code": code(), "next": "/me/sessions"}).location == "/me/sessions"
    assert is_signed_in(client)


def test_first_proof_is_worth_a_quarter_of_an_hour(cast, client):
    with_app(cast.ada)
    log_in(client, cast.ada.email)
    with frozen_at(now() + timedelta(minutes=14)):
        assert client.get("/login/second").status_code == 200
    with frozen_at(now() + timedelta(minutes=15)):
        assert client.post("/login/second", data={"code": code()}).location.startswith("/login?next=")
        assert not is_signed_in(client)
    assert db.session.query(Session).count() == 0


def test_second_factor_set_up_elsewhere_is_asked_of_open_sessions(cast, client):
    client.sign_in(cast.ada)
    entry = db.session.query(Session).one()
    entry.second_at = None
    with_app(cast.ada)
    assert not is_signed_in(client)


def test_pages_with_a_secret_on_them_are_not_kept_by_the_browser(cast, client, required):
    cast.mira.password_hash = hash_password(PASSWORD, "cheap")
    db.session.commit()
    log_in(client, cast.mira.email)
    page = client.get("/login/second")
    assert secret_on(page)
    assert page.headers["Cache-Control"] == "no-store"
    assert client.post("/login/second", data={"code": "000000"}).headers["Cache-Control"] == "no-store"


def test_picture_for_the_app_stays_the_same_when_the_page_is_opened_again(cast, client):
    client.sign_in(cast.ada)
    secret = secret_on(client.get("/me/second/app"))
    assert secret_on(client.get("/me/second/app")) == secret
    assert secret_on(client.post("/me/second/app", data={"code": "000000"})) == secret
    assert client.post("/me/second/app", data={"code": code(secret)}).status_code == 200
    assert secret_on(client.get("/me/second/app")) != secret


@pytest.mark.parametrize(
    "typed", ["１２３４５６", "²³¹⁴⁵⁶", "१२३४५६", "12 34 5", "", " ", "\x00" * 6, "e\u0301" * 6, "9" * 5000]
)
def test_code_typed_in_any_script_is_a_wrong_code_and_no_fault(cast, client, typed):
    with_app(cast.ada)
    log_in(client, cast.ada.email)
    assert client.post("/login/second", data={"code": typed}).status_code == 422
    client.sign_in(cast.ben)
    assert client.post("/login/again?mailed=1", data={"code": typed}).status_code == 422
    client.get("/me/second/app")
    assert client.post("/me/second/app", data={"code": typed}).status_code == 422


def test_wide_digits_are_digits(cast, client):
    with_app(cast.ada)
    log_in(client, cast.ada.email)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code())
    assert client.post("/login/second", data={"code": wide}).status_code == 303


def test_of_many_who_use_one_code_on_paper_at_once_one_gets_in(app, cast):
    from deliberation.accounts import second_factor
    from deliberation.accounts.models import load_user
    from tests.accounts.test_races import at_once

    [paper, *_others] = with_app(cast.ada)
    number, digits = cast.ada.id, code()
    for secret in (paper, digits):
        results = at_once(app, *[lambda secret=secret: second_factor.redeem(load_user(number), secret)] * 4)
        assert results.count(True) == 1


def test_half_a_session_is_no_session_to_end_or_to_show(cast, client, app):
    with_app(cast.ada)
    log_in(client, cast.ada.email)
    other = app.test_client().sign_in(cast.ada)
    assert len(sessions.load_sessions(cast.ada)) == 2
    assert client.post("/me/sessions", data={"key": "others"}).location.startswith("/login")
    assert is_signed_in(other)

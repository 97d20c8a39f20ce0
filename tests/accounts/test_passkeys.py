"""A device signs instead of a code or a password: what it opens, and what it does not."""

import json
import re
from datetime import timedelta
from html import unescape
from itertools import islice

import pytest
from sqlalchemy import func, select

from deliberation.accounts.models import Passkey, User
from deliberation.clock import frozen_at, now
from deliberation.database import db
from tests.accounts.authenticator import PRESENT, Authenticator
from tests.accounts.post import is_signed_in, log_in, mails_to
from tests.accounts.test_second_factor import PASSWORD, hash_password


def question_on(page):
    """What the page asks a device."""
    found = re.search(r'data-question="([^"]+)"', page.text)
    return json.loads(unescape(found[1]))


@pytest.fixture
def stick(cast, client):
    """ada has a passkey and is signed out again."""
    device = Authenticator()
    cast.ada.confirmed_at, cast.ada.password_hash = now(), hash_password(PASSWORD, "cheap")
    db.session.commit()
    client.sign_in(cast.ada)
    answer = device.create(question_on(client.get("/me/second/passkey")))
    done = client.post("/me/second/passkey", data={"passkey": answer, "label": "Stick"})
    assert done.text.count("<li><code>") == 10
    client.post("/logout")
    return device


def sign(browser, device, path="/login", **how):
    question = question_on(browser.get(path))
    return browser.post(path, data={"passkey": device.get(question, **how)})


def test_passkey_alone_signs_in_where_the_device_knows_who_holds_it(client, stick, cast):
    assert sign(client, stick).status_code == 303
    assert is_signed_in(client)
    [kept] = db.session.scalars(select(Passkey))
    assert (kept.label, kept.sign_count) == ("Stick", 1)
    assert [mail.template for mail in mails_to(cast.ada.email)] == ["second_factor_added"]


def test_passkey_of_a_device_that_asked_nobody_is_no_sign_in_but_a_second_proof(client, stick, cast):
    assert sign(client, stick, flags=PRESENT).status_code == 422
    assert not is_signed_in(client)
    assert log_in(client, cast.ada.email).location == "/login/second"
    assert sign(client, stick, "/login/second", flags=PRESENT).status_code == 303
    assert is_signed_in(client)


def test_passkey_proves_once_more_who_one_is(client, stick):
    sign(client, stick)
    with frozen_at(now() + timedelta(minutes=31)):
        assert client.get("/me/email").location == "/login/again?next=/me/email"
        assert sign(client, stick, "/login/again?next=/me/email").location == "/me/email"
        assert client.get("/me/email").status_code == 200


def test_device_learns_neither_address_nor_name(client, cast):
    client.sign_in(cast.ada)
    asked = question_on(client.get("/me/second/passkey"))
    # Random letters can spell anything.
    del asked["challenge"], asked["user"]["id"]
    question = json.dumps(asked)
    assert "ada" not in question
    assert "example.org" not in question


@pytest.mark.parametrize(
    "lie",
    [{"origin": "http://localhost.evil.example"}, {"origin": "https://localhost:8000"}, {"host": "evil.example"}],
)
def test_signature_made_for_another_site_opens_nothing(client, stick, lie):
    for name, value in lie.items():
        setattr(stick, name, value)
    assert sign(client, stick).status_code == 422
    assert not is_signed_in(client)


def test_question_is_answered_once_even_by_whoever_kept_the_cookie(client, app, stick):
    question = question_on(client.get("/login"))
    thief = app.test_client()
    thief.set_cookie("session", client.get_cookie("session").value)
    answer = stick.get(question, counts=False)
    assert client.post("/login", data={"passkey": answer}).status_code == 303
    assert thief.post("/login", data={"passkey": answer}).status_code == 422
    assert not is_signed_in(thief)


def test_question_of_another_browser_or_of_six_minutes_ago_is_not_answered(client, app, stick):
    answer = stick.get(question_on(client.get("/login")))
    assert app.test_client().post("/login", data={"passkey": answer}).status_code == 422
    with frozen_at(now() + timedelta(minutes=6)):
        assert client.post("/login", data={"passkey": answer}).status_code == 422


def test_copied_stick_whose_count_goes_back_opens_nothing(client, app, stick):
    sign(client, stick)
    sign(app.test_client(), stick)
    stick.count = 0
    assert sign(app.test_client(), stick).status_code == 422


def test_passkey_of_somebody_else_is_no_second_proof(client, app, stick, cast):
    other = Authenticator()
    cast.ben.password_hash = hash_password(PASSWORD, "cheap")
    db.session.commit()
    ben = app.test_client().sign_in(cast.ben)
    ben.post("/me/second/passkey", data={"passkey": other.create(question_on(ben.get("/me/second/passkey")))})
    log_in(client, cast.ada.email)
    assert sign(client, other, "/login/second").status_code == 422
    assert not is_signed_in(client)


def test_one_passkey_belongs_to_one_account(stick, app, cast):
    ben = app.test_client().sign_in(cast.ben)
    again = stick.create(question_on(ben.get("/me/second/passkey")))
    assert ben.post("/me/second/passkey", data={"passkey": again}).status_code == 422
    assert db.session.scalar(select(func.count(Passkey.id))) == 1


def test_removed_passkey_opens_nothing(client, app, stick, cast):
    sign(client, stick)
    key = db.session.scalars(select(Passkey.key)).one()
    assert "„Stick“ entfernen" in client.get(f"/me/second/passkey/{key}/remove").text
    client.post(f"/me/second/passkey/{key}/remove")
    assert sign(app.test_client(), stick).status_code == 422
    assert db.session.get(User, cast.ada.id).second_factor_at is None


def test_nobody_removes_a_passkey_of_somebody_else(stick, app, cast):
    key = db.session.scalars(select(Passkey.key)).one()
    ben = app.test_client().sign_in(cast.ben)
    assert ben.get(f"/me/second/passkey/{key}/remove").status_code == 404
    assert ben.post(f"/me/second/passkey/{key}/remove").status_code == 404
    assert db.session.scalars(select(Passkey)).one()


def _bent(answer):
    """The answer with something in it that no device would say."""
    whole = json.loads(answer)
    yield from ("", "[]", "null", "{", "{}", '"x"', "x" * 30_000, "[" * 5_000, '{"id": {"a": 1}}', '{"id": "\\u0000"}')
    for part in whole["response"]:
        for value in ("", "AAAA", "####", "{}", None, 7, [], {"a": "b"}, "A" * 4_000, whole["response"][part][:-8]):
            yield json.dumps({**whole, "response": {**whole["response"], part: value}})
    for name in ("id", "rawId", "type", "response"):
        for value in ("", "x", "####", None, 7, [], {}):
            yield json.dumps({**whole, name: value})


@pytest.mark.parametrize("path", ["/login", "/me/second/passkey"])
def test_answers_that_no_device_would_give_are_refused_in_words(client, stick, cast, path):
    if path != "/login":
        client.sign_in(cast.ada)
    device = stick if path == "/login" else Authenticator()
    make = device.get if path == "/login" else device.create
    number = tried = len(list(_bent(make(question_on(client.get(path))))))
    while number:
        number -= 1
        bent = next(islice(_bent(make(question_on(client.get(path)))), number, None))
        assert client.post(path, data={"passkey": bent}).status_code == 422, bent[:300]
    assert tried > 50

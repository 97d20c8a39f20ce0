"""What waits in a mailbox opens one thing, once, for one person, for a short time; and it stands nowhere else."""

import logging
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberation.accounts.actions import change_password, request_code, request_proof
from deliberation.accounts.models import LoginCode, Purpose
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations.actions import grant_role, take_role
from deliberation.permissions import Role
from tests.accounts.post import ask_for_code, enter_code, is_signed_in, last_code, last_link, register


def links_of(cast, client):
    """One mailed link of each kind for ada: where it leads, and what it is for."""
    ada = cast.ada
    ask_for_code(client, ada.email)
    sign_in = last_link(ada.email)
    client.sign_in(ada)
    client.post("/me/email", data={"email": "neu@example.org"})
    return {
        Purpose.SIGN_IN: sign_in,
        Purpose.MOVE: last_link("neu@example.org"),
        Purpose.STOP_MOVE: last_link(ada.email),
    }


ADDRESSES = {Purpose.SIGN_IN: "/login/link/", Purpose.MOVE: "/me/email/", Purpose.STOP_MOVE: "/me/email/stop/"}


def test_links_carry_128_bits_and_are_all_different(cast):
    tokens = [request_code(cast.ada.email, "browser").secrets["token"] for _number in range(50)]
    assert len(set(tokens)) == 50
    # base64url: six bits a letter.
    assert all(re.fullmatch(r"[\w-]{22,}", token) for token in tokens)


def test_codes_have_six_digits_and_come_from_the_whole_range(cast):
    codes = [request_code(cast.ada.email, "browser").secrets["code"] for _number in range(200)]
    assert all(re.fullmatch(r"\d{6}", code) for code in codes)
    assert len({code[0] for code in codes}) == 10


@pytest.mark.parametrize("made_for", ADDRESSES)
@pytest.mark.parametrize("used_for", ADDRESSES)
def test_link_for_one_purpose_is_nothing_for_another(cast, client, app, made_for, used_for):
    token = links_of(cast, client)[made_for].rpartition("/")[2]
    if made_for is used_for:
        return
    thief = app.test_client()
    assert thief.post(ADDRESSES[used_for] + token).status_code == 410
    assert not is_signed_in(thief)
    db.session.refresh(cast.ada)
    assert cast.ada.email == "ada@example.org"


def test_code_that_proves_signs_nobody_in_and_the_other_way_round(cast):
    from deliberation.accounts.actions import redeem_code, redeem_link, redeem_proof

    proof = request_proof(cast.ada, "browser").secrets
    assert redeem_code("browser", proof["code"]) is None
    assert redeem_link(proof["token"], "browser") is None
    sign_in = request_code(cast.ada.email, "browser").secrets
    assert not redeem_proof(cast.ada, "browser", sign_in["code"])
    assert not redeem_proof(cast.ben, "browser", proof["code"])
    assert not redeem_proof(cast.ada, "another browser", proof["code"])
    assert redeem_proof(cast.ada, "browser", proof["code"])


CHANGES = {
    "password": lambda cast: change_password(cast.ada, "x"),
    "role given": lambda cast: grant_role(cast.ada, Role.MODERATOR, cast.declaration),
    "role taken": lambda cast: (
        grant_role(cast.ada, Role.MODERATOR, cast.declaration), db.session.commit(),
        take_role(cast.ada, Role.MODERATOR, cast.declaration),
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_every_open_link_and_code_dies_with_the_sessions(cast, client, app, change):
    links = links_of(cast, client)
    phone = app.test_client()
    ask_for_code(phone, cast.ada.email)
    code = last_code(cast.ada.email)
    CHANGES[change](cast)
    db.session.commit()
    assert not is_signed_in(client)
    assert enter_code(phone, code).status_code == 422
    for link in links.values():
        assert app.test_client().post(link).status_code == 410
    db.session.refresh(cast.ada)
    assert cast.ada.email == "ada@example.org"


def test_moved_address_ends_links_to_the_old_one(cast, client, app):
    links = links_of(cast, client)
    assert app.test_client().post(links[Purpose.MOVE]).status_code == 303
    for purpose in (Purpose.SIGN_IN, Purpose.STOP_MOVE):
        assert app.test_client().post(links[purpose]).status_code == 410


def test_signing_out_all_others_ends_what_waits_in_the_mailbox(cast, client, app):
    links = links_of(cast, client)
    client.post("/me/sessions", data={"key": "others"})
    assert app.test_client().post(links[Purpose.SIGN_IN]).status_code == 410


def test_nothing_of_it_stands_in_the_log(cast, client, app, caplog):
    for name in ("", "deliberation", "deliberation.web", "werkzeug", "waitress", "flask_limiter"):
        caplog.set_level(logging.DEBUG, logger=name)
    links = links_of(cast, client)
    register(app.test_client(), "neu2@example.org")
    secrets = [link.rpartition("/")[2] for link in links.values()]
    secrets += [last_link("neu2@example.org").rpartition("/")[2].partition("?")[0]]
    code = last_code("neu2@example.org")
    for link in links.values():
        app.test_client().get(link)
        app.test_client().post(link)
        app.test_client().get(link + "x")
    enter_code(client, code)
    said = "\n".join(
        f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records if record.name != "sqlalchemy"
    )
    assert "accounts.link" in said
    assert [secret for secret in [*secrets, "@example.org"] if secret in said] == []
    assert not re.search(rf"(?<!\d){code}(?!\d)", said)


def test_pages_behind_links_tell_no_other_site_and_are_not_kept(cast, client, app):
    for link in links_of(cast, client).values():
        for answer in (app.test_client().get(link), app.test_client().get(link + "x"), app.test_client().post(link)):
            assert answer.headers["Referrer-Policy"] == "same-origin"
            assert not re.search(r'(?:src|href)="https?://', answer.text)


def test_database_keeps_hashes_of_every_kind_of_link(cast, client):
    links = links_of(cast, client)
    request_proof(cast.ada, "browser")
    db.session.commit()
    entries = db.session.scalars(select(LoginCode)).all()
    assert {entry.purpose for entry in entries} == set(Purpose)
    stored = " ".join(f"{e.token_hash} {e.code_hash} {e.browser} {e.address_sealed} {e.state}" for e in entries)
    assert not [link for link in links.values() if link.rpartition("/")[2] in stored]
    assert "example.org" not in stored


@pytest.mark.parametrize(("purpose", "minutes"), [(Purpose.SIGN_IN, 10), (Purpose.MOVE, 60), (Purpose.STOP_MOVE, 60)])
def test_links_die_of_age(cast, client, app, purpose, minutes):
    link, begun = links_of(cast, client)[purpose], now()
    with frozen_at(begun + timedelta(minutes=minutes, seconds=1)):
        assert app.test_client().get(link).status_code == 410
        assert app.test_client().post(link).status_code == 410
    with frozen_at(begun + timedelta(minutes=minutes - 1)):
        assert app.test_client().post(link).status_code == 303

"""Being signed in ends when it should: at once, everywhere it should, and after a time."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberation.accounts import sessions
from deliberation.accounts.actions import change_password
from deliberation.accounts.models import Session, User
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations.actions import grant_role, take_role
from deliberation.permissions import Role
from deliberation.web import TOKEN
from tests import builders
from tests.accounts.post import enter_code, is_signed_in, last_code, last_link, log_in, mails_to, register


def cookie(browser):
    return browser.get_cookie("session").value


def copy_of(browser, app):
    """Somebody else with the same cookie."""
    thief = app.test_client()
    thief.set_cookie("session", cookie(browser))
    return thief


def test_copied_cookie_is_worth_nothing_after_signing_out(cast, client, app):
    client.sign_in(cast.ada)
    thief = copy_of(client, app)
    assert is_signed_in(thief)
    client.post("/logout")
    assert not is_signed_in(thief)
    assert db.session.scalars(select(Session)).all() == []


def test_signing_out_leaves_other_devices_signed_in(cast, client, app):
    other = app.test_client().sign_in(cast.ada)
    client.sign_in(cast.ada)
    client.post("/logout")
    assert is_signed_in(other)


def test_cookie_carries_a_random_token_and_the_database_its_hash(cast, client):
    client.sign_in(cast.ada)
    with client.session_transaction() as session:
        token = session[TOKEN]
    assert len(token) >= 43
    assert token not in str(db.session.execute(select(Session.token_hash, Session.key, Session.device)).all())
    assert str(cast.ada.id) != token


def test_token_is_new_at_each_sign_in_and_the_old_one_ends(client):
    register(client)
    enter_code(client, last_code("neu@example.org"))
    thief = copy_of(client, client.application)
    with client.session_transaction() as session:
        session_before = session[TOKEN]
    client.post("/me/password", data={"password": "vier Wörter ohne jeden Zusammenhang"})
    with client.session_transaction() as session:
        assert session[TOKEN] != session_before
    assert is_signed_in(client)
    assert not is_signed_in(thief)


@pytest.mark.parametrize(
    ("name", "after", "holds"),
    [
        ("ada", timedelta(days=13), True), ("ada", timedelta(days=14), False),
        ("mira", timedelta(minutes=119), True), ("mira", timedelta(hours=2), False),
        ("otto", timedelta(hours=2), False),
    ],
)  # fmt: skip
def test_session_ends_when_nobody_comes(cast, client, name, after, holds):
    client.sign_in(getattr(cast, name))
    with frozen_at(now() + after):
        assert is_signed_in(client) is holds


@pytest.mark.parametrize(
    ("name", "pause", "visits"), [("ada", timedelta(days=5), 6), ("mira", timedelta(minutes=110), 7)]
)
def test_session_ends_after_its_longest_time_whoever_comes(cast, client, name, pause, visits):
    client.sign_in(getattr(cast, name))
    begun = now()
    for number in range(1, visits):
        with frozen_at(begun + number * pause):
            assert is_signed_in(client), number
    with frozen_at(begun + visits * pause):
        assert not is_signed_in(client)


def test_visit_is_noted_for_the_session_to_the_minute_and_for_the_account_to_the_day(cast, client):
    client.sign_in(cast.ada)
    later = now() + timedelta(days=2)
    with frozen_at(later):
        client.get("/d/erklaerung")
    [entry] = db.session.scalars(select(Session))
    assert entry.seen_at == later
    db.session.refresh(cast.ada)
    assert cast.ada.seen_at == later.replace(hour=0, minute=0, second=0, microsecond=0)


def test_own_list_names_devices_and_ends_them(cast, client, app):
    phone = app.test_client().sign_in(cast.ada)
    [first] = db.session.scalars(select(Session))
    first.device = sessions.device_name("Mozilla/5.0 (Android 15; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0")
    db.session.commit()
    key = first.key
    client.sign_in(cast.ada)
    page = client.get("/me/sessions").text
    assert "Firefox, Android" in page
    assert "dieses hier" in page
    assert client.post("/me/sessions", data={"key": key}).status_code == 303
    assert not is_signed_in(phone)
    assert is_signed_in(client)
    assert client.post("/me/sessions", data={"key": key}).status_code == 404


def test_all_others_end_at_once(cast, client, app):
    others = [app.test_client().sign_in(cast.ada) for _number in range(3)]
    client.sign_in(cast.ada)
    client.post("/me/sessions", data={"key": "others"})
    assert not any(is_signed_in(other) for other in others)
    assert is_signed_in(client)


def test_nobody_ends_a_session_of_somebody_else(cast, client, app):
    ben = app.test_client().sign_in(cast.ben)
    [entry] = db.session.scalars(select(Session))
    client.sign_in(cast.ada)
    assert client.post("/me/sessions", data={"key": entry.key}).status_code == 404
    assert is_signed_in(ben)


@pytest.mark.parametrize(
    "change",
    [
        lambda cast: change_password(cast.ben, "x"),
        lambda cast: grant_role(cast.ben, Role.MODERATOR, cast.declaration),
        lambda cast: db.session.delete(db.session.get(User, cast.ben.id)),
    ],
    ids=["password", "role given", "account ended"],
)
def test_other_sessions_are_dead_at_the_next_request(cast, client, change):
    client.sign_in(cast.ben)
    assert is_signed_in(client)
    change(cast)
    db.session.commit()
    assert not is_signed_in(client)
    assert client.post("/d/erklaerung/3/1/stance", data={"stance": "carry"}).location.startswith("/login")


def test_session_of_somebody_whose_role_was_taken_is_dead(cast, client):
    client.sign_in(cast.mira)
    assert take_role(cast.mira, Role.MODERATOR, cast.declaration)
    db.session.commit()
    assert not is_signed_in(client)
    assert not take_role(cast.mira, Role.MODERATOR, cast.declaration)


def test_founding_a_declaration_does_not_sign_anybody_out(cast, client):
    from deliberation.declarations.actions import Particulars, create_declaration

    client.sign_in(cast.otto)
    create_declaration(cast.otto, builders.make_draft(), Particulars(slug="neue", title="Neue"))
    db.session.commit()
    assert is_signed_in(client)


def test_ended_sessions_are_forgotten(cast):
    sessions.begin(cast.ada)
    db.session.commit()
    sessions.forget_ended_sessions(now() + timedelta(days=13))
    assert db.session.scalars(select(Session)).all()
    sessions.forget_ended_sessions(now() + timedelta(days=15))
    assert db.session.scalars(select(Session)).all() == []


def test_browser_says_what_it_is_in_two_words(app):
    edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140"
    assert sessions.device_name(edge) == "Edge, Windows"
    assert sessions.device_name("curl/8.0") == ""


class TestProving:
    def test_half_an_hour_after_signing_in_one_is_asked_again(self, cast, client):
        client.sign_in(cast.ada)
        assert client.get("/me/email").status_code == 200
        with frozen_at(now() + timedelta(minutes=31)):
            assert client.get("/me/email").location == "/login/again?next=/me/email"
            client.post("/login/again", data={"by_mail": "1", "next": "/me/email"})
            assert [mail.template for mail in mails_to(cast.ada.email)] == ["prove"]
            assert client.post("/login/again?mailed=1", data={"code": "000000"}).status_code == 422
            code = last_code(cast.ada.email)
            assert (
                client.post("/login/again?mailed=1", data={"code": code, "next": "/me/email"}).location == "/me/email"
            )
            assert client.get("/me/email").status_code == 200

    def test_code_for_proving_signs_nobody_in_and_is_good_once(self, cast, client, app):
        client.sign_in(cast.ada)
        client.post("/login/again", data={"by_mail": "1"})
        code = last_code(cast.ada.email)
        assert enter_code(client, code).status_code in (303, 422)
        stranger = app.test_client()
        assert enter_code(stranger, code).status_code == 422
        assert client.post("/login/again?mailed=1", data={"code": code}).status_code == 303
        assert client.post("/login/again?mailed=1", data={"code": code}).status_code == 422

    def test_code_for_signing_in_proves_nothing(self, cast, client):
        client.sign_in(cast.ada)
        client.post("/me/confirm")
        assert client.post("/login/again?mailed=1", data={"code": last_code(cast.ada.email)}).status_code == 422

    def test_password_proves_it_too(self, cast, client):
        from tests.accounts.test_second_factor import PASSWORD, hash_password

        cast.ada.password_hash = hash_password(PASSWORD, "cheap")
        db.session.commit()
        client.sign_in(cast.ada)
        with frozen_at(now() + timedelta(minutes=31)):
            assert client.post("/login/again", data={"password": "falsch, ganz falsch"}).status_code == 422
            assert client.post("/login/again", data={"password": PASSWORD, "next": "/me/email"}).location == "/me/email"

    def test_guest_is_sent_to_sign_in(self, client):
        assert client.get("/login/again").location.startswith("/login?next=")


class TestMoving:
    def ask(self, client, address="neu@example.org"):
        return client.post("/me/email", data={"email": address})

    def test_new_address_holds_once_its_owner_has_followed_the_link(self, cast, client, app):
        old = cast.ada.email
        other = app.test_client().sign_in(cast.ada)
        client.sign_in(cast.ada)
        self.ask(client)
        assert [mail.template for mail in mails_to(old)] == ["address_old"]
        link = last_link("neu@example.org")
        assert link.startswith("/me/email/")
        scanner = app.test_client()
        assert scanner.get(link).status_code == 200
        db.session.refresh(cast.ada)
        assert cast.ada.email == old
        assert scanner.post(link).status_code == 303
        db.session.refresh(cast.ada)
        assert cast.ada.email == "neu@example.org"
        assert not is_signed_in(other)
        assert not is_signed_in(client)
        assert [mail.template for mail in mails_to(old)] == ["address_old", "address_changed"]
        assert scanner.post(link).status_code == 410

    def test_old_address_can_stop_it(self, cast, client, app):
        client.sign_in(cast.ada)
        self.ask(client)
        link, stop = last_link("neu@example.org"), last_link(cast.ada.email)
        assert app.test_client().post(stop).status_code == 303
        assert app.test_client().post(link).status_code == 410
        assert not is_signed_in(client)
        db.session.refresh(cast.ada)
        assert cast.ada.email == "ada@example.org"

    def test_taken_address_looks_the_same_and_changes_nothing(self, cast, client):
        client.sign_in(cast.ada)
        taken, free = self.ask(client, cast.ben.email), self.ask(client, "frei@example.org")
        assert (taken.status_code, taken.location) == (free.status_code, free.location)
        assert [mail.template for mail in mails_to(cast.ben.email)] == ["address_taken"]

    def test_link_dies_after_an_hour_with_a_newer_wish_and_with_another_change(self, cast, client, app):
        client.sign_in(cast.ada)
        self.ask(client)
        first = last_link("neu@example.org")
        with frozen_at(now() + timedelta(minutes=61)):
            assert app.test_client().post(first).status_code == 410
        self.ask(client, "anders@example.org")
        assert app.test_client().post(first).status_code == 410
        assert app.test_client().post(last_link("anders@example.org")).status_code == 303

    def test_link_for_moving_signs_nobody_in(self, cast, client, app):
        client.sign_in(cast.ada)
        self.ask(client)
        token = last_link("neu@example.org").rpartition("/")[2]
        thief = app.test_client()
        assert thief.post(f"/login/link/{token}").status_code == 410
        assert thief.post(f"/me/email/stop/{token}").status_code == 410
        assert not is_signed_in(thief)

    def test_sign_up_with_the_address_meanwhile_wins(self, cast, client, app):
        client.sign_in(cast.ada)
        self.ask(client)
        link = last_link("neu@example.org")
        builders.make_user("neu")
        assert app.test_client().post(link).status_code == 410
        db.session.refresh(cast.ada)
        assert cast.ada.email == "ada@example.org"


def test_password_needs_a_proof_where_there_was_none(cast, client):
    client.sign_in(cast.ada)
    with frozen_at(now() + timedelta(minutes=31)):
        assert client.get("/me/password").location == "/login/again?next=/me/password"
    assert log_in(client, cast.ada.email).status_code in (303, 422)

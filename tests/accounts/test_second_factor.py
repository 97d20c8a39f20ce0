"""Two proofs: required of those who work for others, a choice for everybody else."""

import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from deliberation.accounts import second_factor, sessions
from deliberation.accounts.models import RecoveryCode, Session, User
from deliberation.accounts.passwords import hash_password
from deliberation.accounts.second_factor import CodeWrong, LastFactor
from deliberation.clock import frozen_at, now
from deliberation.database import db
from tests import builders
from tests.accounts.post import PASSWORD, log_in, mails_to

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(secret=SECRET, seconds=0):
    return pyotp.TOTP(secret).at(now() + timedelta(seconds=seconds))


def with_app(user):
    """Give the account a code app; returns the codes on paper. The code of this moment stays unused."""
    user.confirmed_at = now()
    codes = second_factor.set_up_app(user, SECRET, code(seconds=-30))
    user.password_hash = hash_password(PASSWORD, "cheap")
    db.session.commit()
    return codes


@pytest.fixture
def required(app, monkeypatch):
    monkeypatch.setitem(app.config, "SECOND_FACTOR", "required")


def secret_on(page):
    return re.search(r'class="secret">([^<]+)<', page.text)[1].replace(" ", "")


class TestSigningIn:
    def test_password_alone_opens_nothing_once_there_is_a_second_factor(self, cast, client):
        with_app(cast.ada)
        answer = log_in(client, cast.ada.email, next="/d/erklaerung/3/1")
        assert answer.location == "/login/second?next=/d/erklaerung/3/1"
        assert client.get("/me").location.startswith("/login")
        assert client.get("/login?next=/me").location == "/login/second?next=/me"
        assert client.post("/d/erklaerung/3/1/stance", data={"stance": "carry"}).location.startswith("/login")

        answer = client.post("/login/second", data={"code": code(), "next": "/d/erklaerung/3/1"})
        assert answer.location == "/d/erklaerung/3/1"
        assert client.get("/me").status_code == 200

    def test_session_of_the_first_proof_ends_with_the_second(self, cast, client):
        with_app(cast.ada)
        log_in(client, cast.ada.email)
        [before] = db.session.scalars(select(Session.token_hash))
        client.post("/login/second", data={"code": code()})
        [after] = db.session.scalars(select(Session.token_hash))
        assert before != after

    def test_code_opens_once(self, cast, client, app):
        with_app(cast.ada)
        used = code()
        for browser, expected in ((client, 303), (app.test_client(), 422)):
            log_in(browser, cast.ada.email)
            assert browser.post("/login/second", data={"code": used}).status_code == expected

    def test_code_of_two_minutes_ago_opens_nothing(self, cast, client):
        with_app(cast.ada)
        log_in(client, cast.ada.email)
        for seconds in (-120, 120, -61):
            assert client.post("/login/second", data={"code": code(seconds=seconds)}).status_code == 422

    def test_code_on_paper_opens_once_however_it_is_typed(self, cast, client, app):
        codes = with_app(cast.ada)
        assert len(set(codes)) == 10
        typed = codes[0].upper().replace("-", " ")
        for browser, expected in ((client, 303), (app.test_client(), 422)):
            log_in(browser, cast.ada.email)
            assert browser.post("/login/second", data={"code": typed}).status_code == expected
        db.session.refresh(cast.ada)
        assert second_factor.count_recovery_codes(cast.ada) == 9

    def test_code_of_somebody_else_opens_nothing(self, cast, client):
        with_app(cast.ada)
        others = with_app(cast.ben)
        log_in(client, cast.ada.email)
        assert client.post("/login/second", data={"code": others[0]}).status_code == 422

    def test_eleventh_wrong_code_in_a_quarter_of_an_hour_is_not_even_looked_at(self, cast, client, app, monkeypatch):
        monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
        codes = with_app(cast.ada)
        log_in(client, cast.ada.email)
        for _number in range(10):
            assert client.post("/login/second", data={"code": "000000"}).status_code == 422
        assert client.post("/login/second", data={"code": codes[0]}).status_code == 429

    def test_nobody_gets_there_without_the_first_proof(self, client):
        assert client.get("/login/second").location.startswith("/login?next=")
        assert client.post("/login/second", data={"code": "123456"}).location.startswith("/login?next=")

    def test_half_a_session_can_be_given_up(self, cast, client):
        with_app(cast.ada)
        log_in(client, cast.ada.email)
        client.post("/logout")
        assert db.session.scalars(select(Session)).all() == []
        assert client.get("/login").status_code == 200


class TestStaff:
    @pytest.mark.parametrize("name", ["mira", "otto", "operator"])
    def test_cannot_act_without_a_second_factor(self, cast, client, required, name):
        user = builders.make_user("operator", is_operator=True) if name == "operator" else getattr(cast, name)
        user.password_hash = hash_password(PASSWORD, "cheap")
        db.session.commit()
        annotation = builders.annotate(cast.ada, cast.declaration)
        assert log_in(client, user.email).location == "/login/second"
        for path in ("/d/erklaerung/moderation", "/d/erklaerung/export", "/d/erklaerung/phase", "/import", "/me"):
            assert client.get(path).status_code in (303, 404), path
        for path, data in (
            (f"/a/{annotation.number}/decisions", {"decision": "hide", "rule": "1", "reason": "Gehört nicht hierher."}),
            ("/d/erklaerung/phase", {"phase": "voting"}),
        ):
            assert client.post(path, data=data).location.startswith("/login")
        db.session.refresh(annotation)
        db.session.refresh(cast.declaration)
        assert annotation.is_visible
        assert cast.declaration.phase.value == "annotating"

    def test_sets_one_up_at_the_first_sign_in_and_sees_the_codes_on_paper_once(self, cast, client, required):
        cast.mira.password_hash = hash_password(PASSWORD, "cheap")
        cast.mira.confirmed_at = now()
        db.session.commit()
        log_in(client, cast.mira.email, next="/d/erklaerung/moderation")
        page = client.get("/login/second?next=/d/erklaerung/moderation")
        assert "Code-App einrichten" in page.text
        assert "data:image/svg+xml" in page.text
        secret = secret_on(page)
        assert client.post("/login/second", data={"code": "000000"}).status_code == 422
        done = client.post("/login/second", data={"code": code(secret), "next": "/d/erklaerung/moderation"})
        assert done.text.count("<li><code>") == 10
        assert 'href="/d/erklaerung/moderation"' in done.text
        assert client.get("/d/erklaerung/moderation").status_code == 200
        db.session.refresh(cast.mira)
        assert cast.mira.second_factor_at
        assert secret not in cast.mira.totp_sealed
        assert [mail.template for mail in mails_to(cast.mira.email)] == ["second_factor_added"]

    def test_participant_is_not_asked(self, cast, client, required):
        cast.ada.password_hash = hash_password(PASSWORD, "cheap")
        db.session.commit()
        assert log_in(client, cast.ada.email).location == "/"

    def test_new_role_makes_an_old_session_worth_half(self, cast, client, required):
        client.sign_in(cast.ben)
        assert client.get("/me").status_code == 200
        builders.make_declaration("zweite")
        from deliberation.declarations.actions import grant_role
        from deliberation.declarations.models import find_declaration
        from deliberation.permissions import Role

        grant_role(cast.ben, Role.MODERATOR, find_declaration("zweite"))
        db.session.commit()
        assert client.get("/me").location.startswith("/login")

    def test_keeps_one_factor(self, cast, client, required):
        with_app(cast.mira)
        client.sign_in(cast.mira)
        client.post("/me/second/app/remove")
        db.session.refresh(cast.mira)
        assert cast.mira.totp_sealed
        with pytest.raises(LastFactor):
            second_factor.remove_app(cast.mira, True)


class TestChoice:
    def test_participant_sets_one_up_and_takes_it_away(self, cast, client):
        cast.ada.confirmed_at = now()
        db.session.commit()
        client.sign_in(cast.ada)
        secret = secret_on(client.get("/me/second/app"))
        assert client.post("/me/second/app", data={"code": code(secret)}).text.count("<li><code>") == 10
        assert "Eingerichtet." in client.get("/me/second").text
        client.post("/me/second/app/remove")
        db.session.refresh(cast.ada)
        assert cast.ada.second_factor_at is None
        assert db.session.scalars(select(RecoveryCode)).all() == []
        assert [mail.template for mail in mails_to(cast.ada.email)] == ["second_factor_added", "second_factor_removed"]

    def test_new_codes_on_paper_make_the_old_ones_worthless(self, cast, client):
        [old, *_others] = with_app(cast.ada)
        client.sign_in(cast.ada)
        page = client.post("/me/second/codes").text
        new = re.findall(r"<li><code>([^<]+)<", page)
        assert len(new) == 10
        assert not second_factor.redeem(cast.ada, old)
        assert second_factor.redeem(cast.ada, new[3])

    def test_wrong_code_sets_nothing_up(self, cast):
        with pytest.raises(CodeWrong):
            second_factor.set_up_app(cast.ada, SECRET, "12345x")
        assert cast.ada.second_factor_at is None

    def test_codes_on_paper_are_kept_as_hashes_and_hard_to_guess(self, cast):
        codes = with_app(cast.ada)
        stored = str(db.session.execute(select(RecoveryCode.code_hash)).all())
        for each in codes:
            assert each.replace("-", "") not in stored
            assert len(each.replace("-", "")) * 4.8 > 76

    def test_setting_one_up_is_delicate(self, cast, client):
        client.sign_in(cast.ada)
        with frozen_at(now() + timedelta(minutes=31)):
            for path in ("/me/second/app", "/me/second/codes", "/me/second/passkey", "/me/email"):
                assert client.get(path).location == f"/login/again?next={path}"
            assert client.post("/me/second/app/remove").location.startswith("/login/again")


class TestLostDevice:
    def test_operator_resets_it_by_command(self, cast):
        with_app(cast.mira)
        sessions.begin(cast.mira)
        second_factor.reset(cast.mira)
        db.session.commit()
        assert cast.mira.second_factor_at is None
        assert db.session.get(User, cast.mira.id).totp_sealed == ""

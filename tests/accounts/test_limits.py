from datetime import timedelta

import pytest
from sqlalchemy import func, select

from deliberation.accounts import limits, passwords
from deliberation.accounts.models import Attempt
from deliberation.clock import frozen_at, now
from deliberation.database import db
from tests import builders
from tests.accounts.post import PASSWORD, ask_for_code, enter_code, is_signed_in, last_code, log_in, mails_to, register

ADA = "ada@example.org"


@pytest.fixture
def ada(app, monkeypatch):
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    return builders.make_user("ada", password_hash=passwords.hash_password(PASSWORD, passwords.CHEAP))


def guess(app, email, times, address="127.0.0.1"):
    """Wrong passwords, each from a new browser; the states that came back."""
    return [
        app.test_client()
        .post(
            "/login",
            data={"email": email, "password": "ganz ein anderes Passwort"},
            environ_base={"REMOTE_ADDR": address},
        )
        .status_code
        for _time in range(times)
    ]


def test_eleventh_guess_at_one_account_is_refused_even_if_it_were_right(client, app, ada):
    assert guess(app, ADA, 10) == [422] * 10
    answer = log_in(client, ADA)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert not is_signed_in(client)


def test_guessing_from_many_places_counts_all_the_same(app, ada):
    states = [guess(app, ADA, 1, f"127.0.0.{place}")[0] for place in range(1, 13)]
    assert states == [422] * 10 + [429] * 2


def test_one_place_gets_fifty_guesses_over_all_accounts(app, ada):
    states = [guess(app, f"niemand{number}@example.org", 1)[0] for number in range(52)]
    assert states == [422] * 50 + [429] * 2


def test_others_get_in_while_one_account_is_being_guessed(client, app, ada):
    guess(app, "ben@example.org", 12, "127.0.0.9")
    assert log_in(client, ADA).status_code == 303


def test_person_gets_in_by_mail_while_her_password_is_being_guessed(client, app, ada):
    guess(app, ADA, 12, "127.0.0.9")
    ask_for_code(client, ADA)
    enter_code(client, last_code(ADA))
    assert is_signed_in(client)


def test_guesses_are_forgotten_after_a_quarter_of_an_hour(client, app, ada):
    guess(app, ADA, 12)
    with frozen_at(now() + timedelta(minutes=16)):
        assert log_in(client, ADA).status_code == 303


def test_signing_in_rightly_many_times_is_no_guessing(app, ada):
    assert {log_in(app.test_client(), ADA).status_code for _time in range(12)} == {303}


def test_unknown_address_is_refused_as_soon_as_a_known_one(app, ada):
    assert guess(app, ADA, 11) == guess(app, "niemand@example.org", 11, "127.0.0.2")


def test_codes_cannot_be_guessed_by_asking_for_new_ones(client, app, ada):
    states = []
    for _round in range(3):
        ask_for_code(client, ADA)
        states += [enter_code(client, "wrong").status_code for _try in range(5)]
    assert states == [422] * 10 + [429] * 5


def test_no_address_is_kept_of_what_is_counted(app, ada):
    guess(app, ADA, 1, "127.7.7.7")
    keys = " ".join(db.session.scalars(select(Attempt.key_hash)))
    assert "127.7.7.7" not in keys
    assert "ada" not in keys


def test_three_codes_in_a_quarter_of_an_hour_and_the_answer_stays_the_same(app, ada):
    answers = {ask_for_code(app.test_client(), ADA).location for _time in range(6)}
    assert answers == {"/login/code"}
    assert len(mails_to(ADA)) == 3


def test_ten_codes_a_day(app, ada):
    moment = now()
    for hour in range(20):
        with frozen_at(moment + timedelta(hours=hour)):
            ask_for_code(app.test_client(), ADA)
    assert len(mails_to(ADA)) == 10


def test_code_in_the_mailbox_still_works_after_asking_once_too_often(client, ada):
    for _time in range(5):
        ask_for_code(client, ADA)
    enter_code(client, last_code(ADA))
    assert is_signed_in(client)


@pytest.mark.parametrize("is_known", [True, False])
def test_one_mail_for_many_sign_ups_and_five_a_day(app, is_known):
    if is_known:
        builders.make_user("neu")
    moment = now()
    for _time in range(4):
        register(app.test_client())
    assert len(mails_to("neu@example.org")) == 1
    for hour in range(1, 12):
        with frozen_at(moment + timedelta(hours=hour)):
            register(app.test_client())
    assert len(mails_to("neu@example.org")) == 5


def test_mails_are_limited_even_where_rate_limits_are_off(app, ada, monkeypatch):
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", False)
    for _time in range(5):
        ask_for_code(app.test_client(), ADA)
    assert len(mails_to(ADA)) == 3


def test_counts_are_deleted_after_a_day(app):
    gate = limits.gate("secret", "password", ADA, (limits.Limit(1, 15),))
    limits.note([gate])
    limits.forget_attempts(now() + timedelta(hours=23))
    assert db.session.scalar(select(func.count(Attempt.id))) == 1
    limits.forget_attempts(now() + timedelta(hours=25))
    assert db.session.scalar(select(func.count(Attempt.id))) == 0

from datetime import timedelta

import pytest

from deliberation.accounts import passwords, views
from deliberation.accounts.models import CODE_TRIES, LoginCode
from deliberation.clock import frozen_at, now
from deliberation.database import db
from tests import builders
from tests.accounts.post import (
    PASSWORD,
    ask_for_code,
    enter_code,
    is_signed_in,
    last_code,
    last_link,
    log_in,
    mails_to,
    register,
    without_secrets,
)

ADA = "ada@example.org"


@pytest.fixture
def ada(app):
    password_hash = passwords.hash_password(PASSWORD, passwords.CHEAP)
    return builders.make_user("ada", password_hash=password_hash, confirmed_at=now())


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_right_password_signs_in(client, ada):
    answer = log_in(client, " Ada@Example.org")
    assert answer.status_code == 303
    assert is_signed_in(client)


def test_wrong_password_does_not(client, ada):
    answer = log_in(client, ADA, "ganz ein anderes Passwort")
    assert answer.status_code == 422
    assert not is_signed_in(client)


def test_account_without_password_has_no_password_that_fits(client):
    builders.make_user("ada")
    for guess in ("", " ", "nobody has this password"):
        log_in(client, ADA, guess)
        assert not is_signed_in(client)


def test_wrong_password_and_unknown_address_look_the_same(client, app, ada):
    known = log_in(client, ADA, "ganz ein anderes Passwort")
    unknown = log_in(app.test_client(), "niemand@example.org", "ganz ein anderes Passwort")
    assert known.status_code == unknown.status_code == 422
    swapped = unknown.text.replace("niemand@example.org", ADA)
    assert without_secrets(known.text) == without_secrets(swapped)


def test_asking_for_a_code_looks_the_same_for_an_unknown_address(client, app, ada):
    known = ask_for_code(client, ADA)
    unknown = ask_for_code(app.test_client(), "niemand@example.org")
    assert (known.status_code, known.location, known.data) == (unknown.status_code, unknown.location, unknown.data)


def test_unknown_address_is_told_by_mail_that_there_is_no_account(client):
    ask_for_code(client, "niemand@example.org")
    assert [mail.template for mail in mails_to("niemand@example.org")] == ["no_account"]


def test_code_signs_in(client, ada):
    ask_for_code(client, ADA)
    assert enter_code(client, last_code(ADA)).status_code == 303
    assert is_signed_in(client)


def test_code_may_be_typed_with_a_space(client, ada):
    ask_for_code(client, ADA)
    code = last_code(ADA)
    enter_code(client, f" {code[:3]} {code[3:]} ")
    assert is_signed_in(client)


def test_button_for_the_link_wins_over_a_password_filled_in_by_the_browser(client, ada):
    log_in(client, ADA, "ein altes Passwort", by_mail="1")
    assert len(mails_to(ADA)) == 1


def test_code_works_once(client, app, ada):
    ask_for_code(client, ADA)
    code = last_code(ADA)
    enter_code(client, code)
    client.post("/logout")
    assert enter_code(client, code).status_code == 422
    assert not is_signed_in(client)


def test_code_does_not_work_in_another_browser(client, app, ada):
    ask_for_code(client, ADA)
    thief = app.test_client()
    assert enter_code(thief, last_code(ADA)).status_code == 422
    ask_for_code(thief, "niemand@example.org")
    assert enter_code(thief, last_code(ADA)).status_code == 422
    assert not is_signed_in(thief)


def test_code_is_dead_after_ten_minutes(client, ada):
    ask_for_code(client, ADA)
    code, moment = last_code(ADA), now()
    with frozen_at(moment + timedelta(minutes=10, seconds=5)):
        assert enter_code(client, code).status_code == 422
    with frozen_at(moment + timedelta(minutes=9)):
        assert enter_code(client, code).status_code == 303


def test_code_is_dead_after_five_wrong_tries(client, ada):
    ask_for_code(client, ADA)
    code = last_code(ADA)
    for _try in range(CODE_TRIES):
        assert enter_code(client, wrong(code)).status_code == 422
    assert enter_code(client, code).status_code == 422
    assert not is_signed_in(client)


def test_fifth_try_still_counts(client, ada):
    ask_for_code(client, ADA)
    code = last_code(ADA)
    for _try in range(CODE_TRIES - 1):
        enter_code(client, wrong(code))
    assert enter_code(client, code).status_code == 303


def test_wrong_tries_in_one_browser_do_not_spend_the_code_of_another(client, app, ada):
    ask_for_code(client, ADA)
    for _try in range(CODE_TRIES + 1):
        enter_code(app.test_client(), wrong(last_code(ADA)))
    enter_code(client, last_code(ADA))
    assert is_signed_in(client)


def test_wrong_code_looks_the_same_without_an_account(client, app, ada):
    stranger = app.test_client()
    ask_for_code(client, ADA)
    ask_for_code(stranger, "niemand@example.org")
    for _try in range(CODE_TRIES + 1):
        with_account = enter_code(client, wrong(last_code(ADA)))
        without = enter_code(stranger, wrong(last_code(ADA)))
        assert with_account.status_code == without.status_code
        assert without_secrets(with_account.text) == without_secrets(without.text)


def test_link_needs_a_press_of_the_button(client, app, ada):
    ask_for_code(client, ADA)
    scanner, phone = app.test_client(), app.test_client()
    for _visit in range(3):
        assert scanner.get(last_link(ADA)).status_code == 200
        assert scanner.head(last_link(ADA)).status_code == 200
    assert not is_signed_in(scanner)

    assert phone.post(last_link(ADA)).status_code == 303
    assert is_signed_in(phone)


def test_link_works_once_and_then_says_so(client, app, ada):
    ask_for_code(client, ADA)
    link = last_link(ADA)
    client.post(link)
    again = app.test_client()
    assert again.post(link).status_code == 410
    assert "abgelaufen" in again.get(link).text
    assert not is_signed_in(again)


def test_link_is_dead_after_ten_minutes(client, ada):
    ask_for_code(client, ADA)
    link = last_link(ADA)
    with frozen_at(now() + timedelta(minutes=11)):
        assert client.get(link).status_code == 410
        assert client.post(link).status_code == 410


def test_invented_link_opens_nothing(client, ada):
    assert client.post("/login/link/abcdefghijklmnopqrstuv").status_code == 410


def test_using_the_link_spends_the_code_and_every_older_one(client, app, ada):
    ask_for_code(client, ADA)
    first = last_link(ADA)
    ask_for_code(client, ADA)
    app.test_client().post(last_link(ADA))
    assert enter_code(client, last_code(ADA)).status_code == 422
    assert client.get(first).status_code == 410


def test_database_keeps_neither_code_nor_link_nor_browser(client, ada):
    ask_for_code(client, ADA)
    entry = db.session.query(LoginCode).one()
    stored = " ".join((entry.browser, entry.code_hash, entry.token_hash))
    token = last_link(ADA).rsplit("/", 1)[-1]
    with client.session_transaction() as session:
        secrets = (last_code(ADA), token, session["browser"])
    assert not [secret for secret in secrets if secret in stored]


def test_password_made_with_old_costs_is_hashed_anew(client):
    old = passwords.hash_password(PASSWORD, "")
    user = builders.make_user("ada", password_hash=old)
    log_in(client, ADA)
    assert user.password_hash != old
    assert passwords.is_right(user.password_hash, PASSWORD, passwords.CHEAP)


def test_what_a_feature_hangs_on_the_sign_in_gets_the_browser_from_before(client, ada, monkeypatch):
    seen = []
    monkeypatch.setattr(views, "after_sign_in", [lambda user, browser: seen.append((user.email, browser))])
    client.get("/login")
    ask_for_code(client, ADA)
    with client.session_transaction() as session:
        browser = session["browser"]
    enter_code(client, last_code(ADA))
    assert seen == [(ADA, browser)]


def test_signing_in_starts_a_fresh_session(client, ada):
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    log_in(client, ADA)
    with client.session_transaction() as session:
        assert "planted" not in session


def test_whoever_is_signed_in_is_not_asked_again(client, ada):
    client.sign_in(ada)
    assert client.get("/login?next=/regeln").location == "/regeln"
    assert client.get("/register").status_code == 303


def test_page_for_the_code_suits_a_phone(client):
    page = client.get("/login/code").text
    assert 'autocomplete="one-time-code"' in page
    assert 'inputmode="numeric"' in page


def test_sign_up_and_sign_in_need_the_token_of_their_form(client, ada, monkeypatch):
    monkeypatch.setitem(client.application.config, "WTF_CSRF_ENABLED", True)
    ask_for_code(client, ADA)
    assert not mails_to(ADA)
    assert register(client).status_code == 400
    assert log_in(client, ADA).status_code == 400
    assert enter_code(client, "123456").status_code == 400
    assert client.post("/logout").status_code == 400
    assert client.post("/sprache", data={"lang": "en"}).status_code == 400


def test_sign_in_works_with_the_token_of_the_form(client, ada, monkeypatch):
    monkeypatch.setitem(client.application.config, "WTF_CSRF_ENABLED", True)
    token = client.get("/login").text.split('name="csrf_token" value="')[1].split('"')[0]
    assert log_in(client, ADA, csrf_token=token).status_code == 303

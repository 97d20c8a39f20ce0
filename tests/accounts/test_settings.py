import pytest

from deliberation.accounts import passwords
from deliberation.clock import now
from tests import builders
from tests.accounts.post import PASSWORD, enter_code, is_signed_in, last_code, log_in, mails_to

ADA = "ada@example.org"
NEW = "fünf andere Wörter am Fluss"


@pytest.fixture
def ada(app):
    password_hash = passwords.hash_password(PASSWORD, passwords.CHEAP)
    return builders.make_user("ada", password_hash=password_hash, confirmed_at=now())


def change(client, current=PASSWORD, password=NEW):
    return client.post("/me/password", data={"current": current, "password": password})


def test_password_can_be_changed_with_the_old_one(client, app, ada):
    log_in(client, ADA)
    assert change(client).status_code == 303
    assert is_signed_in(client)
    assert log_in(app.test_client(), ADA, PASSWORD).status_code == 422
    assert log_in(app.test_client(), ADA, NEW).status_code == 303


def test_changing_the_password_signs_out_everywhere_else(client, app, ada):
    elsewhere = app.test_client()
    log_in(client, ADA)
    log_in(elsewhere, ADA)
    change(client)
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)


def test_person_is_told_by_mail_that_the_password_was_changed(client, ada):
    log_in(client, ADA)
    change(client)
    assert [mail.template for mail in mails_to(ADA)] == ["password_changed"]


def test_password_is_not_changed_without_the_old_one(client, ada):
    log_in(client, ADA)
    assert change(client, current="irgendein anderes").status_code == 422
    assert change(client, current="").status_code == 422
    assert passwords.is_right(ada.password_hash, PASSWORD, passwords.CHEAP)


def test_new_password_has_to_be_a_good_one(client, ada):
    log_in(client, ADA)
    assert change(client, password="passwort1234").status_code == 422


def test_whoever_has_no_password_sets_one_without(client, app):
    client.sign_in(builders.make_user("ada", confirmed_at=now()))
    assert "Jetziges Passwort" not in client.get("/me/password").text
    assert client.post("/me/password", data={"password": NEW}).status_code == 303
    assert log_in(app.test_client(), ADA, NEW).status_code == 303


def test_guest_is_sent_to_sign_in_first(client):
    for path in ("/me/language", "/me/confirm", "/me/password"):
        answer = client.post(path)
        assert (answer.status_code, answer.location.split("?")[0]) == (303, "/login")


def test_language_of_the_account_holds_on_every_device(client, ada):
    client.sign_in(ada)
    client.post("/me/language", data={"lang": "en"})
    assert ada.locale == "en"
    assert '<html lang="en"' in client.get("/regeln").text
    client.post("/me/language", data={"lang": "xx"})
    assert ada.locale == ""


def test_choosing_the_language_for_the_browser_changes_the_account_too(client, ada):
    client.sign_in(ada)
    client.post("/sprache", data={"lang": "en"})
    assert ada.locale == "en"


def test_settings_show_the_address_to_its_owner_and_ask_to_confirm_it(client, cast):
    client.sign_in(cast.ada)
    assert ADA in client.get("/me/sessions").text
    assert "noch nicht bestätigt" in client.get("/me").text

    client.post("/me/confirm")
    enter_code(client, last_code(ADA))
    assert "noch nicht bestätigt" not in client.get("/me").text


def test_nobody_who_has_not_confirmed_gets_other_mails(client):
    client.sign_in(builders.make_user("ada"))
    client.post("/me/password", data={"password": NEW})
    assert mails_to(ADA) == []

from tests import builders
from tests.accounts.post import is_signed_in


def test_copied_cookie_is_dead_after_signing_out(client, app):
    client.sign_in(builders.make_user("ada"))
    cookie = client.get_cookie("session").value
    thief = app.test_client()
    thief.set_cookie("session", cookie)
    assert is_signed_in(thief)

    client.post("/logout")
    thief.set_cookie("session", cookie)
    assert not is_signed_in(thief)


def test_opening_the_page_does_not_sign_out(client):
    client.sign_in(builders.make_user("ada"))
    assert "Abmelden" in client.get("/logout").text
    assert is_signed_in(client)


def test_browser_is_told_to_clear_what_it_kept(client):
    client.sign_in(builders.make_user("ada"))
    answer = client.post("/logout")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "Sie sind abgemeldet" in client.get(answer.location).text


def test_session_cookie_is_gone_afterwards(client):
    client.sign_in(builders.make_user("ada"))
    client.post("/logout")
    assert client.get_cookie("session") is None


def test_guest_who_signs_out_comes_to_no_harm(client):
    assert client.post("/logout").status_code == 303

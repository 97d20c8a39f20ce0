import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation import urls
from tests import builders
from tests.accounts.post import ask_for_code, enter_code, last_code, last_link

AWAY = (
    "https://evil.example",
    "http://evil.example/d/erklaerung",
    "//evil.example",
    "///evil.example",
    "////evil.example/d/erklaerung",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "//\\evil.example",
    "/regeln\\@evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "HTTPS://evil.example",
    "javascript:alert(1)",
    "JavaScript:alert(1)//",
    "data:text/html,hello",
    "mailto:a@evil.example",
    "\t//evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\x00//evil.example",
    "/\x00/evil.example",
    " //evil.example",
    " https://evil.example",
    "//evil.example@localhost/regeln",
    "http://localhost@evil.example",
    "//localhost.evil.example/",
    "/%5cevil.example",
    "/%2f%2fevil.example",
    "/.evil.example",
    "evil.example",
    "@evil.example",
    "?next=//evil.example",
    "/regeln\r\nLocation: https://evil.example",
    "／／evil.example",
    "/／evil.example",
    "/no-such-page",
    "",
)
OURS = ("/", "/regeln", "/d/erklaerung", "/d/erklaerung/3/1?order=newest", "/d/erklaerung/3/1#absatz-3-1", "/a/204")


@pytest.mark.parametrize("way", AWAY)
def test_no_way_back_leaves_the_site(client, way):
    user = builders.make_user("ada")
    assert ask_for_code(client, user.email, next=way).location == "/login/code"
    assert "next" not in last_link(user.email)
    assert enter_code(client, last_code(user.email), next=way).location == "/"
    assert client.get("/login", query_string={"next": way}).location == "/"
    assert client.post("/sprache", data={"lang": "en", "next": way}).location == "/"


@pytest.mark.parametrize("way", OURS)
def test_our_own_pages_are_ways_back(client, way):
    user = builders.make_user("ada")
    assert enter_code(client, "000000", next=way).status_code == 422
    ask_for_code(client, user.email, next=way)
    assert enter_code(client, last_code(user.email), next=way).location == way


def test_way_back_is_in_the_mailed_link(client, app):
    user = builders.make_user("ada")
    ask_for_code(client, user.email, next="/d/erklaerung/3/1")
    phone = app.test_client()
    assert phone.post(last_link(user.email)).location == "/d/erklaerung/3/1"


@given(st.text(st.sampled_from("/\\:.@?#%2f5c \t\n\0evilregln"), max_size=20))
def test_whatever_is_taken_stays_a_path_of_ours(made_app, way):
    with made_app.app_context():
        taken = urls.safe_next("/" + way)
    assert taken.startswith("/")
    assert not taken.startswith(("//", "/\\"))
    assert "\\" not in taken

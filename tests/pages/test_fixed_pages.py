import re
from itertools import pairwise

import pytest

from deliberation.permissions import Phase
from tests import builders

FIXED = ("/impressum", "/datenschutz", "/barrierefreiheit", "/regeln", "/so-wird-gezaehlt")
WITH_FORM = ("/login", "/register", "/login/code", "/sprache", "/barrierefreiheit/melden")
OPERATOR = {
    "OPERATOR_NAME": "Verein für gute Arbeit",
    "OPERATOR_ADDRESS": "Weg 1\n45879 Gelsenkirchen",
    "OPERATOR_EMAIL": "post@example.org",
    "OPERATOR_RESPONSIBLE": "Kim Muster\nWeg 1",
}


@pytest.mark.parametrize("path", FIXED)
@pytest.mark.parametrize("locale", ["de", "en"])
def test_fixed_page_is_there_in_both_languages_and_sets_no_cookie(client, path, locale):
    answer = client.get(path, headers={"Accept-Language": locale})
    assert answer.status_code == 200
    assert f'<html lang="{locale}"' in answer.text
    assert answer.text.count("<h1") == 1
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/", *FIXED, *WITH_FORM, "/logout", "/no-such-page"])
def test_imprint_and_privacy_are_linked_from_every_page(client, path):
    page = client.get(path).text
    assert 'href="/impressum"' in page
    assert 'href="/datenschutz"' in page


@pytest.mark.parametrize("path", ["/", *FIXED, *WITH_FORM])
def test_headings_go_down_one_step_at_a_time(client, path):
    levels = [int(level) for level in re.findall(r"<h([1-6])", client.get(path).text)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("path", WITH_FORM)
def test_page_with_a_form_sets_the_session_cookie_and_nothing_else(client, path):
    cookies = client.get(path).headers.getlist("Set-Cookie")
    assert len(cookies) <= 1
    assert all(
        cookie.startswith("session=") and "HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies
    )


def test_imprint_says_plainly_that_it_has_to_be_filled_in(client):
    assert "OPERATOR_NAME" in client.get("/impressum").text


def test_imprint_names_who_is_responsible(client, monkeypatch):
    for name, value in OPERATOR.items():
        monkeypatch.setitem(client.application.config, name, value)
    page = client.get("/impressum").text
    assert "Verein für gute Arbeit" in page
    assert "Weg 1<br>45879 Gelsenkirchen" in page
    assert "mailto:post@example.org" in page
    assert "Kim Muster" in page
    assert "OPERATOR_NAME" not in page
    for path in ("/datenschutz", "/barrierefreiheit", "/regeln"):
        assert "mailto:post@example.org" in client.get(path).text


def test_rules_are_numbered_like_those_of_the_moderation(client):
    page = client.get("/regeln").text
    assert re.findall(r'<h2 id="regel-(\d)">\s*(\d)\.', page) == [(n, n) for n in "12345"]


def test_language_is_remembered_for_a_year_on_request(client):
    answer = client.post("/sprache", data={"lang": "en", "next": "/regeln"})
    assert (answer.status_code, answer.location) == (303, "/regeln")
    assert client.get_cookie("lang").value == "en"
    assert client.get_cookie("lang").max_age == 365 * 24 * 3600
    assert '<html lang="en"' in client.get("/regeln").text


def test_language_nobody_speaks_here_is_refused(client):
    assert client.post("/sprache", data={"lang": "xx"}).status_code == 400
    assert client.get_cookie("lang") is None


def test_start_page_goes_straight_to_the_only_public_declaration(client):
    builders.make_declaration("erste")
    builders.make_declaration("geheim", phase=Phase.DRAFT)
    answer = client.get("/")
    assert (answer.status_code, answer.location) == (303, "/d/erste")


def test_start_page_lists_several_declarations_and_no_draft(client):
    builders.make_declaration("erste", title="Die erste")
    builders.make_declaration("zweite", title="Die zweite", phase=Phase.CLOSED)
    builders.make_declaration("geheim", title="Die geheime", phase=Phase.DRAFT)
    page = client.get("/").text
    assert "Die erste" in page
    assert "Beratung beendet" in page
    assert "Die geheime" not in page


def test_start_page_without_any_declaration_says_so(client):
    assert "noch kein Text" in client.get("/").text

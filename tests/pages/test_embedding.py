"""Other sites show a thesis in a frame: the text, nothing that could be sent, no cookie, and nothing that not everybody reads."""

import re

import pytest

from deliberation.permissions import Access, Phase
from tests import builders
from tests.editions import scene

PAGE = "/embed/d/erklaerung/3"


def test_thesis_is_shown_without_cookie_form_or_script(cast, client):
    builders.annotate(cast.ada, cast.declaration, body="KANARIE")
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert "Eine Inobhutnahme ist keine Dienstleistung." in answer.text
    assert "1 Anmerkung lesen, selbst anmerken" in answer.text
    assert "KANARIE" not in answer.text
    assert "Set-Cookie" not in answer.headers
    for part in ("<form", "<script", "<input", "csrf"):
        assert part not in answer.text
    links = re.findall(r'<a [^>]*href="([^"]+)"', answer.text)
    assert links
    assert all(link.startswith(("http://localhost/", "/")) for link in links)


def test_only_these_pages_may_be_framed(cast, client):
    policy = client.get(PAGE).headers["Content-Security-Policy"]
    for part in ("frame-ancestors *", "form-action 'none'", "script-src 'none'"):
        assert part in policy
    for path in ("/d/erklaerung/3", "/d/erklaerung/embed", "/", "/embed/d/erklaerung/99"):
        assert "frame-ancestors 'none'" in client.get(path).headers["Content-Security-Policy"]


def test_same_for_whoever_is_signed_in(cast, client):
    plain = client.get(PAGE).text
    client.sign_in(cast.otto)
    assert client.get(PAGE).text == plain


@pytest.mark.parametrize("change", [{"phase": Phase.DRAFT}, {"access": Access.PRIVATE}])
def test_what_not_everybody_reads_is_not_there(cast, client, change):
    for name, value in change.items():
        setattr(cast.declaration, name, value)
    client.sign_in(cast.otto)
    answer = client.get(PAGE)
    assert answer.status_code in (303, 403, 404)
    assert "Inobhutnahme" not in answer.text


def test_new_wording_is_there_at_once(cast, client):
    scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "3.1", "Ganz andere Worte stehen hier."))
    answer = client.get(PAGE)
    assert "Ganz andere Worte stehen hier." in answer.text
    assert answer.headers["Cache-Control"] == "public, no-cache"


def test_words_to_copy_are_on_a_page(cast, client):
    page = client.get("/d/erklaerung/embed").text
    assert '&lt;iframe src="http://localhost/embed/d/erklaerung/3"' in page
    assert "http://localhost/q/erklaerung-3-0" in page
    cast.declaration.access = Access.PRIVATE
    client.sign_in(cast.ada)
    assert "iframe" not in client.get("/d/erklaerung/embed").text

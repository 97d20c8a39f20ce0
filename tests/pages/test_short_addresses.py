import pytest

from deliberation.permissions import Phase
from tests import builders


@pytest.fixture
def only(app):
    return builders.make_declaration("erklaerung")


@pytest.mark.parametrize(
    ("code", "address"),
    [
        ("3-2", "/d/erklaerung/3/2#absatz-3-2"),
        ("erklaerung-3-2", "/d/erklaerung/3/2#absatz-3-2"),
        ("ERKLAERUNG-3-2", "/d/erklaerung/3/2#absatz-3-2"),
        ("0-1", "/d/erklaerung/0/1#absatz-0-1"),
        ("end-1", "/d/erklaerung/end/1#absatz-end-1"),
        ("3-0", "/d/erklaerung/3/0"),
    ],
)
def test_code_from_paper_leads_to_the_paragraph(client, only, code, address):
    answer = client.get(f"/q/{code}")
    assert (answer.status_code, answer.location) == (303, address)


@pytest.mark.parametrize("code", ["9-1", "3-9", "3", "x", "3-2-1-", "andere-3-2", "-3-2", "3-2%0d%0aX: 1", "٣-٢"])
def test_code_that_leads_nowhere_is_not_found(client, only, code):
    assert client.get(f"/q/{code}").status_code == 404


def test_slug_that_ends_like_a_code_is_understood(client):
    builders.make_declaration("erste")
    builders.make_declaration("erklaerung-2026-3")
    assert client.get("/q/erklaerung-2026-3-3-2").location == "/d/erklaerung-2026-3/3/2#absatz-3-2"


def test_where_there_are_several_the_code_has_to_say_which(client, only):
    builders.make_declaration("zweite")
    assert client.get("/q/3-2").status_code == 404
    assert client.get("/q/zweite-3-2").status_code == 303


def test_draft_is_not_found_and_does_not_count(client, only):
    builders.make_declaration("geheim", phase=Phase.DRAFT)
    assert client.get("/q/geheim-3-2").status_code == 404
    assert client.get("/q/3-2").status_code == 303

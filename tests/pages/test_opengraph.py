"""What other programs show of an address that is passed on: the text under deliberation, and nothing of what is not public."""

import re
from html import unescape

import pytest

from deliberation.database import db
from deliberation.permissions import Access, Phase
from tests import builders
from tests.editions import scene
from tests.security import deeds, stage


def graph(page):
    """The properties of a page by name."""
    found = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', page)
    return {name: unescape(value) for name, value in found}


def canonical(page):
    return re.findall(r'<link rel="canonical" href="([^"]*)">', page)


PAGES = ["", "/text", "/3", "/editions", "/editions/1", "/results"]


@pytest.mark.parametrize("page", PAGES)
def test_public_pages_say_what_they_are(client, cast, page):
    cast.declaration.summary = 'Worum es "geht" & warum'
    db.session.commit()
    text = client.get(f"/d/erklaerung{page}?sort=newest").text
    found = graph(text)
    assert found["og:url"] == f"http://localhost/d/erklaerung{page}"
    assert canonical(text) == [found["og:url"]]
    assert found["og:title"]
    assert found["og:locale"] == "de_DE"
    assert found["description"] == found["og:description"] != ""
    assert found["og:type"] == ("website" if page == "" else "article")
    assert "og:image" not in found
    assert "robots" not in found


def test_programs_find_the_container_of_a_public_text_alone(client, cast):
    rel = '<link rel="http://www.w3.org/ns/oa#annotationService" href="http://localhost/api/v1/d/erklaerung/annotations/">'
    for page in ("", "/text", "/3", "/3/1"):
        assert rel in client.get(f"/d/erklaerung{page}").text
    cast.declaration.access = Access.PRIVATE
    db.session.commit()
    assert "oa#annotationService" not in client.sign_in(cast.ada).get("/d/erklaerung").text


def test_a_thesis_is_described_by_its_first_words(client, cast):
    scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "3.1", 'A & B <gelten> "hier".'))
    found = graph(client.get("/d/erklaerung/3").text)
    assert "Schutz ist kein Service" in found["og:title"]
    assert found["description"].startswith("A & B")
    assert "Schutz ist kein Service" not in found["description"]


def test_what_people_wrote_describes_nothing(client, cast):
    builders.annotate(cast.ada, cast.declaration, body="KANARIE sagt etwas.")
    for page in (*PAGES, "/3/1", "/3/0"):
        assert "KANARIE" not in str(graph(client.get(f"/d/erklaerung{page}").text))


@pytest.mark.parametrize(
    "page", ["/d/erklaerung/3/1", "/d/erklaerung/3/0", "/a/1", "/a/1/wording", "/d/erklaerung/3/1/annotations"]
)
def test_pages_of_annotations_are_not_for_search_engines(client, cast, page):
    annotation = builders.annotate(cast.ada, cast.declaration)
    answer = client.get(page.replace("/a/1", f"/a/{annotation.number}"))
    assert graph(answer.text).get("robots") == "noindex"
    assert answer.status_code == 200
    assert canonical(answer.text) == []


@pytest.mark.parametrize("page", [*PAGES, "/3/1"])
@pytest.mark.parametrize("kind", ["draft", "private"])
def test_drafts_and_private_texts_say_nothing_even_to_those_who_may_read_them(client, cast, page, kind):
    if kind == "draft":
        cast.declaration.phase = Phase.DRAFT
    else:
        cast.declaration.access = Access.PRIVATE
    db.session.commit()
    found = graph(client.sign_in(cast.otto).get(f"/d/erklaerung{page}").text)
    assert not [name for name in found if name.startswith("og:") or name == "description"]


def test_pages_of_the_site_have_one_address_each(client, cast):
    for path in ("/impressum", "/datenschutz", "/regeln", "/so-wird-gezaehlt", "/barrierefreiheit"):
        assert canonical(client.get(f"{path}?x=1").text) == [f"http://localhost{path}"]
    builders.make_declaration("zweite")
    assert canonical(client.get("/").text) == ["http://localhost/"]


def test_no_page_for_everybody_describes_itself_with_hidden_words(app):
    town = stage.build(app)
    for rule in deeds.rules_with(app, "GET"):
        answer = town.send("guest", "GET", deeds.own_address(town, rule))
        if answer.mimetype == "text/html":
            assert "KANARIE" not in str(graph(answer.text)), rule.endpoint

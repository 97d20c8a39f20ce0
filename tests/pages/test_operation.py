"""What machines ask for: monitoring, search engines, people who found a hole."""

from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest
from sqlalchemy.exc import OperationalError

from deliberation.clock import now, today
from deliberation.database import db
from deliberation.pages import actions
from deliberation.pages.actions import PageWords
from deliberation.permissions import Access, Phase, Role
from tests import builders


def break_database(monkeypatch):
    def fail(*_args, **_kwargs):
        raise OperationalError("select 1", {}, Exception("gone"))

    monkeypatch.setattr(db.session, "execute", fail)


def test_process_says_it_is_alive_even_without_a_database(client, monkeypatch):
    break_database(monkeypatch)
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/healthz").headers["Cache-Control"] == "no-store"


def test_readiness_follows_the_database(client, monkeypatch):
    assert client.get("/readyz").status_code == 200
    break_database(monkeypatch)
    assert client.get("/readyz").status_code == 503


def test_security_contact_is_current_and_for_less_than_a_year(client, monkeypatch):
    monkeypatch.setitem(client.application.config, "OPERATOR_EMAIL", "post@example.org")
    answer = client.get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert answer.mimetype == "text/plain"
    assert fields["Contact"] == "mailto:post@example.org"
    assert now() < datetime.fromisoformat(fields["Expires"]) < now() + timedelta(days=365)
    assert fields["Canonical"] == "http://localhost/.well-known/security.txt"


def test_security_contact_without_an_address_is_the_imprint(client):
    assert "Contact: http://localhost/impressum" in client.get("/.well-known/security.txt").text


def test_robots_are_kept_from_single_annotations(client):
    page = client.get("/robots.txt").text
    assert "Disallow: /a/" in page
    assert "Sitemap: http://localhost/sitemap.xml" in page


def test_sitemap_lists_what_is_public_and_no_draft(client, cast):
    draft = builders.make_declaration("geheim", phase=Phase.DRAFT)
    client.sign_in(builders.make_member(draft, "olga", Role.ORGANISER))
    tree = ElementTree.fromstring(client.get("/sitemap.xml").data)
    addresses = [element.text for element in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert addresses[0] == "http://localhost/d/erklaerung"
    assert "http://localhost/d/erklaerung/3" in addresses
    assert not [address for address in addresses if "geheim" in address]


def test_sitemap_says_the_day_of_the_words_and_nothing_about_votes(client, cast):
    tree = ElementTree.fromstring(client.get("/sitemap.xml").data)
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    days = {one.findtext("s:loc", namespaces=space): one.findtext("s:lastmod", namespaces=space) for one in tree}
    root = "http://localhost/d/erklaerung"
    assert {f"{root}/text", f"{root}/end", f"{root}/editions", f"{root}/editions/1", f"{root}/results"} <= days.keys()
    assert days[root] == days[f"{root}/3"] == days[f"{root}/editions/1"] == today().isoformat()
    assert days[f"{root}/results"] is None
    assert not [address for address in days if "/a/" in address or "/3/" in address]


@pytest.mark.parametrize("access", Access)
def test_sitemap_names_what_everybody_may_read(client, cast, access):
    cast.declaration.access = access
    db.session.commit()
    assert ("/d/erklaerung" in client.get("/sitemap.xml").text) == (access is not Access.PRIVATE)


def test_keepers_of_passwords_find_the_page_to_change_one(client, cast):
    answer = client.get("/.well-known/change-password")
    assert answer.status_code == 303
    assert answer.location == "/me/password"
    assert client.sign_in(cast.ada).get(answer.location).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/robots.txt", "/sitemap.xml", "/.well-known/security.txt"])
def test_machines_get_no_cookie(client, path):
    assert "Set-Cookie" not in client.get(path).headers


def test_sitemap_lists_pages_and_events_that_are_shown(client, cast):
    actions.create_page(cast.otto, cast.declaration, PageWords("Anfahrt", "Mit dem Bus.", True))
    actions.create_page(cast.otto, cast.declaration, PageWords("Entwurf", "Noch nicht."))
    db.session.commit()
    found = client.get("/sitemap.xml").text
    assert "/d/erklaerung/page/anfahrt<" in found
    assert "/page/entwurf" not in found
    assert "/page/sicher-mitmachen<" in found
    assert "/page/kontakt<" not in found

"""What machines ask for: monitoring, search engines, people who found a hole."""

from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest
from sqlalchemy.exc import OperationalError

from deliberation.clock import now
from deliberation.database import db
from deliberation.permissions import Phase, Role
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


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/robots.txt", "/sitemap.xml", "/.well-known/security.txt"])
def test_machines_get_no_cookie(client, path):
    assert "Set-Cookie" not in client.get(path).headers
